/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A volume is laid out whole before its first byte is written: folders first, then files, each in
 * one piece, one behind the other. So it is written from front to back without going back.
 */
#include "media/fat.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/le.h"
#include "media/fat_dir.h"
#include "media/fat_out.h"
#include "media/fat_shape.h"
#include "media/fat_tree.h"

#define MIB	       (1ull << 20)
#define FSINFO_SECTOR  1
#define BACKUP_SECTOR  6 /* of the boot sector; that of FSInfo follows it */
#define MEDIA_FIXED    0xf8
#define END16	       0xffffu
#define END32	       0x0fffffffu
#define DRIVE_AND_KIND 0x290080u /* drive 80h, nothing, 29h: serial, label and type follow */

struct layout {
	struct fat_tree tree;
	struct fat_shape shape;
	uint32_t used; /* clusters */
};

/* What does not depend on the type, section 3.1. */
static void boot_common(const struct fat_shape *shape, const struct fat_volume *volume,
			uint8_t *sector)
{
	bool small = shape->sectors < 0x10000 && !shape->fat32;

	sector[0] = 0xeb; /* jmp over the parameters */
	sector[2] = 0x90;
	memcpy(sector + 3, "MSWIN4.1", 8); /* what section 3.1 recommends */
	le16_put(sector + 11, FAT_SECTOR);
	sector[13] = (uint8_t)shape->cluster_sectors;
	le16_put(sector + 14, (uint16_t)shape->reserved);
	sector[16] = 2; /* FATs */
	le16_put(sector + 17, (uint16_t)shape->root_entries);
	le16_put(sector + 19, small ? (uint16_t)shape->sectors : 0);
	sector[21] = MEDIA_FIXED;
	le16_put(sector + 22, shape->fat32 ? 0 : (uint16_t)shape->fat_sectors);
	le16_put(sector + 24, 63); /* sectors of a track and heads, for who still asks */
	le16_put(sector + 26, 255);
	le32_put(sector + 28, (uint32_t)(volume->start / FAT_SECTOR));
	le32_put(sector + 32, small ? 0 : shape->sectors);
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static void boot_sector(const struct fat_shape *shape, const struct fat_volume *volume,
			uint8_t sector[FAT_SECTOR])
{
	/* int 18h: the firmware goes on with the next thing that can be booted; hlt for ever */
	static const uint8_t code[] = { 0xcd, 0x18, 0xf4, 0xeb, 0xfd };
	uint8_t *more = sector + (shape->fat32 ? 64 : 36);

	memset(sector, 0, FAT_SECTOR);
	boot_common(shape, volume, sector);
	if (shape->fat32) {
		le32_put(sector + 36, shape->fat_sectors);
		le32_put(sector + 44, FAT_FIRST_CLUSTER); /* the root */
		le16_put(sector + 48, FSINFO_SECTOR);
		le16_put(sector + 50, BACKUP_SECTOR);
	}
	le32_put(more, DRIVE_AND_KIND);
	le32_put(more + 3, volume->serial);
	fat_label_pad(volume->label, more + 7);
	memcpy(more + 18, shape->fat32 ? "FAT32   " : "FAT16   ", 8);
	memcpy(more + 26, code, sizeof(code));
	sector[1] = (uint8_t)(more + 26 - sector - 2);
}

/* Section 5. */
static void info_sector(const struct layout *layout, uint8_t sector[FAT_SECTOR])
{
	uint32_t free_clusters = layout->shape.clusters - layout->used;

	memset(sector, 0, FAT_SECTOR);
	memcpy(sector, "RRaA", 4);
	memcpy(sector + 484, "rrAa", 4);
	le32_put(sector + 488, free_clusters);
	le32_put(sector + 492, free_clusters ? layout->used + FAT_FIRST_CLUSTER : UINT32_MAX);
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static int put_reserved(struct fat_out *out, const struct layout *layout, struct err *err)
{
	uint8_t boot[FAT_SECTOR], info[FAT_SECTOR];
	int rc;

	boot_sector(&layout->shape, out->volume, boot);
	info_sector(layout, info);
	rc = fat_out_put(out, boot, sizeof(boot), err);
	if (!rc && layout->shape.fat32)
		rc = fat_out_put(out, info, sizeof(info), err);
	if (!rc && layout->shape.fat32)
		rc = fat_out_zeros(out, (BACKUP_SECTOR - 2) * FAT_SECTOR, err);
	if (!rc && layout->shape.fat32)
		rc = fat_out_put(out, boot, sizeof(boot), err);
	if (!rc && layout->shape.fat32)
		rc = fat_out_put(out, info, sizeof(info), err);
	return rc ? rc
		  : fat_out_zeros(out,
				  (uint64_t)layout->shape.reserved * FAT_SECTOR - out->done -
					  out->used,
				  err);
}

static int put_entry(struct fat_out *out, bool fat32, uint32_t value, struct err *err)
{
	uint8_t entry[4];

	le32_put(entry, value);
	return fat_out_put(out, entry, fat32 ? 4 : 2, err);
}

static int put_chain(struct fat_out *out, bool fat32, const struct fat_node *node, struct err *err)
{
	int rc = 0;

	for (uint32_t i = 1; i <= node->clusters && !rc; i++)
		rc = put_entry(out, fat32,
			       i < node->clusters ? node->cluster + i : (fat32 ? END32 : END16),
			       err);
	return rc;
}

static int put_fat(struct fat_out *out, const struct layout *layout, struct err *err)
{
	bool fat32 = layout->shape.fat32;
	uint64_t bytes = (uint64_t)layout->shape.fat_sectors * FAT_SECTOR;
	uint64_t entries = (uint64_t)layout->used + FAT_FIRST_CLUSTER;
	int rc = put_entry(out, fat32, (fat32 ? END32 : END16) - 0xff + MEDIA_FIXED, err);

	if (!rc)
		rc = put_entry(out, fat32, fat32 ? END32 : END16, err);
	for (int files = 0; files < 2; files++)
		for (size_t i = 0; i < layout->tree.count && !rc; i++)
			if (!layout->tree.nodes[i].file == !files)
				rc = put_chain(out, fat32, &layout->tree.nodes[i], err);
	return rc ? rc : fat_out_zeros(out, bytes - entries * (fat32 ? 4 : 2), err);
}

static int put_node(struct fat_out *out, const struct layout *layout, uint32_t number,
		    struct err *err)
{
	const struct fat_node *node = &layout->tree.nodes[number];
	uint64_t place = (uint64_t)node->clusters * layout->shape.cluster_sectors * FAT_SECTOR;
	uint64_t used =
		node->file ? node->file->source.size : (uint64_t)node->inner_slots * FAT_SLOT_BYTES;
	int rc;

	if (node->clusters == 0)
		return 0;
	rc = node->file ? fat_out_file(out, node->file, err)
			: fat_dir_write(out, &layout->tree, number, err);
	if (!rc)
		rc = fat_out_zeros(out, place - used, err);
	return rc && node->file ? err_prefix(err, "%.200s", node->file->path) : rc;
}

static int put_all(struct fat_out *out, const struct layout *layout, struct err *err)
{
	const struct fat_shape *shape = &layout->shape;
	int rc = put_reserved(out, layout, err);

	for (int i = 0; i < 2 && !rc; i++)
		rc = put_fat(out, layout, err);
	if (!rc && !shape->fat32)
		rc = fat_dir_write(out, &layout->tree, 0, err);
	if (!rc && !shape->fat32)
		rc = fat_out_zeros(
			out,
			(uint64_t)(shape->root_entries - layout->tree.nodes[0].inner_slots) *
				FAT_SLOT_BYTES,
			err);
	for (int files = 0; files < 2; files++)
		for (uint32_t i = 0; i < layout->tree.count && !rc; i++)
			if (!layout->tree.nodes[i].file == !files)
				rc = put_node(out, layout, i, err);
	return rc ? rc : fat_out_end(out, err);
}

/* The root of FAT16 keeps 0 clusters: it has a place of its own. */
static int give_places(struct layout *layout, struct err *err)
{
	uint32_t cluster_bytes = layout->shape.cluster_sectors * FAT_SECTOR;
	uint64_t need = fat_shape_need(&layout->shape, &layout->tree);

	if (need > layout->shape.clusters)
		return err_set(
			err, ERR_FULL, "%llu MiB too small for these files",
			(unsigned long long)((need - layout->shape.clusters) * cluster_bytes / MIB +
					     1));
	for (int files = 0; files < 2; files++)
		for (size_t i = layout->shape.fat32 ? 0 : 1; i < layout->tree.count; i++) {
			struct fat_node *node = &layout->tree.nodes[i];

			if (!node->file != !files)
				continue;
			node->clusters = (uint32_t)fat_node_clusters(node, cluster_bytes);
			node->cluster = node->clusters ? layout->used + FAT_FIRST_CLUSTER : 0;
			layout->used += node->clusters;
		}
	return 0;
}

static int check_room(int fd, uint64_t end, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) ||
	    (S_ISREG(st.st_mode) && (uint64_t)st.st_size < end && ftruncate(fd, (off_t)end)))
		return err_set(err, ERR_IO, "cannot set the size of the image");
	return 0;
}

