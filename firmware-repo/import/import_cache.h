/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What earlier imports have taken in, by where the bytes came from: an import that is repeated, or
 * that was killed and begins again, need not read them once more. The file is a convenience: it may
 * be deleted at any time, and a line of it counts only while the payload that it names is there.
 */
#ifndef FWREPO_IMPORT_CACHE_H
#define FWREPO_IMPORT_CACHE_H

#include <stdbool.h>

#include "import/import.h"

#define IMPORT_CACHE_NAME "import-cache.tsv" /* in the repository, see FORMAT.md */

struct import_cache;
struct import_cache_key {
	uint8_t sha256[32];
};

/* What cannot be read counts as empty. NULL without memory: then nothing is found or kept. */
struct import_cache *import_cache_open(const char *repo_dir);
void import_cache_close(struct import_cache *cache); /* takes NULL */

/* Forgets what was added since it was opened: the import failed and its payloads are gone. */
void import_cache_undo(struct import_cache *cache);

/*
 * The key of some bytes: device, inode, size and times of their file, their place in it, and what
 * was made of them (member, checksums that held). False when they are of no file, or of one that
 * was changed so lately that a further change might not show.
 */
bool import_cache_key_of(const struct source *src, const char *member,
			 const struct draft_checksum *checksums, size_t checksum_count,
			 struct import_cache_key *ret);

bool import_cache_find(const struct import_cache *cache, const struct import_cache_key *key,
		       struct payload_ref *ret);
void import_cache_add(struct import_cache *cache, const struct import_cache_key *key,
		      const struct payload_ref *ref);

#endif
