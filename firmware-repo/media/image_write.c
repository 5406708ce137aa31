/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of an image. Progress is that of what is copied. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "media/esp.h"
#include "media/image.h"
#include "media/image_fat.h"
#include "media/iso9660.h"
#include "media/put.h"
#include "progress.h"

enum { FIRST_DESCRIPTOR = 16, MAX_DESCRIPTORS = 16, SECTORS_PER_BLOCK = ISO_BLOCK / GPT_SECTOR };

static int copy_base(const struct image *image, uint64_t from, uint64_t bytes, uint64_t to, int fd,
		     struct err *err)
{
	struct source part;
	int rc = source_slice(&image->base.image, from, bytes, image->base.image.name, &part, err);

	return rc ? rc : put_source(fd, &part, to, progress_add, err);
}

/* ESP and journal, from the base. */
static int copy_partition(const struct image *image, enum base_partition number, int fd,
			  struct err *err)
{
	const struct gpt_partition *old = &image->base.gpt.partitions[number];
	const struct gpt_partition *new = &image->gpt.partitions[number];

	return copy_base(image, old->first * GPT_SECTOR, (old->last - old->first + 1) * GPT_SECTOR,
			 new->first *GPT_SECTOR, fd, err);
}

/* One that stays as it was keeps its bytes. */
static int put_esp(const struct image *image, int fd, struct err *err)
{
	uint64_t bytes = image_esp_bytes(image);
	int rc = copy_partition(image, BASE_ESP, fd, err);

	if (rc || bytes == image->base.esp.size)
		return rc;
	return esp_grow(fd, image->gpt.partitions[BASE_ESP].first * GPT_SECTOR, bytes / GPT_SECTOR,
			err);
}

/* The archive, and zeros behind it: nothing of an older one stays. */
static int put_trust(const struct image *image, int fd, struct err *err)
{
	size_t size = (size_t)image->base.trust_size;
	CLEANUP_FREE uint8_t *extent = NULL;

	if (!image->has_trust)
		return 0;
	extent = calloc(1, size);
	if (!extent)
		return err_set(err, ERR_NOMEM, "out of memory");
	memcpy(extent, image->trust.archive.buf, image->trust.archive.len);
	return put_at(fd, image->base.trust_offset, extent, size, err);
}

/* Those of the whole medium (bias 0), or those of partition 1. */
static int put_descriptors(const struct image *image, const struct iso_place *rock_ridge,
			   const struct iso_place *joliet, uint32_t blocks, struct err *err)
{
	uint64_t at = (uint64_t)(rock_ridge->bias + FIRST_DESCRIPTOR) * ISO_BLOCK;
	uint8_t block[ISO_BLOCK];
	int rc = 0;

	for (int i = 0; !rc && i < MAX_DESCRIPTORS; i++, at += ISO_BLOCK) {
		rc = get_at(rock_ridge->fd, at, block, sizeof(block), err);
		if (!rc && memcmp(block + 1, "CD001", 5) != 0)
			return err_set(err, ERR_FORMAT, "a volume descriptor is missing");
		if (rc || block[0] == 255)
			return rc;
		if (block[0] == 1)
			iso_tables_describe(&image->rock_ridge, rock_ridge, blocks, block);
		else if (block[0] == 2)
			iso_tables_describe(&image->joliet, joliet, blocks, block);
		rc = put_at(rock_ridge->fd, at, block, sizeof(block), err);
	}
	return rc;
}

static int put_tables(const struct image *image, uint32_t bias, uint32_t blocks, uint32_t first,
		      int fd, struct err *err)
{
	const struct iso_place rock_ridge = { fd, first, bias, image->base.date };
	const struct iso_place joliet = { fd, first + image->rock_ridge.blocks, bias,
					  image->base.date };
	int rc = iso_tables_write(&image->tree, &image->rock_ridge, &rock_ridge, err);

	if (!rc)
		rc = iso_tables_write(&image->tree, &image->joliet, &joliet, err);
	return rc ? rc : put_descriptors(image, &rock_ridge, &joliet, blocks, err);
}

static int put_both_tables(const struct image *image, int fd, struct err *err)
{
	uint32_t whole = (uint32_t)(image->sectors / SECTORS_PER_BLOCK);
	uint32_t second = image->tables + image->rock_ridge.blocks + image->joliet.blocks;
	int rc = put_tables(image, 0, whole, image->tables, fd, err);

	return rc ? rc
		  : put_tables(image, image->base.bias, image->end - image->base.bias, second, fd,
			       err);
}

static int put_file(const struct media_file *file, int fd, struct err *err)
{
	struct source src;
	int rc = media_file_open(file, &src, err);

	if (rc)
		return rc;
	progress_item(file->path);
	rc = put_source(fd, &src, (uint64_t)file->block * ISO_BLOCK, progress_add, err);
	media_file_close(file, &src);
	return rc;
}

static int put_iso_files(const struct image *image, int fd, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < image->files.count; i++)
		if (image->files.items[i].places & MEDIA_ON_ISO)
			rc = put_file(&image->files.items[i], fd, err);
	return rc;
}

static uint64_t work_bytes(const struct image *image)
{
	const struct gpt_partition *old = image->base.gpt.partitions;
	uint64_t bytes = (uint64_t)image->base.iso_blocks * ISO_BLOCK;

	bytes += (old[BASE_ESP].last - old[BASE_ESP].first + 1) * GPT_SECTOR;
	bytes += (old[BASE_JOURNAL].last - old[BASE_JOURNAL].first + 1) * GPT_SECTOR;
	for (size_t i = 0; i < image->files.count; i++) {
		unsigned int places = image->files.items[i].places;

		bytes += ((places & MEDIA_ON_ISO ? 1u : 0u) + (places & MEDIA_ON_FAT ? 1u : 0u)) *
			 image->files.items[i].source.size;
	}
	return bytes;
}

static int put_all(const struct image *image, int fd, struct err *err)
{
	int rc = copy_base(image, 0, (uint64_t)image->base.iso_blocks * ISO_BLOCK, 0, fd, err);

	if (!rc)
		rc = put_trust(image, fd, err);
	if (!rc)
		rc = put_both_tables(image, fd, err);
	if (!rc)
		rc = put_iso_files(image, fd, err);
	if (!rc)
		rc = put_esp(image, fd, err);
	if (!rc)
		rc = image_fat_write(image, fd, err);
	if (!rc)
		rc = copy_partition(image, BASE_JOURNAL, fd, err);
	return rc ? rc : gpt_write(fd, image->sectors, &image->gpt, err);
}

int image_write(const struct image *image, int fd, struct err *err)
{
	int rc;

	if (ftruncate(fd, (off_t)(image->sectors * GPT_SECTOR)))
		return err_set_errno(err, ERR_FULL, errno, "no file of %llu bytes",
				     (unsigned long long)image->sectors * GPT_SECTOR);
	progress_begin("media", work_bytes(image));
	rc = put_all(image, fd, err);
	progress_end();
	return rc;
}
