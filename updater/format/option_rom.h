/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expansion ROM of a PCI function: images one behind the other, each with a PCI Data Structure.
 * PCI Firmware Specification 3.3 §5.1; code type 03h: UEFI 2.10 §14.4.2. The offsets are also those
 * of drivers/pci/rom.c (Linux) and QEMU's hw/pci.
 */
#ifndef DRYDOCK_FORMAT_OPTION_ROM_H
#define DRYDOCK_FORMAT_OPTION_ROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define OPTION_ROM_IMAGES    16u	 /* more are an error */
#define OPTION_ROM_MAX_BYTES (16u << 20) /* the largest that a function can have */

enum option_rom_type { OPTION_ROM_BIOS = 0, OPTION_ROM_OPEN_FIRMWARE = 1, OPTION_ROM_EFI = 3 };

struct option_rom_image {
	uint16_t vendor, device;
	uint8_t type; /* enum option_rom_type or another number */
	uint16_t revision;
	uint32_t offset, bytes;
};

struct option_rom {
	struct option_rom_image images[OPTION_ROM_IMAGES];
	size_t count;
};

/* Gives len bytes from offset on, 0, or ERR_* (with a text), also when they are not all there. */
typedef int (*option_rom_read)(void *ctx, uint32_t offset, uint8_t *buf, size_t len,
			       struct err *err);

/*
 * Walks the images, reading their headers only. ERR_FORMAT: a signature, pointer or length that
 * cannot be, too many images; what read() returned. ret holds the images before it.
 */
int option_rom_walk(option_rom_read read, void *ctx, struct option_rom *ret, struct err *err);

/* "bios+efi": the kinds of its images, each once, in their order; "" for none. */
void option_rom_types(const struct option_rom *rom, char *ret, size_t size);

/* The image that people mean: the first for UEFI, else the first. NULL = there is none. */
const struct option_rom_image *option_rom_main(const struct option_rom *rom);

#endif
