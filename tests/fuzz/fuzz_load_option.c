/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot####: a title is printable and fits, and what has no end is refused. */
#include <stdlib.h>
#include <string.h>

#include "format/load_option.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t rooms[] = { 1, 2, 17, 64 };

	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		char *title = malloc(rooms[i]);
		struct err err = { 0 };
		int rc;

		if (!title)
			abort();
		rc = load_option_title(data, size, title, rooms[i], &err);
		if (rc && (rc != ERR_FORMAT || err.code != rc || title[0]))
			abort();
		if (strlen(title) >= rooms[i])
			abort();
		for (const char *c = title; *c; c++)
			if (*c < 0x20 || *c >= 0x7f)
				abort();
		free(title);
	}
	return 0;
}
