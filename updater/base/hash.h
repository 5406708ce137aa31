/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4) over OpenSSL. Everything here may be called from several threads. */
#ifndef DRYDOCK_BASE_HASH_H
#define DRYDOCK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HASH_BYTES 32

/* The SHA-256 of len bytes at buf. ERR_INTERNAL when OpenSSL fails: then ret is all zero. */
int hash_sha256(const void *buf, size_t len, uint8_t ret[HASH_BYTES])
	__attribute__((warn_unused_result));

/* 0 when buf has this SHA-256; ERR_HASH; ERR_INTERNAL. */
int hash_check(const void *buf, size_t len, const uint8_t want[HASH_BYTES], struct err *err)
	__attribute__((warn_unused_result));

/* A hash over bytes that arrive in pieces; each object belongs to one thread at a time. */
struct hash;

struct hash *hash_new(void);	   /* NULL = no memory, or OpenSSL without SHA-256 */
void hash_free(struct hash *hash); /* takes NULL */
int hash_update(struct hash *hash, const void *buf, size_t len) __attribute__((warn_unused_result));
/* Gives the result; the object then starts again from nothing. 0 or ERR_INTERNAL. */
int hash_final(struct hash *hash, uint8_t ret[HASH_BYTES]) __attribute__((warn_unused_result));

#endif
