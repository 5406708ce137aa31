/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/hash.h"

/* OWASP's figure for PBKDF2-HMAC-SHA256 since 2023. */
#define PBKDF2_ROUNDS 600000

static const struct {
	const char *name;    /* ours */
	const char *openssl; /* as EVP_PKEY_is_a() knows it */
	size_t signature_bytes;
} algorithms[SIGN_ALGORITHM_LAST + 1] = {
	[SIGN_ED25519] = { "ed25519", "ED25519", 64 },
	[SIGN_ML_DSA_65] = { "ml-dsa-65", "ML-DSA-65", 3309 },
};

const char *sign_algorithm_name(enum sign_algorithm algorithm)
{
	if (algorithm < 1 || algorithm > SIGN_ALGORITHM_LAST)
		return "unknown";
	return algorithms[algorithm].name;
}

enum sign_algorithm sign_algorithm_from_name(const char *name)
{
	for (enum sign_algorithm i = 1; i <= SIGN_ALGORITHM_LAST; i++)
		if (strcmp(name, algorithms[i].name) == 0)
			return i;
	return 0;
}

size_t sign_signature_bytes(enum sign_algorithm algorithm)
{
	if (algorithm < 1 || algorithm > SIGN_ALGORITHM_LAST)
		return 0;
	return algorithms[algorithm].signature_bytes;
}

/* The reason that OpenSSL gave first; its queue is empty afterwards. */
static int fail(struct err *err, int code, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return err_set(err, code, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
}

static int key_id(EVP_PKEY *pkey, uint8_t ret[SIGN_KEY_ID_BYTES])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);
	int rc;

	if (len <= 0)
		return ERR_INTERNAL;
	rc = hash_sha256(der, (size_t)len, ret);
	OPENSSL_free(der);
	return rc;
}

/* Takes pkey over, also when it fails. */
static int take_key(EVP_PKEY *pkey, struct sign_key *ret, struct err *err)
{
	enum sign_algorithm algorithm = 1;

	while (algorithm <= SIGN_ALGORITHM_LAST &&
	       !EVP_PKEY_is_a(pkey, algorithms[algorithm].openssl))
		algorithm++;
	if (algorithm > SIGN_ALGORITHM_LAST) {
		EVP_PKEY_free(pkey);
		return err_set(err, ERR_UNSUPPORTED, "the key is neither Ed25519 nor ML-DSA-65");
	}
	*ret = (struct sign_key){ .algorithm = algorithm, .pkey = pkey };
	if (key_id(pkey, ret->id)) {
		sign_key_free(ret);
		return fail(err, ERR_INTERNAL, "cannot compute the key's id");
	}
	return 0;
}

/* What the PEM reader is to use as passphrase, and whether it wanted one. */
struct passphrase {
	const char *text;
	bool wanted;
};

static int give_passphrase(char *buf, int size, int writing, void *arg)
{
	struct passphrase *pass = arg;
	size_t len;

	(void)writing;
	pass->wanted = true;
	if (!pass->text)
		return -1;
	len = strlen(pass->text);
	if (len > (size_t)size)
		return -1;
	memcpy(buf, pass->text, len);
	return (int)len;
}

static int open_pem(const uint8_t *pem, size_t len, BIO **ret, struct err *err)
{
	if (len > SIGN_PEM_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "a key of %zu bytes, at most %u are allowed",
			       len, SIGN_PEM_MAX_BYTES);
	*ret = BIO_new_mem_buf(pem, (int)len);
	return *ret ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

int sign_read_public(const uint8_t *pem, size_t len, struct sign_key *ret, struct err *err)
{
	struct passphrase none = { 0 };
	EVP_PKEY *pkey;
	BIO *bio;
	int rc = open_pem(pem, len, &bio, err);

	if (rc)
		return rc;
	pkey = PEM_read_bio_PUBKEY(bio, NULL, give_passphrase, &none);
	BIO_free(bio);
	return pkey ? take_key(pkey, ret, err) : fail(err, ERR_FORMAT, "not a PEM public key");
}

int sign_read_private(const uint8_t *pem, size_t len, const char *passphrase, struct sign_key *ret,
		      struct err *err)
{
	struct passphrase pass = { .text = passphrase };
	EVP_PKEY *pkey;
	BIO *bio;
	int rc = open_pem(pem, len, &bio, err);

	if (rc)
		return rc;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &pass);
	BIO_free(bio);
	if (pkey)
		return take_key(pkey, ret, err);
	if (pass.wanted && !passphrase)
		return fail(err, ERR_POLICY, "the key is encrypted, a passphrase is needed");
	return fail(err, ERR_FORMAT,
		    pass.wanted ? "wrong passphrase or damaged key" : "not a PEM private key");
}

