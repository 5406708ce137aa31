/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading index.json: strict about what it knows, see FORMAT.md for what it need not know. */
#include "repo/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "repo/catalog_head.h"
#include "repo/catalog_text.h"
#include "inventory/target.h"

static const char *const members[] = { "components", "format", NULL };
static const char *const component_members[] = {
	"activation",
	"attachments",
	"backend",
	"class",
	"criticality",
	"expected_seconds",
	"flags",
	"floor",
	"host_power_off",
	"id",
	"measured",
	"min_active_version",
	"name",
	"payload",
	"proof",
	"provenance",
	"release_notes",
	"requires",
	"scheme",
	"targets",
	"vendor",
	"version",
	NULL,
};
static const char *const attachment_members[] = { "name", "payload", "role", NULL };
static const char *const payload_members[] = { "chunks_sha256", "sha256", "size", NULL };
static const char *const proof_members[] = { "field", "match", "value", NULL };
static const char *const provenance_members[] = { "file", "importer", "sha256", NULL };
static const char *const require_members[] = { "min_version", "target", NULL };

static void not_understood(struct component *comp, const char *what, const char *word)
{
	if (!comp->not_understood[0])
		snprintf(comp->not_understood, sizeof(comp->not_understood), "%s \"%s\"", what,
			 word);
}

static int parse_text(yyjson_val *obj, const struct text_member *member, struct component *comp,
		      struct err *err)
{
	char *text = (char *)comp + member->offset;
	int rc;

	if (member->object) {
		rc = json_opt_obj(obj, member->object, &obj, err);
		if (rc)
			return rc;
		/* An object that is absent misses all that is in it. */
		if (!obj && member->needed)
			return err_set(err, ERR_FORMAT, "\"%s\" is missing", member->object);
		if (!obj)
			return 0;
	}
	if (!member->needed)
		return json_opt_str(obj, member->key, text, member->size, err);
	rc = json_get_str(obj, member->key, text, member->size, err);
	if (!rc && !text[0])
		rc = err_set(err, ERR_FORMAT, "\"%s\" is empty", member->key);
	return rc;
}

static int parse_texts(yyjson_val *obj, struct component *comp, struct err *err)
{
	int rc = 0;

	for (const struct text_member *member = catalog_texts; !rc && member->key; member++)
		rc = parse_text(obj, member, comp, err);
	if (!rc && !catalog_id_ok(comp->id))
		rc = err_set(err, ERR_FORMAT, "\"id\" is not an id");
	return rc;
}

static int parse_words(yyjson_val *obj, struct component *comp, struct err *err)
{
	char scheme[48], activation[48], criticality[48] = "recommended";
	int rc = json_get_str(obj, "scheme", scheme, sizeof(scheme), err);

	if (!rc)
		rc = json_get_str(obj, "activation", activation, sizeof(activation), err);
	if (!rc)
		rc = json_opt_str(obj, "criticality", criticality, sizeof(criticality), err);
	if (rc)
		return rc;
	comp->scheme = version_scheme_from_name(scheme);
	if (!comp->scheme)
		not_understood(comp, "scheme", scheme);
	comp->activation = activation_from_name(activation);
	if (!comp->activation)
		not_understood(comp, "activation", activation);
	comp->criticality = criticality_from_name(criticality);
	if (!comp->criticality)
		not_understood(comp, "criticality", criticality);
	return 0;
}

static int parse_proof(yyjson_val *obj, struct component *comp, struct err *err)
{
	struct proof *proof = &comp->proof;
	char match[48];
	yyjson_val *val;
	int rc = json_opt_obj(obj, "proof", &val, err);

	if (rc || !val)
		return rc;
	rc = json_check_members(val, proof_members, err);
	if (!rc)
		rc = json_get_str(val, "field", proof->field, sizeof(proof->field), err);
	if (!rc)
		rc = json_get_str(val, "value", proof->value, sizeof(proof->value), err);
	if (!rc)
		rc = json_get_str(val, "match", match, sizeof(match), err);
	/* An empty value would be the prefix of everything. */
	if (!rc && (!proof->field[0] || !proof->value[0]))
		rc = err_set(err, ERR_FORMAT, "empty field or value");
	if (rc)
		return err_prefix(err, "\"proof\"");
	proof->match = proof_match_from_name(match);
	if (!proof->match)
		not_understood(comp, "proof match", match);
	return 0;
}

