/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the areas of a FAT volume lie, in sectors of 512 bytes (specification 1.03, section 3). */
#ifndef FWREPO_FAT_SHAPE_H
#define FWREPO_FAT_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "media/fat_tree.h"

#define FAT_SECTOR	  512u
#define FAT_SIZE_LEAST	  (4ull << 20)	 /* less would be FAT12 */
#define FAT_SIZE_FAT32	  (512ull << 20) /* from here on FAT32 */
#define FAT_SIZE_MOST	  (2ull << 40)	 /* sector numbers have 32 bits */
#define FAT_FIRST_CLUSTER 2u

/*
 * The number of clusters alone decides whether a volume is FAT12, FAT16 or FAT32 (section 3.5):
 * below 4085, below 65525, and more. It advises to keep 16 away from the borders.
 */
#define FAT16_LEAST 4101u
#define FAT16_MOST  65508u

struct fat_shape {
	bool fat32;
	uint32_t sectors;
	uint32_t cluster_sectors;
	uint32_t reserved; /* sectors before the first FAT */
	uint32_t fat_sectors;
	uint32_t root_entries; /* FAT16: the root lies between FATs and clusters */
	uint32_t data_start;   /* sector of the first cluster */
	uint32_t clusters;
};

/* For a volume of size bytes whose root has root_slots. ERR_FULL (too small), ERR_TOO_LARGE. */
int fat_shape_of(uint64_t size, uint32_t root_slots, struct fat_shape *ret, struct err *err);

/* How many clusters the tree takes in it. */
uint64_t fat_shape_need(const struct fat_shape *shape, const struct fat_tree *tree);

#endif
