/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of commands as JSON. */
#include "say.h"

#include <stdio.h>

#include "base/cleanup.h"

int say_json(yyjson_mut_doc *doc, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc = json_write_pretty(doc, &text, &len, err);

	if (!rc)
		puts(text);
	return rc;
}

int say_pairs(const char *const *pairs, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	for (; *pairs; pairs += 2)
		yyjson_mut_obj_add_str(doc, root, pairs[0], pairs[1]);
	return say_json(doc, err);
}