static int parse_payload(yyjson_val *obj, struct payload_ref *ret, struct err *err)
{
	yyjson_val *val;
	int rc = json_get_obj(obj, "payload", &val, err);

	if (!rc)
		rc = json_check_members(val, payload_members, err);
	if (!rc)
		rc = json_get_u64(val, "size", 1, CATALOG_PAYLOAD_MAX, &ret->size, err);
	if (!rc)
		rc = json_get_sha256(val, "sha256", ret->sha256, err);
	if (!rc)
		rc = json_get_sha256(val, "chunks_sha256", ret->chunks_sha256, err);
	return rc ? err_prefix(err, "\"payload\"") : 0;
}

static int parse_targets(yyjson_val *obj, struct component *comp, struct err *err)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_get_arr(obj, "targets", CATALOG_MAX_TARGETS, &list, err);

	if (rc)
		return rc;
	if (yyjson_arr_size(list) == 0)
		return err_set(err, ERR_FORMAT, "\"targets\" is empty");
	comp->targets = calloc(yyjson_arr_size(list), sizeof(*comp->targets));
	if (!comp->targets)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_arr_foreach(list, idx, max, item)
	{
		char *target = comp->targets[idx];

		rc = json_str(item, "targets", target, sizeof(*comp->targets), err);
		if (rc)
			return rc;
		for (size_t i = 0; i < idx; i++)
			if (strcmp(comp->targets[i], target) == 0)
				return err_set(err, ERR_DUPLICATE, "target \"%s\" twice", target);
		comp->target_count++;
	}
	return 0;
}

static int parse_flags(yyjson_val *obj, struct component *comp, struct err *err)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(obj, "flags", CATALOG_MAX_FLAGS, &list, err);

	if (rc || !list || yyjson_arr_size(list) == 0)
		return rc;
	comp->flags = calloc(yyjson_arr_size(list), sizeof(*comp->flags));
	if (!comp->flags)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_arr_foreach(list, idx, max, item)
	{
		const char *const *known = component_flags;
		char *flag = comp->flags[idx];

		rc = json_str(item, "flags", flag, sizeof(*comp->flags), err);
		if (rc)
			return rc;
		while (*known && strcmp(*known, flag) != 0)
			known++;
		if (!*known)
			not_understood(comp, "flag", flag);
		comp->flag_count++;
	}
	return 0;
}

static int parse_require(yyjson_val *val, struct requirement *ret, struct err *err)
{
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(err, ERR_FORMAT, "not an object");
	rc = json_check_members(val, require_members, err);
	if (!rc)
		rc = json_opt_str(val, "target", ret->target, sizeof(ret->target), err);
	if (!rc)
		rc = json_get_str(val, "min_version", ret->min_version, sizeof(ret->min_version),
				  err);
	if (!rc && !ret->min_version[0])
		rc = err_set(err, ERR_FORMAT, "\"min_version\" is empty");
	return rc;
}

static int parse_requires(yyjson_val *obj, struct component *comp, struct err *err)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(obj, "requires", CATALOG_MAX_REQUIRES, &list, err);

	if (rc || !list || yyjson_arr_size(list) == 0)
		return rc;
	comp->requires = calloc(yyjson_arr_size(list), sizeof(*comp->requires));
	if (!comp->requires)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_arr_foreach(list, idx, max, item)
	{
		rc = parse_require(item, &comp->requires[idx], err);
		if (rc)
			return err_prefix(err, "\"requires\"");
		comp->require_count++;
	}
	return 0;
}

static bool is_same_file(const struct attachment *a, const struct attachment *b)
{
	return strcmp(a->role, b->role) == 0 && strcmp(a->name, b->name) == 0;
}

static int parse_attachment(yyjson_val *val, struct attachment *ret, struct err *err)
{
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(err, ERR_FORMAT, "not an object");
	rc = json_check_members(val, attachment_members, err);
	if (!rc)
		rc = json_get_str(val, "role", ret->role, sizeof(ret->role), err);
	if (!rc)
		rc = json_get_str(val, "name", ret->name, sizeof(ret->name), err);
	if (!rc && (!ret->role[0] || !ret->name[0]))
		rc = err_set(err, ERR_FORMAT, "empty role or name");
	return rc ? rc : parse_payload(val, &ret->ref, err);
}

