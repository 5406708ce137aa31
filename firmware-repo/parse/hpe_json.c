/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/hpe_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/utf8.h"

static uint32_t unit(const uint8_t *at, bool big)
{
	return big ? (uint32_t)(at[0] << 8 | at[1]) : (uint32_t)(at[1] << 8 | at[0]);
}

static int from_utf16(const uint8_t *buf, size_t len, bool big, uint8_t **ret, size_t *ret_len,
		      struct err *err)
{
	uint8_t *out = malloc(len / 2 * 3 + 1);
	size_t n = 0, i = 0;

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (; i + 2 <= len; i += 2) {
		uint32_t c = unit(buf + i, big);

		if (c >= 0xd800 && c < 0xdc00 && i + 4 <= len) {
			uint32_t low = unit(buf + i + 2, big);

			if (low < 0xdc00 || low > 0xdfff)
				break;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (c >= 0xd800 && c <= 0xdfff) {
			break;
		}
		n += utf8_put((char *)out + n, c);
	}
	if (i != len) {
		free(out);
		return err_set(err, ERR_FORMAT, "not UTF-16 at byte %zu", i);
	}
	*ret = out;
	*ret_len = n;
	return 0;
}

/* 2 = big-endian UTF-16, 1 = little-endian, 0 = UTF-8; *ret_mark: bytes of the mark. */
static int encoding(const uint8_t *buf, size_t len, size_t *ret_mark)
{
	*ret_mark = 2;
	if (len >= 2 && buf[0] == 0xff && buf[1] == 0xfe)
		return 1;
	if (len >= 2 && buf[0] == 0xfe && buf[1] == 0xff)
		return 2;
	*ret_mark = len >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (len >= 2 && buf[0] && !buf[1])
		return 1;
	return len >= 2 && !buf[0] && buf[1] ? 2 : 0;
}

int hpe_json_parse(const uint8_t *buf, size_t len, size_t max_bytes, yyjson_doc **ret,
		   struct err *err)
{
	CLEANUP_FREE uint8_t *utf8 = NULL;
	size_t mark;
	int kind = encoding(buf, len, &mark), rc;

	if (len > max_bytes)
		return err_set(err, ERR_TOO_LARGE, "%zu bytes, at most %zu are allowed", len,
			       max_bytes);
	buf += mark;
	len -= mark;
	if (!kind)
		return json_parse(buf, len, max_bytes, ret, err);
	rc = from_utf16(buf, len, kind == 2, &utf8, &len, err);
	return rc ? rc : json_parse(utf8, len, SIZE_MAX, ret, err);
}

int hpe_json_member(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err)
{
	yyjson_val *name, *found = NULL;
	yyjson_obj_iter iter = yyjson_obj_iter_with(obj);

	*ret = NULL;
	while ((name = yyjson_obj_iter_next(&iter))) {
		yyjson_val *val = yyjson_obj_iter_get_val(name);

		if (strcasecmp(yyjson_get_str(name), key) != 0)
			continue;
		if (found && !yyjson_equals(found, val))
			return err_set(err, ERR_DUPLICATE,
				       "\"%s\" twice in one object, with different values", key);
		found = val;
	}
	*ret = yyjson_is_null(found) ? NULL : found;
	return 0;
}

bool hpe_json_scalar(yyjson_val *val, char *buf, size_t size)
{
	int len = -1;

	buf[0] = '\0';
	if (!val || yyjson_is_null(val))
		return true;
	if (yyjson_is_bool(val))
		len = snprintf(buf, size, "%s", yyjson_get_bool(val) ? "true" : "false");
	else if (yyjson_is_uint(val))
		len = snprintf(buf, size, "%llu", (unsigned long long)yyjson_get_uint(val));
	else if (yyjson_is_str(val) && strlen(yyjson_get_str(val)) == yyjson_get_len(val))
		len = snprintf(buf, size, "%s", yyjson_get_str(val));
	if (len < 0 || (size_t)len >= size)
		buf[0] = '\0';
	return len >= 0 && (size_t)len < size;
}

/* The first of these members that there is. */
static yyjson_val *any_member(yyjson_val *obj, const char *const *keys)
{
	yyjson_val *val = NULL;

	for (; !val && *keys; keys++)
		if (hpe_json_member(obj, *keys, &val, NULL))
			return NULL;
	return val;
}

static const char *text_of(yyjson_val *val)
{
	const char *text = yyjson_get_str(val);

	return text && strlen(text) == yyjson_get_len(val) ? text : NULL;
}

/* "en", "EN", "en_US" are English. */
static bool is_language(const char *text, const char *language)
{
	size_t len = strlen(language);

	return strncasecmp(text, language, len) == 0 && (!text[len] || strchr("-_", text[len]));
}

/* Depth is bounded by json_parse(). */
const char *hpe_json_text(yyjson_val *val, const char *language)
{
	static const char *const lists[] = { "languages", "translations", "xlate", NULL };
	static const char *const texts[] = { "value", "x_late", "text", NULL };
	static const char *const names[] = { "lang", "language", NULL };
	const char *name, *text = NULL;
	size_t i, max;
	yyjson_val *item;

	if (yyjson_is_str(val))
		return strcmp(language, "en") == 0 ? text_of(val) : NULL;
	if (yyjson_is_arr(val)) {
		yyjson_arr_foreach(val, i, max, item)
		{
			if (!text)
				text = hpe_json_text(item, language);
		}
		return text;
	}
	item = any_member(val, lists);
	if (item)
		return hpe_json_text(item, language);
	name = text_of(any_member(val, names));
	if (name && !is_language(name, language))
		return NULL;
	return name || strcmp(language, "en") == 0 ? text_of(any_member(val, texts)) : NULL;
}

int hpe_json_each(yyjson_val *list, const char *inner,
		  int (*visit)(void *ctx, yyjson_val *item, struct err *err), void *ctx,
		  struct err *err)
{
	size_t i, max;
	yyjson_val *item, *hidden;
	int rc = hpe_json_member(list, inner, &hidden, err);

	if (rc)
		return rc;
	if (hidden && !yyjson_is_str(hidden))
		list = hidden;
	if (yyjson_is_obj(list))
		return visit(ctx, list, err);
	if (list && !yyjson_is_arr(list))
		return err_set(err, ERR_FORMAT, "%s is not a list", inner);
	yyjson_arr_foreach(list, i, max, item)
	{
		rc = yyjson_is_obj(item) ? visit(ctx, item, err)
					 : err_set(err, ERR_FORMAT, "not an object");
		if (rc) {
			err_prefix(err, "%s %zu", inner, i + 1);
			return rc;
		}
	}
	return 0;
}
