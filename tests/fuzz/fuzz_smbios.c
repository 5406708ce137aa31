/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMBIOS table: structures lie inside it, one behind the other, and texts are printable. */
#include <stdlib.h>
#include <string.h>

#include "format/smbios_parts.h"
#include "inventory/components.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	if (!memchr(text, 0, size))
		abort();
	for (; *text; text++)
		if (*text < 0x20 || *text == 0x7f)
			abort();
}

static void check_entry(const uint8_t *data, size_t size, size_t begin, size_t end,
			const struct smbios_entry *entry)
{
	char text[32];

	if (end <= begin || end > size || entry->data != data + begin || entry->data_len < 4 ||
	    entry->strings != entry->data + entry->data_len ||
	    entry->strings + entry->strings_len + 1 != data + end)
		abort();
	for (size_t offset = 4; offset < entry->data_len + 2; offset++) {
		smbios_string(entry, offset, text, sizeof(text));
		check_text(text, sizeof(text));
	}
}

static void check_parts(const struct smbios_entry *entry)
{
	struct smbios_firmware firmware;
	struct smbios_host_network network;
	struct smbios_place place;
	struct smbios_tpm tpm;
	char words[64];

	smbios_host_interface(entry, words, sizeof(words), NULL);
	check_text(words, sizeof(words));
	if (smbios_host_network(entry, &network) &&
	    (entry->type != SMBIOS_TYPE_HOST_INTERFACE || network.service_format < 1 ||
	     network.service_format > 2))
		abort();
	smbios_firmware(entry, &firmware, NULL);
	check_text(firmware.name, sizeof(firmware.name));
	check_text(firmware.guid, sizeof(firmware.guid));
	if (firmware.associated_count > SMBIOS_FIRMWARE_HANDLES || !*firmware.state)
		abort();
	smbios_tpm(entry, &tpm, NULL);
	check_text(tpm.vendor, sizeof(tpm.vendor));
	if (smbios_place(entry, &place) && (place.device > 31 || place.function > 7))
		abort();
}

/* Whatever the table, the devices that were there stay. */
static void check_components(const uint8_t *data, size_t size)
{
	struct inventory inv = { 0 };
	struct device *dev;

	if (inventory_add(&inv, DEVICE_SYSTEM, "system", &dev, NULL) ||
	    inventory_add(&inv, DEVICE_PCI, "pci:0000:00:00.0", &dev, NULL))
		abort();
	components_add(data, size, &inv, NULL);
	if (inv.count < 2 || strcmp(inv.devices[0].id, "system") != 0)
		abort();
	for (size_t i = 0; i < inv.count; i++) {
		check_text(inv.devices[i].id, sizeof(inv.devices[i].id));
		check_text(inv.devices[i].version, sizeof(inv.devices[i].version));
	}
	inventory_free(&inv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smbios_summary summary;
	struct smbios_entry entry;
	size_t pos = 0, begin = 0;
	int rc;

	while ((rc = smbios_next(data, size, &pos, &entry, NULL)) == 1) {
		check_entry(data, size, begin, pos, &entry);
		check_parts(&entry);
		begin = pos;
	}
	if (smbios_summarize(data, size, &summary, NULL) != rc)
		abort();
	check_text(summary.bios_version, sizeof(summary.bios_version));
	check_text(summary.system_serial, sizeof(summary.system_serial));
	check_text(summary.system_uuid, sizeof(summary.system_uuid));
	check_text(summary.bios_release, sizeof(summary.bios_release));
	check_text(summary.chassis_type, sizeof(summary.chassis_type));
	check_components(data, size);
	return 0;
}
