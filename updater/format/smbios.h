/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMBIOS structure table: DMTF DSP0134 3.7, sections 6.1 (structures) and 7 (types). */
#ifndef DRYDOCK_FORMAT_SMBIOS_H
#define DRYDOCK_FORMAT_SMBIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SMBIOS_MAX_BYTES (4u << 20)
#define SMBIOS_TEXT_MAX	 96

enum smbios_type {
	SMBIOS_TYPE_BIOS = 0,
	SMBIOS_TYPE_SYSTEM = 1,
	SMBIOS_TYPE_BOARD = 2,
	SMBIOS_TYPE_CHASSIS = 3,
	SMBIOS_TYPE_SLOT = 9,
	SMBIOS_TYPE_IPMI = 38,
	SMBIOS_TYPE_ONBOARD = 41,
	SMBIOS_TYPE_HOST_INTERFACE = 42,
	SMBIOS_TYPE_TPM = 43,
	SMBIOS_TYPE_FIRMWARE = 45,
	SMBIOS_TYPE_END = 127,
};

/* One structure inside the buffer; both parts are bounded by it. */
struct smbios_entry {
	uint8_t type;
	uint16_t handle;
	const uint8_t *data; /* the formatted area, from its type byte */
	size_t data_len;     /* at least 4 */
	const uint8_t *strings;
	size_t strings_len; /* with the NUL of each, without the closing one */
};

/*
 * The structure at *pos, which moves behind it; *pos starts at 0. Returns 1, 0 at the end of the
 * table (type 127 or no bytes left), or ERR_FORMAT when it runs past the end.
 */
int smbios_next(const uint8_t *buf, size_t len, size_t *pos, struct smbios_entry *ret,
		struct err *err);

/*
 * The string whose number stands at offset, as text_from_field() makes it; "" when there is none
 * or the structure is too short to have that field (older firmware).
 */
void smbios_string(const struct smbios_entry *entry, size_t offset, char *ret, size_t size);

/* What identifies a machine. "" = not there. */
struct smbios_summary {
	char bios_vendor[SMBIOS_TEXT_MAX];
	char bios_version[SMBIOS_TEXT_MAX];
	char bios_date[SMBIOS_TEXT_MAX];
	char bios_release[8]; /* "2.34" */
	char ec_release[8];   /* of the embedded controller: on servers the BMC */
	char system_vendor[SMBIOS_TEXT_MAX];
	char system_product[SMBIOS_TEXT_MAX];
	char system_version[SMBIOS_TEXT_MAX];
	char system_serial[SMBIOS_TEXT_MAX];
	char system_sku[SMBIOS_TEXT_MAX];
	char system_family[SMBIOS_TEXT_MAX];
	char system_uuid[40];
	char board_vendor[SMBIOS_TEXT_MAX];
	char board_product[SMBIOS_TEXT_MAX];
	char board_version[SMBIOS_TEXT_MAX];
	char board_serial[SMBIOS_TEXT_MAX];
	char chassis_vendor[SMBIOS_TEXT_MAX];
	char chassis_serial[SMBIOS_TEXT_MAX];
	char chassis_asset[SMBIOS_TEXT_MAX];
	char chassis_version[SMBIOS_TEXT_MAX];
	char chassis_sku[SMBIOS_TEXT_MAX];
	char chassis_type[24];		  /* "rack mount", "blade" ... or the number */
	char chassis_height[16];	  /* "2 U" */
	unsigned int host_interfaces;	  /* type 42: the way to a BMC's Redfish service */
	unsigned int firmware_components; /* type 45 */
};

/*
 * Reads a whole table (/sys/firmware/dmi/tables/DMI). Of several structures of a type the first
 * counts. ERR_FORMAT when the table is damaged: what was read before it is in *ret then.
 */
int smbios_summarize(const uint8_t *buf, size_t len, struct smbios_summary *ret, struct err *err);

#endif
