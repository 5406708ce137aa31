/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMBIOS table: structures lie inside it, one behind the other, and texts are printable. */
#include <stdlib.h>
#include <string.h>

#include "format/smbios.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smbios_summary summary;
	struct smbios_entry entry;
	size_t pos = 0, begin = 0;
	int rc;

	while ((rc = smbios_next(data, size, &pos, &entry, NULL)) == 1) {
		check_entry(data, size, begin, pos, &entry);
		begin = pos;
	}
	if (smbios_summarize(data, size, &summary, NULL) != rc)
		abort();
	check_text(summary.bios_version, sizeof(summary.bios_version));
	check_text(summary.system_serial, sizeof(summary.system_serial));
	check_text(summary.system_uuid, sizeof(summary.system_uuid));
	check_text(summary.bios_release, sizeof(summary.bios_release));
	return 0;
}
