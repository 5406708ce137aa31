/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/trust.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

/* Where the running image has it: etc/drydock/trust, and its parents. */
#define TRUST_PATH "etc/drydock/trust"
static const char *const folders[] = { "etc", "etc/drydock", TRUST_PATH, TRUST_PATH "/keys" };

/* A copy of what goes into the archive, for the image's own reader. */
struct staging {
	char dir[64];
	struct cpio *archive;
	char names[POLICY_MAX_KEYS][NAME_MAX + 1];
	size_t count;
};

/* name: below the trust directory. */
static int take(struct staging *staging, const char *name, const char *from, size_t max,
		struct err *err)
{
	CLEANUP_FREE uint8_t *bytes = NULL;
	char path[FSIO_PATH_MAX], to[FSIO_PATH_MAX];
	size_t len;
	int rc = fsio_read_file(from, max, &bytes, &len, err);

	if (!rc)
		rc = fsio_join(to, staging->dir, name, err);
	if (!rc)
		rc = fsio_join(path, TRUST_PATH, name, err);
	if (!rc)
		rc = fsio_write_atomic(to, bytes, len, 0600, err);
	return rc ? rc : cpio_add_file(staging->archive, path, bytes, len, err);
}

static int is_key(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".pub") == 0;
}

static int take_key(struct staging *staging, const char *from_dir, const char *name,
		    struct err *err)
{
	char from[FSIO_PATH_MAX], to[NAME_MAX + 8];
	int rc = fsio_join(from, from_dir, name, err);

	if (rc)
		return rc;
	if (staging->count == POLICY_MAX_KEYS)
		return err_set(err, ERR_TOO_LARGE, "%s: more than %d keys", from_dir,
			       POLICY_MAX_KEYS);
	snprintf(to, sizeof(to), "keys/%s", name);
	snprintf(staging->names[staging->count++], NAME_MAX + 1, "%s", name);
	return take(staging, to, from, SIGN_PEM_MAX_BYTES, err);
}

static int take_keys(struct staging *staging, const char *dir, struct err *err)
{
	char path[FSIO_PATH_MAX];
	struct dirent **entries;
	int count, rc = fsio_join(path, dir, "keys", err);

	if (rc)
		return rc;
	count = scandir(path, &entries, is_key, alphasort);
	if (count < 0)
		return err_set(err, ERR_NOT_FOUND, "%s: no directory of keys", path);
	for (int i = 0; i < count; i++) {
		if (!rc)
			rc = take_key(staging, path, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int take_all(struct staging *staging, const char *dir, const char *policy_file,
		    struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(folders) / sizeof(*folders); i++)
		rc = cpio_add_dir(staging->archive, folders[i], err);
	if (!rc)
		rc = take_keys(staging, dir, err);
	if (!rc)
		rc = fsio_join(path, dir, "policy.json", err);
	if (!rc)
		rc = take(staging, "policy.json", policy_file ? policy_file : path,
			  POLICY_MAX_BYTES, err);
	return rc ? rc : cpio_end(staging->archive, err);
}

static void staging_drop(struct staging *staging)
{
	char path[FSIO_PATH_MAX];

	for (size_t i = 0; i < staging->count; i++) {
		snprintf(path, sizeof(path), "%s/keys/%s", staging->dir, staging->names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/policy.json", staging->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/keys", staging->dir);
	rmdir(path);
	rmdir(staging->dir);
}

static int staging_make(struct staging *staging, struct err *err)
{
	char path[FSIO_PATH_MAX];

	snprintf(staging->dir, sizeof(staging->dir), "%s", "/tmp/fwrepo-trust.XXXXXX");
	if (!mkdtemp(staging->dir))
		return err_set(err, ERR_IO, "/tmp cannot be written");
	snprintf(path, sizeof(path), "%s/keys", staging->dir);
	return fsio_mkdir_p(path, 0700, err);
}

/* Errors of the copy are told with the name of what was copied. */
static int read_back(const struct staging *staging, const char *dir, const char *policy_file,
		     struct policy *ret, struct err *err)
{
	struct err inner = { 0 };
	int rc = policy_load(staging->dir, ret, &inner);
	const char *text = inner.text;
	size_t len = strlen(staging->dir);

	if (!rc)
		return 0;
	if (strncmp(text, staging->dir, len) == 0)
		text += len + (text[len] == '/');
	return err_set(err, rc, "%.200s: no image would read it: %.250s",
		       policy_file ? policy_file : dir, text);
}

int trust_load(const char *dir, const char *policy_file, uint32_t mtime, struct trust *ret,
	       struct err *err)
{
	struct staging staging = { .archive = &ret->archive };
	int rc = staging_make(&staging, err);

	ret->archive.mtime = mtime;
	if (!rc)
		rc = take_all(&staging, dir, policy_file, err);
	if (!rc)
		rc = read_back(&staging, dir, policy_file, &ret->policy, err);
	staging_drop(&staging);
	return rc;
}

void trust_free(struct trust *trust)
{
	cpio_free(&trust->archive);
	policy_free(&trust->policy);
}
