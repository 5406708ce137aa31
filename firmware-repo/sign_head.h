/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few hundred bytes that are signed, and the signatures over them. */
#ifndef FWREPO_SIGN_HEAD_H
#define FWREPO_SIGN_HEAD_H

#include "repo.h"

struct signing {
	char *text; /* head.json as it is to be signed, malloc'ed */
	size_t len;
	struct head head; /* the same, parsed */
	bool changes;	  /* it is not the head.json that is there now */
	struct signature sigs[CATALOG_MAX_SIGNATURES];
	size_t count;
};

/*
 * The next head of a repository: serial and date go on, the index is the one of now. ERR_NOT_FOUND
 * when a payload that the index names is not there. threshold and algorithms are what the head says
 * of its publisher. ret must be {0}; signing_free() releases it.
 */
int signing_new(const struct repo *repo, uint64_t threshold,
		const bool algorithms[SIGN_ALGORITHM_LAST + 1], struct signing *ret,
		struct err *err);

/*
 * A head that signing_new() made before and that was signed elsewhere. ERR_POLICY when it is not
 * for this repository, its index as it is now, or not newer than the head that is there.
 */
int signing_load(const struct repo *repo, const char *path, struct signing *ret, struct err *err);

/* The head and the signatures that are there, to add to them. ERR_POLICY: changed since. */
int signing_present(const struct repo *repo, struct signing *ret, struct err *err);

/* Adds a signature, which must hold; one by the same key is replaced. ERR_SIGNATURE ... */
int signing_add(struct signing *signing, const struct sign_key *key, const uint8_t *sig, size_t len,
		struct err *err);

/*
 * Writes head.sig and head.json. A crash in between leaves a repository that is good as it was, or
 * as it is now: the signatures of both heads are there while head.json is replaced.
 */
int signing_write(const struct signing *signing, const char *dir, struct err *err);

void signing_free(struct signing *signing);

#endif
