/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPE's signed images (iLO, system ROM, programmable logic ...): blocks of text with a signature,
 * certificates, then a binary header "HPIMAGE" that says what it is for. Layout as read by several
 * independent tools; offsets below are from the beginning of that header:
 *
 *   0 "HPIMAGE\0"  8 major, minor  0x0c GUID of the device class, mixed-endian  0x3c date
 *   0x40 version, 32 bytes  0x60 name, 64 bytes  0x4a0 number of targets, their GUIDs, instructions
 */
#ifndef FWREPO_PARSE_HPIMAGE_H
#define FWREPO_PARSE_HPIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define HPIMAGE_MAX_BLOCKS  8 /* of signatures, and of certificates */
#define HPIMAGE_MAX_TARGETS 256

struct hpimage {
	bool is_signed;
	char key[64]; /* label of the key in the first signature block, "" = none */
	char device_class[GUID_TEXT];
	unsigned int year; /* of its date; 0 = not told */
	char version[33];
	char name[65];
	char targets[HPIMAGE_MAX_TARGETS][GUID_TEXT];
	size_t target_count;
	size_t header;	/* where the header begins */
	size_t payload; /* where what follows the header begins */
};

/* Does it begin as such an image does? */
bool hpimage_recognise(const uint8_t *buf, size_t len);

/*
 * Parses the first len bytes of an image of size bytes; len of 64 KiB is enough for all that is
 * accepted. ERR_FORMAT, ERR_TOO_LARGE.
 */
int hpimage_parse(const uint8_t *buf, size_t len, uint64_t size, struct hpimage *ret,
		  struct err *err);

#endif
