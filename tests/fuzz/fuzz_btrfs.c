/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The superblock of btrfs. */
#include <stdlib.h>
#include <string.h>

#include "format/btrfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btrfs_super super;
	struct err err = { 0 };
	int rc = btrfs_parse(data, size, &super, &err);

	if (rc && ((rc != ERR_FORMAT && rc != ERR_NOT_FOUND) || err.code != rc || !*err.text))
		abort();
	if (rc == 0 && (size != BTRFS_BYTES || strlen(super.uuid) != 36))
		abort();
	return 0;
}
