/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading one component: strict about what it knows, see FORMAT.md for what it need not know. */
#include <stdio.h>
#include <string.h>

#include "inventory/target.h"
#include "repo/catalog_head.h"
#include "repo/catalog_text.h"
#include "repo/catalog_tool.h"

static const char *const component_members[] = {
	"activation", "attachments",   "backend",
	"class",      "criticality",   "expected_seconds",
	"flags",      "floor",	       "host_power_off",
	"id",	      "measured",      "min_active_version",
	"name",	      "payload",       "proof",
	"provenance", "release_notes", "requires",
	"scheme",     "targets",       "tool",
	"vendor",     "version",       NULL,
};
static const char *const attachment_members[] = { "name", "payload", "role", NULL };
static const char *const payload_members[] = { "chunks_sha256", "sha256", "size", NULL };
static const char *const proof_members[] = { "field", "match", "value", NULL };
static const char *const provenance_members[] = { "file", "importer", "sha256", NULL };
static const char *const require_members[] = { "min_version", "target", NULL };

/* What is being read, and where its texts go. */
struct reader {
	struct component *comp;
	struct pool *pool;
	struct err *err;
};

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

static int not_understood(struct reader *r, const char *what, const char *word)
{
	char text[96];

	if (r->comp->not_understood[0])
		return 0;
	snprintf(text, sizeof(text), "%s \"%s\"", what, word);
	r->comp->not_understood = pool_text(r->pool, text, strlen(text));
	return r->comp->not_understood ? 0 : no_memory(r->err);
}

/* A string in hand, of less than size bytes. */
static int read_text(struct reader *r, yyjson_val *val, const char *what, size_t size,
		     const char **ret)
{
	const char *text;
	size_t len;
	int rc = json_text(val, what, size, &text, &len, r->err);

	if (rc)
		return rc;
	*ret = pool_text(r->pool, text, len);
	return *ret ? 0 : no_memory(r->err);
}

/* Absent: *ret is "". */
static int opt_text(struct reader *r, yyjson_val *obj, const char *key, size_t size,
		    const char **ret)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	*ret = "";
	return val ? read_text(r, val, key, size, ret) : 0;
}

static int need_text(struct reader *r, yyjson_val *obj, const char *key, size_t size,
		     const char **ret)
{
	int rc = opt_text(r, obj, key, size, ret);

	if (rc || (*ret)[0])
		return rc;
	return err_set(r->err, ERR_FORMAT,
		       yyjson_obj_get(obj, key) ? "\"%s\" is empty" : "\"%s\" is missing", key);
}

static int read_member(struct reader *r, yyjson_val *obj, const struct text_member *member)
{
	const char *text = "";
	int rc = 0;

	if (member->object)
		rc = json_opt_obj(obj, member->object, &obj, r->err);
	/* An object that is absent misses all that is in it. */
	if (!rc && !obj && member->needed)
		rc = err_set(r->err, ERR_FORMAT, "\"%s\" is missing", member->object);
	if (!rc && obj && member->needed)
		rc = need_text(r, obj, member->key, member->size, &text);
	else if (!rc && obj)
		rc = opt_text(r, obj, member->key, member->size, &text);
	component_put_text(r->comp, member, text);
	return rc;
}

static int read_texts(struct reader *r, yyjson_val *obj)
{
	int rc = 0;

	for (const struct text_member *member = catalog_texts; !rc && member->key; member++)
		rc = read_member(r, obj, member);
	if (!rc && !catalog_id_ok(r->comp->id))
		rc = err_set(r->err, ERR_FORMAT, "\"id\" is not an id");
	return rc;
}

static int read_words(struct reader *r, yyjson_val *obj)
{
	char scheme[48], activation[48], criticality[48] = "recommended";
	struct component *comp = r->comp;
	int rc = json_get_str(obj, "scheme", scheme, sizeof(scheme), r->err);

	if (!rc)
		rc = json_get_str(obj, "activation", activation, sizeof(activation), r->err);
	if (!rc)
		rc = json_opt_str(obj, "criticality", criticality, sizeof(criticality), r->err);
	if (rc)
		return rc;
	comp->scheme = version_scheme_from_name(scheme);
	if (!comp->scheme)
		rc = not_understood(r, "scheme", scheme);
	comp->activation = activation_from_name(activation);
	if (!rc && !comp->activation)
		rc = not_understood(r, "activation", activation);
	comp->criticality = criticality_from_name(criticality);
	if (!rc && !comp->criticality)
		rc = not_understood(r, "criticality", criticality);
	return rc;
}

