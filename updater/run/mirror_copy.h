/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the mirror: one file. */
#ifndef DRYDOCK_RUN_MIRROR_COPY_H
#define DRYDOCK_RUN_MIRROR_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "run/mirror.h"

/* A file as it is on the medium. */
struct entry {
	char name[MIRROR_NAME_MAX];
	bool whole; /* copied at least once, and not in doubt */
	bool grows;
	bool busy; /* being copied: see mirror_file() */
	int fd;	   /* of one that grows, on the medium; -1 = not open */
	ino_t inode;
	struct timespec changed;
	uint64_t size;
	uint64_t sum; /* of the bytes copied: tells appended from written anew */
	struct entry *next;
};

struct mirror {
	int from, to;
	struct mirror_hooks hooks;
	struct entry *entries;
	uint8_t piece[MIRROR_PIECE_BYTES];
};

/* 0 or an errno: what a test makes of the operation that comes now. */
int mirror_before(const struct mirror *mirror, const char *operation, const char *name);

/* err, from what the medium answered. */
int mirror_fail(struct err *err, int errnum, const char *name, const char *what);

/*
 * Brings what is new in the file to the medium. A file that is not there is no error: they come
 * and go while we look. ERR_FULL, ERR_IO.
 */
int mirror_bring(struct mirror *mirror, struct entry *entry, struct err *err);

#endif
