/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a command line to a component; the reader judges the result before anything is copied. */
#include "fwrepo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add.h"
#include "blob.h"
#include "component_args.h"
#include "edit.h"
#include "inventory/target.h"
#include "repo.h"
#include "repo/catalog_tool.h"
#include "say.h"

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static int note_source(struct component *comp, const char *file, struct err *err)
{
	int rc = component_set(comp, "provenance.file", base_name(file), err);

	return rc ? rc
		  : component_set(comp, "provenance.importer", "fwrepo add " DRYDOCK_VERSION, err);
}

/* "ROLE=FILE"; the bytes come later. */
static int note_attachments(const struct opt_list *list, struct component *comp, struct err *err)
{
	static const struct payload_ref later = { .size = 1 };
	int rc = 0;

	for (size_t i = 0; i < list->count && !rc; i++) {
		const char *text = list->items[i], *sign = strchr(text, '=');
		char role[64];

		if (!sign || sign == text || !sign[1] || (size_t)(sign - text) >= sizeof(role))
			return err_set(err, ERR_USAGE, "--attach: want ROLE=FILE");
		snprintf(role, sizeof(role), "%.*s", (int)(sign - text), text);
		rc = component_add_attachment(comp, role, base_name(sign + 1), &later, err);
	}
	return rc;
}

static int copy_bytes(const char *dir, const char *file, const struct opt_list *attached,
		      struct component *comp, struct err *err)
{
	int rc = blob_add(dir, file, CATALOG_PART_BYTES, &comp->payload, err);

	memcpy(comp->source_sha256, comp->payload.sha256, sizeof(comp->source_sha256));
	for (size_t i = 0; i < attached->count && !rc; i++)
		rc = blob_add(dir, strchr(attached->items[i], '=') + 1, CATALOG_PART_BYTES,
			      &comp->attachments[i].ref, err);
	return rc;
}

/* For the last component in the index, which is written then; all of it or nothing. */
static int add_bytes(struct repo *repo, const char *file, const struct opt_list *attached,
		     struct err *err)
{
	struct component *comp = &repo->cat.components[repo->cat.count - 1];
	int rc = copy_bytes(repo->dir, file, attached, comp, err);

	if (!rc)
		rc = repo_write_index(repo, err);
	if (rc) {
		repo->cat.count--;
		(void)repo_remove_unused(repo, comp, NULL);
		component_free(comp);
	}
	return rc;
}

/* The bytes come last: a mistake in the other members must not cost a copy of them. */
int repo_add_component(const char *dir, const char *file, const struct opt_list *attached,
		       struct component *comp, struct err *err)
{
	struct repo repo = { 0 };
	int rc = note_attachments(attached, comp, err);

	if (!rc)
		rc = repo_open_to_change(dir, &repo, err);
	if (!rc && catalog_find(&repo.cat, comp->id))
		rc = err_set(err, ERR_DUPLICATE, "component %s is there already", comp->id);
	if (!rc)
		rc = note_source(comp, file, err);
	comp->payload.size = 1;
	if (!rc)
		rc = catalog_append(&repo.cat, comp, err);
	if (!rc)
		rc = repo_check_index(&repo.cat, err);
	if (!rc)
		rc = add_bytes(&repo, file, attached, err);
	repo_close(&repo);
	return rc;
}

static bool is_backend(const char *name)
{
	for (const char *const *word = backend_words; *word; word++)
		if (strcmp(name, *word) == 0)
			return true;
	return false;
}

static void warn(const struct component *comp)
{
	if (comp->flag_count && comp->not_understood[0])
		fprintf(stderr,
			"fwrepo add: %s is not known to this version: updaters like it will leave "
			"the component alone\n",
			comp->not_understood);
	if (!is_backend(comp->backend))
		fprintf(stderr,
			"fwrepo add: no backend is called \"%s\": no device will be written\n",
			comp->backend);
	if (strcmp(comp->backend, "vendor-tool") == 0 && !comp->tool && !component_is_runtime(comp))
		fprintf(stderr, "fwrepo add: without --tool-arg nothing can run the tool\n");
	if (!comp->proof.field[0] && !component_is_runtime(comp))
		fprintf(stderr, "fwrepo add: without --proof the result cannot be verified\n");
}

int fwrepo_add(int argc, char **argv)
{
	struct component_args args = { 0 };
	struct component comp = { 0 };
	struct opt_list attached = { 0 };
	const char *repo = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &repo, "DIR", "the repository" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
		COMPONENT_OPTIONS(args),
		{ "attach", OPT_LIST, &attached, "ROLE=FILE",
		  "a file of the vendor that goes with it: compsig, jcat, metadata; repeat" },
		{ 0 },
	};
	const struct needed needed[] = {
		{ "--repo DIR", &repo },
		{ "--id ID", &args.id },
		{ "--version TEXT", &args.version },
		{ "--scheme SCHEME", &args.scheme },
		{ "--backend NAME", &args.backend },
		{ 0 },
	};
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 1, 1, needed, &first);

	if (status >= 0)
		return status;
	rc = component_from_args(&args, &comp, &err);
	if (!rc) {
		warn(&comp);
		rc = repo_add_component(repo, argv[first], &attached, &comp, &err);
	}
	component_free(&comp);
	if (rc)
		return opts_fail(&fwrepo_program, argv[0], &err);
	if (json)
		return say_pairs((const char *const[]){ "added", args.id, NULL }, &err)
			       ? opts_fail(&fwrepo_program, argv[0], &err)
			       : 0;
	printf("added %s; the repository is to be signed again\n", args.id);
	return 0;
}
