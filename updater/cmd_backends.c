/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drydock backends: the ways of writing firmware and what each was tested on. */
#include <stdio.h>

#include "backends/backend.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "drydock.h"

static int print_json(struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *list = yyjson_mut_obj_add_arr(doc, root, "Backends");
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc;

	for (const struct backend *const *backend = backends; *backend; backend++) {
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, entry, "Name", (*backend)->name);
		yyjson_mut_obj_add_str(doc, entry, "Description", (*backend)->description);
		yyjson_mut_obj_add_str(doc, entry, "Evidence", evidence_name((*backend)->evidence));
		yyjson_mut_obj_add_str(doc, entry, "EvidenceNote", (*backend)->evidence_note);
	}
	yyjson_mut_doc_set_root(doc, root);
	rc = json_write_pretty(doc, &text, &len, err);
	if (!rc)
		printf("%s\n", text);
	return rc;
}

static void print_text(void)
{
	for (const struct backend *const *backend = backends; *backend; backend++)
		printf("%s\n  %s\n  tested on: %s (%s)\n", (*backend)->name,
		       (*backend)->description, evidence_name((*backend)->evidence),
		       (*backend)->evidence_note);
}

int cmd_backends(int argc, char **argv)
{
	bool json = false;
	const struct opt opts[] = {
		{ "json", OPT_FLAG, &json, NULL, "print JSON" },
		{ 0 },
	};
	struct err err = { 0 };
	int first, rc = opts_parse(&drydock_program, opts, argc, argv, &first, &err);

	if (rc == 1)
		return EXIT_CHANGED;
	if (!rc && json)
		rc = print_json(&err);
	else if (!rc)
		print_text();
	return rc ? opts_fail(&drydock_program, "backends", &err) : EXIT_CHANGED;
}
