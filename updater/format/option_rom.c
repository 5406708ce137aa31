/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/option_rom.h"

#include <stdio.h>
#include <string.h>

#include "format/le.h"

enum {
	HEADER_BYTES = 0x1a,
	AT_PCIR = 0x18,
	PCIR_BYTES = 0x18,
	PCIR_VENDOR = 0x04,
	PCIR_DEVICE = 0x06,
	PCIR_IMAGE_BLOCKS = 0x10,
	PCIR_REVISION = 0x12,
	PCIR_TYPE = 0x14,
	PCIR_INDICATOR = 0x15,
	LAST = 0x80,
	BLOCK = 512,
};

static int read_image(option_rom_read read, void *ctx, uint32_t offset,
		      struct option_rom_image *ret, bool *ret_last, struct err *err)
{
	uint8_t header[HEADER_BYTES], pcir[PCIR_BYTES];
	uint32_t at;
	int rc = read(ctx, offset, header, sizeof(header), err);

	if (rc)
		return rc;
	if (header[0] != 0x55 || header[1] != 0xaa)
		return err_set(err, ERR_FORMAT, "no signature (55AAh) but %02X%02Xh", header[0],
			       header[1]);
	at = le16_at(header + AT_PCIR);
	if (at < HEADER_BYTES || at % 4)
		return err_set(err, ERR_FORMAT, "its data structure cannot be at %04Xh", at);
	rc = read(ctx, offset + at, pcir, sizeof(pcir), err);
	if (rc)
		return rc;
	if (memcmp(pcir, "PCIR", 4) != 0)
		return err_set(err, ERR_FORMAT, "no data structure (PCIR) at %04Xh", at);
	*ret = (struct option_rom_image){
		.vendor = le16_at(pcir + PCIR_VENDOR),
		.device = le16_at(pcir + PCIR_DEVICE),
		.type = pcir[PCIR_TYPE],
		.revision = le16_at(pcir + PCIR_REVISION),
		.offset = offset,
		.bytes = (uint32_t)le16_at(pcir + PCIR_IMAGE_BLOCKS) * BLOCK,
	};
	*ret_last = pcir[PCIR_INDICATOR] & LAST;
	return 0;
}

int option_rom_walk(option_rom_read read, void *ctx, struct option_rom *ret, struct err *err)
{
	uint32_t offset = 0;
	bool last = false;

	*ret = (struct option_rom){ 0 };
	while (!last) {
		struct option_rom_image *image = &ret->images[ret->count];
		int rc;

		if (ret->count == OPTION_ROM_IMAGES)
			return err_set(err, ERR_FORMAT, "more than %u images", OPTION_ROM_IMAGES);
		rc = read_image(read, ctx, offset, image, &last, err);
		if (rc) {
			err_prefix(err, "image %zu", ret->count + 1);
			return rc;
		}
		ret->count++;
		/* Without a length nobody knows where the next one is. */
		if (!last && (image->bytes == 0 || image->bytes > OPTION_ROM_MAX_BYTES - offset))
			return err_set(err, ERR_FORMAT, "image %zu has %u bytes", ret->count,
				       image->bytes);
		offset += image->bytes;
	}
	return 0;
}

static const char *type_name(uint8_t type)
{
	switch (type) {
	case OPTION_ROM_BIOS:
		return "bios";
	case OPTION_ROM_OPEN_FIRMWARE:
		return "open-firmware";
	case OPTION_ROM_EFI:
		return "efi";
	default:
		return "other";
	}
}

void option_rom_types(const struct option_rom *rom, char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < rom->count && used < size; i++) {
		const char *name = type_name(rom->images[i].type);
		int len;

		if (strstr(ret, name))
			continue;
		len = snprintf(ret + used, size - used, "%s%s", used ? "+" : "", name);
		used += len > 0 ? (size_t)len : 0;
	}
}

const struct option_rom_image *option_rom_main(const struct option_rom *rom)
{
	for (size_t i = 0; i < rom->count; i++)
		if (rom->images[i].type == OPTION_ROM_EFI)
			return &rom->images[i];
	return rom->count ? rom->images : NULL;
}
