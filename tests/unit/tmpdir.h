/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary directory for one test, and files in it. Failures here are failures of the test. */
#ifndef DRYDOCK_TESTS_TMPDIR_H
#define DRYDOCK_TESTS_TMPDIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fsio.h"
#include "tap.h"

struct tmpdir {
	char path[64];
};

static inline void tmpdir_make(struct tmpdir *dir)
{
	snprintf(dir->path, sizeof(dir->path), "%s", "/tmp/drydock-test.XXXXXX");
	CHECK(mkdtemp(dir->path));
}

static inline int tmpdir_remove_one(const char *path, const struct stat *st, int type,
				    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tmpdir_drop(struct tmpdir *dir)
{
	nftw(dir->path, tmpdir_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in it; valid until the fourth call after this one. */
static inline const char *tmpdir_file(const struct tmpdir *dir, const char *name)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir->path, name);
	return path;
}

/* Writes a file, with the directories above it. */
static inline void tmpdir_write(const struct tmpdir *dir, const char *name, const void *buf,
				size_t len)
{
	char above[512];

	snprintf(above, sizeof(above), "%s/%s", dir->path, name);
	*strrchr(above, '/') = '\0';
	CHECK_INT(fsio_mkdir_p(above, 0755, NULL), 0);
	CHECK_INT(fsio_write_atomic(tmpdir_file(dir, name), buf, len, 0644, NULL), 0);
}

static inline void tmpdir_write_text(const struct tmpdir *dir, const char *name, const char *text)
{
	tmpdir_write(dir, name, text, strlen(text));
}

/* Inverts one bit of a file in place. */
static inline void tmpdir_flip(const struct tmpdir *dir, const char *name, long offset)
{
	FILE *file = fopen(tmpdir_file(dir, name), "r+");
	int byte;

	CHECK(file);
	if (!file)
		return;
	CHECK_INT(fseek(file, offset, offset < 0 ? SEEK_END : SEEK_SET), 0);
	byte = fgetc(file);
	CHECK(byte != EOF);
	fseek(file, -1, SEEK_CUR);
	fputc(byte ^ 1, file);
	fclose(file);
}

#endif
