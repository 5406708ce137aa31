/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing index.json: what is empty or has its usual value is left out. */
#include "repo/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/json.h"
#include "repo/catalog_text.h"
#include "repo/catalog_tool.h"

static void add_sha256(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key,
		       const uint8_t sha256[32])
{
	char hex[65];

	hex_encode(sha256, 32, hex);
	yyjson_mut_obj_add_strcpy(doc, obj, key, hex);
}

static void add_texts(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct component *comp)
{
	for (const struct text_member *member = catalog_texts; member->key; member++) {
		const char *text = component_text(comp, member);
		yyjson_mut_val *holder = obj;

		if (!text[0])
			continue;
		if (member->object)
			holder = yyjson_mut_obj_get(obj, member->object);
		if (!holder)
			holder = yyjson_mut_obj_add_obj(doc, obj, member->object);
		yyjson_mut_obj_add_strcpy(doc, holder, member->key, text);
	}
	add_sha256(doc, yyjson_mut_obj_get(obj, "provenance"), "sha256", comp->source_sha256);
}

static void add_lists(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct component *comp)
{
	yyjson_mut_val *list = yyjson_mut_obj_add_arr(doc, obj, "targets");

	for (size_t i = 0; i < comp->target_count; i++)
		yyjson_mut_arr_add_strcpy(doc, list, comp->targets[i]);
	if (comp->flag_count)
		list = yyjson_mut_obj_add_arr(doc, obj, "flags");
	for (size_t i = 0; i < comp->flag_count; i++)
		yyjson_mut_arr_add_strcpy(doc, list, comp->flags[i]);
	if (comp->require_count)
		list = yyjson_mut_obj_add_arr(doc, obj, "requires");
	for (size_t i = 0; i < comp->require_count; i++) {
		const struct requirement *require = &comp->requires[i];
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		if (require->target[0])
			yyjson_mut_obj_add_strcpy(doc, entry, "target", require->target);
		yyjson_mut_obj_add_strcpy(doc, entry, "min_version", require->min_version);
	}
}

static void add_proof(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct proof *proof)
{
	yyjson_mut_val *val;

	if (!proof->field[0])
		return;
	val = yyjson_mut_obj_add_obj(doc, obj, "proof");
	yyjson_mut_obj_add_strcpy(doc, val, "field", proof->field);
	yyjson_mut_obj_add_str(doc, val, "match", proof_match_name(proof->match));
	yyjson_mut_obj_add_strcpy(doc, val, "value", proof->value);
}

static void add_payload(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct payload_ref *ref)
{
	yyjson_mut_val *val = yyjson_mut_obj_add_obj(doc, obj, "payload");

	yyjson_mut_obj_add_uint(doc, val, "size", ref->size);
	add_sha256(doc, val, "sha256", ref->sha256);
	add_sha256(doc, val, "chunks_sha256", ref->chunks_sha256);
}

static void add_attachments(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct component *comp)
{
	yyjson_mut_val *list = NULL;

	if (comp->attachment_count)
		list = yyjson_mut_obj_add_arr(doc, obj, "attachments");
	for (size_t i = 0; i < comp->attachment_count; i++) {
		const struct attachment *attachment = &comp->attachments[i];
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_strcpy(doc, entry, "role", attachment->role);
		yyjson_mut_obj_add_strcpy(doc, entry, "name", attachment->name);
		add_payload(doc, entry, &attachment->ref);
	}
}

yyjson_mut_val *component_to_json(yyjson_mut_doc *doc, const struct component *comp)
{
	yyjson_mut_val *obj = yyjson_mut_obj(doc);

	add_texts(doc, obj, comp);
	yyjson_mut_obj_add_str(doc, obj, "scheme", version_scheme_name(comp->scheme));
	yyjson_mut_obj_add_str(doc, obj, "activation", activation_name(comp->activation));
	yyjson_mut_obj_add_str(doc, obj, "criticality", criticality_name(comp->criticality));
	add_lists(doc, obj, comp);
	add_proof(doc, obj, &comp->proof);
	add_payload(doc, obj, &comp->payload);
	add_attachments(doc, obj, comp);
	if (comp->expected_seconds)
		yyjson_mut_obj_add_uint(doc, obj, "expected_seconds", comp->expected_seconds);
	if (comp->host_power_off)
		yyjson_mut_obj_add_bool(doc, obj, "host_power_off", true);
	if (comp->tool)
		tool_to_json(doc, obj, comp->tool);
	if (comp->measured)
		yyjson_mut_obj_add_bool(doc, obj, "measured", true);
	return obj;
}

/* Words that were read but are not known have left nothing to write. */
static bool words_known(const struct component *comp)
{
	return comp->scheme && comp->activation && comp->criticality &&
	       (!comp->proof.field[0] || comp->proof.match) &&
	       (!comp->tool || tool_words_known(comp->tool));
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct component *const *)a)->id,
		      (*(const struct component *const *)b)->id);
}

static int write_component(FILE *out, const struct component *comp, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!words_known(comp))
		return err_set(err, ERR_UNSUPPORTED, "component %s: %s comes from a newer version",
			       comp->id, comp->not_understood);
	yyjson_mut_doc_set_root(doc, component_to_json(doc, comp));
	rc = json_write_canonical(doc, &text, &len, err);
	if (!rc)
		fwrite(text, 1, len, out);
	return rc;
}

/* One component after the other: the text is the only thing that grows with their number. */
static int write_all(FILE *out, const struct component *const *sorted, size_t count,
		     struct err *err)
{
	int rc = 0;

	fputs("{\"components\":[", out);
	for (size_t i = 0; i < count && !rc; i++) {
		if (i)
			fputc(',', out);
		rc = write_component(out, sorted[i], err);
	}
	fputs("],\"format\":1}", out);
	return rc;
}

int catalog_write_index(const struct catalog *cat, char **ret_text, size_t *ret_len,
			struct err *err)
{
	CLEANUP_FREE const struct component **sorted = calloc(cat->count + 1, sizeof(*sorted));
	FILE *out = open_memstream(ret_text, ret_len);
	bool full;
	int rc;

	for (size_t i = 0; sorted && i < cat->count; i++)
		sorted[i] = &cat->components[i];
	if (sorted)
		qsort(sorted, cat->count, sizeof(*sorted), compare_ids);
	rc = sorted && out ? write_all(out, sorted, cat->count, err)
			   : err_set(err, ERR_NOMEM, "out of memory");
	full = out && ferror(out);
	full = (out && fclose(out)) || full;
	if (!rc && full)
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (rc && out) {
		free(*ret_text);
		*ret_text = NULL;
	}
	return rc;
}
