/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/esp.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/le.h"
#include "media/fat_shape.h"
#include "media/put.h"

/* Section 3.1: places in the boot sector. */
enum {
	AT_SECTOR_BYTES = 11,
	AT_CLUSTER_SECTORS = 13,
	AT_RESERVED = 14,
	AT_FATS = 16,
	AT_ROOT_ENTRIES = 17,
	AT_SECTORS_16 = 19,
	AT_FAT_SECTORS = 22,
	AT_SECTORS_32 = 32,
	AT_SIGNATURE = 510,
	FAT_ENTRY_BYTES = 2,
	SECTORS_PER_MIB = (1 << 20) / FAT_SECTOR,
};

struct boot_sector {
	uint32_t cluster_sectors, reserved, fats, root_entries, fat_sectors;
	uint64_t sectors, data_start, clusters;
};

static int parse_boot_sector(const uint8_t buf[FAT_SECTOR], struct boot_sector *ret)
{
	uint32_t few = le16_at(buf + AT_SECTORS_16);

	*ret = (struct boot_sector){ .cluster_sectors = buf[AT_CLUSTER_SECTORS],
				     .reserved = le16_at(buf + AT_RESERVED),
				     .fats = buf[AT_FATS],
				     .root_entries = le16_at(buf + AT_ROOT_ENTRIES),
				     .fat_sectors = le16_at(buf + AT_FAT_SECTORS),
				     .sectors = few ? few : le32_at(buf + AT_SECTORS_32) };
	if (le16_at(buf + AT_SIGNATURE) != 0xaa55 || le16_at(buf + AT_SECTOR_BYTES) != FAT_SECTOR ||
	    !ret->cluster_sectors || (ret->cluster_sectors & (ret->cluster_sectors - 1)) ||
	    !ret->reserved || !ret->fats)
		return ERR_FORMAT;
	ret->data_start = ret->reserved + (uint64_t)ret->fats * ret->fat_sectors +
			  (ret->root_entries * FAT_SLOT_BYTES + FAT_SECTOR - 1) / FAT_SECTOR;
	if (ret->data_start >= ret->sectors)
		return ERR_FORMAT;
	ret->clusters = (ret->sectors - ret->data_start) / ret->cluster_sectors;
	return 0;
}

static bool is_fat16(const struct boot_sector *boot)
{
	return boot->fat_sectors && boot->clusters >= FAT16_LEAST && boot->clusters <= FAT16_MOST;
}

/* As many clusters as its FATs have entries for, and FAT16 has at all; whole MiB. */
static uint64_t most_sectors(const struct boot_sector *boot)
{
	uint64_t entries = (uint64_t)boot->fat_sectors * FAT_SECTOR / FAT_ENTRY_BYTES;
	uint64_t clusters = entries - FAT_FIRST_CLUSTER;
	uint64_t most;

	clusters = clusters < FAT16_MOST ? clusters : FAT16_MOST;
	most = boot->data_start + clusters * boot->cluster_sectors;
	most -= most % SECTORS_PER_MIB;
	return most > boot->sectors ? most : boot->sectors;
}

static int count_free(const struct source *esp, const struct boot_sector *boot, uint64_t *ret,
		      struct err *err)
{
	size_t size = (size_t)(boot->clusters + FAT_FIRST_CLUSTER) * FAT_ENTRY_BYTES, got = 0;
	CLEANUP_FREE uint8_t *fat = malloc(size);
	uint64_t count = 0;
	int rc;

	if (!fat)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = source_read(esp, (uint64_t)boot->reserved * FAT_SECTOR, fat, size, &got, err);
	if (!rc && (got < size || size > (uint64_t)boot->fat_sectors * FAT_SECTOR))
		rc = err_set(err, ERR_FORMAT, "%s: its FAT is too short", esp->name);
	for (size_t i = FAT_FIRST_CLUSTER; !rc && i < size / FAT_ENTRY_BYTES; i++)
		count += le16_at(fat + i * FAT_ENTRY_BYTES) == 0;
	*ret = count * boot->cluster_sectors * FAT_SECTOR;
	return rc;
}

int esp_measure(const struct source *esp, struct esp_space *ret, struct err *err)
{
	uint8_t sector[FAT_SECTOR];
	struct boot_sector boot;
	size_t got = 0;
	int rc = source_read(esp, 0, sector, sizeof(sector), &got, err);

	*ret = (struct esp_space){ 0 };
	if (rc)
		return rc;
	if (got < sizeof(sector) || parse_boot_sector(sector, &boot) ||
	    boot.sectors > esp->size / FAT_SECTOR)
		return err_set(err, ERR_FORMAT, "%s: the ESP has no FAT that holds", esp->name);
	ret->sectors = ret->most = esp->size / FAT_SECTOR;
	if (!is_fat16(&boot) || boot.sectors != ret->sectors)
		return 0;
	ret->most = most_sectors(&boot);
	return count_free(esp, &boot, &ret->free, err);
}

uint64_t esp_sectors_for(const struct esp_space *space, uint64_t bytes)
{
	uint64_t more, room = space->most - space->sectors;

	if (bytes <= space->free)
		return space->sectors;
	more = (bytes - space->free + FAT_SECTOR - 1) / FAT_SECTOR;
	more = (more + SECTORS_PER_MIB - 1) / SECTORS_PER_MIB * SECTORS_PER_MIB;
	return space->sectors + (more < room ? more : room);
}

int esp_grow(int fd, uint64_t offset, uint64_t sectors, struct err *err)
{
	uint8_t sector[FAT_SECTOR];
	int rc = get_at(fd, offset, sector, sizeof(sector), err);

	if (rc)
		return rc;
	/* Section 3.1: the 16 bits where they are enough, else the 32. */
	put_le16(sector + AT_SECTORS_16, sectors < 0x10000 ? (uint16_t)sectors : 0);
	put_le32(sector + AT_SECTORS_32, sectors < 0x10000 ? 0 : (uint32_t)sectors);
	return put_at(fd, offset, sector, sizeof(sector), err);
}
