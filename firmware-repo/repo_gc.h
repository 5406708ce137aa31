/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies below blobs/ and is named by nothing: of imports that were killed, of crashes. */
#ifndef FWREPO_REPO_GC_H
#define FWREPO_REPO_GC_H

#include "repo.h"

struct gc_result {
	size_t files;
	uint64_t bytes;
};

/*
 * Removes payloads, parts and chunk lists that no component names, and files that were being
 * written; names of any other form are left alone. The repository must be open to be changed. With
 * only_tell it is only counted. ERR_IO, ERR_NOMEM.
 */
int repo_gc(const struct repo *repo, bool only_tell, struct gc_result *ret, struct err *err);

/* Bytes of all payloads and attachments of a repository, those used twice counted once. */
int repo_bytes(const struct catalog *cat, uint64_t *ret, struct err *err);

#endif
