/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/sign.h"

static const uint8_t message[] = "the bytes of a head";
#define MESSAGE_LEN (sizeof(message) - 1)

/* Some P-256 key: well formed, and of no use here. */
static const char other_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3WZDe9xNg//JkCm4w9sk+0n1897C\n"
	"j66Dbluz7a4nffT3UFbOw1DU6LaocQLeJFMrpBfRiqDIpfGRaJ5lM8Gwpw==\n"
	"-----END PUBLIC KEY-----\n";

/* RFC 8032 section 7.1, TEST 2: one message byte, 72h. */
static void ed25519_vector(void)
{
	static const char spki[] =
		"302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982cc"
		"f2ec4968cc0cd55f12af4660c";
	static const char sig_hex[] =
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
	uint8_t der[44], sig[64], id[HASH_BYTES], msg = 0x72;
	char text[BASE64_TEXT_BYTES(sizeof(der))], pem[256];
	struct sign_key key = { 0 };

	CHECK_INT(hex_decode(spki, der, sizeof(der)), 0);
	CHECK_INT(hex_decode(sig_hex, sig, sizeof(sig)), 0);
	base64_encode(der, sizeof(der), text);
	snprintf(pem, sizeof(pem), "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
		 text);
	CHECK_INT(sign_read_public((uint8_t *)pem, strlen(pem), &key, NULL), 0);
	CHECK_INT(key.algorithm, SIGN_ED25519);
	CHECK_INT(hash_sha256(der, sizeof(der), id), 0);
	CHECK(memcmp(id, key.id, sizeof(id)) == 0);
	CHECK_INT(sign_verify(&key, &msg, 1, sig, sizeof(sig)), 0);
	msg ^= 1;
	CHECK_INT(sign_verify(&key, &msg, 1, sig, sizeof(sig)), ERR_SIGNATURE);
	sign_key_free(&key);
}

static void check_signature(const struct sign_key *key, const struct sign_key *other)
{
	uint8_t sig[SIGN_MAX_BYTES + 1] = { 0 }, changed[sizeof(message)];
	size_t len = 0;

	CHECK_INT(sign_make(key, message, MESSAGE_LEN, sig, &len, NULL), 0);
	CHECK_INT(len, sign_signature_bytes(key->algorithm));
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, len), 0);
	CHECK_INT(sign_verify(other, message, MESSAGE_LEN, sig, len), ERR_SIGNATURE);
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN - 1, sig, len), ERR_SIGNATURE);
	CHECK_INT(sign_verify(key, message, 0, sig, len), ERR_SIGNATURE);
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, len - 1), ERR_SIGNATURE);
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, len + 1), ERR_SIGNATURE);
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, 0), ERR_SIGNATURE);
	for (size_t i = 0; i < MESSAGE_LEN; i++) {
		memcpy(changed, message, sizeof(message));
		changed[i] ^= 1;
		CHECK_INT(sign_verify(key, changed, MESSAGE_LEN, sig, len), ERR_SIGNATURE);
	}
	for (size_t i = 0; i < len; i += len / 16) {
		sig[i] ^= 0x10;
		CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, len), ERR_SIGNATURE);
		sig[i] ^= 0x10;
	}
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, len), 0);
}

static void check_public_pem(const struct sign_key *key)
{
	struct sign_key again = { 0 };
	char *pem = NULL;
	size_t len = 0;

	CHECK_INT(sign_write_public(key, &pem, &len, NULL), 0);
	CHECK_INT(sign_read_public((uint8_t *)pem, len, &again, NULL), 0);
	CHECK_INT(again.algorithm, key->algorithm);
	CHECK(memcmp(again.id, key->id, sizeof(key->id)) == 0);
	sign_key_free(&again);
	CHECK_INT(sign_read_public((uint8_t *)pem, len / 2, &again, NULL), ERR_FORMAT);
	CHECK_INT(sign_read_private((uint8_t *)pem, len, NULL, &again, NULL), ERR_FORMAT);
	CHECK(!again.pkey);
	sign_free_secret(pem, len);
}

static void check_private_pem(const struct sign_key *key, const char *passphrase)
{
	uint8_t sig[SIGN_MAX_BYTES];
	struct sign_key again = { 0 };
	char *pem = NULL;
	size_t len = 0, sig_len;

	CHECK_INT(sign_write_private(key, passphrase, &pem, &len, NULL), 0);
	CHECK_CONTAINS(pem, passphrase ? "BEGIN ENCRYPTED PRIVATE KEY" : "BEGIN PRIVATE KEY");
	CHECK_INT(sign_read_private((uint8_t *)pem, len, NULL, &again, NULL),
		  passphrase ? ERR_POLICY : 0);
	sign_key_free(&again);
	if (passphrase)
		CHECK_INT(sign_read_private((uint8_t *)pem, len, "wrong", &again, NULL),
			  ERR_FORMAT);
	CHECK_INT(sign_read_private((uint8_t *)pem, len, passphrase, &again, NULL), 0);
	CHECK(memcmp(again.id, key->id, sizeof(key->id)) == 0);
	CHECK_INT(sign_make(&again, message, MESSAGE_LEN, sig, &sig_len, NULL), 0);
	CHECK_INT(sign_verify(key, message, MESSAGE_LEN, sig, sig_len), 0);
	sign_key_free(&again);
	sign_free_secret(pem, len);
}

