/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"

/* Nesting is counted on the raw bytes, so that a hostile text is refused before it is parsed. */
static int check_depth(const uint8_t *buf, size_t len, struct err *err)
{
	unsigned int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (buf[i] == '\\')
				i++;
			else if (buf[i] == '"')
				in_string = false;
			continue;
		}
		if (buf[i] == '"')
			in_string = true;
		else if (buf[i] == '[' || buf[i] == '{')
			depth++;
		else if ((buf[i] == ']' || buf[i] == '}') && depth > 0)
			depth--;
		if (depth > JSON_MAX_DEPTH)
			return err_set(err, ERR_FORMAT, "nested deeper than %d levels at byte %zu",
				       JSON_MAX_DEPTH, i);
	}
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_sorted_keys(const char *const *keys, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return err_set(err, ERR_DUPLICATE, "key \"%.64s\" twice in one object",
				       keys[i]);
	return 0;
}

/* *ret_ascending: each key is larger than the one before, as writers of the canonical form do. */
static int check_key_texts(yyjson_val *obj, bool *ret_ascending, struct err *err)
{
	yyjson_obj_iter iter = yyjson_obj_iter_with(obj);
	const char *before = NULL;
	yyjson_val *key;

	*ret_ascending = true;
	while ((key = yyjson_obj_iter_next(&iter))) {
		const char *text = yyjson_get_str(key);

		if (strlen(text) != yyjson_get_len(key))
			return err_set(err, ERR_FORMAT, "a key holds a NUL character");
		if (before && strcmp(before, text) >= 0)
			*ret_ascending = false;
		before = text;
	}
	return 0;
}

static int check_object_keys(yyjson_val *obj, struct err *err)
{
	CLEANUP_FREE const char **keys = NULL;
	size_t count = yyjson_obj_size(obj), n = 0;
	yyjson_obj_iter iter = yyjson_obj_iter_with(obj);
	yyjson_val *key;
	bool ascending;
	int rc = check_key_texts(obj, &ascending, err);

	if (rc || ascending)
		return rc;
	keys = calloc(count, sizeof(*keys));
	if (!keys)
		return err_set(err, ERR_NOMEM, "out of memory");
	while ((key = yyjson_obj_iter_next(&iter)))
		keys[n++] = yyjson_get_str(key);
	qsort(keys, n, sizeof(*keys), compare_keys);
	return check_sorted_keys(keys, n, err);
}

/* Depth is bounded by check_depth(). */
static int check_duplicates(yyjson_val *val, struct err *err)
{
	size_t idx, max;
	yyjson_val *key, *item;
	int rc = 0;

	if (yyjson_is_arr(val)) {
		yyjson_arr_foreach(val, idx, max,
				   item) if ((rc = check_duplicates(item, err))) return rc;
		return 0;
	}
	if (!yyjson_is_obj(val))
		return 0;
	rc = check_object_keys(val, err);
	if (rc)
		return rc;
	yyjson_obj_foreach(val, idx, max, key,
			   item) if ((rc = check_duplicates(item, err))) return rc;
	return 0;
}

int json_parse(const uint8_t *buf, size_t len, size_t max_bytes, yyjson_doc **ret_doc,
	       struct err *err)
{
	int rc;

	if (len > max_bytes)
		return err_set(err, ERR_TOO_LARGE, "%zu bytes, at most %zu are allowed", len,
			       max_bytes);
	rc = check_depth(buf, len, err);
	return rc ? rc : json_parse_shallow(buf, len, ret_doc, err);
}

int json_parse_shallow(const uint8_t *buf, size_t len, yyjson_doc **ret_doc, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	yyjson_read_err parse_err;
	int rc;

	/* Without YYJSON_READ_INSITU the input is only read, whatever the prototype says. */
	doc = yyjson_read_opts((char *)(uintptr_t)buf, len, YYJSON_READ_NOFLAG, NULL, &parse_err);
	if (!doc)
		return err_set(err, ERR_FORMAT, "not JSON at byte %zu: %s", parse_err.pos,
			       parse_err.msg);
	if (!yyjson_is_obj(yyjson_doc_get_root(doc)))
		return err_set(err, ERR_FORMAT, "not a JSON object");
	rc = check_duplicates(yyjson_doc_get_root(doc), err);
	if (rc)
		return rc;
	*ret_doc = doc;
	doc = NULL;
	return 0;
}

