/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdio.h>
#include <string.h>

#include "repo.h"
#include "repo/catalog_tool.h"
#include "say.h"

/* They stay, and are left alone until there is another runtime of that id. */
static void warn_of_tools(const struct catalog *cat, const char *runtime)
{
	for (size_t i = 0; i < cat->count; i++) {
		const struct component *comp = &cat->components[i];

		if (comp->tool && strcmp(comp->tool->runtime, runtime) == 0)
			fprintf(stderr, "fwrepo remove: the tool of %s runs in %s\n", comp->id,
				runtime);
	}
}

/* The index first: a payload that nothing names is harmless, a name without payload is not. */
static int remove_component(const char *dir, const char *id, struct err *err)
{
	struct repo repo = { 0 };
	struct component gone = { 0 };
	int rc = repo_open_to_change(dir, &repo, err);
	const struct component *found = rc ? NULL : catalog_find(&repo.cat, id);

	if (!rc && !found)
		rc = err_set(err, ERR_NOT_FOUND, "there is no component %s", id);
	if (!rc) {
		catalog_take(&repo.cat, (size_t)(found - repo.cat.components), &gone);
		catalog_find_runtimes(&repo.cat);
		warn_of_tools(&repo.cat, id);
		rc = repo_write_index(&repo, err);
	}
	if (!rc)
		rc = repo_remove_unused(&repo, &gone, err);
	component_free(&gone);
	repo_close(&repo);
	return rc;
}

int fwrepo_remove(int argc, char **argv)
{
	const char *repo = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &repo, "DIR", "the repository" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
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
	if (json)
		return say_pairs((const char *const[]){ "removed", argv[first], NULL }, &err)
			       ? opts_fail(&fwrepo_program, argv[0], &err)
			       : 0;
	printf("removed %s; the repository is to be signed again\n", argv[first]);
	return 0;
}
