/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partitions of a table, and the device path of a file on one: it says what the table says. */
#include <stdlib.h>
#include <string.h>

#include "format/gpt_part.h"
#include "format/le.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct gpt_part *part)
{
	uint8_t *path = malloc(DEVICE_PATH_MAX_BYTES);
	size_t len = path ? device_path_file(part, "\\EFI\\x", path) : 0;

	if (len != DEVICE_PATH_HD_BYTES + 4 + 2 * 7 + 4 || le32_at(path + 4) != part->number ||
	    le64_at(path + 8) != part->first || le64_at(path + 16) != part->sectors ||
	    memcmp(path + 24, part->guid, GUID_BYTES) != 0)
		abort();
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t numbers[] = { 0, 1, 2, 4, 248, 257, UINT32_MAX };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct gpt_part part = { 0 };
		struct err err = { 0 };
		int rc = gpt_part_parse(data, size, numbers[i], &part, &err);

		if (rc ? rc != ERR_FORMAT || err.code != rc
		       : part.number != numbers[i] || !part.first || !part.sectors)
			abort();
		if (!rc)
			check_path(&part);
	}
	return 0;
}
