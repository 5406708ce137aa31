/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkrom IMAGE ROM VENDOR DEVICE: puts a PCI expansion ROM header (UEFI 2.10, 14.4.2.3; PCI Firmware
 * 3.0, 5.1) in front of a UEFI image.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 0x38u
#define PCIR	     0x1cu
#define ROM_UNIT     512u
#define ROM_MAX	     (1u << 20)

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void fill_header(uint8_t *rom, size_t units, unsigned int vendor, unsigned int device)
{
	put16(rom, 0xaa55);
	put16(rom + 2, (unsigned int)units);
	put16(rom + 4, 0x0ef1); /* EFI signature, 32 bits */
	put16(rom + 8, 0x0b);	/* subsystem: the image tells its own; OVMF wants this one */
	put16(rom + 0x0a, 0x8664);
	put16(rom + 0x16, HEADER_BYTES);
	put16(rom + 0x18, PCIR);
	memcpy(rom + PCIR, "PCIR", 4);
	put16(rom + PCIR + 4, vendor);
	put16(rom + PCIR + 6, device);
	put16(rom + PCIR + 0x0a, 0x18); /* length of this structure, revision 0 */
	rom[PCIR + 0x0f] = 2;		/* class code */
	put16(rom + PCIR + 0x10, (unsigned int)units);
	rom[PCIR + 0x14] = 3;	 /* EFI */
	rom[PCIR + 0x15] = 0x80; /* the last image */
}

int main(int argc, char **argv)
{
	static uint8_t rom[ROM_MAX];
	size_t len, units;
	FILE *in, *out;

	if (argc != 5) {
		fprintf(stderr, "usage: mkrom IMAGE ROM VENDOR DEVICE\n");
		return 2;
	}
	in = fopen(argv[1], "rb");
	len = in ? fread(rom + HEADER_BYTES, 1, ROM_MAX - HEADER_BYTES, in) : 0;
	if (len == 0 || !feof(in)) {
		fprintf(stderr, "mkrom: %s cannot be read, or is too large\n", argv[1]);
		return 1;
	}
	fclose(in);
	units = (HEADER_BYTES + len + ROM_UNIT - 1) / ROM_UNIT;
	fill_header(rom, units, (unsigned int)strtoul(argv[3], NULL, 16),
		    (unsigned int)strtoul(argv[4], NULL, 16));
	out = fopen(argv[2], "wb");
	if (!out || fwrite(rom, ROM_UNIT, units, out) != units || fclose(out) != 0) {
		fprintf(stderr, "mkrom: %s cannot be written\n", argv[2]);
		return 1;
	}
	return 0;
}
