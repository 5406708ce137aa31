/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/hex.h"

struct hash {
	EVP_MD_CTX *ctx;
};

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

/* Looking an algorithm up takes locks and microseconds; it stays for the life of the process. */
static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *digest(void)
{
	pthread_once(&fetch_once, fetch);
	return sha256;
}

int hash_sha256(const void *buf, size_t len, uint8_t ret[HASH_BYTES])
{
	if (digest() && EVP_Digest(buf, len, ret, NULL, digest(), NULL) == 1)
		return 0;
	memset(ret, 0, HASH_BYTES);
	return ERR_INTERNAL;
}

int hash_check(const void *buf, size_t len, const uint8_t want[HASH_BYTES], struct err *err)
{
	char want_text[2 * HASH_BYTES + 1], got_text[2 * HASH_BYTES + 1];
	uint8_t got[HASH_BYTES];

	if (hash_sha256(buf, len, got))
		return err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	if (memcmp(got, want, HASH_BYTES) == 0)
		return 0;
	hex_encode(want, HASH_BYTES, want_text);
	hex_encode(got, HASH_BYTES, got_text);
	return err_set(err, ERR_HASH, "SHA-256 is %.16s..., signed is %.16s...", got_text,
		       want_text);
}

struct hash *hash_new(void)
{
	struct hash *hash = calloc(1, sizeof(*hash));

	if (!hash)
		return NULL;
	hash->ctx = EVP_MD_CTX_new();
	if (!hash->ctx || !digest() || EVP_DigestInit_ex2(hash->ctx, digest(), NULL) != 1) {
		hash_free(hash);
		return NULL;
	}
	return hash;
}

void hash_free(struct hash *hash)
{
	if (!hash)
		return;
	EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

int hash_update(struct hash *hash, const void *buf, size_t len)
{
	return EVP_DigestUpdate(hash->ctx, buf, len) == 1 ? 0 : ERR_INTERNAL;
}

int hash_final(struct hash *hash, uint8_t ret[HASH_BYTES])
{
	if (EVP_DigestFinal_ex(hash->ctx, ret, NULL) == 1 &&
	    EVP_DigestInit_ex2(hash->ctx, digest(), NULL) == 1)
		return 0;
	memset(ret, 0, HASH_BYTES);
	return ERR_INTERNAL;
}
