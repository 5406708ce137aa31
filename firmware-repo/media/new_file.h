/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A large file that has no name before it is complete: whatever happens, nothing is left behind. */
#ifndef FWREPO_NEW_FILE_H
#define FWREPO_NEW_FILE_H

#include "base/err.h"

#define NEW_FILE_PATH_MAX 4096

struct new_file {
	int fd;
	char path[NEW_FILE_PATH_MAX];	   /* what it is going to be called */
	char temporary[NEW_FILE_PATH_MAX]; /* where files without a name cannot be made; else "" */
};

/* ERR_DUPLICATE (path exists), ERR_IO, ERR_TOO_LARGE. new_file_drop() in any case. */
int new_file_open(const char *path, struct new_file *ret, struct err *err);

/* Makes it durable and gives it its name, never that of another. ERR_DUPLICATE, ERR_IO, ERR_FULL.
 */
int new_file_keep(struct new_file *file, struct err *err);
void new_file_drop(struct new_file *file);

#endif
