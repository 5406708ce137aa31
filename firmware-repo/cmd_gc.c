/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gc: what imports that were killed have left, when nobody is going to repeat them. */
#include "fwrepo.h"

#include <inttypes.h>
#include <stdio.h>

#include "repo_gc.h"
#include "say.h"

static int tell(const struct gc_result *result, bool only_tell, bool json, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = NULL;
	yyjson_mut_val *root;

	if (!json) {
		printf("%s %zu file%s, %" PRIu64 " bytes\n", only_tell ? "would remove" : "removed",
		       result->files, result->files == 1 ? "" : "s", result->bytes);
		return 0;
	}
	doc = yyjson_mut_doc_new(NULL);
	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_bool(doc, root, "removed", !only_tell);
	yyjson_mut_obj_add_uint(doc, root, "files", result->files);
	yyjson_mut_obj_add_uint(doc, root, "bytes", result->bytes);
	return say_json(doc, err);
}

int fwrepo_gc(int argc, char **argv)
{
	const char *dir = NULL;
	bool only_tell = false, json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &dir, "DIR", "the repository" },
		{ "dry-run", OPT_FLAG, &only_tell, NULL, "tell how much it would be" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &dir }, { 0 } };
	struct gc_result result = { 0 };
	struct repo repo = { 0 };
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	rc = only_tell ? repo_open(dir, &repo, &err) : repo_open_to_change(dir, &repo, &err);
	if (!rc)
		rc = repo_gc(&repo, only_tell, &result, &err);
	if (!rc)
		rc = tell(&result, only_tell, json, &err);
	repo_close(&repo);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
