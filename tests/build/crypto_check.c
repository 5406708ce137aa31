// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What Drydock needs of the libcrypto that rootfs/packages/openssl.sh builds, with so much left
 * out: both signature algorithms, and private keys that are stored encrypted. One line of TAP each.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

static bool sign_text(EVP_PKEY *key, const unsigned char *text, size_t len, unsigned char *sig,
		      size_t *sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestSign(ctx, sig, sig_len, text, len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool verify_text(EVP_PKEY *key, const unsigned char *text, size_t len,
			const unsigned char *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestVerify(ctx, sig, sig_len, text, len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

/* The signature has the algorithm's length, fits the text, and does not fit another one. */
static bool check_signature(EVP_PKEY *key, size_t expected_len)
{
	static unsigned char sig[8192];
	unsigned char text[] = "the exact bytes of head.json";
	size_t len = sizeof(sig);

	if (!sign_text(key, text, sizeof(text), sig, &len) || len != expected_len ||
	    !verify_text(key, text, sizeof(text), sig, len))
		return false;
	text[3] ^= 1;
	return !verify_text(key, text, sizeof(text), sig, len);
}

static EVP_PKEY *read_with(BIO *file, char *password)
{
	if (BIO_seek(file, 0) < 0)
		return NULL;
	return PEM_read_bio_PrivateKey(file, NULL, NULL, password);
}

/* Through a PEM file encrypted by AES-256 and PBKDF2 and back; a wrong password opens nothing. */
static bool check_storage(EVP_PKEY *key)
{
	char right[] = "right";
	char wrong[] = "wrong";
	BIO *file = BIO_new_fp(tmpfile(), BIO_CLOSE);
	bool ok = file && PEM_write_bio_PKCS8PrivateKey(file, key, EVP_aes_256_cbc(), right,
							(int)strlen(right), NULL, NULL) == 1;
	EVP_PKEY *same = ok ? read_with(file, right) : NULL;
	EVP_PKEY *none = ok ? read_with(file, wrong) : NULL;

	ok = same && !none && EVP_PKEY_eq(key, same) == 1;
	EVP_PKEY_free(same);
	EVP_PKEY_free(none);
	BIO_free(file);
	return ok;
}

/* RFC 7914 section 12, the first vector: scrypt("", "", N = 16, r = 1, p = 1). */
static bool check_scrypt(void)
{
	static const unsigned char begin[8] = { 0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20 };
	unsigned char out[64];

	return EVP_PBE_scrypt("", 0, (const unsigned char *)"", 0, 16, 1, 1, 0, out, sizeof(out)) ==
		       1 &&
	       memcmp(out, begin, sizeof(begin)) == 0;
}

static int report(bool ok, const char *name, const char *what)
{
	printf("%s%s: %s\n", ok ? "ok " : "not ok ", name, what);
	return ok ? 0 : 1;
}

static int check_algorithm(const char *name, size_t sig_len)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, name);
	int failed = report(key && check_signature(key, sig_len), name,
			    "signs and verifies, and refuses another text");

	failed += report(key && check_storage(key), name, "is stored encrypted and read back");
	EVP_PKEY_free(key);
	return failed;
}

int main(void)
{
	/* RFC 8032 section 5.1.6; FIPS 204 table 2. */
	int failed = check_algorithm("ED25519", 64) + check_algorithm("ML-DSA-65", 3309);

	failed += report(check_scrypt(), "scrypt", "gives the bytes of RFC 7914");
	return failed ? 1 : 0;
}