int json_text(yyjson_val *val, const char *what, size_t size, const char **ret_text,
	      size_t *ret_len, struct err *err)
{
	const char *text = yyjson_get_str(val);
	size_t len = yyjson_get_len(val);

	if (!text)
		return err_set(err, ERR_FORMAT, "\"%s\" is not a string", what);
	if (len >= size)
		return err_set(err, ERR_FORMAT, "\"%s\" has %zu bytes, at most %zu are allowed",
			       what, len, size - 1);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return err_set(err, ERR_FORMAT, "\"%s\" holds a control character", what);
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int json_str(yyjson_val *val, const char *what, char *buf, size_t size, struct err *err)
{
	const char *text;
	size_t len;
	int rc = json_text(val, what, size, &text, &len, err);

	if (rc)
		return rc;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

int json_opt_str(yyjson_val *obj, const char *key, char *buf, size_t size, struct err *err)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	return val ? json_str(val, key, buf, size, err) : 0;
}

int json_check_members(yyjson_val *obj, const char *const *names, struct err *err)
{
	yyjson_obj_iter iter = yyjson_obj_iter_with(obj);
	size_t i = 0;
	yyjson_val *key;

	/* Both are mostly sorted: the next one is looked for from the last one on. */
	while ((key = yyjson_obj_iter_next(&iter))) {
		const char *text = yyjson_get_str(key);
		size_t from = i;

		while (names[i] && strcmp(names[i], text) != 0)
			i++;
		if (names[i])
			continue;
		for (i = 0; i < from && strcmp(names[i], text) != 0;)
			i++;
		if (i == from)
			return err_set(err, ERR_FORMAT, "unknown member \"%.64s\"", text);
	}
	return 0;
}

static int missing(const char *key, struct err *err)
{
	return err_set(err, ERR_FORMAT, "\"%s\" is missing", key);
}

int json_get_str(yyjson_val *obj, const char *key, char *buf, size_t size, struct err *err)
{
	if (!yyjson_obj_get(obj, key))
		return missing(key, err);
	return json_opt_str(obj, key, buf, size, err);
}

int json_opt_u64(yyjson_val *obj, const char *key, uint64_t min, uint64_t max, uint64_t *ret,
		 struct err *err)
{
	yyjson_val *val = yyjson_obj_get(obj, key);
	uint64_t number = yyjson_get_uint(val);

	if (!val)
		return 0;
	if (!yyjson_is_uint(val))
		return err_set(err, ERR_FORMAT, "\"%s\" is not a whole number", key);
	if (number < min || number > max)
		return err_set(err, ERR_FORMAT, "\"%s\" is %llu, allowed is %llu to %llu", key,
			       (unsigned long long)number, (unsigned long long)min,
			       (unsigned long long)max);
	*ret = number;
	return 0;
}

int json_get_u64(yyjson_val *obj, const char *key, uint64_t min, uint64_t max, uint64_t *ret,
		 struct err *err)
{
	if (!yyjson_obj_get(obj, key))
		return missing(key, err);
	return json_opt_u64(obj, key, min, max, ret, err);
}

int json_opt_bool(yyjson_val *obj, const char *key, bool *ret, struct err *err)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	if (!val)
		return 0;
	if (!yyjson_is_bool(val))
		return err_set(err, ERR_FORMAT, "\"%s\" is neither true nor false", key);
	*ret = yyjson_get_bool(val);
	return 0;
}

int json_opt_obj(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err)
{
	*ret = yyjson_obj_get(obj, key);
	if (*ret && !yyjson_is_obj(*ret))
		return err_set(err, ERR_FORMAT, "\"%s\" is not an object", key);
	return 0;
}

