/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An option ROM: reads stay inside it, and the walk ends. */
#include <stdlib.h>
#include <string.h>

#include "format/option_rom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rom {
	const uint8_t *data;
	size_t size;
	unsigned int reads;
};

static int read_rom(void *ctx, uint32_t offset, uint8_t *buf, size_t len, struct err *err)
{
	struct rom *rom = ctx;

	if (++rom->reads > 2 * OPTION_ROM_IMAGES || len > 64)
		abort();
	if (offset > rom->size || len > rom->size - offset)
		return err_set(err, ERR_FORMAT, "cut off");
	memcpy(buf, rom->data + offset, len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rom rom = { .data = data, .size = size };
	struct option_rom got;
	char types[64];
	struct err err = { 0 };
	int rc = option_rom_walk(read_rom, &rom, &got, &err);

	if (got.count > OPTION_ROM_IMAGES || (rc == 0) != (err.code == 0) || (!rc && !got.count))
		abort();
	for (size_t i = 1; i < got.count; i++)
		if (got.images[i].offset != got.images[i - 1].offset + got.images[i - 1].bytes)
			abort();
	option_rom_types(&got, types, sizeof(types));
	if (!memchr(types, 0, sizeof(types)) || (option_rom_main(&got) != NULL) != (got.count > 0))
		abort();
	return 0;
}
