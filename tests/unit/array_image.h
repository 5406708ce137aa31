/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks with the superblocks of arrays on them, made here so that nothing but the formats'
 * descriptions stands behind them; test_array_tools.c shows that the formats' own tools read them
 * the same way.
 */
#ifndef DRYDOCK_TESTS_ARRAY_IMAGE_H
#define DRYDOCK_TESTS_ARRAY_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/md.h"

#define IMAGE_BYTES ((size_t)2 << 20) /* libblkid sees no sets on a disk of 1 MiB */

struct md_image {
	enum md_version version;
	int level;
	unsigned int disks;
	unsigned int role; /* 0xffff spare, 0xfffe faulty, 0xfffd journal */
	uint64_t events;
	uint32_t features;
	uint64_t recovery_offset;
	uint64_t resync_offset; /* of 0.90: recovery_cp; UINT64_MAX = all is in sync */
	uint8_t uuid;		/* its first byte */
};

/* A mirror of two that is whole. */
#define MD_IMAGE_MIRROR(number)                                                            \
	{                                                                                  \
		.version = MD_1_2, .level = 1, .disks = 2, .role = (number), .events = 17, \
		.resync_offset = UINT64_MAX, .uuid = 0xab                                  \
	}

/* Writes it into a disk of IMAGE_BYTES; its checksum is right. */
void md_image_put(uint8_t *disk, const struct md_image *image);
/* The checksum again, after a byte was changed. */
void md_image_sum(uint8_t *superblock, enum md_version version);

struct lvm_image {
	unsigned int number;  /* of this volume, 0.. */
	unsigned int volumes; /* of the group */
	unsigned int seqno;
	const char *device; /* the hint of all volumes, "/dev/sdx"; NULL = that */
	bool missing;	    /* the last volume is marked as missing */
	bool no_metadata;   /* this volume has no copy of the text */
	bool wrapped;	    /* the text goes round the end of its area */
};

void lvm_image_put(uint8_t *disk, const struct lvm_image *image);
/* The text that it puts there; room for 4 KiB. Returns its length with the final NUL. */
size_t lvm_image_text(const struct lvm_image *image, char *text);

struct imsm_image {
	unsigned int disks;
	unsigned int failed; /* the last ones of them */
	unsigned int generation;
	uint8_t map_state; /* 0 normal, 2 degraded, 3 failed */
	uint8_t migrating;
	unsigned int more_spares; /* entries that only make it longer */
	unsigned int sector;	  /* 0 = 512 */
};

void imsm_image_put(uint8_t *disk, const struct imsm_image *image);
/* The checksum again; of one that fits into its anchor. */
void imsm_image_sum(uint8_t *anchor);

void btrfs_image_put(uint8_t *disk, unsigned int device, unsigned int devices, uint64_t generation);

#endif
