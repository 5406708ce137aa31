/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of zip, tar, cpio, cab and rpm files, compressed or not, by libarchive. Nothing is ever
 * unpacked to a path. A member whose name is absolute or has "..", that is a link or a device node,
 * or whose name (case aside) was there already makes the archive refused as a whole (ERR_FORMAT,
 * "<archive>: <member>: ..."), as do more bytes than the limits allow. That may be known only after
 * other members were visited: what was made of them is then to be thrown away.
 */
#ifndef FWREPO_ARCHIVE_H
#define FWREPO_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define ARCHIVE_MAX_MEMBERS 10000
#define ARCHIVE_MAX_BYTES   (16ull << 30) /* of one member, and of all that are read */
#define ARCHIVE_MAX_RATIO   1000	  /* unpacked to the file's size, above 64 MiB */
#define ARCHIVE_NAME_MAX    512

struct archive_member; /* valid while it is visited */

const char *archive_member_name(const struct archive_member *member); /* "dir/file", no "./" */
/* -1 when the archive does not tell before it is read. */
int64_t archive_member_size(const struct archive_member *member);

/*
 * The next bytes of it; *ret_len 0 at its end. ERR_FORMAT (damaged, its checksum is wrong),
 * ERR_TOO_LARGE, ERR_IO.
 */
int archive_member_read(struct archive_member *member, void *buf, size_t len, size_t *ret_len,
			struct err *err);

/* All of it in memory, at most max bytes; malloc'ed with a NUL behind. */
int archive_member_load(struct archive_member *member, size_t max, uint8_t **ret, size_t *ret_len,
			struct err *err);

/*
 * What is called for each regular file in the archive's order. It may read the member, or not. A
 * value above 0 ends the visits, one below 0 is an error that ends the walk.
 */
typedef int archive_visit(void *ctx, struct archive_member *member, struct err *err);

/*
 * Walks over all members once. When the visits end early the rest is only checked, down to the
 * checksum of what is compressed as a whole; with names_only members cannot be read, and then
 * the walk ends with the visits. ERR_FORMAT (also: not an archive of a known kind, damaged, cut
 * off), ERR_UNSUPPORTED (encrypted), ERR_TOO_LARGE, ERR_IO, ERR_NOMEM, what visit returned.
 */
int archive_walk(const struct source *src, bool names_only, archive_visit *visit, void *ctx,
		 struct err *err);

/* One member by its name, case aside, read to memory. ERR_NOT_FOUND and those above. */
int archive_load(const struct source *src, const char *name, size_t max, uint8_t **ret,
		 size_t *ret_len, struct err *err);

#endif
