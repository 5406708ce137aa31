/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdio.h>
#include <string.h>

#include "blob.h"
#include "repo.h"

static bool is_used(const struct catalog *cat, const struct payload_ref *ref)
{
	for (size_t i = 0; i < cat->count; i++)
		for (size_t k = 0; k < component_ref_count(&cat->components[i]); k++)
			if (memcmp(component_ref(&cat->components[i], k)->sha256, ref->sha256,
				   sizeof(ref->sha256)) == 0)
				return true;
	return false;
}

static int remove_blobs(const struct repo *repo, const struct component *gone, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < component_ref_count(gone) && !rc; i++)
		if (!is_used(&repo->cat, component_ref(gone, i)))
			rc = blob_remove(repo->dir, component_ref(gone, i), CATALOG_PART_BYTES,
					 err);
	return rc;
}

/* The index first: a payload that nothing names is harmless, a name without payload is not. */
static int remove_component(const char *dir, const char *id, struct err *err)
{
	struct repo repo = { 0 };
	struct component gone = { 0 };
	int rc = repo_open(dir, &repo, err);
	const struct component *found = rc ? NULL : catalog_find(&repo.cat, id);

	if (!rc && !found)
		rc = err_set(err, ERR_NOT_FOUND, "there is no component %s", id);
	if (!rc) {
		catalog_take(&repo.cat, (size_t)(found - repo.cat.components), &gone);
		rc = repo_write_index(&repo, err);
	}
	if (!rc)
		rc = remove_blobs(&repo, &gone, err);
	component_free(&gone);
	repo_close(&repo);
	return rc;
}

int fwrepo_remove(int argc, char **argv)
{
	const char *repo = NULL;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &repo, "DIR", "the repository" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &repo }, { 0 } };
	struct err err = { 0 };
	int first;
	int status = fwrepo_begin(opts, argc, argv, 1, 1, needed, &first);

	if (status >= 0)
		return status;
	if (remove_component(repo, argv[first], &err))
		return opts_fail(&fwrepo_program, argv[0], &err);
	printf("removed %s; the repository is to be signed again\n", argv[first]);
	return 0;
}
