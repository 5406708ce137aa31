/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head.json and head.sig: what the keys of a repository sign (firmware-repo/FORMAT.md). */
#ifndef DRYDOCK_CATALOG_HEAD_H
#define DRYDOCK_CATALOG_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sign.h"
#include "repo/catalog.h"
#include "repo/policy.h"

#define CATALOG_MAX_SIGNATURES 32

struct head {
	char repo_id[64];
	uint64_t serial;  /* grows with each signing; 0 = never signed, only on a workstation */
	char created[32]; /* RFC 3339, UTC, whole seconds: "2026-01-31T12:00:00Z" */
	uint64_t index_size;
	uint8_t index_sha256[32];
	/* How the publisher signs. Said to people; what must hold is the image's policy alone. */
	uint64_t threshold;
	bool algorithms[SIGN_ALGORITHM_LAST + 1]; /* by enum sign_algorithm */
};

/* Parses head.json, after its signatures held. ERR_FORMAT, ERR_TOO_LARGE, ERR_DUPLICATE. */
int head_parse(const uint8_t *buf, size_t len, struct head *ret, struct err *err);

/* The canonical head.json, malloc'ed: the bytes to be signed. */
int head_write(const struct head *head, char **ret_text, size_t *ret_len, struct err *err);

/* Is it a repository or component id: letters, digits, ". _ + -", the first a letter or digit? */
bool catalog_id_ok(const char *id);

struct signature {
	uint8_t key_id[SIGN_KEY_ID_BYTES];
	enum sign_algorithm algorithm;
	uint8_t bytes[SIGN_MAX_BYTES];
	size_t len;
};

/*
 * Parses head.sig: the one text that is read before anything is proven. Entries of algorithms
 * that are not known are left out. *ret is malloc'ed, NULL when none is left. ERR_FORMAT,
 * ERR_TOO_LARGE, ERR_DUPLICATE (a JSON key), ERR_NOMEM.
 */
int signatures_parse(const uint8_t *buf, size_t len, struct signature **ret, size_t *ret_count,
		     struct err *err);

/* The canonical head.sig, malloc'ed. */
int signatures_write(const struct signature *sigs, size_t count, char **ret_text, size_t *ret_len,
		     struct err *err);

/*
 * Do the signatures over exactly these bytes satisfy the policy? A signer counts when each needed
 * algorithm has a valid signature by that signer's key. names gets who signed, for people: "site
 * (ed25519 + ml-dsa-65)", cut at size. ERR_SIGNATURE: err tells for each signer what held.
 */
int signatures_check(const struct policy *policy, const struct signature *sigs, size_t count,
		     const uint8_t *msg, size_t msg_len, char *names, size_t size, struct err *err);

#endif
