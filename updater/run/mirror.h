/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies what is new in one folder to another one, on a medium that may be a FAT stick, slow, full
 * or gone. No thread, no clock, no retry: run/logs.c has these. What FAT needs: a file that was not
 * synced after its creation is lost whole, so each is; a file is replaced by another name and
 * a rename, and synced once more after it.
 */
#ifndef DRYDOCK_RUN_MIRROR_H
#define DRYDOCK_RUN_MIRROR_H

#include "base/err.h"

#define MIRROR_NAME_MAX	   128
#define MIRROR_PIECE_BYTES (256u << 10)
/* Reserved behind a file that grows, so that a full medium is noticed early and FAT's chain rarely
 * changes. */
#define MIRROR_GROW_BYTES (1u << 20)

struct mirror;

struct mirror_hooks {
	/*
	 * Before each operation on the medium ("open", "write", "sync", "rename", "sync folder",
	 * "remove"): an errno makes it fail, and it may take its time. For tests; NULL = none.
	 */
	int (*before)(void *ctx, const char *operation, const char *name);
	/* After each piece of MIRROR_PIECE_BYTES or less that is on the medium. NULL = none. */
	void (*moved)(void *ctx);
	void *ctx;
};

/*
 * from and to are folders; to is made when it is not there. Both are held by descriptor: when
 * another file system is mounted there later, or none any more, nothing is written to it. hooks
 * may be NULL. ERR_IO, ERR_FULL, ERR_NOT_FOUND, ERR_NOMEM.
 */
int mirror_open(const char *from, const char *to, const struct mirror_hooks *hooks,
		struct mirror **ret, struct err *err);
void mirror_close(struct mirror *mirror); /* takes NULL */

/*
 * Everything that is new, small files first: what grew is appended, what else changed is replaced
 * as a whole, what is gone in from is removed. Sub-folders are left alone. ERR_FULL: there is no
 * room for at least one file, all others are there. ERR_IO: the medium takes nothing; the next
 * call writes every file anew, whole, since nobody knows what of the last ones has arrived.
 */
int mirror_all(struct mirror *mirror, struct err *err);

/*
 * One file that only ever grows by appending: kept open on the medium, with room reserved behind
 * it. As mirror_all(). May be called from hooks.moved: ERR_BUSY when it is the very file that is
 * being copied.
 */
int mirror_file(struct mirror *mirror, const char *name, struct err *err);

#endif