static int parse_attachments(yyjson_val *obj, struct component *comp, struct err *err)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(obj, "attachments", CATALOG_MAX_ATTACHMENTS, &list, err);

	if (rc || !list || yyjson_arr_size(list) == 0)
		return rc;
	comp->attachments = calloc(yyjson_arr_size(list), sizeof(*comp->attachments));
	if (!comp->attachments)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_arr_foreach(list, idx, max, item)
	{
		struct attachment *added = &comp->attachments[idx];

		rc = parse_attachment(item, added, err);
		for (size_t i = 0; i < idx && !rc; i++)
			if (is_same_file(&comp->attachments[i], added))
				rc = err_set(err, ERR_DUPLICATE, "%s \"%s\" twice", added->role,
					     added->name);
		if (rc)
			return err_prefix(err, "\"attachments\"");
		comp->attachment_count++;
	}
	return 0;
}

static int parse_provenance(yyjson_val *obj, struct component *comp, struct err *err)
{
	yyjson_val *val;
	int rc = json_get_obj(obj, "provenance", &val, err);

	if (!rc)
		rc = json_check_members(val, provenance_members, err);
	if (!rc)
		rc = json_get_sha256(val, "sha256", comp->source_sha256, err);
	return rc ? err_prefix(err, "\"provenance\"") : 0;
}

static int parse_numbers(yyjson_val *obj, struct component *comp, struct err *err)
{
	uint64_t seconds = 0;
	int rc = json_opt_u64(obj, "expected_seconds", 0, CATALOG_MAX_SECONDS, &seconds, err);

	comp->expected_seconds = (uint32_t)seconds;
	if (!rc)
		rc = json_opt_bool(obj, "host_power_off", &comp->host_power_off, err);
	if (!rc)
		rc = json_opt_bool(obj, "measured", &comp->measured, err);
	return rc;
}

static int parse_component(yyjson_val *obj, struct component *comp, struct err *err)
{
	int (*const parts[])(yyjson_val *, struct component *, struct err *) = {
		parse_texts,	parse_words,	   parse_proof,	     parse_targets, parse_flags,
		parse_requires, parse_attachments, parse_provenance, parse_numbers,
	};
	int rc;

	if (!yyjson_is_obj(obj))
		return err_set(err, ERR_FORMAT, "not an object");
	rc = json_check_members(obj, component_members, err);
	for (size_t i = 0; !rc && i < sizeof(parts) / sizeof(*parts); i++)
		rc = parts[i](obj, comp, err);
	return rc ? rc : parse_payload(obj, &comp->payload, err);
}

static int parse_components(yyjson_val *list, struct catalog *ret, struct err *err)
{
	yyjson_val *item;
	size_t idx, max;

	yyjson_arr_foreach(list, idx, max, item)
	{
		struct component *comp = &ret->components[idx];
		int rc;

		ret->count = idx + 1; /* what is half filled is freed, too */
		rc = parse_component(item, comp, err);
		if (rc)
			return err_prefix(err, "component %zu (%s)", idx + 1,
					  comp->id[0] ? comp->id : "without id");
	}
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct component *const *)a)->id,
		      (*(const struct component *const *)b)->id);
}

static int check_ids(const struct catalog *cat, struct err *err)
{
	const struct component **sorted = calloc(cat->count + 1, sizeof(*sorted));
	int rc = 0;

	if (!sorted)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < cat->count; i++)
		sorted[i] = &cat->components[i];
	qsort(sorted, cat->count, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < cat->count && !rc; i++)
		if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
			rc = err_set(err, ERR_DUPLICATE, "component id \"%s\" twice",
				     sorted[i]->id);
	free(sorted);
	return rc;
}

static int parse_root(yyjson_val *root, struct catalog *ret, struct err *err)
{
	yyjson_val *list;
	uint64_t format;
	int rc = json_get_u64(root, "format", 1, 1, &format, err);

	if (!rc)
		rc = json_check_members(root, members, err);
	if (!rc)
		rc = json_get_arr(root, "components", CATALOG_MAX_COMPONENTS, &list, err);
	if (rc)
		return rc;
	ret->components = calloc(yyjson_arr_size(list) + 1, sizeof(*ret->components));
	if (!ret->components)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = parse_components(list, ret, err);
	return rc ? rc : check_ids(ret, err);
}

int catalog_parse_index(const uint8_t *buf, size_t len, struct catalog *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = json_parse(buf, len, CATALOG_INDEX_MAX_BYTES, &doc, err);

	if (rc)
		return rc;
	rc = parse_root(yyjson_doc_get_root(doc), ret, err);
	if (rc)
		catalog_free(ret);
	return rc;
}
