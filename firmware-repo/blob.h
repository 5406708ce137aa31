/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads entering and leaving a repository. */
#ifndef FWREPO_BLOB_H
#define FWREPO_BLOB_H

#include "base/err.h"
#include "repo/catalog.h"

/*
 * Copies a file into the repository, reading it once: parts, chunk list and hashes are made on
 * the way and renamed to their names when all is on the disk. part_bytes is CATALOG_PART_BYTES
 * but for tests (a multiple of CATALOG_CHUNK_BYTES). ERR_NOT_FOUND, ERR_IO, ERR_FULL, ERR_FORMAT
 * (empty file), ERR_TOO_LARGE.
 */
int blob_add(const char *repo_dir, const char *file, uint64_t part_bytes, struct payload_ref *ret,
	     struct err *err);

/* Removes a payload's files; those that are not there are fine. ERR_IO. */
int blob_remove(const char *repo_dir, const struct payload_ref *ref, uint64_t part_bytes,
		struct err *err);

#endif