static int read_proof(struct reader *r, yyjson_val *obj)
{
	struct proof *proof = &r->comp->proof;
	char match[48];
	yyjson_val *val;
	int rc = json_opt_obj(obj, "proof", &val, r->err);

	if (rc || !val)
		return rc;
	rc = json_check_members(val, proof_members, r->err);
	/* An empty value would be the prefix of everything. */
	if (!rc)
		rc = need_text(r, val, "field", PROOF_FIELD_MAX, &proof->field);
	if (!rc)
		rc = need_text(r, val, "value", PROOF_VALUE_MAX, &proof->value);
	if (!rc)
		rc = json_get_str(val, "match", match, sizeof(match), r->err);
	if (rc)
		return err_prefix(r->err, "\"proof\"");
	proof->match = proof_match_from_name(match);
	return proof->match ? 0 : not_understood(r, "proof match", match);
}

static int read_payload(struct reader *r, yyjson_val *obj, struct payload_ref *ret)
{
	yyjson_val *val;
	int rc = json_get_obj(obj, "payload", &val, r->err);

	if (!rc)
		rc = json_check_members(val, payload_members, r->err);
	if (!rc)
		rc = json_get_u64(val, "size", 1, CATALOG_PAYLOAD_MAX, &ret->size, r->err);
	if (!rc)
		rc = json_get_sha256(val, "sha256", ret->sha256, r->err);
	if (!rc)
		rc = json_get_sha256(val, "chunks_sha256", ret->chunks_sha256, r->err);
	return rc ? err_prefix(r->err, "\"payload\"") : 0;
}

/* The array key and room for its items of size bytes; *ret_list NULL: absent or empty. */
static int read_list(struct reader *r, yyjson_val *obj, const char *key, size_t max,
		     yyjson_val **ret_list, size_t size, void *ret_items)
{
	int rc = json_opt_arr(obj, key, max, ret_list, r->err);
	void *items;

	if (rc || !*ret_list || yyjson_arr_size(*ret_list) == 0) {
		*ret_list = NULL;
		return rc;
	}
	items = pool_array(r->pool, yyjson_arr_size(*ret_list), size);
	if (!items)
		return no_memory(r->err);
	memcpy(ret_items, &items, sizeof(items));
	return 0;
}

static int read_targets(struct reader *r, yyjson_val *obj)
{
	struct component *comp = r->comp;
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_get_arr(obj, "targets", CATALOG_MAX_TARGETS, &list, r->err);

	if (!rc)
		rc = read_list(r, obj, "targets", CATALOG_MAX_TARGETS, &list,
			       sizeof(*comp->targets), &comp->targets);
	if (!rc && component_is_runtime(comp) == (list != NULL))
		rc = err_set(r->err, ERR_FORMAT,
			     list ? "a runtime has no \"targets\"" : "\"targets\" is empty");
	if (rc || !list)
		return rc;
	yyjson_arr_foreach(list, idx, max, item)
	{
		const char **target = &comp->targets[idx];

		rc = read_text(r, item, "targets", COMPONENT_TARGET_MAX, target);
		if (rc)
			return rc;
		for (size_t i = 0; i < idx; i++)
			if (strcmp(comp->targets[i], *target) == 0)
				return err_set(r->err, ERR_DUPLICATE, "target \"%s\" twice",
					       *target);
		comp->target_count++;
	}
	return 0;
}

static int read_flags(struct reader *r, yyjson_val *obj)
{
	struct component *comp = r->comp;
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = read_list(r, obj, "flags", CATALOG_MAX_FLAGS, &list, sizeof(*comp->flags),
			   &comp->flags);

	if (rc || !list)
		return rc;
	yyjson_arr_foreach(list, idx, max, item)
	{
		const char **flag = &comp->flags[idx];

		rc = read_text(r, item, "flags", COMPONENT_FLAG_MAX, flag);
		if (rc)
			return rc;
		rc = component_flag_known(*flag) ? 0 : not_understood(r, "flag", *flag);
		if (rc)
			return rc;
		comp->flag_count++;
	}
	return 0;
}

static int read_require(struct reader *r, yyjson_val *val, struct requirement *ret)
{
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(r->err, ERR_FORMAT, "not an object");
	rc = json_check_members(val, require_members, r->err);
	if (!rc)
		rc = opt_text(r, val, "target", COMPONENT_TARGET_MAX, &ret->target);
	return rc ? rc : need_text(r, val, "min_version", COMPONENT_VERSION_MAX, &ret->min_version);
}

