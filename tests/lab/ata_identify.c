/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the emulated drive says of itself: ACS-4 §7.13.6 and §9.11.5. */
#include <string.h>

#include "ata_model.h"
#include "fwimage.h"

static void put_word(uint8_t *buf, unsigned int index, uint32_t value)
{
	buf[2 * index] = (uint8_t)value;
	buf[2 * index + 1] = (uint8_t)(value >> 8);
}

/* The first character is in the upper byte of a word. */
static void put_text(uint8_t *buf, unsigned int index, size_t width, const char *text)
{
	uint8_t field[40];

	fwimage_pad(field, width, text);
	for (size_t i = 0; i < width; i++)
		buf[2 * index + (i ^ 1)] = field[i];
}

static void put_checksum(uint8_t *buf, uint32_t kind)
{
	uint8_t sum = 0xa5;

	if (!kind)
		return;
	for (size_t i = 0; i < 510; i++)
		sum = (uint8_t)(sum + buf[i]);
	buf[510] = 0xa5;
	buf[511] = (uint8_t)(-sum + (kind == 2));
}

void ata_model_identify(const struct ata_model *model, uint8_t buf[512])
{
	const struct ata_model_config *config = &model->config;

	memset(buf, 0, 512);
	put_word(buf, 0, config->atapi ? 0x8580 : 0x0040);
	put_text(buf, 10, 20, config->serial);
	put_text(buf, 23, 8, model->running);
	put_text(buf, 27, 40, config->model);
	put_word(buf, 59, config->sanitize << 12);
	put_word(buf, 69, config->dma << 8);
	put_word(buf, 82, config->smart);
	put_word(buf, 83, 0x4400 | config->download);
	put_word(buf, 84, 0x4000 | config->log << 5);
	put_word(buf, 85, config->smart);
	put_word(buf, 86, 0x8400 | config->download);
	put_word(buf, 87, 0x4000 | config->log << 5);
	if (config->wwn)
		for (unsigned int i = 0; i < 4; i++)
			put_word(buf, 108 + i, i ? 0x1111 * i : 0x5000);
	put_word(buf, 119, 0x4000 | config->offsets << 4);
	put_word(buf, 120, 0x4000 | config->offsets << 4);
	put_word(buf, 128, config->security);
	put_word(buf, 234, config->min_blocks);
	put_word(buf, 235, config->max_blocks);
	put_checksum(buf, config->checksum);
}

static void put_qword(uint8_t *buf, uint64_t value)
{
	for (unsigned int i = 0; i < 8; i++)
		buf[i] = (uint8_t)(value >> 8 * i);
}

void ata_model_capabilities(const struct ata_model *model, uint8_t buf[512])
{
	const struct ata_model_config *config = &model->config;
	const uint64_t valid = 1ull << 63;

	memset(buf, 0, 512);
	put_qword(buf, valid | 3u << 16 | 1);
	put_qword(buf + 8, valid | (uint64_t)config->dma << 33 | config->download << 14 |
				   config->offsets << 3);
	put_qword(buf + 16, valid | (uint64_t)config->deferred << 34 |
				    (uint64_t)config->download << 33 |
				    (uint64_t)config->offsets << 32 | config->max_blocks << 16 |
				    config->min_blocks);
}
