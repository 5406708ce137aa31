/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

static int parse(const char *text, yyjson_doc **ret)
{
	return json_parse((const uint8_t *)text, strlen(text), 4096, ret, NULL);
}

static int parse_only(const char *text)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;

	return parse(text, &doc);
}

/* A document that must parse. */
static yyjson_doc *have(const char *text)
{
	yyjson_doc *doc = NULL;

	CHECK_INT(parse(text, &doc), 0);
	return doc;
}

static void only_whole_objects_are_read(void)
{
	static const char *const bad[] = {
		"",
		" ",
		"[]",
		"1",
		"null",
		"\"a\"",
		"{",
		"{}}",
		"{} x",
		"{\"a\":}",
		"{\"a\":1,}",
		"{a:1}",
		"{'a':1}",
		"{\"a\":01}",
		"{\"a\":NaN}",
		"{\"a\":+1}",
		"{//\n}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xc0\x80\"}",
		"{\"a\":\"\xed\xa0\x80\"}",
		"{\"a\":\"\n\"}",
		"\xef\xbb\xbf{}",
	};

	CHECK_INT(parse_only("{}"), 0);
	CHECK_INT(parse_only(" {\"a\":[{}, null, 1.5e3, \"\\u00e9 \xc3\xa9\"]} \n"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(parse_only(bad[i]), ERR_FORMAT);
}

static void a_maximum_is_kept(void)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;

	CHECK_INT(json_parse((const uint8_t *)"{    }", 6, 5, &doc, NULL), ERR_TOO_LARGE);
	CHECK_INT(json_parse((const uint8_t *)"{    }", 6, 6, &doc, NULL), 0);
}

/* {"a":[[[...]]]}: the object counts as one level. */
static int parse_nested(size_t levels)
{
	CLEANUP_FREE char *text = malloc(2 * levels + 16);
	CLEANUP_JSON yyjson_doc *doc = NULL;
	size_t len = 5;

	memcpy(text, "{\"a\":", 5);
	memset(text + len, '[', levels - 1);
	len += levels - 1;
	memset(text + len, ']', levels - 1);
	len += levels - 1;
	text[len++] = '}';
	return json_parse((const uint8_t *)text, len, 1u << 30, &doc, NULL);
}

static void nesting_is_limited(void)
{
	CHECK_INT(parse_nested(JSON_MAX_DEPTH), 0);
	CHECK_INT(parse_nested(JSON_MAX_DEPTH + 1), ERR_FORMAT);
	CHECK_INT(parse_nested(5u << 20), ERR_FORMAT);
}

static void brackets_in_texts_do_not_nest(void)
{
	char text[256];

	memset(text, '[', sizeof(text));
	memcpy(text, "{\"a\":\"\\\"", 8);
	memcpy(text + 200, "\"}", 3);
	CHECK_INT(parse_only(text), 0);
}

static void a_key_twice_is_refused_at_every_level(void)
{
	CHECK_INT(parse_only("{\"a\":1,\"b\":2,\"a\":1}"), ERR_DUPLICATE);
	CHECK_INT(parse_only("{\"a\":1,\"\\u0061\":2}"), ERR_DUPLICATE);
	CHECK_INT(parse_only("{\"x\":[1,{\"y\":{\"a\":1,\"a\":2}}]}"), ERR_DUPLICATE);
	CHECK_INT(parse_only("{\"a\":{\"a\":{\"a\":1}},\"A\":1}"), 0);
	CHECK_INT(parse_only("{\"a\\u0000b\":1}"), ERR_FORMAT);
}

static void texts_must_fit_and_be_printable(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		have("{\"s\":\"abc\",\"n\":1,\"c\":\"a\\nb\",\"z\":\"a\\u0000b\","
		     "\"d\":\"\\u007f\",\"e\":\"\"}");
	yyjson_val *obj = yyjson_doc_get_root(doc);
	struct err err = { 0 };
	char buf[4] = "-";

	CHECK_INT(json_get_str(obj, "s", buf, 4, NULL), 0);
	CHECK_STR(buf, "abc");
	CHECK_INT(json_get_str(obj, "s", buf, 3, NULL), ERR_FORMAT);
	CHECK_INT(json_get_str(obj, "n", buf, 4, NULL), ERR_FORMAT);
	CHECK_INT(json_get_str(obj, "c", buf, 4, NULL), ERR_FORMAT);
	CHECK_INT(json_get_str(obj, "z", buf, 4, NULL), ERR_FORMAT);
	CHECK_INT(json_get_str(obj, "d", buf, 4, NULL), ERR_FORMAT);
	CHECK_STR(buf, "abc");
	CHECK_INT(json_opt_str(obj, "none", buf, 4, NULL), 0);
	CHECK_STR(buf, "abc");
	CHECK_INT(json_get_str(obj, "none", buf, 4, &err), ERR_FORMAT);
	CHECK_STR(err.text, "\"none\" is missing");
	CHECK_INT(json_get_str(obj, "e", buf, 4, NULL), 0);
	CHECK_STR(buf, "");
}

static void numbers_are_whole_and_in_range(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		have("{\"n\":5,\"f\":5.0,\"s\":\"5\",\"m\":-1,\"t\":true,"
		     "\"max\":18446744073709551615,\"over\":18446744073709551616}");
	yyjson_val *obj = yyjson_doc_get_root(doc);
	static const char *const bad[] = { "f", "s", "m", "t", "over", "none" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(json_get_u64(obj, bad[i], 0, UINT64_MAX, &n, NULL), ERR_FORMAT);
	CHECK_INT(json_get_u64(obj, "n", 0, 4, &n, NULL), ERR_FORMAT);
	CHECK_INT(json_get_u64(obj, "n", 6, 9, &n, NULL), ERR_FORMAT);
	CHECK_INT(json_opt_u64(obj, "none", 0, 9, &n, NULL), 0);
	CHECK_INT(n, 77);
	CHECK_INT(json_get_u64(obj, "n", 5, 5, &n, NULL), 0);
	CHECK_INT(n, 5);
	CHECK_INT(json_get_u64(obj, "max", 0, UINT64_MAX, &n, NULL), 0);
	CHECK(n == UINT64_MAX);
}

static void booleans_are_no_numbers(void)
{
	CLEANUP_JSON yyjson_doc *doc = have("{\"t\":true,\"f\":false,\"n\":1,\"z\":null}");
	yyjson_val *obj = yyjson_doc_get_root(doc);
	bool value = true;

	CHECK_INT(json_opt_bool(obj, "f", &value, NULL), 0);
	CHECK(!value);
	CHECK_INT(json_opt_bool(obj, "t", &value, NULL), 0);
	CHECK(value);
	CHECK_INT(json_opt_bool(obj, "n", &value, NULL), ERR_FORMAT);
	CHECK_INT(json_opt_bool(obj, "z", &value, NULL), ERR_FORMAT);
	CHECK_INT(json_opt_bool(obj, "none", &value, NULL), 0);
	CHECK(value);
}

static void containers_have_their_kind_and_size(void)
{
	CLEANUP_JSON yyjson_doc *doc = have("{\"o\":{},\"a\":[1,2]}");
	yyjson_val *obj = yyjson_doc_get_root(doc);
	yyjson_val *val = NULL;

	CHECK_INT(json_get_obj(obj, "o", &val, NULL), 0);
	CHECK(yyjson_is_obj(val));
	CHECK_INT(json_get_obj(obj, "a", &val, NULL), ERR_FORMAT);
	CHECK_INT(json_get_obj(obj, "none", &val, NULL), ERR_FORMAT);
	CHECK_INT(json_get_arr(obj, "a", 2, &val, NULL), 0);
	CHECK_INT(yyjson_arr_size(val), 2);
	CHECK_INT(json_get_arr(obj, "a", 1, &val, NULL), ERR_FORMAT);
	CHECK_INT(json_get_arr(obj, "o", 2, &val, NULL), ERR_FORMAT);
	CHECK_INT(json_opt_arr(obj, "none", 2, &val, NULL), 0);
	CHECK(!val);
	val = obj;
	CHECK_INT(json_opt_obj(obj, "none", &val, NULL), 0);
	CHECK(!val);
}

static void hashes_are_64_lower_case_digits(void)
{
	CLEANUP_JSON yyjson_doc *doc = have(
		"{\"h\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
		"\"u\":\"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\","
		"\"s\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddee\","
		"\"l\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00\"}");
	yyjson_val *obj = yyjson_doc_get_root(doc);
	uint8_t hash[32] = { 0 };

	CHECK_INT(json_get_sha256(obj, "h", hash, NULL), 0);
	CHECK_INT(hash[1], 0x11);
	CHECK_INT(hash[31], 0xff);
	CHECK_INT(json_get_sha256(obj, "u", hash, NULL), ERR_FORMAT);
	CHECK_INT(json_get_sha256(obj, "s", hash, NULL), ERR_FORMAT);
	CHECK_INT(json_get_sha256(obj, "l", hash, NULL), ERR_FORMAT);
	CHECK_INT(json_get_sha256(obj, "none", hash, NULL), ERR_FORMAT);
}

static void canonical_text_sorts_keys_at_every_level(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		have("{\"b\": [3, {\"z\": 1, \"B\": {\"y\": \"\\u00e9/\", \"x\": null}}],"
		     " \"a\": {}, \"aa\": true, \"A\": 1}");
	CLEANUP_JSON_MUT yyjson_mut_doc *mut = yyjson_doc_mut_copy(doc, NULL);
	CLEANUP_FREE char *text = NULL;
	size_t len = 0;

	CHECK_INT(json_write_canonical(mut, &text, &len, NULL), 0);
	CHECK_STR(text,
		  "{\"A\":1,\"a\":{},\"aa\":true,\"b\":[3,{\"B\":{\"x\":null,\"y\":\"\xc3\xa9/\"},"
		  "\"z\":1}]}");
	CHECK_INT(len, strlen(text));
}

static void pretty_text_keeps_the_order(void)
{
	CLEANUP_JSON yyjson_doc *doc = have("{\"b\":1,\"a\":[2]}");
	CLEANUP_JSON_MUT yyjson_mut_doc *mut = yyjson_doc_mut_copy(doc, NULL);
	CLEANUP_FREE char *text = NULL;
	size_t len = 0;

	CHECK_INT(json_write_pretty(mut, &text, &len, NULL), 0);
	CHECK_STR(text, "{\n    \"b\": 1,\n    \"a\": [\n        2\n    ]\n}");
}

static void unknown_members_are_found(void)
{
	static const char *const names[] = { "a", "b", NULL };
	CLEANUP_JSON yyjson_doc *known = have("{\"b\":1}");
	CLEANUP_JSON yyjson_doc *other = have("{\"b\":1,\"c\":2}");

	CHECK_INT(json_check_members(yyjson_doc_get_root(known), names, NULL), 0);
	CHECK_INT(json_check_members(yyjson_doc_get_root(other), names, NULL), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(only_whole_objects_are_read);
	TAP_RUN(a_maximum_is_kept);
	TAP_RUN(nesting_is_limited);
	TAP_RUN(brackets_in_texts_do_not_nest);
	TAP_RUN(a_key_twice_is_refused_at_every_level);
	TAP_RUN(texts_must_fit_and_be_printable);
	TAP_RUN(numbers_are_whole_and_in_range);
	TAP_RUN(booleans_are_no_numbers);
	TAP_RUN(containers_have_their_kind_and_size);
	TAP_RUN(hashes_are_64_lower_case_digits);
	TAP_RUN(canonical_text_sorts_keys_at_every_level);
	TAP_RUN(pretty_text_keeps_the_order);
	TAP_RUN(unknown_members_are_found);
	return TAP_END();
}