static int read_requires(struct reader *r, yyjson_val *obj)
{
	struct component *comp = r->comp;
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = read_list(r, obj, "requires", CATALOG_MAX_REQUIRES, &list, sizeof(*comp->requires),
			   &comp->requires);

	if (rc || !list)
		return rc;
	yyjson_arr_foreach(list, idx, max, item)
	{
		rc = read_require(r, item, &comp->requires[idx]);
		if (rc)
			return err_prefix(r->err, "\"requires\"");
		comp->require_count++;
	}
	return 0;
}

static int read_attachment(struct reader *r, yyjson_val *val, struct attachment *ret)
{
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(r->err, ERR_FORMAT, "not an object");
	rc = json_check_members(val, attachment_members, r->err);
	if (!rc)
		rc = need_text(r, val, "role", ATTACHMENT_ROLE_MAX, &ret->role);
	if (!rc)
		rc = need_text(r, val, "name", ATTACHMENT_NAME_MAX, &ret->name);
	return rc ? rc : read_payload(r, val, &ret->ref);
}

static bool is_same_file(const struct attachment *a, const struct attachment *b)
{
	return strcmp(a->role, b->role) == 0 && strcmp(a->name, b->name) == 0;
}

static int read_attachments(struct reader *r, yyjson_val *obj)
{
	struct component *comp = r->comp;
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = read_list(r, obj, "attachments", CATALOG_MAX_ATTACHMENTS, &list,
			   sizeof(*comp->attachments), &comp->attachments);

	if (rc || !list)
		return rc;
	yyjson_arr_foreach(list, idx, max, item)
	{
		struct attachment *added = &comp->attachments[idx];

		rc = read_attachment(r, item, added);
		for (size_t i = 0; i < idx && !rc; i++)
			if (is_same_file(&comp->attachments[i], added))
				rc = err_set(r->err, ERR_DUPLICATE, "%s \"%s\" twice", added->role,
					     added->name);
		if (rc)
			return err_prefix(r->err, "\"attachments\"");
		comp->attachment_count++;
	}
	return 0;
}

static int read_provenance(struct reader *r, yyjson_val *obj)
{
	yyjson_val *val;
	int rc = json_get_obj(obj, "provenance", &val, r->err);

	if (!rc)
		rc = json_check_members(val, provenance_members, r->err);
	if (!rc)
		rc = json_get_sha256(val, "sha256", r->comp->source_sha256, r->err);
	return rc ? err_prefix(r->err, "\"provenance\"") : 0;
}

static int read_numbers(struct reader *r, yyjson_val *obj)
{
	struct component *comp = r->comp;
	uint64_t seconds = 0;
	int rc = json_opt_u64(obj, "expected_seconds", 0, CATALOG_MAX_SECONDS, &seconds, r->err);

	comp->expected_seconds = (uint32_t)seconds;
	if (!rc)
		rc = json_opt_bool(obj, "host_power_off", &comp->host_power_off, r->err);
	if (!rc)
		rc = json_opt_bool(obj, "measured", &comp->measured, r->err);
	return rc;
}

static int read_tool(struct reader *r, yyjson_val *obj)
{
	const char *unknown = NULL;
	yyjson_val *val;
	int rc = json_opt_obj(obj, "tool", &val, r->err);

	if (rc || !val)
		return rc;
	rc = tool_from_json(val, r->pool, &r->comp->tool, &unknown, r->err);
	if (rc)
		return err_prefix(r->err, "\"tool\"");
	return unknown ? not_understood(r, "tool", unknown) : 0;
}

int component_from_json(yyjson_val *obj, struct pool *pool, struct component *comp, struct err *err)
{
	int (*const parts[])(struct reader *, yyjson_val *) = {
		read_texts,    read_words,	 read_proof,	  read_targets, read_flags,
		read_requires, read_attachments, read_provenance, read_numbers, read_tool,
	};
	struct reader r = { comp, pool, err };
	int rc = json_check_members(obj, component_members, err);

	component_complete(comp);
	for (size_t i = 0; !rc && i < sizeof(parts) / sizeof(*parts); i++)
		rc = parts[i](&r, obj);
	return rc ? rc : read_payload(&r, obj, &comp->payload);
}
