/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: read with a maximum, written so that a crash leaves the old one or the new one. */
#ifndef DRYDOCK_BASE_FSIO_H
#define DRYDOCK_BASE_FSIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define FSIO_PATH_MAX 4096

/*
 * Joins dir, "/" and name in path (room for FSIO_PATH_MAX). ERR_TOO_LARGE.
 */
int fsio_join(char path[FSIO_PATH_MAX], const char *dir, const char *name, struct err *err);

/*
 * The whole file, at most max bytes, malloc'ed with a NUL behind the last byte. ERR_NOT_FOUND,
 * ERR_TOO_LARGE, ERR_IO (also: not a regular file), ERR_NOMEM.
 */
int fsio_read_file(const char *path, size_t max, uint8_t **ret, size_t *ret_len, struct err *err);

/*
 * Writes len bytes to a new file beside path, syncs it, renames it over path and syncs the
 * directory. mode as for open(2). On error path is as it was. ERR_IO, ERR_FULL (no room).
 */
int fsio_write_atomic(const char *path, const void *buf, size_t len, mode_t mode, struct err *err);

/* Writes all len bytes to a descriptor. 0 or a negative errno. */
int fsio_write_all(int fd, const void *buf, size_t len);

/* Makes the directory and its missing parents; one that exists is fine. ERR_IO, ERR_FULL. */
int fsio_mkdir_p(const char *path, mode_t mode, struct err *err);

/* Makes names in a directory durable. File systems that cannot (EINVAL) are fine. ERR_IO. */
int fsio_sync_dir(const char *path, struct err *err);

/* The same for the directory that holds path. */
int fsio_sync_parent(const char *path, struct err *err);

#endif
