/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/option_rom.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

struct rom {
	uint8_t bytes[8192];
	size_t len;
	unsigned int reads;
};

static int read_rom(void *ctx, uint32_t offset, uint8_t *buf, size_t len, struct err *err)
{
	struct rom *rom = ctx;

	rom->reads++;
	if (offset > rom->len || len > rom->len - offset)
		return err_set(err, ERR_FORMAT, "cut off at byte %u", offset);
	memcpy(buf, rom->bytes + offset, len);
	return 0;
}

/* An image of blocks * 512 bytes, its data structure at 1Ch. */
static uint8_t *put(struct rom *rom, uint8_t type, uint16_t revision, uint8_t blocks, bool last)
{
	uint8_t *image = rom->bytes + rom->len;

	memcpy(image, "\x55\xaa", 2);
	image[0x18] = 0x1c;
	memcpy(image + 0x1c, "PCIR\x86\x80\x0e\x10", 8);
	image[0x1c + 0x10] = blocks;
	image[0x1c + 0x12] = (uint8_t)revision;
	image[0x1c + 0x13] = (uint8_t)(revision >> 8);
	image[0x1c + 0x14] = type;
	image[0x1c + 0x15] = last ? 0x80 : 0;
	rom->len += 512u * blocks;
	return image;
}

static void a_chain_of_images(void)
{
	struct rom rom = { .len = 0 };
	struct option_rom got;
	char types[64];

	put(&rom, OPTION_ROM_BIOS, 0x0102, 3, false);
	put(&rom, OPTION_ROM_EFI, 0x0304, 2, false);
	put(&rom, OPTION_ROM_EFI, 0x0506, 1, true);
	put(&rom, OPTION_ROM_OPEN_FIRMWARE, 9, 1, true); /* behind the last */
	CHECK_INT(option_rom_walk(read_rom, &rom, &got, NULL), 0);
	CHECK_INT(got.count, 3);
	CHECK_INT(got.images[0].vendor, 0x8086);
	CHECK_INT(got.images[0].device, 0x100e);
	CHECK_INT(got.images[0].revision, 0x0102);
	CHECK_INT(got.images[0].bytes, 3 * 512);
	CHECK_INT(got.images[1].offset, 3 * 512);
	CHECK_INT(got.images[2].offset, 5 * 512);
	option_rom_types(&got, types, sizeof(types));
	CHECK_STR(types, "bios+efi");
	CHECK(option_rom_main(&got) == &got.images[1]);
	CHECK_INT(rom.reads, 6); /* headers only */
}

static void what_people_mean(void)
{
	struct rom rom = { .len = 0 };
	struct option_rom got = { .count = 0 };
	char types[64];

	CHECK(!option_rom_main(&got));
	option_rom_types(&got, types, sizeof(types));
	CHECK_STR(types, "");
	put(&rom, 7, 1, 1, false);
	put(&rom, OPTION_ROM_OPEN_FIRMWARE, 2, 1, true);
	CHECK_INT(option_rom_walk(read_rom, &rom, &got, NULL), 0);
	CHECK(option_rom_main(&got) == got.images);
	option_rom_types(&got, types, sizeof(types));
	CHECK_STR(types, "other+open-firmware");
	option_rom_types(&got, types, 8);
	CHECK_STR(types, "other+o");
}

static void damage(void)
{
	static const struct {
		unsigned int at;
		uint8_t value;
		const char *want;
	} cases[] = {
		{ 0, 0xff, "image 2: no signature" },
		{ 1, 0, "image 2: no signature" },
		{ 0x18, 0x18, "cannot be at 0018h" },
		{ 0x18, 0x1d, "cannot be at 001Dh" },
		{ 0x18, 0x20, "no data structure (PCIR) at 0020h" },
		{ 0x1c, 'p', "no data structure" },
		{ 0x19, 0xff, "cut off" },
		{ 0x2c, 0, "image 2 has 0 bytes" },
		{ 0x2d, 0xff, "image 2 has 33423872 bytes" },
		{ 0x2d, 1, "image 3: cut off" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rom rom = { .len = 0 };
		struct option_rom got;
		struct err err = { 0 };

		put(&rom, OPTION_ROM_BIOS, 1, 1, false);
		put(&rom, OPTION_ROM_EFI, 2, 1, false)[cases[i].at] = cases[i].value;
		put(&rom, OPTION_ROM_EFI, 3, 1, true);
		CHECK_INT(option_rom_walk(read_rom, &rom, &got, &err), ERR_FORMAT);
		CHECK_CONTAINS(err.text, cases[i].want);
		CHECK_INT(got.images[0].revision, 1); /* what was read before stays */
		CHECK(got.count >= 1);
	}
}

/* 16 images that each say that another follows. */
static void a_chain_without_end(void)
{
	struct rom rom = { .len = 0 };
	struct option_rom got;
	struct err err;

	for (unsigned int i = 0; i < OPTION_ROM_IMAGES; i++)
		put(&rom, OPTION_ROM_BIOS, 1, 1, false);
	CHECK_INT(rom.len, sizeof(rom.bytes));
	CHECK_INT(option_rom_walk(read_rom, &rom, &got, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "more than 16 images");
	CHECK_INT(got.count, OPTION_ROM_IMAGES);
	rom.bytes[15 * 512 + 0x1c + 0x15] = 0x80;
	CHECK_INT(option_rom_walk(read_rom, &rom, &got, &err), 0);
}

static void every_cut_is_survived(void)
{
	struct rom rom = { .len = 0 };
	struct option_rom got;

	put(&rom, OPTION_ROM_BIOS, 1, 1, false);
	put(&rom, OPTION_ROM_EFI, 2, 1, true);
	for (rom.len = 0; rom.len < 512 + 0x34; rom.len++) {
		CHECK_INT(option_rom_walk(read_rom, &rom, &got, NULL), ERR_FORMAT);
		CHECK_INT(got.count, rom.len >= 0x34);
	}
	CHECK_INT(option_rom_walk(read_rom, &rom, &got, NULL), 0);
}

int main(void)
{
	TAP_RUN(a_chain_of_images);
	TAP_RUN(what_people_mean);
	TAP_RUN(damage);
	TAP_RUN(a_chain_without_end);
	TAP_RUN(every_cut_is_survived);
	return TAP_END();
}
