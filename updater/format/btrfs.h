/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The superblock of btrfs, as far as several devices are concerned: Linux,
 * include/uapi/linux/btrfs_tree.h, struct btrfs_super_block.
 */
#ifndef DRYDOCK_FORMAT_BTRFS_H
#define DRYDOCK_FORMAT_BTRFS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BTRFS_OFFSET (64u << 10)
#define BTRFS_BYTES  4096u

struct btrfs_super {
	char uuid[37]; /* "00112233-4455-6677-8899-aabbccddeeff" */
	uint64_t generation;
	uint64_t devices; /* of the file system */
	uint64_t device;  /* which of them this is */
};

/*
 * buf: BTRFS_BYTES from BTRFS_OFFSET on. ERR_NOT_FOUND: none; ERR_FORMAT: damaged. Its checksum is
 * proven when it is the usual CRC-32C; the others are believed.
 */
int btrfs_parse(const uint8_t *buf, size_t len, struct btrfs_super *ret, struct err *err);

#endif
