/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets of the channel between a host and its iLO (CHIF), and what is in those that are used.
 * Little-endian. Sources: HewlettPackard/openbmc-chif-svc include/chif.hpp, include/smif.hpp
 * (header, commands 0x0002, 0x0139, 0x0159); blob store layouts as clients send them.
 */
#ifndef DRYDOCK_FORMAT_CHIF_H
#define DRYDOCK_FORMAT_CHIF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CHIF_PACKET_MAX 4096u
#define CHIF_HEADER	8u
#define CHIF_ANSWER	0x8000u /* in the command of an answer */

enum chif_command {
	CHIF_GET_STATUS = 0x0002,
	CHIF_BLOB_STORE = 0x011c,
	CHIF_GET_SECURITY = 0x0139,
	CHIF_GET_HOST_INTERFACE = 0x0159,
};

enum chif_security {
	CHIF_SECURITY_ERROR = 0,
	CHIF_SECURITY_FACTORY,
	CHIF_SECURITY_WIPE,
	CHIF_SECURITY_PRODUCTION,
	CHIF_SECURITY_HIGH,
	CHIF_SECURITY_FIPS,
	CHIF_SECURITY_CNSA,
};

struct chif_header {
	uint16_t size; /* of the packet, with this header */
	uint16_t sequence;
	uint16_t command;
	uint8_t service;
	uint8_t version;
};

struct chif_status {
	uint32_t error;
	uint16_t fw_version;
	char serial[21];
	uint8_t security; /* enum chif_security, or what else it says */
	uint8_t chip_class, application;
};

struct chif_host_interface {
	uint16_t usb_vendor, usb_product;
	uint8_t host_ip[16], host_mask[16], service_ip[16];
	uint8_t host_format, service_format; /* 1 = IPv4 (first four bytes), 2 = IPv6 */
	uint16_t port;
	char hostname[65];
};

/* ERR_FORMAT: shorter than a header or than it says, larger than CHIF_PACKET_MAX. */
int chif_parse_header(const uint8_t *buf, size_t len, struct chif_header *ret, struct err *err);
void chif_put_header(uint8_t buf[CHIF_HEADER], const struct chif_header *header);

/*
 * Whole answer packets. ERR_FORMAT (too short), ERR_DEVICE (its error code), ERR_UNSUPPORTED (the
 * iLO does not know the command, or has no host interface).
 */
int chif_parse_status(const uint8_t *packet, size_t len, struct chif_status *ret, struct err *err);
int chif_parse_security(const uint8_t *packet, size_t len, enum chif_security *ret,
			struct err *err);
int chif_parse_host_interface(const uint8_t *packet, size_t len, struct chif_host_interface *ret,
			      struct err *err);

/* "production", "FIPS"; "not told" for what older ones leave zero; NULL = not known. */
const char *chif_security_words(unsigned int state);

#endif
