/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/hex.h"

/* FIPS 180-4 examples. */
static const char empty_hex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc_hex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_hex[] =
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void check_hash(const void *buf, size_t len, const char *want)
{
	uint8_t got[HASH_BYTES];
	char hex[2 * HASH_BYTES + 1];

	CHECK_INT(hash_sha256(buf, len, got), 0);
	hex_encode(got, sizeof(got), hex);
	CHECK_STR(hex, want);
}

static void one_shot(void)
{
	char *million = malloc(1000000);

	check_hash("", 0, empty_hex);
	check_hash("abc", 3, abc_hex);
	CHECK(million);
	if (!million)
		return;
	memset(million, 'a', 1000000);
	check_hash(million, 1000000, million_hex);
	free(million);
}

static void in_pieces(void)
{
	struct hash *hash = hash_new();
	uint8_t got[HASH_BYTES];
	char hex[2 * HASH_BYTES + 1];

	CHECK(hash);
	if (!hash)
		return;
	/* Twice: the object starts again by itself. */
	for (int i = 0; i < 2; i++) {
		CHECK_INT(hash_update(hash, "a", 1), 0);
		CHECK_INT(hash_update(hash, "", 0), 0);
		CHECK_INT(hash_update(hash, "bc", 2), 0);
		CHECK_INT(hash_final(hash, got), 0);
		hex_encode(got, sizeof(got), hex);
		CHECK_STR(hex, abc_hex);
	}
	CHECK_INT(hash_final(hash, got), 0);
	hex_encode(got, sizeof(got), hex);
	CHECK_STR(hex, empty_hex);
	hash_free(hash);
	hash_free(NULL);
}

static void compared(void)
{
	uint8_t want[HASH_BYTES];
	struct err err = { 0 };

	CHECK_INT(hex_decode(abc_hex, want, sizeof(want)), 0);
	CHECK_INT(hash_check("abc", 3, want, &err), 0);
	CHECK_INT(err.code, 0);
	CHECK_INT(hash_check("abd", 3, want, &err), ERR_HASH);
	CHECK_CONTAINS(err.text, "ba7816bf8f01cfea");
	want[HASH_BYTES - 1] ^= 0x80;
	CHECK_INT(hash_check("abc", 3, want, NULL), ERR_HASH);
}

static void *hash_often(void *arg)
{
	long *bad = arg;
	uint8_t want[HASH_BYTES];

	*bad = hex_decode(abc_hex, want, sizeof(want));
	for (int i = 0; i < 2000; i++)
		*bad += hash_check("abc", 3, want, NULL) != 0;
	return NULL;
}

static void threads(void)
{
	pthread_t ids[4];
	long bad[4] = { 1, 1, 1, 1 };

	for (size_t i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&ids[i], NULL, hash_often, &bad[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(ids[i], NULL);
		CHECK_INT(bad[i], 0);
	}
}

int main(void)
{
	TAP_RUN(one_shot);
	TAP_RUN(in_pieces);
	TAP_RUN(compared);
	TAP_RUN(threads);
	return TAP_END();
}
