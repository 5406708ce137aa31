/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo_gc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "import/import_cache.h"
#include "repo/payload.h"

#define HEX_LEN (2 * HASH_BYTES)

/* All hashes that components name, sorted. */
struct names {
	const struct payload_ref **refs;
	size_t count;
};

static int compare_refs(const void *a, const void *b)
{
	return memcmp((*(const struct payload_ref *const *)a)->sha256,
		      (*(const struct payload_ref *const *)b)->sha256, HASH_BYTES);
}

static int collect(const struct catalog *cat, struct names *ret, struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < cat->count; i++)
		count += component_ref_count(&cat->components[i]);
	ret->refs = calloc(count + 1, sizeof(*ret->refs));
	ret->count = 0;
	if (!ret->refs)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < cat->count; i++)
		for (size_t k = 0; k < component_ref_count(&cat->components[i]); k++)
			ret->refs[ret->count++] = component_ref(&cat->components[i], k);
	qsort(ret->refs, ret->count, sizeof(*ret->refs), compare_refs);
	return 0;
}

int repo_bytes(const struct catalog *cat, uint64_t *ret, struct err *err)
{
	struct names names = { 0 };
	int rc = collect(cat, &names, err);

	*ret = 0;
	for (size_t i = 0; i < names.count; i++)
		if (i == 0 || compare_refs(&names.refs[i - 1], &names.refs[i]) != 0)
			*ret += names.refs[i]->size;
	free(names.refs);
	return rc;
}

static bool all_of(const char *text, const char *set, size_t len)
{
	return strlen(text) == len && strspn(text, set) == len;
}

/* Behind the hash: nothing, ".chunks", ".000", or ".chunks.aB3xYz" of a write that was cut off. */
static bool is_blob_tail(const char *tail, bool *ret_temp)
{
	*ret_temp = strncmp(tail, ".chunks.", 8) == 0;
	return *tail == '\0' || strcmp(tail, ".chunks") == 0 ||
	       (*tail == '.' && all_of(tail + 1, "0123456789", 3)) ||
	       (*ret_temp && strlen(tail) == 8 + 6);
}

/* Is it a file of ours that nothing needs? folder: the two digits that it lies under. */
static bool is_waste(const struct names *names, const char *folder, const char *file)
{
	struct payload_ref ref = { .size = 0 };
	const struct payload_ref *key = &ref;
	char hex[HEX_LEN + 1];
	bool temp;

	if (strnlen(file, HEX_LEN) < HEX_LEN || !is_blob_tail(file + HEX_LEN, &temp) ||
	    strncmp(file, folder, 2) != 0)
		return false;
	memcpy(hex, file, HEX_LEN);
	hex[HEX_LEN] = '\0';
	if (hex_decode(hex, ref.sha256, HASH_BYTES))
		return false;
	return temp ||
	       !bsearch(&key, names->refs, names->count, sizeof(*names->refs), compare_refs);
}

struct gc {
	const struct names *names;
	bool only_tell;
	struct gc_result *result;
};

static int sweep_folder(const struct gc *gc, const char *path, const char *name, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (!is_waste(gc->names, name, entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    S_ISDIR(st.st_mode))
			continue;
		if (!gc->only_tell && unlinkat(dirfd(dir), entry->d_name, 0))
			return err_set_errno(err, ERR_IO, errno, "%s/%s: cannot remove", path,
					     entry->d_name);
		gc->result->files++;
		gc->result->bytes += (uint64_t)st.st_size;
	}
	if (!gc->only_tell)
		rmdir(path); /* when nothing is left in it */
	return 0;
}

static int sweep(const struct gc *gc, const char *repo_dir, struct err *err)
{
	char path[FSIO_PATH_MAX], folder[FSIO_PATH_MAX];
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	int rc = fsio_join(path, repo_dir, "blobs", err);

	if (!rc)
		dir = opendir(path);
	while (!rc && dir && (entry = readdir(dir))) {
		if (!all_of(entry->d_name, "0123456789abcdef", 2))
			continue;
		rc = fsio_join(folder, path, entry->d_name, err);
		if (!rc)
			rc = sweep_folder(gc, folder, entry->d_name, err);
	}
	if (!rc && !gc->only_tell)
		rmdir(path);
	return rc;
}

/* Nobody is going to repeat what it would spare. */
static int drop_cache(const struct gc *gc, const char *repo_dir, struct err *err)
{
	char path[FSIO_PATH_MAX];
	struct stat st;
	int rc = fsio_join(path, repo_dir, IMPORT_CACHE_NAME, err);

	if (rc || lstat(path, &st))
		return rc;
	if (!gc->only_tell && unlink(path))
		return err_set_errno(err, ERR_IO, errno, "%s: cannot remove", path);
	gc->result->files++;
	gc->result->bytes += (uint64_t)st.st_size;
	return 0;
}

int repo_gc(const struct repo *repo, bool only_tell, struct gc_result *ret, struct err *err)
{
	struct names names = { 0 };
	const struct gc gc = { &names, only_tell, ret };
	int rc = collect(&repo->cat, &names, err);

	*ret = (struct gc_result){ 0 };
	if (!rc)
		rc = sweep(&gc, repo->dir, err);
	if (!rc)
		rc = drop_cache(&gc, repo->dir, err);
	free(names.refs);
	return rc;
}
