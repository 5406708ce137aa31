/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signer's key files: NAME.<algorithm>.key (private) and NAME.<algorithm>.pub. */
#ifndef FWREPO_KEYS_H
#define FWREPO_KEYS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/sign.h"

#define PASSPHRASE_MAX 1024

/* Is it a signer's name: letters, digits, ". _ + -", at most 63? ERR_USAGE. */
int keys_check_name(const char *name, struct err *err);

/*
 * The passphrase: the first line of file, or (file NULL) asked for on the terminal without echo,
 * twice when it is new. ERR_USAGE when there is no terminal, ERR_IO, ERR_FORMAT (empty, too long,
 * not the same twice). Wipe it after use.
 */
int keys_passphrase(const char *file, const char *prompt, bool new, char passphrase[PASSPHRASE_MAX],
		    struct err *err);

/* Makes and writes both files of one key; passphrase NULL = not encrypted. Overwrites nothing. */
int keys_make(const char *dir, const char *name, enum sign_algorithm algorithm,
	      const char *passphrase, struct sign_key *ret, struct err *err);

/*
 * Reads a private key; when it needs a passphrase the last one given is tried ("" = none yet), then
 * passphrase_file is read or a person asked, and last holds the answer: the caller wipes it.
 */
int keys_load_private(const char *dir, const char *name, enum sign_algorithm algorithm,
		      const char *passphrase_file, char last[PASSPHRASE_MAX], struct sign_key *ret,
		      struct err *err);

/* Reads a public key and its PEM text as it is (malloc'ed). */
int keys_load_public(const char *dir, const char *name, enum sign_algorithm algorithm,
		     struct sign_key *ret, char **ret_pem, size_t *ret_len, struct err *err);

#endif
