/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204, pure, empty context) over OpenSSL 3.5.
 * A key is known by its id, the SHA-256 of its DER SubjectPublicKeyInfo, which anybody can
 * compute: openssl pkey -pubin -in KEY -outform DER | sha256sum
 */
#ifndef DRYDOCK_BASE_SIGN_H
#define DRYDOCK_BASE_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum sign_algorithm { SIGN_ED25519 = 1, SIGN_ML_DSA_65, SIGN_ALGORITHM_LAST = SIGN_ML_DSA_65 };

#define SIGN_KEY_ID_BYTES  32
#define SIGN_PEM_MAX_BYTES (32u << 10)
#define SIGN_MAX_BYTES	   3309 /* the longest signature: ML-DSA-65, FIPS 204 table 2 */

struct sign_key {
	enum sign_algorithm algorithm;
	uint8_t id[SIGN_KEY_ID_BYTES];
	struct evp_pkey_st *pkey; /* EVP_PKEY; NULL = empty */
};

const char *sign_algorithm_name(enum sign_algorithm algorithm); /* "ed25519", "ml-dsa-65" */
enum sign_algorithm sign_algorithm_from_name(const char *name); /* 0 = no such word */
size_t sign_signature_bytes(enum sign_algorithm algorithm);	/* 64, 3309 */

/*
 * Reads the public key (PEM SubjectPublicKeyInfo) in a text of at most SIGN_PEM_MAX_BYTES.
 * ret must be {0}. ERR_FORMAT, ERR_TOO_LARGE, ERR_UNSUPPORTED (another algorithm).
 */
int sign_read_public(const uint8_t *pem, size_t len, struct sign_key *ret, struct err *err);

/*
 * Reads a private key, PEM PKCS #8. passphrase NULL = none; ERR_POLICY when the key is encrypted
 * and none was given; ERR_FORMAT also for a wrong one. Never asks anybody.
 */
int sign_read_private(const uint8_t *pem, size_t len, const char *passphrase, struct sign_key *ret,
		      struct err *err);

/* A new key pair. ERR_UNSUPPORTED when this OpenSSL does not know the algorithm. */
int sign_generate(enum sign_algorithm algorithm, struct sign_key *ret, struct err *err);

/* The public half as PEM, malloc'ed text. ERR_INTERNAL, ERR_NOMEM. */
int sign_write_public(const struct sign_key *key, char **ret_pem, size_t *ret_len, struct err *err);

/*
 * The private key as PEM PKCS #8, encrypted (AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 600000
 * rounds) unless passphrase is NULL. Release the text with sign_free_secret().
 */
int sign_write_private(const struct sign_key *key, const char *passphrase, char **ret_pem,
		       size_t *ret_len, struct err *err);
void sign_free_secret(char *text, size_t len); /* wipes and frees; takes NULL */

/* 0 when sig is this key's signature over exactly these bytes, else ERR_SIGNATURE. */
int sign_verify(const struct sign_key *key, const uint8_t *msg, size_t msg_len, const uint8_t *sig,
		size_t sig_len) __attribute__((warn_unused_result));

/* Signs; ret_sig has room for SIGN_MAX_BYTES. ERR_INTERNAL. */
int sign_make(const struct sign_key *key, const uint8_t *msg, size_t msg_len, uint8_t *ret_sig,
	      size_t *ret_len, struct err *err);

void sign_key_free(struct sign_key *key); /* leaves {0} */

#endif
