/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/smbios_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format/guid.h"
#include "format/le.h"

/* Type 45, 7.46. */
enum {
	FIRMWARE_ID_FORMAT = 0x08,
	FIRMWARE_SIZE = 0x0c,
	FIRMWARE_CHARACTERISTICS = 0x14,
	FIRMWARE_STATE = 0x16,
	FIRMWARE_COUNT = 0x17,
	FIRMWARE_BYTES = 0x18, /* the handles of what it runs on follow */
	ID_FORMAT_GUID = 1,
	UPDATABLE = 1 << 0,
	WRITE_PROTECT = 1 << 1,
};

static const char *const states[] = {
	"unknown",	   "other",	    "unknown",
	"disabled",	   "enabled",	    "absent",
	"standby offline", "standby spare", "unavailable offline",
};

static void read_guid(const char *id, char ret[40])
{
	uint8_t guid[GUID_BYTES];

	if (guid_parse_mixed(id, guid) == 0)
		guid_text_mixed(guid, ret);
}

static void read_texts(const struct smbios_entry *entry, struct smbios_firmware *ret)
{
	smbios_string(entry, 0x04, ret->name, sizeof(ret->name));
	smbios_string(entry, 0x05, ret->version, sizeof(ret->version));
	smbios_string(entry, 0x07, ret->id, sizeof(ret->id));
	smbios_string(entry, 0x09, ret->date, sizeof(ret->date));
	smbios_string(entry, 0x0a, ret->manufacturer, sizeof(ret->manufacturer));
	smbios_string(entry, 0x0b, ret->lowest, sizeof(ret->lowest));
}

int smbios_firmware(const struct smbios_entry *entry, struct smbios_firmware *ret, struct err *err)
{
	const uint8_t *data = entry->data;
	size_t count;

	*ret = (struct smbios_firmware){ .handle = entry->handle, .state = states[0] };
	read_texts(entry, ret);
	if (entry->data_len < FIRMWARE_BYTES)
		return err_set(err, ERR_FORMAT, "type 45, handle %04Xh: %zu bytes instead of %d",
			       (unsigned int)entry->handle, entry->data_len, FIRMWARE_BYTES);
	if (data[FIRMWARE_ID_FORMAT] == ID_FORMAT_GUID)
		read_guid(ret->id, ret->guid);
	ret->image_bytes = le64_at(data + FIRMWARE_SIZE);
	if (ret->image_bytes == UINT64_MAX)
		ret->image_bytes = 0;
	ret->updatable = data[FIRMWARE_CHARACTERISTICS] & UPDATABLE;
	ret->write_protected = data[FIRMWARE_CHARACTERISTICS] & WRITE_PROTECT;
	if (data[FIRMWARE_STATE] < sizeof(states) / sizeof(*states))
		ret->state = states[data[FIRMWARE_STATE]];
	count = data[FIRMWARE_COUNT];
	if (entry->data_len - FIRMWARE_BYTES < 2 * count)
		return err_set(err, ERR_FORMAT, "type 45, handle %04Xh: %zu components do not fit",
			       (unsigned int)entry->handle, count);
	for (size_t i = 0; i < count && i < SMBIOS_FIRMWARE_HANDLES; i++)
		ret->associated[ret->associated_count++] = le16_at(data + FIRMWARE_BYTES + 2 * i);
	return 0;
}

bool smbios_place(const struct smbios_entry *entry, struct smbios_place *ret)
{
	size_t at = entry->type == SMBIOS_TYPE_SLOT ? 0x0d : 0x07;
	uint8_t devfn;

	if ((entry->type != SMBIOS_TYPE_SLOT && entry->type != SMBIOS_TYPE_ONBOARD) ||
	    entry->data_len < at + 4)
		return false;
	devfn = entry->data[at + 3];
	*ret = (struct smbios_place){
		.segment = le16_at(entry->data + at),
		.bus = entry->data[at + 2],
		.device = devfn >> 3,
		.function = devfn & 7,
	};
	smbios_string(entry, 0x04, ret->name, sizeof(ret->name));
	/* Behind no bus, or an onboard device that is switched off (7.42.2, bit 7). */
	if (ret->segment == 0xffff || (ret->bus == 0xff && devfn == 0xff))
		return false;
	return entry->type == SMBIOS_TYPE_SLOT || entry->data[5] & 0x80;
}

int smbios_tpm(const struct smbios_entry *entry, struct smbios_tpm *ret, struct err *err)
{
	enum { BYTES = 0x1b, FAMILY_BY_UPDATE = 1 << 3 };
	const uint8_t *data = entry->data;
	uint32_t version;

	*ret = (struct smbios_tpm){ 0 };
	if (entry->data_len < BYTES)
		return err_set(err, ERR_FORMAT, "type 43: %zu bytes instead of %d", entry->data_len,
			       BYTES);
	text_from_field(ret->vendor, sizeof(ret->vendor), data + 4, 4);
	snprintf(ret->specification, sizeof(ret->specification), "%u.%u", data[8], data[9]);
	version = le32_at(data + 0x0a);
	/* TPM_VERSION of 1.2 has the revision in its last two bytes, 7.44.1. */
	if (data[8] == 1)
		snprintf(ret->version, sizeof(ret->version), "%u.%u", data[0x0c], data[0x0d]);
	else if (data[8] == 2)
		snprintf(ret->version, sizeof(ret->version), "%u.%u", version >> 16,
			 version & 0xffff);
	smbios_string(entry, 0x12, ret->description, sizeof(ret->description));
	ret->updatable = data[0x13] & FAMILY_BY_UPDATE;
	return 0;
}
