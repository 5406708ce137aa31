/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a fresh FAT file system (FAT16 or FAT32 by size, long names; Microsoft FAT specification
 * 1.03) into a stretch of a file or device: the partition for people of a medium. The same input
 * gives the same bytes. Nothing is read back and no file system is changed in place.
 */
#ifndef FWREPO_FAT_H
#define FWREPO_FAT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/err.h"
#include "import/source.h"

#define FAT_MAX_FILES 200000
#define FAT_FILE_MAX  0xffffffffu /* bytes */

struct fat_file {
	const char *path; /* '/' between; its folders are made. A path that ends in '/' is an empty
			     folder */
	struct source source; /* its bytes; with file only its size counts */
	const char *file;     /* opened when its turn comes; NULL = source is open */
};

struct fat_volume {
	char label[12];	 /* "DRYDOCK", at most 11 bytes */
	uint32_t serial; /* volume id */
	time_t time;	 /* of all entries, UTC */
	uint64_t start;	 /* bytes, where it begins on the disk: the count of hidden sectors */
	const struct fat_file *files;
	size_t count;
	void (*progress)(void *ctx, uint64_t written); /* bytes so far; NULL = nobody asks */
	void *progress_ctx;
};

/*
 * The least number of bytes for these files and free_bytes more, whole MiB. ERR_TOO_LARGE (4 GiB
 * file, 2 TiB volume, folder of 65,536 entries), ERR_FORMAT (names that FAT does not take, the same
 * name twice case aside), ERR_NOMEM.
 */
int fat_size_for(const struct fat_volume *volume, uint64_t free_bytes, uint64_t *ret,
		 struct err *err);

/*
 * Writes it to fd at volume->start, size bytes large (whole sectors). Each file lies in one piece.
 * What no file uses is not touched, so a fresh image stays sparse; a file that ends before
 * the volume does is made longer. ERR_FULL when it does not fit:
 * then nothing was written; those above, ERR_IO (also: a file that has another size than told).
 */
int fat_write(int fd, uint64_t size, const struct fat_volume *volume, struct err *err);

#endif