int fat_write(int fd, uint64_t size, const struct fat_volume *volume, struct err *err)
{
	struct layout layout = { .used = 0 };
	struct fat_out out = { .fd = -1 };
	int rc = fat_label_check(volume->label, err);

	if (!rc)
		rc = fat_tree_make(volume, &layout.tree, err);
	if (!rc)
		rc = fat_shape_of(size, layout.tree.nodes[0].inner_slots, &layout.shape, err);
	if (!rc)
		rc = give_places(&layout, err);
	if (!rc)
		rc = check_room(fd, volume->start + size, err);
	if (!rc)
		rc = fat_out_begin(fd, volume, &out, err);
	if (!rc)
		rc = put_all(&out, &layout, err);
	fat_out_free(&out);
	fat_tree_free(&layout.tree);
	return rc ? err_prefix(err, "the FAT partition") : 0;
}

/* How many bytes are missing at this size; 0 = it fits. */
static int missing(const struct fat_tree *tree, uint64_t size, uint64_t free_bytes, uint64_t *ret,
		   struct err *err)
{
	struct fat_shape shape;
	int rc = fat_shape_of(size, tree->nodes[0].inner_slots, &shape, err);
	uint64_t cluster_bytes, need;

	if (rc == ERR_FULL) {
		*ret = 1;
		return 0;
	}
	if (rc)
		return rc;
	cluster_bytes = (uint64_t)shape.cluster_sectors * FAT_SECTOR;
	need = fat_shape_need(&shape, tree) + (free_bytes + cluster_bytes - 1) / cluster_bytes;
	*ret = need > shape.clusters ? (need - shape.clusters) * cluster_bytes : 0;
	return 0;
}

int fat_size_for(const struct fat_volume *volume, uint64_t free_bytes, uint64_t *ret,
		 struct err *err)
{
	struct fat_tree tree = { 0 };
	uint64_t size = FAT_SIZE_LEAST, lack = 1;
	int rc = fat_tree_make(volume, &tree, err);

	while (!rc && lack > 0) {
		rc = missing(&tree, size, free_bytes, &lack, err);
		if (rc || lack == 0)
			break;
		lack = (lack + MIB - 1) / MIB * MIB;
		/* Files may need less room in the smaller clusters of FAT32. */
		if (size < FAT_SIZE_FAT32 && size + lack > FAT_SIZE_FAT32)
			lack = FAT_SIZE_FAT32 - size;
		size += lack;
	}
	fat_tree_free(&tree);
	if (!rc)
		*ret = size;
	return rc ? err_prefix(err, "the FAT partition") : 0;
}
