/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EFI System Resource Table (UEFI 2.10, 23.4) as the kernel shows it: one entry for each thing that
 * takes capsules. Reading only.
 */
#include "inventory/probe.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/guid.h"

#define ENTRIES "/sys/firmware/efi/esrt/entries"

/* Numbers are decimal there. */
static const struct {
	const char *file, *key;
} numbers[] = {
	{ "fw_version", "esrt.version" },
	{ "lowest_supported_fw_version", "esrt.lowest" },
	{ "last_attempt_version", "esrt.last_version" },
	{ "last_attempt_status", "esrt.last_status" },
	{ "capsule_flags", "esrt.flags" },
};

static int read_entry(struct hwio *hw, const char *entry, const char *file, char *buf, size_t size)
{
	char path[sizeof(ENTRIES) + HWIO_NAME_MAX + 32];

	snprintf(path, sizeof(path), ENTRIES "/%s/%s", entry, file);
	return hwio_read_attr(hw, path, buf, size);
}

/* fw_type: 1 the system, 2 a device, 3 a UEFI driver. */
static const char *name_of(struct hwio *hw, const char *entry)
{
	char type[16];

	if (read_entry(hw, entry, "fw_type", type, sizeof(type)))
		return "firmware";
	return strcmp(type, "1") == 0	? "system firmware"
	       : strcmp(type, "2") == 0 ? "device firmware"
	       : strcmp(type, "3") == 0 ? "UEFI driver"
					: "firmware";
}

static int describe(struct hwio *hw, const char *entry, const char *guid, struct device *dev)
{
	char target[DEVICE_TARGET_MAX], value[32];
	int rc;

	snprintf(dev->name, sizeof(dev->name), "%s", name_of(hw, entry));
	snprintf(target, sizeof(target), "guid:%s", guid);
	rc = device_add_target(dev, target);
	for (size_t i = 0; !rc && i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!read_entry(hw, entry, numbers[i].file, value, sizeof(value)))
			rc = device_set_prop(dev, numbers[i].key, value);
	if (device_prop(dev, "esrt.version"))
		snprintf(dev->version, sizeof(dev->version), "%.60s",
			 device_prop(dev, "esrt.version"));
	return rc;
}

static int add_entry(struct hwio *hw, const char *entry, struct inventory *inv, struct err *err)
{
	char text[64], guid[GUID_TEXT], id[DEVICE_ID_MAX];
	uint8_t bytes[GUID_BYTES];
	struct device *dev;
	int rc;

	if (read_entry(hw, entry, "fw_class", text, sizeof(text)) || guid_parse_be(text, bytes))
		return err_set(err, ERR_FORMAT, "%s: its class cannot be read", entry);
	guid_text_be(bytes, guid);
	snprintf(id, sizeof(id), "esrt:%s", guid);
	rc = inventory_add(inv, DEVICE_ESRT, id, &dev, err);
	if (!rc && describe(hw, entry, guid, dev))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	return rc;
}

int probe_esrt(const struct probe_source *source, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;
	int rc = 0;

	if (source->hw->ops->list(source->hw, ENTRIES, &names, &count))
		return 0; /* not started by UEFI, or a firmware without the table */
	for (size_t i = 0; !rc && i < count; i++)
		if (strncmp(names[i], "entry", 5) == 0)
			rc = add_entry(source->hw, names[i], inv, err);
	return rc;
}
