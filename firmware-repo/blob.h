/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads entering and leaving a repository. */
#ifndef FWREPO_BLOB_H
#define FWREPO_BLOB_H

#include "base/err.h"
#include "import/source.h"
#include "repo/catalog.h"

/* Where the bytes come from: the next ones, at most len; *ret_len 0 at the end. */
struct blob_stream {
	int (*read)(void *ctx, void *buf, size_t len, size_t *ret_len, struct err *err);
	void *ctx;
	const char *name; /* for messages */
	/*
	 * The file that they lie in, from its beginning to its end; NULL when they do not. Where
	 * the file system can share blocks between files, they are shared instead of written.
	 */
	const struct source *file;
};

/*
 * Copies a stream into the repository, reading it once: parts, chunk list and hashes are made on
 * the way and renamed to their names when all is on the disk. part_bytes is CATALOG_PART_BYTES
 * but for tests (a multiple of CATALOG_CHUNK_BYTES). *ret_new (may be NULL): it was not there
 * before. ERR_IO, ERR_FULL, ERR_FORMAT (no bytes), ERR_TOO_LARGE, what read() returned.
 */
int blob_add_stream(const char *repo_dir, const struct blob_stream *stream, uint64_t part_bytes,
		    struct payload_ref *ret, bool *ret_new, struct err *err);

/* The same of a file. ERR_NOT_FOUND, and those above. */
int blob_add(const char *repo_dir, const char *file, uint64_t part_bytes, struct payload_ref *ret,
	     struct err *err);

/* Removes a payload's files; those that are not there are fine. ERR_IO. */
int blob_remove(const char *repo_dir, const struct payload_ref *ref, uint64_t part_bytes,
		struct err *err);

#endif
