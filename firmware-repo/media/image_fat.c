/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/image_fat.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "media/fat.h"
#include "progress.h"

/* People look for these two even while they are empty. */
static const char *const folders[] = { "logs/", "repo/" };
#define FOLDERS (sizeof(folders) / sizeof(*folders))

static void say_progress(void *ctx, uint64_t written)
{
	uint64_t *said = ctx;

	progress_add(written - *said);
	*said = written;
}

static int fill(const struct image *image, uint64_t start, struct fat_volume *volume,
		struct fat_file **ret, struct err *err)
{
	struct fat_file *files = calloc(image->files.count + FOLDERS, sizeof(*files));
	size_t count = 0;

	if (!files)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < FOLDERS; i++)
		files[count++] = (struct fat_file){ .path = folders[i] };
	for (size_t i = 0; i < image->files.count; i++) {
		const struct media_file *file = &image->files.items[i];

		if (file->places & MEDIA_ON_FAT)
			files[count++] = (struct fat_file){ .path = file->path,
							    .source = file->source,
							    .file = file->from };
	}
	*ret = files;
	*volume = (struct fat_volume){ .label = "DRYDOCK",
				       .serial = image->fat_serial,
				       .time = base_time(&image->base),
				       .start = start * GPT_SECTOR,
				       .files = files,
				       .count = count };
	return 0;
}

int image_fat_size(const struct image *image, uint64_t start, uint64_t room, uint64_t *ret,
		   struct err *err)
{
	CLEANUP_FREE struct fat_file *files = NULL;
	struct fat_volume volume;
	int rc = fill(image, start, &volume, &files, err);

	return rc ? rc : fat_size_for(&volume, room, ret, err);
}

int image_fat_write(const struct image *image, int fd, struct err *err)
{
	CLEANUP_FREE struct fat_file *files = NULL;
	struct fat_volume volume;
	uint64_t said = 0;
	int rc = fill(image, image->gpt.partitions[BASE_FAT].first, &volume, &files, err);

	volume.progress = say_progress;
	volume.progress_ctx = &said;
	return rc ? rc : fat_write(fd, image_fat_bytes(image), &volume, err);
}
