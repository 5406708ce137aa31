/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/smbios.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HEADER_BYTES 4 /* type, length, handle: DSP0134 6.1.2 */

int smbios_next(const uint8_t *buf, size_t len, size_t *pos, struct smbios_entry *ret,
		struct err *err)
{
	size_t start = *pos;
	size_t strings, end;

	if (start >= len || buf[start] == SMBIOS_TYPE_END)
		return 0;
	if (len - start < HEADER_BYTES || buf[start + 1] < HEADER_BYTES ||
	    len - start < buf[start + 1])
		return err_set(err, ERR_FORMAT, "SMBIOS structure at byte %zu is cut off", start);
	strings = start + buf[start + 1];
	/* A set of strings ends with an empty one; no string at all is two NULs, 6.1.3. */
	for (end = strings; end + 1 < len && (buf[end] || buf[end + 1]); end++)
		;
	if (end + 1 >= len)
		return err_set(err, ERR_FORMAT, "SMBIOS strings at byte %zu have no end", strings);
	*ret = (struct smbios_entry){
		.type = buf[start],
		.handle = (uint16_t)(buf[start + 2] | buf[start + 3] << 8),
		.data = buf + start,
		.data_len = buf[start + 1],
		.strings = buf + strings,
		.strings_len = end + 1 - strings,
	};
	*pos = end + 2;
	return 1;
}

void smbios_string(const struct smbios_entry *entry, size_t offset, char *ret, size_t size)
{
	const uint8_t *text = entry->strings;
	size_t left = entry->strings_len;
	unsigned int number = offset < entry->data_len ? entry->data[offset] : 0;

	ret[0] = '\0';
	for (; number > 1 && left > 0; number--) {
		size_t len = strnlen((const char *)text, left);

		len += len < left;
		text += len;
		left -= len;
	}
	if (number == 1)
		text_from_field(ret, size, text, left);
}

/* FFh = not supported, 7.1 offsets 14h to 17h. */
static void read_release(const struct smbios_entry *entry, size_t offset, char ret[8])
{
	if (offset + 1 >= entry->data_len || entry->data[offset] == 0xff ||
	    entry->data[offset + 1] == 0xff)
		return;
	snprintf(ret, 8, "%u.%u", entry->data[offset], entry->data[offset + 1]);
}

/* All zeros or ones: not set. The first three fields are little-endian, 7.2.1. */
static void read_uuid(const struct smbios_entry *entry, size_t offset, char ret[40])
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	const uint8_t *uuid = entry->data + offset;
	uint8_t all = 0xff, any = 0;
	size_t out = 0;

	if (entry->data_len < offset + 16)
		return;
	for (size_t i = 0; i < 16; i++) {
		all &= uuid[i];
		any |= uuid[i];
	}
	if (any == 0 || all == 0xff)
		return;
	for (size_t i = 0; i < 16; i++) {
		int dash = i == 4 || i == 6 || i == 8 || i == 10;

		out += (size_t)snprintf(ret + out, 40 - out, "%s%02x", dash ? "-" : "",
					uuid[order[i]]);
	}
}

#define FIELD(type, offset, member)                                   \
	{                                                             \
		type, offset, offsetof(struct smbios_summary, member) \
	}

/* The strings of a summary: DSP0134 7.1 to 7.4. */
static const struct {
	uint8_t type;
	uint8_t offset; /* of the string's number in the structure */
	size_t member;
} fields[] = {
	FIELD(SMBIOS_TYPE_BIOS, 0x04, bios_vendor),
	FIELD(SMBIOS_TYPE_BIOS, 0x05, bios_version),
	FIELD(SMBIOS_TYPE_BIOS, 0x08, bios_date),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x04, system_vendor),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x05, system_product),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x06, system_version),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x07, system_serial),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x19, system_sku),
	FIELD(SMBIOS_TYPE_SYSTEM, 0x1a, system_family),
	FIELD(SMBIOS_TYPE_BOARD, 0x04, board_vendor),
	FIELD(SMBIOS_TYPE_BOARD, 0x05, board_product),
	FIELD(SMBIOS_TYPE_BOARD, 0x06, board_version),
	FIELD(SMBIOS_TYPE_BOARD, 0x07, board_serial),
	FIELD(SMBIOS_TYPE_CHASSIS, 0x04, chassis_vendor),
	FIELD(SMBIOS_TYPE_CHASSIS, 0x06, chassis_version),
	FIELD(SMBIOS_TYPE_CHASSIS, 0x07, chassis_serial),
	FIELD(SMBIOS_TYPE_CHASSIS, 0x08, chassis_asset),
};