static void check_algorithm(enum sign_algorithm algorithm)
{
	struct sign_key key = { 0 }, other = { 0 };

	CHECK_INT(sign_generate(algorithm, &key, NULL), 0);
	CHECK_INT(sign_generate(algorithm, &other, NULL), 0);
	CHECK_INT(key.algorithm, algorithm);
	CHECK(memcmp(key.id, other.id, sizeof(key.id)) != 0);
	check_signature(&key, &other);
	check_public_pem(&key);
	check_private_pem(&key, NULL);
	check_private_pem(&key, "correct horse");
	sign_key_free(&key);
	sign_key_free(&other);
	CHECK(!key.pkey);
}

static void ed25519(void)
{
	check_algorithm(SIGN_ED25519);
}

static void ml_dsa_65(void)
{
	check_algorithm(SIGN_ML_DSA_65);
}

/* A signature by the other algorithm's key is none, though both are of one signer. */
static void crossed(void)
{
	struct sign_key ed = { 0 }, ml = { 0 };
	uint8_t sig[SIGN_MAX_BYTES];
	size_t len;

	CHECK_INT(sign_generate(SIGN_ED25519, &ed, NULL), 0);
	CHECK_INT(sign_generate(SIGN_ML_DSA_65, &ml, NULL), 0);
	CHECK_INT(sign_make(&ed, message, MESSAGE_LEN, sig, &len, NULL), 0);
	CHECK_INT(sign_verify(&ml, message, MESSAGE_LEN, sig, len), ERR_SIGNATURE);
	sign_key_free(&ed);
	sign_key_free(&ml);
}

static void refused(void)
{
	static uint8_t big[SIGN_PEM_MAX_BYTES + 1];
	struct sign_key key = { 0 };
	struct err err = { 0 };

	CHECK_INT(sign_read_public((const uint8_t *)other_pem, strlen(other_pem), &key, &err),
		  ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "neither Ed25519 nor ML-DSA-65");
	CHECK_INT(sign_read_public(big, sizeof(big), &key, &err), ERR_TOO_LARGE);
	CHECK_INT(sign_read_public((const uint8_t *)"", 0, &key, &err), ERR_FORMAT);
	CHECK_INT(sign_read_public((const uint8_t *)"hello", 5, &key, &err), ERR_FORMAT);
	CHECK(!key.pkey);
}

static void names(void)
{
	CHECK_STR(sign_algorithm_name(SIGN_ED25519), "ed25519");
	CHECK_STR(sign_algorithm_name(SIGN_ML_DSA_65), "ml-dsa-65");
	CHECK_STR(sign_algorithm_name(0), "unknown");
	CHECK_INT(sign_algorithm_from_name("ed25519"), SIGN_ED25519);
	CHECK_INT(sign_algorithm_from_name("ml-dsa-65"), SIGN_ML_DSA_65);
	CHECK_INT(sign_algorithm_from_name("ML-DSA-65"), 0);
	CHECK_INT(sign_signature_bytes(SIGN_ML_DSA_65), SIGN_MAX_BYTES);
}

/* RFC 4648 section 10, and what only one text may mean. */
static void base64(void)
{
	static const char *const vectors[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	static const char *const bad[] = { "Z",	       "Zg",   "Zg=",  "Zh==",	"Zm9=",
					   "Zg==Zg==", "====", "Z===", "Zm9v=", "Zm 9v===",
					   "Zm9v\n",   "Zm-_", "=Zm9", "Zm=v" };
	char text[16];
	uint8_t bytes[16];
	size_t len;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		base64_encode((const uint8_t *)vectors[i][0], strlen(vectors[i][0]), text);
		CHECK_STR(text, vectors[i][1]);
		CHECK_INT(base64_decode(text, bytes, strlen(vectors[i][0]), &len), 0);
		CHECK_INT(len, strlen(vectors[i][0]));
		CHECK(memcmp(bytes, vectors[i][0], len) == 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(base64_decode(bad[i], bytes, sizeof(bytes), &len), ERR_FORMAT);
	CHECK_INT(base64_decode("Zm9v", bytes, 2, &len), ERR_FORMAT);
	CHECK_INT(base64_decode("+/+/", bytes, 3, &len), 0);
	CHECK(memcmp(bytes, "\xfb\xff\xbf", 3) == 0);
}

int main(void)
{
	TAP_RUN(ed25519_vector);
	TAP_RUN(ed25519);
	TAP_RUN(ml_dsa_65);
	TAP_RUN(crossed);
	TAP_RUN(refused);
	TAP_RUN(names);
	TAP_RUN(base64);
	return TAP_END();
}
