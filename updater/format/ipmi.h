/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a BMC says of itself: Get Device ID, IPMI 2.0 §20.1. */
#ifndef DRYDOCK_FORMAT_IPMI_H
#define DRYDOCK_FORMAT_IPMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IPMI_DEVICE_ID_BYTES 11u /* without the auxiliary revision, which is optional */

struct ipmi_device_id {
	uint8_t device_id;
	uint8_t device_revision;
	bool updating;	       /* firmware or SDRs are being updated, or it is starting */
	char version[12];      /* "2.72": the minor number is BCD */
	char ipmi_version[8];  /* "2.0" */
	uint32_t manufacturer; /* IANA enterprise number, 20 bits */
	uint16_t product;
	char aux[9]; /* auxiliary revision as eight hex digits; "" = none */
};

/* buf: what follows the completion code. ERR_FORMAT: too short, or nothing but ones or zeros. */
int ipmi_parse_device_id(const uint8_t *buf, size_t len, struct ipmi_device_id *ret,
			 struct err *err);

/* "HPE" for 11; NULL = not one of those that make servers. */
const char *ipmi_manufacturer_name(uint32_t manufacturer);

#endif
