/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list and show: what a repository holds, signed or not. */
#include "fwrepo.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/json.h"
#include "repo/catalog_text.h"
#include "repo_gc.h"
#include "say.h"

static int list_json(const struct repo *repo, uint64_t bytes, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root, *list;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_str(doc, root, "repository", repo->head.repo_id);
	yyjson_mut_obj_add_uint(doc, root, "serial", repo->head.serial);
	yyjson_mut_obj_add_bool(doc, root, "changed", repo_is_unsigned(repo));
	yyjson_mut_obj_add_uint(doc, root, "bytes", bytes);
	list = yyjson_mut_obj_add_arr(doc, root, "components");
	for (size_t i = 0; i < repo->cat.count; i++)
		yyjson_mut_arr_append(list, component_to_json(doc, &repo->cat.components[i]));
	return say_json(doc, err);
}

static void list_text(const struct repo *repo, uint64_t bytes)
{
	printf("repository %s, serial %" PRIu64 "%s\n", repo->head.repo_id, repo->head.serial,
	       repo->head.serial == 0	? ", never signed"
	       : repo_is_unsigned(repo) ? ", changed since it was signed"
					: "");
	for (size_t i = 0; i < repo->cat.count; i++) {
		const struct component *comp = &repo->cat.components[i];

		printf("%-32s %-16s %-12s %10" PRIu64 " bytes  %s%s", comp->id, comp->version,
		       comp->class_name, comp->payload.size, comp->targets[0],
		       comp->target_count > 1 ? " ..." : "");
		if (comp->attachment_count)
			printf("  + %zu file%s", comp->attachment_count,
			       comp->attachment_count == 1 ? "" : "s");
		printf("\n");
	}
	printf("%zu component%s, %" PRIu64 " bytes\n", repo->cat.count,
	       repo->cat.count == 1 ? "" : "s", bytes);
}

static void show_texts(const struct component *comp)
{
	for (const struct text_member *member = catalog_texts; member->key; member++) {
		const char *text = component_text(comp, member);
		char label[48];

		snprintf(label, sizeof(label), "%s%s%s", member->object ? member->object : "",
			 member->object ? "." : "", member->key);
		if (text[0])
			printf("%-20s %s\n", label, text);
	}
}

static int show(const struct component *comp, bool json, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = NULL;
	char hex[65];

	if (json) {
		doc = yyjson_mut_doc_new(NULL);
		if (!doc)
			return err_set(err, ERR_NOMEM, "out of memory");
		yyjson_mut_doc_set_root(doc, component_to_json(doc, comp));
		return say_json(doc, err);
	}
	show_texts(comp);
	printf("scheme %s, activation %s, criticality %s, expected %u s%s%s\n",
	       version_scheme_name(comp->scheme), activation_name(comp->activation),
	       criticality_name(comp->criticality), comp->expected_seconds,
	       comp->measured ? ", measured" : "",
	       comp->host_power_off ? ", needs the host powered off" : "");
	for (size_t i = 0; i < comp->target_count; i++)
		printf("target %s\n", comp->targets[i]);
	for (size_t i = 0; i < comp->require_count; i++)
		printf("requires %s >= %s\n",
		       comp->requires[i].target[0] ? comp->requires[i].target : "this device",
		       comp->requires[i].min_version);
	for (size_t i = 0; i < comp->flag_count; i++)
		printf("flag %s\n", comp->flags[i]);
	if (comp->proof.field[0])
		printf("proof: %s %s %s\n", comp->proof.field, proof_match_name(comp->proof.match),
		       comp->proof.value);
	hex_encode(comp->payload.sha256, sizeof(comp->payload.sha256), hex);
	printf("payload %" PRIu64 " bytes, SHA-256 %s\n", comp->payload.size, hex);
	for (size_t i = 0; i < comp->attachment_count; i++) {
		const struct attachment *attachment = &comp->attachments[i];

		hex_encode(attachment->ref.sha256, sizeof(attachment->ref.sha256), hex);
		printf("%s %s, %" PRIu64 " bytes, SHA-256 %s\n", attachment->role, attachment->name,
		       attachment->ref.size, hex);
	}
	if (comp->not_understood[0])
		printf("not usable by this version: %s\n", comp->not_understood);
	return 0;
}

int fwrepo_list(int argc, char **argv)
{
	const char *dir = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &dir, "DIR", "the repository" },
		{ "json", OPT_FLAG, &json, NULL, "as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &dir }, { 0 } };
	struct repo repo = { 0 };
	struct err err = { 0 };
	uint64_t bytes;
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	rc = repo_open(dir, &repo, &err);
	if (!rc)
		rc = repo_bytes(&repo.cat, &bytes, &err);
	if (!rc && json)
		rc = list_json(&repo, bytes, &err);
	else if (!rc)
		list_text(&repo, bytes);
	repo_close(&repo);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}

int fwrepo_show(int argc, char **argv)
{
	const char *dir = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &dir, "DIR", "the repository" },
		{ "json", OPT_FLAG, &json, NULL, "as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &dir }, { 0 } };
	const struct component *comp = NULL;
	struct repo repo = { 0 };
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 1, 1, needed, &first);

	if (status >= 0)
		return status;
	rc = repo_open(dir, &repo, &err);
	if (!rc)
		comp = catalog_find(&repo.cat, argv[first]);
	if (!rc && !comp)
		rc = err_set(&err, ERR_NOT_FOUND, "there is no component %s", argv[first]);
	if (!rc)
		rc = show(comp, json, &err);
	repo_close(&repo);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
