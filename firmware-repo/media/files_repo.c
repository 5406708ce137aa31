/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a repository, all of them checked before any is copied. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "media/files.h"
#include "progress.h"
#include "repo/catalog.h"
#include "repo/payload.h"

#define CAPSULE_EXTRA (64u << 10) /* bytes */

struct repo_files {
	struct media_files *files;
	const char *dir;
	unsigned int places;
	struct catalog cat;
	const struct payload_ref **refs; /* each once, in the order of their hashes */
	size_t ref_count;
};

static int add_file(const struct repo_files *repo, const char *name, struct err *err)
{
	char path[FSIO_PATH_MAX], from[FSIO_PATH_MAX];
	int rc = fsio_join(from, repo->dir, name, err);

	if (!rc)
		rc = fsio_join(path, "repo", name, err);
	return rc ? rc : media_files_add(repo->files, path, from, repo->places, err);
}

static int add_blob(const struct repo_files *repo, const struct payload_ref *ref, struct err *err)
{
	char name[PAYLOAD_NAME_MAX];
	int parts = (int)((ref->size + CATALOG_PART_BYTES - 1) / CATALOG_PART_BYTES);
	int rc;

	payload_name(ref->sha256, PAYLOAD_CHUNKS, name);
	rc = add_file(repo, name, err);
	for (int i = 0; !rc && i < parts; i++) {
		payload_name(ref->sha256, parts > 1 ? i : PAYLOAD_WHOLE, name);
		rc = add_file(repo, name, err);
	}
	return rc;
}

static int compare_refs(const void *a, const void *b)
{
	const struct payload_ref *const *left = a, *const *right = b;

	return memcmp((*left)->sha256, (*right)->sha256, sizeof((*left)->sha256));
}

static int collect_refs(struct repo_files *repo, struct err *err)
{
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < repo->cat.count; i++)
		all += component_ref_count(&repo->cat.components[i]);
	repo->refs = calloc(all + 1, sizeof(const struct payload_ref *));
	if (!repo->refs)
		return err_set(err, ERR_NOMEM, "out of memory");
	all = 0;
	for (size_t i = 0; i < repo->cat.count; i++)
		for (size_t r = 0; r < component_ref_count(&repo->cat.components[i]); r++)
			repo->refs[all++] = component_ref(&repo->cat.components[i], r);
	qsort(repo->refs, all, sizeof(const struct payload_ref *), compare_refs);
	for (size_t i = 0; i < all; i++)
		if (kept == 0 || compare_refs(&repo->refs[kept - 1], &repo->refs[i]) != 0)
			repo->refs[kept++] = repo->refs[i];
	repo->ref_count = kept;
	return 0;
}

static int verify_blob(const struct repo_files *repo, const struct payload_ref *ref,
		       struct err *err)
{
	struct payload *payload = NULL;
	int rc = payload_open(repo->dir, ref, &payload, err);

	if (!rc)
		rc = payload_verify(payload, 0, NULL, NULL, err);
	payload_close(payload);
	progress_add(ref->size);
	return rc;
}

static int verify_all(const struct repo_files *repo, struct err *err)
{
	uint64_t total = 0;
	int rc = 0;

	for (size_t i = 0; i < repo->ref_count; i++)
		total += repo->refs[i]->size;
	progress_begin("verify", total);
	for (size_t i = 0; !rc && i < repo->ref_count; i++)
		rc = verify_blob(repo, repo->refs[i], err);
	progress_end();
	return rc;
}

static int add_all(const struct repo_files *repo, struct err *err)
{
	int rc = add_file(repo, "head.json", err);

	if (!rc)
		rc = add_file(repo, "head.sig", err);
	if (!rc)
		rc = add_file(repo, "index.json", err);
	for (size_t i = 0; !rc && i < repo->ref_count; i++)
		rc = add_blob(repo, repo->refs[i], err);
	return rc;
}

static bool is_capsule(const struct component *comp)
{
	return strcmp(comp->backend, "uefi-capsule") == 0;
}

/* Another version for the same firmware, and a larger one; of equal ones the first counts. */
static bool has_larger(const struct catalog *cat, size_t index)
{
	const struct component *comp = &cat->components[index];

	for (size_t i = 0; i < cat->count; i++) {
		const struct component *other = &cat->components[i];

		if (i == index || !is_capsule(other) || !comp->target_count ||
		    !other->target_count || strcmp(comp->targets[0], other->targets[0]) != 0)
			continue;
		if (other->payload.size > comp->payload.size ||
		    (other->payload.size == comp->payload.size && i < index))
			return true;
	}
	return false;
}

/*
 * A boot brings one file for each device to the firmware (UEFI 2.10 section 8.5.5): all of them, in
 * the worst case. With each go a header that it may not have yet, its name, and what is left of its
 * last cluster.
 */
static uint64_t capsule_bytes(const struct catalog *cat)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < cat->count; i++)
		if (is_capsule(&cat->components[i]) && !has_larger(cat, i))
			bytes += cat->components[i].payload.size + CAPSULE_EXTRA;
	return bytes;
}

int media_files_add_repo(struct media_files *files, const char *dir, const struct policy *policy,
			 unsigned int places, struct err *err)
{
	struct repo_files repo = { .files = files, .dir = dir, .places = places };
	int rc = catalog_open(dir, policy, &repo.cat, err);

	if (!rc)
		rc = collect_refs(&repo, err);
	if (!rc)
		rc = verify_all(&repo, err);
	if (!rc)
		rc = add_all(&repo, err);
	if (rc)
		err_prefix(err, "%s", dir);
	else
		snprintf(files->signer_names, sizeof(files->signer_names), "%s",
			 repo.cat.signer_names);
	files->capsule_bytes = rc ? 0 : capsule_bytes(&repo.cat);
	free(repo.refs);
	catalog_free(&repo.cat);
	return rc;
}
