/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/trace_http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/text.h"

#define KEPT_BACK  "(kept back)"
#define READ_BYTES 65536u

const char *const trace_http_members[] = {
	"method", "url", "headers", "body", "out", "parts", NULL
};

static bool is_secret_header(const char *line, size_t name_len)
{
	static const char *const names[] = { "Authorization", "Cookie",	    "X-Auth-Token",
					     "X-Auth-Key",    "Set-Cookie", "Proxy-Authorization" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == name_len && strncasecmp(line, names[i], name_len) == 0)
			return true;
	return false;
}

/* One header line as it is kept. */
static void keep_header(const char *line, size_t len, char *ret, size_t size)
{
	const char *colon = memchr(line, ':', len);
	char text[TRACE_TEXT_MAX];
	int name_len = colon ? (int)(colon - line) : 0;

	if (colon && is_secret_header(line, (size_t)name_len))
		snprintf(text, sizeof(text), "%.*s: " KEPT_BACK, name_len, line);
	else
		snprintf(text, sizeof(text), "%.*s", (int)len, line);
	text_copy(ret, size, text);
}

/* Where the quoted value of a secret begins, if what stands here names one; else NULL. */
static const char *secret_value(const char *at, const char *end)
{
	static const char *const words[] = { "password", "token", "sessionkey" };
	size_t len = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !len; i++)
		if ((size_t)(end - at) > strlen(words[i]) &&
		    strncasecmp(at, words[i], strlen(words[i])) == 0)
			len = strlen(words[i]);
	if (!len)
		return NULL;
	at += len;
	at += at < end && *at == '"';
	while (at < end && isspace((unsigned char)*at))
		at++;
	if (at == end || (*at != ':' && *at != '='))
		return NULL;
	at++;
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at < end && (*at == '"' || *at == '\'') ? at + 1 : NULL;
}

/* JSON escapes with a backslash, XML does not: there one before the quote is part of the value. */
static const char *end_of_value(const char *at, const char *end)
{
	char quote = at[-1];
	bool is_json = quote == '"' && at[-2] != '=';

	while (at < end && *at != quote)
		at += is_json && *at == '\\' && at + 1 < end ? 2 : 1;
	return at < end ? at : end;
}

char *trace_http_scrub(const char *text, size_t len, size_t *ret_len)
{
	/* What grows the most is token="": 8 bytes of it become 19. */
	char *clean = malloc(len * 3 + sizeof(KEPT_BACK));
	const char *end = text + len, *value;
	size_t used = 0;

	while (clean && text < end) {
		value = secret_value(text, end);
		if (!value) {
			clean[used++] = *text++;
			continue;
		}
		memcpy(clean + used, text, (size_t)(value - text));
		used += (size_t)(value - text);
		memcpy(clean + used, KEPT_BACK, strlen(KEPT_BACK));
		used += strlen(KEPT_BACK);
		text = end_of_value(value, end);
	}
	if (clean)
		clean[used] = '\0';
	*ret_len = used;
	return clean;
}

/* Is it a text that a line of JSON can hold? Its own characters are checked when it is written. */
static bool is_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	return true;
}

/* Bytes above ASCII that are no UTF-8 would cost the whole line. */
static bool is_utf8(const char *bytes, size_t len)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	char *written = NULL;

	if (doc)
		yyjson_mut_doc_set_root(doc, yyjson_mut_strn(doc, bytes, len));
	if (doc)
		written = yyjson_mut_write(doc, 0, NULL);
	yyjson_mut_doc_free(doc);
	free(written);
	return written != NULL;
}

static void add_text(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const char *text,
		     size_t len)
{
	size_t clean_len;
	CLEANUP_FREE char *clean = trace_http_scrub(text, len, &clean_len);

	if (clean)
		yyjson_mut_obj_add_strncpy(doc, obj, key, clean, clean_len);
}

static bool is_kept_as_text(const void *data, size_t len)
{
	return len <= TRACE_BODY_MAX && is_text(data, len) && is_utf8(data, len);
}

static void add_body(struct trace_line *line, const char *text_key, const char *data_key,
		     const void *data, size_t len, bool secret)
{
	if (secret)
		trace_line_data(line, data_key, "", 0, TRACE_NOTHING, "credentials");
	else if (len && is_kept_as_text(data, len))
		add_text(line->doc, line->obj, text_key, data, len);
	else if (len)
		trace_line_data(line, data_key, data, len, TRACE_HASH, "");
}

