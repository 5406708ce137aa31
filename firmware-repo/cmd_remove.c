/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdio.h>
#include <string.h>

#include "blob.h"
#include "repo.h"

static bool is_used(const struct catalog *cat, const struct payload_ref *ref)
{
	for (size_t i = 0; i < cat->count; i++)
		if (memcmp(cat->components[i].payload.sha256, ref->sha256, sizeof(ref->sha256)) ==
		    0)
			return true;
	return false;
}

/* The index first: a payload that nothing names is harmless, a name without payload is not. */
static int remove_component(const char *dir, const char *id, struct err *err)
{
	struct repo repo = { 0 };
	struct component gone = { 0 };
	int rc = repo_open(dir, &repo, err);
	size_t i = 0;

	while (!rc && i < repo.cat.count && strcmp(repo.cat.components[i].id, id) != 0)
		i++;
	if (!rc && i == repo.cat.count)
		rc = err_set(err, ERR_NOT_FOUND, "there is no component %s", id);
	if (!rc) {
		gone = repo.cat.components[i];
		repo.cat.components[i] = repo.cat.components[--repo.cat.count];
		rc = repo_write_index(&repo, err);
	}
	if (!rc && !is_used(&repo.cat, &gone.payload))
		rc = blob_remove(dir, &gone.payload, CATALOG_PART_BYTES, err);
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
