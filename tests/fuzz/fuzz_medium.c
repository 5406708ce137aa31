/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What init's watcher says: texts end where they should, and what is refused changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "run/medium.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size)
		abort();
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medium medium, before;
	struct err err;

	memset(&medium, 0x55, sizeof(medium));
	memcpy(&before, &medium, sizeof(before));
	if (medium_parse(data, size, &medium, &err)) {
		if (memcmp(&medium, &before, sizeof(medium)) != 0)
			abort();
		return 0;
	}
	check_text(medium.log, sizeof(medium.log));
	check_text(medium.journal, sizeof(medium.journal));
	check_text(medium.repo, sizeof(medium.repo));
	check_text(medium.disk, sizeof(medium.disk));
	return 0;
}
