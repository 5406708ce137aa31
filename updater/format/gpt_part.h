/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One partition of a GUID partition table (UEFI 2.10, 5.3), and what device paths say of it. */
#ifndef DRYDOCK_FORMAT_GPT_PART_H
#define DRYDOCK_FORMAT_GPT_PART_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define GPT_PART_BYTES 32768u /* of the begin of the disk: enough for 248 entries */

struct gpt_part {
	uint32_t number; /* from 1 */
	uint64_t first, sectors;
	uint8_t guid[GUID_BYTES];
};

/*
 * Partition number of the table at the begin of a disk with sectors of 512 bytes. ERR_FORMAT:
 * no table, not in these bytes, not used, ends before it begins.
 */
int gpt_part_parse(const uint8_t *buf, size_t len, uint32_t number, struct gpt_part *ret,
		   struct err *err);

#define DEVICE_PATH_HD_BYTES  42u  /* HD(), without what follows */
#define DEVICE_PATH_MAX_BYTES 512u /* HD()/File() and the end */

/*
 * HD(number,GPT,guid,first,sectors)/path (UEFI 2.10, 10.3.5.1, 10.3.5.4 and 10.3.1), the short
 * form of a path that the firmware completes. path: ASCII, "\EFI\x". The length, or 0: too long.
 */
size_t device_path_file(const struct gpt_part *part, const char *path,
			uint8_t ret[DEVICE_PATH_MAX_BYTES]);

#endif