int sign_generate(enum sign_algorithm algorithm, struct sign_key *ret, struct err *err)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithms[algorithm].openssl, NULL);
	bool made;

	if (!ctx) {
		ERR_clear_error();
		return err_set(err, ERR_UNSUPPORTED, "this OpenSSL does not know %s",
			       algorithms[algorithm].openssl);
	}
	made = EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_generate(ctx, &pkey) == 1;
	EVP_PKEY_CTX_free(ctx);
	return made ? take_key(pkey, ret, err) : fail(err, ERR_INTERNAL, "cannot make a key");
}

/* The content of a memory BIO as malloc'ed text; frees the BIO and wipes what it held. */
static int take_text(BIO *bio, bool written, char **ret, size_t *ret_len, struct err *err)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);
	char *text = written && len > 0 ? malloc((size_t)len + 1) : NULL;

	if (text) {
		memcpy(text, data, (size_t)len);
		text[len] = '\0';
		*ret = text;
		*ret_len = (size_t)len;
	}
	if (len > 0)
		OPENSSL_cleanse(data, (size_t)len);
	BIO_free(bio);
	return text ? 0 : fail(err, ERR_INTERNAL, "cannot write the key");
}

int sign_write_public(const struct sign_key *key, char **ret_pem, size_t *ret_len, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!bio)
		return err_set(err, ERR_NOMEM, "out of memory");
	return take_text(bio, PEM_write_bio_PUBKEY(bio, key->pkey) == 1, ret_pem, ret_len, err);
}

static bool write_encrypted(BIO *bio, PKCS8_PRIV_KEY_INFO *info, const char *passphrase)
{
	X509_SIG *sealed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase, (int)strlen(passphrase),
					 NULL, 0, PBKDF2_ROUNDS, info);
	bool done = sealed && PEM_write_bio_PKCS8(bio, sealed) == 1;

	X509_SIG_free(sealed);
	return done;
}

int sign_write_private(const struct sign_key *key, const char *passphrase, char **ret_pem,
		       size_t *ret_len, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	bool done = false;

	if (bio && info)
		done = passphrase ? write_encrypted(bio, info, passphrase)
				  : PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (!bio)
		return err_set(err, ERR_NOMEM, "out of memory");
	return take_text(bio, done, ret_pem, ret_len, err);
}

void sign_free_secret(char *text, size_t len)
{
	if (!text)
		return;
	OPENSSL_cleanse(text, len);
	free(text);
}

int sign_verify(const struct sign_key *key, const uint8_t *msg, size_t msg_len, const uint8_t *sig,
		size_t sig_len)
{
	EVP_MD_CTX *ctx;
	bool held;

	if (sig_len != sign_signature_bytes(key->algorithm))
		return ERR_SIGNATURE;
	ctx = EVP_MD_CTX_new();
	held = ctx && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
	       EVP_DigestVerify(ctx, sig, sig_len, msg, msg_len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return held ? 0 : ERR_SIGNATURE;
}

int sign_make(const struct sign_key *key, const uint8_t *msg, size_t msg_len, uint8_t *ret_sig,
	      size_t *ret_len, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done;

	*ret_len = SIGN_MAX_BYTES;
	done = ctx && EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
	       EVP_DigestSign(ctx, ret_sig, ret_len, msg, msg_len) == 1;
	EVP_MD_CTX_free(ctx);
	return done ? 0 : fail(err, ERR_INTERNAL, "cannot sign");
}

void sign_key_free(struct sign_key *key)
{
	EVP_PKEY_free(key->pkey);
	*key = (struct sign_key){ 0 };
}
