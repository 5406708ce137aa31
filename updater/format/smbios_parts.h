/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SMBIOS structures that name parts of a machine and their firmware: DMTF DSP0134 3.7, sections
 * 7.10 (slots), 7.42 (onboard devices), 7.43 (host interfaces), 7.44 (TPM), 7.46 (firmware), and
 * for host interfaces DSP0270 1.3, section 8. Offsets and words were compared with dmidecode 3.4.
 */
#ifndef DRYDOCK_FORMAT_SMBIOS_PARTS_H
#define DRYDOCK_FORMAT_SMBIOS_PARTS_H

#include "format/smbios.h"

#define SMBIOS_FIRMWARE_HANDLES 32u /* those beyond are left out */

/* Type 45. Texts are "" when they are not there. */
struct smbios_firmware {
	uint16_t handle;
	char name[SMBIOS_TEXT_MAX];
	char version[SMBIOS_TEXT_MAX];
	char id[SMBIOS_TEXT_MAX];
	char guid[40]; /* the id in lower case when its format is "UEFI GUID", else "" */
	char date[SMBIOS_TEXT_MAX];
	char manufacturer[SMBIOS_TEXT_MAX];
	char lowest[SMBIOS_TEXT_MAX];
	uint64_t image_bytes; /* 0 = not told */
	bool updatable;
	bool write_protected;
	const char *state; /* "enabled", "absent" ...; "unknown" when it is no known value */
	uint16_t associated[SMBIOS_FIRMWARE_HANDLES];
	size_t associated_count;
};

/* ERR_FORMAT: the structure is shorter than its fields. */
int smbios_firmware(const struct smbios_entry *entry, struct smbios_firmware *ret, struct err *err);

/* A function on PCI that a slot (type 9) or an onboard device (type 41) is about. */
struct smbios_place {
	char name[SMBIOS_TEXT_MAX]; /* "PCI-E Slot 3" */
	uint16_t segment;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* False: another type, too old to tell, or nothing is there (FFh). */
bool smbios_place(const struct smbios_entry *entry, struct smbios_place *ret);

/* Type 43. */
struct smbios_tpm {
	char vendor[5];	       /* four characters of the TCG's list: "IFX", "NTC" */
	char specification[8]; /* "2.0" */
	char version[24];
	char description[SMBIOS_TEXT_MAX];
	bool updatable; /* by a firmware update, its family stays or changes */
};

/* ERR_FORMAT: the structure is shorter than its fields. */
int smbios_tpm(const struct smbios_entry *entry, struct smbios_tpm *ret, struct err *err);

/*
 * Type 42 in words: "network, USB, Redfish over IP at 16.1.15.1 port 443". ERR_FORMAT: lengths that
 * run past the structure; what stands before them is in ret.
 */
int smbios_host_interface(const struct smbios_entry *entry, char *ret, size_t size,
			  struct err *err);

/* The network that a host interface (type 42) is, and where the Redfish service answers there. */
struct smbios_host_network {
	bool usb;		  /* else PCI */
	uint16_t vendor, product; /* of the card */
	uint8_t mac[6];		  /* all zero = not told */
	uint8_t host_ip[16], host_mask[16], service_ip[16];
	uint8_t host_format,
		service_format; /* 1 = IPv4 (first four bytes), 2 = IPv6, 0 = not told */
	uint16_t port;		/* 0 = not told */
};

/* False: no type 42, no network card with Redfish over IP, or lengths that do not fit. */
bool smbios_host_network(const struct smbios_entry *entry, struct smbios_host_network *ret);

#endif
