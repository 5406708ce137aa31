/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trust directory: policy.json and keys/NAME.<algorithm>.pub. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "repo/policy.h"

#define KEY_SUFFIX ".pub"

static int load_policy_file(const char *dir, struct policy *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	char path[FSIO_PATH_MAX];
	size_t len;
	int rc = fsio_join(path, dir, "policy.json", err);

	if (!rc)
		rc = fsio_read_file(path, POLICY_MAX_BYTES, &buf, &len, err);
	if (rc)
		return rc;
	rc = policy_parse(buf, len, ret, err);
	return rc ? err_prefix(err, "%s", path) : 0;
}

static int is_key_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(KEY_SUFFIX);

	return len > suffix && strcmp(entry->d_name + len - suffix, KEY_SUFFIX) == 0;
}

/* "site.ed25519.pub": signer "site" and the algorithm that the key must have. */
static int split_name(const char *name, char signer[POLICY_SIGNER_MAX],
		      enum sign_algorithm *ret_algorithm)
{
	for (enum sign_algorithm i = 1; i <= SIGN_ALGORITHM_LAST; i++) {
		char suffix[32];
		int suffix_len =
			snprintf(suffix, sizeof(suffix), ".%s" KEY_SUFFIX, sign_algorithm_name(i));
		size_t len = strlen(name);

		if (len <= (size_t)suffix_len ||
		    strcmp(name + len - (size_t)suffix_len, suffix) != 0)
			continue;
		len -= (size_t)suffix_len;
		if (len >= POLICY_SIGNER_MAX)
			return ERR_FORMAT;
		memcpy(signer, name, len);
		signer[len] = '\0';
		*ret_algorithm = i;
		return 0;
	}
	return ERR_FORMAT;
}

static int check_new_key(const struct policy *policy, const struct trust_key *added,
			 enum sign_algorithm named, struct err *err)
{
	if (added->key.algorithm != named)
		return err_set(err, ERR_FORMAT, "the name says %s, the key is %s",
			       sign_algorithm_name(named),
			       sign_algorithm_name(added->key.algorithm));
	for (size_t i = 0; i < policy->key_count; i++)
		if (memcmp(policy->keys[i].key.id, added->key.id, SIGN_KEY_ID_BYTES) == 0)
			return err_set(err, ERR_DUPLICATE, "the same key as signer \"%s\" has",
				       policy->keys[i].signer);
	return 0;
}

static int load_key(const char *dir, const char *name, struct policy *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *pem = NULL;
	struct trust_key added = { 0 };
	enum sign_algorithm named = 0;
	char path[FSIO_PATH_MAX];
	size_t len;
	int rc = fsio_join(path, dir, name, err);

	if (rc)
		return rc;
	if (split_name(name, added.signer, &named))
		return err_set(err, ERR_FORMAT, "%s: want NAME.ed25519.pub or NAME.ml-dsa-65.pub",
			       path);
	if (ret->key_count == POLICY_MAX_KEYS)
		return err_set(err, ERR_TOO_LARGE, "%s: more than %d keys", dir, POLICY_MAX_KEYS);
	rc = fsio_read_file(path, SIGN_PEM_MAX_BYTES, &pem, &len, err);
	if (rc)
		return rc;
	rc = sign_read_public(pem, len, &added.key, err);
	if (!rc)
		rc = check_new_key(ret, &added, named, err);
	if (rc) {
		sign_key_free(&added.key);
		return err_prefix(err, "%s", path);
	}
	ret->keys[ret->key_count++] = added;
	return 0;
}

static int load_keys(const char *dir, struct policy *ret, struct err *err)
{
	char path[FSIO_PATH_MAX];
	struct dirent **names;
	int count, rc = fsio_join(path, dir, "keys", err);

	if (rc)
		return rc;
	count = scandir(path, &names, is_key_file, alphasort);
	if (count < 0)
		return err_set(err, ERR_NOT_FOUND, "%s: no directory of keys", path);
	for (int i = 0; i < count; i++) {
		if (!rc)
			rc = load_key(path, names[i]->d_name, ret, err);
		free(names[i]);
	}
	free(names);
	if (!rc && ret->key_count == 0)
		return err_set(err, ERR_NOT_FOUND, "%s: no key", path);
	return rc;
}

static unsigned int count_signers(const struct policy *policy)
{
	unsigned int count = 0;

	for (size_t i = 0; i < policy->key_count; i++) {
		size_t first = 0;

		while (strcmp(policy->keys[first].signer, policy->keys[i].signer) != 0)
			first++;
		count += first == i;
	}
	return count;
}

int policy_load(const char *dir, struct policy *ret, struct err *err)
{
	int rc = load_policy_file(dir, ret, err);

	if (!rc)
		rc = load_keys(dir, ret, err);
	if (!rc && count_signers(ret) < ret->threshold)
		rc = err_set(err, ERR_FORMAT, "%s: %u signers are needed, keys/ names only %u", dir,
			     ret->threshold, count_signers(ret));
	if (rc)
		policy_free(ret);
	return rc;
}