/* The whole part; false when it cannot be read. */
static bool hash_part(const struct http_part *part, uint8_t ret[HASH_BYTES])
{
	CLEANUP_FREE uint8_t *buf = malloc(READ_BYTES);
	struct hash *hash = hash_new();
	bool done = buf && hash;

	for (uint64_t at = 0; done && at < part->size; at += READ_BYTES) {
		size_t len = part->size - at < READ_BYTES ? (size_t)(part->size - at) : READ_BYTES;

		if (part->data)
			memcpy(buf, (const uint8_t *)part->data + at, len);
		else
			done = part->read(part->ctx, at, buf, len) == 0;
		done = done && hash_update(hash, buf, len) == 0;
	}
	done = done && hash_final(hash, ret) == 0;
	hash_free(hash);
	return done;
}

static void add_part_data(struct trace_line *line, yyjson_mut_val *obj,
			  const struct http_part *part, bool with_payload)
{
	yyjson_mut_val *data = yyjson_mut_obj_add_obj(line->doc, obj, "data");
	uint8_t hash[HASH_BYTES];
	char text[2 * HASH_BYTES + 1];

	yyjson_mut_obj_add_uint(line->doc, data, "len", part->secret ? 0 : part->size);
	if (part->secret) {
		yyjson_mut_obj_add_str(line->doc, data, "redacted", "credentials");
	} else if (with_payload && hash_part(part, hash)) {
		hex_encode(hash, sizeof(hash), text);
		yyjson_mut_obj_add_strcpy(line->doc, data, "sha256", text);
	} else if (with_payload) {
		yyjson_mut_obj_add_str(line->doc, data, "redacted", "it could not be read");
	}
}

static void add_part(struct trace_line *line, yyjson_mut_val *arr, const struct http_part *part,
		     bool secret, bool with_payload)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(line->doc, arr);
	struct http_part kept = *part;

	kept.secret = part->secret || secret;
	yyjson_mut_obj_add_strcpy(line->doc, obj, "name", part->name);
	if (part->file_name)
		yyjson_mut_obj_add_strcpy(line->doc, obj, "file_name", part->file_name);
	if (part->content_type)
		yyjson_mut_obj_add_strcpy(line->doc, obj, "content_type", part->content_type);
	if (!kept.secret && !part->firmware && part->data && part->size &&
	    is_kept_as_text(part->data, (size_t)part->size))
		add_text(line->doc, obj, "text", part->data, (size_t)part->size);
	else
		add_part_data(line, obj, &kept, with_payload);
}

void trace_http_request(struct trace_line *line, const struct http_request *request,
			bool with_payload)
{
	yyjson_mut_val *arr;

	trace_line_text(line, "method", request->method);
	trace_line_text(line, "url", request->url);
	arr = yyjson_mut_obj_add_arr(line->doc, line->obj, "headers");
	for (size_t i = 0; request->headers && request->headers[i] && i < TRACE_LINES_MAX; i++) {
		char text[TRACE_TEXT_MAX];

		keep_header(request->headers[i], strlen(request->headers[i]), text, sizeof(text));
		yyjson_mut_arr_add_strcpy(line->doc, arr, text);
	}
	if (request->body)
		add_body(line, "body", "out", request->body, request->body_len, request->secret);
	if (!request->parts)
		return;
	arr = yyjson_mut_obj_add_arr(line->doc, line->obj, "parts");
	for (size_t i = 0; i < request->part_count && i < TRACE_PARTS_MAX; i++)
		add_part(line, arr, &request->parts[i], request->secret, with_payload);
}

static void add_head(struct trace_line *line, const struct http_answer *answer)
{
	yyjson_mut_val *arr = yyjson_mut_obj_add_arr(line->doc, line->obj, "head");
	const char *at = answer->head, *end = answer->head + answer->head_len;

	for (size_t i = 0; at < end && i < TRACE_LINES_MAX; i++) {
		const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
		char text[TRACE_TEXT_MAX];

		stop = stop ? stop : end;
		keep_header(at, (size_t)(stop - at), text, sizeof(text));
		yyjson_mut_arr_add_strcpy(line->doc, arr, text);
		at = stop + 2 < end ? stop + 2 : end;
	}
}

void trace_http_answer(struct trace_line *line, const struct http_request *request,
		       const struct http_answer *answer)
{
	trace_line_number(line, "sent", (int64_t)answer->sent);
	if (answer->pin[0])
		trace_line_text(line, "pin", answer->pin);
	if (!answer->head)
		return;
	trace_line_number(line, "status", answer->status);
	add_head(line, answer);
	add_body(line, "text", "in", answer->body, answer->body_len, request->secret);
}
