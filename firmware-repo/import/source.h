/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that can be read at any place: a file, or a stretch of one (a package inside an ISO, an
 * image inside a package that stores it). It does not own the descriptor.
 */
#ifndef FWREPO_SOURCE_H
#define FWREPO_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SOURCE_NAME_MAX 256

struct source {
	int fd;
	uint64_t offset;	    /* in fd */
	uint64_t size;		    /* bytes */
	char name[SOURCE_NAME_MAX]; /* its file name without folders, for people and reports */
};

/* Opens a regular file; source_close() closes it. ERR_NOT_FOUND, ERR_IO (also: not a file). */
int source_open(const char *path, struct source *ret, struct err *err);
void source_close(struct source *src); /* only what source_open() opened */

/* A stretch of src under another name. ERR_FORMAT when it is not inside src. */
int source_slice(const struct source *src, uint64_t offset, uint64_t size, const char *name,
		 struct source *ret, struct err *err);

/* Up to len bytes at offset: fewer only at the end. ERR_IO. */
int source_read(const struct source *src, uint64_t offset, void *buf, size_t len, size_t *ret_len,
		struct err *err);

/* All of it, at most max bytes, malloc'ed with a NUL behind. ERR_TOO_LARGE, ERR_IO, ERR_NOMEM. */
int source_load(const struct source *src, size_t max, uint8_t **ret, size_t *ret_len,
		struct err *err);

#endif