int json_get_obj(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err)
{
	int rc = json_opt_obj(obj, key, ret, err);

	return rc || *ret ? rc : missing(key, err);
}

int json_opt_arr(yyjson_val *obj, const char *key, size_t max, yyjson_val **ret, struct err *err)
{
	*ret = yyjson_obj_get(obj, key);
	if (*ret && !yyjson_is_arr(*ret))
		return err_set(err, ERR_FORMAT, "\"%s\" is not an array", key);
	if (*ret && yyjson_arr_size(*ret) > max)
		return err_set(err, ERR_FORMAT, "\"%s\" has %zu entries, at most %zu are allowed",
			       key, yyjson_arr_size(*ret), max);
	return 0;
}

int json_get_arr(yyjson_val *obj, const char *key, size_t max, yyjson_val **ret, struct err *err)
{
	int rc = json_opt_arr(obj, key, max, ret, err);

	return rc || *ret ? rc : missing(key, err);
}

int json_get_sha256(yyjson_val *obj, const char *key, uint8_t ret[32], struct err *err)
{
	char text[65] = "";
	int rc = json_get_str(obj, key, text, sizeof(text), err);

	if (rc)
		return rc;
	if (hex_decode(text, ret, 32))
		return err_set(err, ERR_FORMAT, "\"%s\" is not a SHA-256 in lower-case hex", key);
	return 0;
}

struct pair {
	yyjson_mut_val *key;
	yyjson_mut_val *val;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;

	return strcmp(yyjson_mut_get_str(x->key), yyjson_mut_get_str(y->key));
}

static int sort_keys(yyjson_mut_val *val, struct err *err);

static int sort_object(yyjson_mut_val *obj, struct err *err)
{
	CLEANUP_FREE struct pair *pairs = NULL;
	size_t count = yyjson_mut_obj_size(obj);
	size_t idx, max;
	yyjson_mut_val *key, *item;
	int rc;

	if (count == 0)
		return 0;
	pairs = calloc(count, sizeof(*pairs));
	if (!pairs)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_mut_obj_foreach(obj, idx, max, key, item)
	{
		pairs[idx] = (struct pair){ key, item };
		rc = sort_keys(item, err);
		if (rc)
			return rc;
	}
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	yyjson_mut_obj_clear(obj);
	for (size_t i = 0; i < count; i++)
		if (!yyjson_mut_obj_add(obj, pairs[i].key, pairs[i].val))
			return err_set(err, ERR_INTERNAL, "cannot rebuild an object");
	return 0;
}

static int sort_keys(yyjson_mut_val *val, struct err *err)
{
	size_t idx, max;
	yyjson_mut_val *item;
	int rc = 0;

	if (yyjson_mut_is_obj(val))
		return sort_object(val, err);
	if (!yyjson_mut_is_arr(val))
		return 0;
	yyjson_mut_arr_foreach(val, idx, max, item) if ((rc = sort_keys(item, err))) return rc;
	return 0;
}

static int write_text(yyjson_mut_doc *doc, yyjson_write_flag flags, char **ret_text,
		      size_t *ret_len, struct err *err)
{
	yyjson_write_err write_err;

	*ret_text = yyjson_mut_write_opts(doc, flags, NULL, ret_len, &write_err);
	if (!*ret_text)
		return err_set(err, ERR_FORMAT, "cannot write JSON: %s", write_err.msg);
	return 0;
}

int json_write_canonical(yyjson_mut_doc *doc, char **ret_text, size_t *ret_len, struct err *err)
{
	int rc = sort_keys(yyjson_mut_doc_get_root(doc), err);

	return rc ? rc : write_text(doc, YYJSON_WRITE_NOFLAG, ret_text, ret_len, err);
}

int json_write_pretty(yyjson_mut_doc *doc, char **ret_text, size_t *ret_len, struct err *err)
{
	return write_text(doc, YYJSON_WRITE_PRETTY, ret_text, ret_len, err);
}