/* 7.4.1; those that servers have. Bit 7 is a lock. */
static const struct {
	uint8_t type;
	const char *name;
} chassis_types[] = {
	{ 0x03, "desktop" },	     { 0x07, "tower" },	       { 0x11, "main server" },
	{ 0x17, "rack mount" },	     { 0x19, "multi-system" }, { 0x1c, "blade" },
	{ 0x1d, "blade enclosure" },
};

/* The SKU stands behind a list whose length is told before it, 7.4. */
static void read_chassis(const struct smbios_entry *entry, struct smbios_summary *ret)
{
	enum { TYPE = 0x05, HEIGHT = 0x11, ELEMENTS = 0x13, ELEMENT_BYTES = 0x14, LIST = 0x15 };
	uint8_t type = entry->data_len > TYPE ? entry->data[TYPE] & 0x7f : 0;

	if (type)
		snprintf(ret->chassis_type, sizeof(ret->chassis_type), "type %u", type);
	for (size_t i = 0; i < sizeof(chassis_types) / sizeof(*chassis_types); i++)
		if (chassis_types[i].type == type)
			snprintf(ret->chassis_type, sizeof(ret->chassis_type), "%s",
				 chassis_types[i].name);
	if (entry->data_len > HEIGHT && entry->data[HEIGHT])
		snprintf(ret->chassis_height, sizeof(ret->chassis_height), "%u U",
			 entry->data[HEIGHT]);
	if (entry->data_len > ELEMENT_BYTES)
		smbios_string(entry,
			      LIST + (size_t)entry->data[ELEMENTS] * entry->data[ELEMENT_BYTES],
			      ret->chassis_sku, sizeof(ret->chassis_sku));
}

static void read_entry(const struct smbios_entry *entry, struct smbios_summary *ret)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i].type == entry->type)
			smbios_string(entry, fields[i].offset, (char *)ret + fields[i].member,
				      SMBIOS_TEXT_MAX);
	if (entry->type == SMBIOS_TYPE_BIOS) {
		read_release(entry, 0x14, ret->bios_release);
		read_release(entry, 0x16, ret->ec_release);
	}
	if (entry->type == SMBIOS_TYPE_CHASSIS)
		read_chassis(entry, ret);
	if (entry->type == SMBIOS_TYPE_SYSTEM)
		read_uuid(entry, 0x08, ret->system_uuid);
}

int smbios_summarize(const uint8_t *buf, size_t len, struct smbios_summary *ret, struct err *err)
{
	bool seen[SMBIOS_TYPE_CHASSIS + 1] = { false };
	struct smbios_entry entry;
	size_t pos = 0;
	int rc;

	*ret = (struct smbios_summary){ 0 };
	if (len > SMBIOS_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "SMBIOS table of %zu bytes", len);
	while ((rc = smbios_next(buf, len, &pos, &entry, err)) == 1) {
		ret->host_interfaces += entry.type == SMBIOS_TYPE_HOST_INTERFACE;
		ret->firmware_components += entry.type == SMBIOS_TYPE_FIRMWARE;
		if (entry.type > SMBIOS_TYPE_CHASSIS || seen[entry.type])
			continue;
		seen[entry.type] = true;
		read_entry(&entry, ret);
	}
	return rc;
}
