/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/catalog_head.h"

#include <string.h>

#include "base/hex.h"
#include "base/json.h"

static const char *const members[] = { "created", "format",	   "id", "index",
				       "serial",  "signer_policy", NULL };
static const char *const index_members[] = { "sha256", "size", NULL };
static const char *const policy_members[] = { "algorithms", "threshold", NULL };

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool catalog_id_ok(const char *id)
{
	return strspn(id, ALNUM) > 0 && id[strspn(id, ALNUM "._+-")] == '\0';
}

/* Only the shape: nothing is decided by it. */
static bool is_timestamp(const char *text)
{
	static const char form[] = "####-##-##T##:##:##Z";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; text[i]; i++)
		if (form[i] == '#' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static int parse_names(yyjson_val *root, struct head *ret, struct err *err)
{
	int rc = json_get_str(root, "id", ret->repo_id, sizeof(ret->repo_id), err);

	if (!rc)
		rc = json_get_str(root, "created", ret->created, sizeof(ret->created), err);
	if (rc)
		return rc;
	if (!catalog_id_ok(ret->repo_id))
		return err_set(err, ERR_FORMAT, "\"id\" is not an id");
	if (!is_timestamp(ret->created))
		return err_set(err, ERR_FORMAT, "\"created\" is not a time");
	return 0;
}

static int parse_index_ref(yyjson_val *root, struct head *ret, struct err *err)
{
	yyjson_val *index;
	int rc = json_get_obj(root, "index", &index, err);

	if (!rc)
		rc = json_check_members(index, index_members, err);
	if (!rc)
		rc = json_get_u64(index, "size", 1, CATALOG_INDEX_MAX_BYTES, &ret->index_size, err);
	if (!rc)
		rc = json_get_sha256(index, "sha256", ret->index_sha256, err);
	return rc ? err_prefix(err, "\"index\"") : 0;
}

static int parse_signer_policy(yyjson_val *root, struct head *ret, struct err *err)
{
	yyjson_val *obj, *list, *item;
	size_t idx, max;
	int rc = json_get_obj(root, "signer_policy", &obj, err);

	if (!rc)
		rc = json_check_members(obj, policy_members, err);
	if (!rc)
		rc = json_get_u64(obj, "threshold", 1, POLICY_MAX_KEYS, &ret->threshold, err);
	if (!rc)
		rc = json_get_arr(obj, "algorithms", 16, &list, err);
	if (rc)
		return err_prefix(err, "\"signer_policy\"");
	yyjson_arr_foreach(list, idx, max, item)
	{
		char name[32];

		rc = json_str(item, "algorithms", name, sizeof(name), err);
		if (rc)
			return rc;
		/* Algorithms to come say nothing to this version and harm nothing. */
		ret->algorithms[sign_algorithm_from_name(name)] = true;
	}
	return 0;
}

int head_parse(const uint8_t *buf, size_t len, struct head *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	yyjson_val *root;
	uint64_t format;
	int rc = json_parse(buf, len, CATALOG_HEAD_MAX_BYTES, &doc, err);

	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	*ret = (struct head){ 0 };
	rc = json_get_u64(root, "format", 1, 1, &format, err);
	if (!rc)
		rc = json_check_members(root, members, err);
	if (!rc)
		rc = json_get_u64(root, "serial", 0, INT64_MAX, &ret->serial, err);
	if (!rc)
		rc = parse_names(root, ret, err);
	if (!rc)
		rc = parse_index_ref(root, ret, err);
	if (!rc)
		rc = parse_signer_policy(root, ret, err);
	return rc;
}

int head_write(const struct head *head, char **ret_text, size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root, *index, *policy, *algorithms;
	char hex[65];

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	hex_encode(head->index_sha256, sizeof(head->index_sha256), hex);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_str(doc, root, "id", head->repo_id);
	yyjson_mut_obj_add_uint(doc, root, "serial", head->serial);
	yyjson_mut_obj_add_str(doc, root, "created", head->created);
	index = yyjson_mut_obj_add_obj(doc, root, "index");
	yyjson_mut_obj_add_str(doc, index, "sha256", hex);
	yyjson_mut_obj_add_uint(doc, index, "size", head->index_size);
	policy = yyjson_mut_obj_add_obj(doc, root, "signer_policy");
	yyjson_mut_obj_add_uint(doc, policy, "threshold", head->threshold);
	algorithms = yyjson_mut_obj_add_arr(doc, policy, "algorithms");
	for (enum sign_algorithm i = 1; i <= SIGN_ALGORITHM_LAST; i++)
		if (head->algorithms[i])
			yyjson_mut_arr_add_str(doc, algorithms, sign_algorithm_name(i));
	return json_write_canonical(doc, ret_text, ret_len, err);
}
