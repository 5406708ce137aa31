/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_shape.h"

#define ALIGN_SECTORS	8u /* clusters begin at multiples of at least 4 KiB */
#define ROOT_LEAST	512u
#define SLOTS_IN_SECTOR (FAT_SECTOR / FAT_SLOT_BYTES)

static uint32_t round_up(uint32_t value, uint32_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static uint32_t cluster_sectors_fat32(uint64_t size)
{
	if (size <= 8ull << 30)
		return 8;
	return size <= 16ull << 30 ? 16 : size <= 32ull << 30 ? 32 : 64;
}

/* The FATs are made for all sectors behind them: a few entries too many, never one too few. */
static bool place(struct fat_shape *shape, uint32_t cluster_sectors)
{
	uint32_t entry = shape->fat32 ? 4 : 2;
	uint32_t least = shape->fat32 ? 32 : 1;
	uint32_t root = shape->root_entries / SLOTS_IN_SECTOR;
	uint64_t entries = (uint64_t)shape->sectors / cluster_sectors + FAT_FIRST_CLUSTER;
	uint32_t unit = cluster_sectors > ALIGN_SECTORS ? cluster_sectors : ALIGN_SECTORS;

	shape->cluster_sectors = cluster_sectors;
	shape->fat_sectors = (uint32_t)((entries * entry + FAT_SECTOR - 1) / FAT_SECTOR);
	shape->data_start = round_up(least + 2 * shape->fat_sectors + root, unit);
	shape->reserved = shape->data_start - root - 2 * shape->fat_sectors;
	if (shape->data_start >= shape->sectors)
		return false;
	shape->clusters = (shape->sectors - shape->data_start) / cluster_sectors;
	return shape->fat32 || shape->clusters <= FAT16_MOST;
}

int fat_shape_of(uint64_t size, uint32_t root_slots, struct fat_shape *ret, struct err *err)
{
	uint32_t cluster_sectors = 1;

	if (size > FAT_SIZE_MOST - FAT_SECTOR)
		return err_set(err, ERR_TOO_LARGE, "FAT ends at 2 TiB");
	*ret = (struct fat_shape){ .fat32 = size >= FAT_SIZE_FAT32 };
	ret->sectors = (uint32_t)(size / FAT_SECTOR);
	if (ret->fat32)
		cluster_sectors = cluster_sectors_fat32(size);
	else
		ret->root_entries =
			round_up(root_slots > ROOT_LEAST ? root_slots : ROOT_LEAST, ROOT_LEAST);
	if (ret->root_entries >= FAT_MAX_SLOTS)
		return err_set(err, ERR_TOO_LARGE, "more names than the root of FAT16 holds");
	while (size >= FAT_SIZE_LEAST && !place(ret, cluster_sectors) && cluster_sectors < 64)
		cluster_sectors *= 2;
	if (ret->clusters < FAT16_LEAST)
		return err_set(err, ERR_FULL, "%llu bytes are too few for a FAT file system",
			       (unsigned long long)size);
	return 0;
}

uint64_t fat_shape_need(const struct fat_shape *shape, const struct fat_tree *tree)
{
	uint32_t cluster_bytes = shape->cluster_sectors * FAT_SECTOR;
	uint64_t need = 0;

	for (size_t i = shape->fat32 ? 0 : 1; i < tree->count; i++)
		need += fat_node_clusters(&tree->nodes[i], cluster_bytes);
	return need;
}
