/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "repo/catalog_head.h"

int keys_check_name(const char *name, struct err *err)
{
	if (catalog_id_ok(name) && strlen(name) < POLICY_SIGNER_MAX)
		return 0;
	return err_set(err, ERR_USAGE,
		       "\"%.80s\" is not a signer's name: letters, digits, \". _ + -\"", name);
}

static int key_path(const char *dir, const char *name, enum sign_algorithm algorithm,
		    const char *suffix, char path[FSIO_PATH_MAX], struct err *err)
{
	char file[128];

	snprintf(file, sizeof(file), "%s.%s.%s", name, sign_algorithm_name(algorithm), suffix);
	return fsio_join(path, dir, file, err);
}

static int check_absent(const char *path, struct err *err)
{
	if (access(path, F_OK) != 0)
		return 0;
	return err_set(err, ERR_DUPLICATE, "%s is there already; keys are never overwritten", path);
}

static int write_private(const char *path, const struct sign_key *key, const char *passphrase,
			 struct err *err)
{
	char *pem;
	size_t len;
	int rc = sign_write_private(key, passphrase, &pem, &len, err);

	if (rc)
		return rc;
	rc = fsio_write_atomic(path, pem, len, 0600, err);
	sign_free_secret(pem, len);
	return rc;
}

static int write_public(const char *path, const struct sign_key *key, struct err *err)
{
	CLEANUP_FREE char *pem = NULL;
	size_t len;
	int rc = sign_write_public(key, &pem, &len, err);

	return rc ? rc : fsio_write_atomic(path, pem, len, 0644, err);
}

int keys_make(const char *dir, const char *name, enum sign_algorithm algorithm,
	      const char *passphrase, struct sign_key *ret, struct err *err)
{
	char private_path[FSIO_PATH_MAX], public_path[FSIO_PATH_MAX];
	int rc = key_path(dir, name, algorithm, "key", private_path, err);

	if (!rc)
		rc = key_path(dir, name, algorithm, "pub", public_path, err);
	if (!rc)
		rc = check_absent(private_path, err);
	if (!rc)
		rc = check_absent(public_path, err);
	if (!rc)
		rc = sign_generate(algorithm, ret, err);
	if (!rc)
		rc = write_private(private_path, ret, passphrase, err);
	return rc ? rc : write_public(public_path, ret, err);
}

/* The name of a file and the algorithm of its key must say the same. */
static int check_algorithm(const char *path, enum sign_algorithm want, struct sign_key *key,
			   struct err *err)
{
	enum sign_algorithm is = key->algorithm;

	if (is == want)
		return 0;
	sign_key_free(key);
	return err_set(err, ERR_FORMAT, "%s holds a key for %s", path, sign_algorithm_name(is));
}

/* The keys of one signer mostly have one passphrase: the last one that was given is tried first. */
static int read_private(const char *path, const uint8_t *pem, size_t len,
			const char *passphrase_file, char last[PASSPHRASE_MAX],
			struct sign_key *ret, struct err *err)
{
	char prompt[FSIO_PATH_MAX + 32];
	int rc = sign_read_private(pem, len, NULL, ret, err);

	if (rc != ERR_POLICY)
		return rc;
	if (last[0] && sign_read_private(pem, len, last, ret, err) == 0)
		return 0;
	snprintf(prompt, sizeof(prompt), "Passphrase of %s: ", path);
	rc = keys_passphrase(passphrase_file, prompt, false, last, err);
	return rc ? rc : sign_read_private(pem, len, last, ret, err);
}

int keys_load_private(const char *dir, const char *name, enum sign_algorithm algorithm,
		      const char *passphrase_file, char last[PASSPHRASE_MAX], struct sign_key *ret,
		      struct err *err)
{
	char path[FSIO_PATH_MAX];
	uint8_t *pem;
	size_t len;
	int rc = key_path(dir, name, algorithm, "key", path, err);

	if (!rc)
		rc = fsio_read_file(path, SIGN_PEM_MAX_BYTES, &pem, &len, err);
	if (rc)
		return rc;
	rc = read_private(path, pem, len, passphrase_file, last, ret, err);
	sign_free_secret((char *)pem, len);
	if (rc)
		return err_prefix(err, "%s", path);
	return check_algorithm(path, algorithm, ret, err);
}

int keys_load_public(const char *dir, const char *name, enum sign_algorithm algorithm,
		     struct sign_key *ret, char **ret_pem, size_t *ret_len, struct err *err)
{
	CLEANUP_FREE uint8_t *pem = NULL;
	char path[FSIO_PATH_MAX];
	int rc = key_path(dir, name, algorithm, "pub", path, err);

	if (!rc)
		rc = fsio_read_file(path, SIGN_PEM_MAX_BYTES, &pem, ret_len, err);
	if (rc)
		return rc;
	rc = sign_read_public(pem, *ret_len, ret, err);
	if (rc)
		return err_prefix(err, "%s", path);
	rc = check_algorithm(path, algorithm, ret, err);
	if (rc)
		return rc;
	*ret_pem = (char *)pem;
	pem = NULL;
	return 0;
}
