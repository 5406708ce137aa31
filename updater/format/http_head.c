/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/http_head.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* A text that may not fit: it is counted all the same. */
struct out {
	char *buf;
	size_t size, len;
};

static void put(struct out *out, const char *text)
{
	const size_t len = strlen(text);

	if (out->len < out->size)
		memcpy(out->buf + out->len, text,
		       len < out->size - out->len ? len : out->size - out->len);
	out->len += len;
}

/* What would end a line, or a word of the first one. */
static bool is_clean(const char *text, char lowest)
{
	for (; *text; text++)
		if ((unsigned char)*text < (unsigned char)lowest || *text == 0x7f)
			return false;
	return true;
}

static bool is_sendable(const struct http_text_request *request)
{
	bool clean = request->method[0] && is_clean(request->method, '!') &&
		     request->path[0] == '/' && is_clean(request->path, '!');

	for (size_t i = 0; clean && request->headers && request->headers[i]; i++)
		clean = is_clean(request->headers[i], ' ');
	return clean;
}

int http_text_put(char *buf, size_t size, const struct http_text_request *request, size_t *ret_len,
		  struct err *err)
{
	struct out out = { .buf = buf, .size = size };
	char length[48];

	*ret_len = 0;
	if (!is_sendable(request))
		return err_set(err, ERR_FORMAT, "no fit request for HTTP: %.16s %.128s",
			       request->method, request->path);
	put(&out, request->method);
	put(&out, " ");
	put(&out, request->path);
	put(&out, " HTTP/1.1\r\nHost: \r\nAccept-Encoding: identity\r\n");
	for (size_t i = 0; request->headers && request->headers[i]; i++) {
		put(&out, request->headers[i]);
		put(&out, "\r\n");
	}
	if (request->body) {
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(request->body));
		put(&out, length);
	}
	put(&out, "\r\n");
	put(&out, request->body ? request->body : "");
	*ret_len = out.len;
	return 0;
}

/* A line without its end; *next is what follows. False: no end of a line comes any more. */
static bool next_line(const char *text, size_t len, size_t *ret_len, size_t *ret_next)
{
	const char *end = memchr(text, '\n', len);

	if (!end)
		return false;
	*ret_next = (size_t)(end - text) + 1;
	*ret_len = (size_t)(end - text);
	if (*ret_len && text[*ret_len - 1] == '\r')
		(*ret_len)--;
	return true;
}

/* What is said of a value that is not understood. */
static int refuse(const char *what, int code, const char *value, size_t len, struct err *err)
{
	char text[64];

	text_from_field(text, sizeof(text), (const uint8_t *)value, len);
	return err_set(err, code, "HTTP: %s \"%s\"", what, text);
}

/* What the head says of the body. */
struct framing {
	bool has_length, chunked;
	size_t length;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int read_length(const char *value, size_t len, struct framing *framing, struct err *err)
{
	size_t number = 0;
	bool fits = len > 0;

	for (size_t i = 0; i < len && fits; i++) {
		fits = is_digit(value[i]) && number <= HTTP_TEXT_MAX;
		number = number * 10 + (size_t)(fits ? value[i] - '0' : 0);
	}
	if (!fits || (framing->has_length && framing->length != number))
		return refuse("no length:", ERR_FORMAT, value, len, err);
	framing->has_length = true;
	framing->length = number;
	return 0;
}

static bool is_name(const char *name, size_t len, const char *want)
{
	return len == strlen(want) && strncasecmp(name, want, len) == 0;
}

static int read_field(const char *name, size_t name_len, const char *value, size_t len,
		      struct framing *framing, struct err *err)
{
	if (is_name(name, name_len, "Content-Length"))
		return read_length(value, len, framing, err);
	if (is_name(name, name_len, "Transfer-Encoding")) {
		if (!is_name(value, len, "chunked"))
			return refuse("the answer comes in", ERR_UNSUPPORTED, value, len, err);
		framing->chunked = true;
	}
	if (is_name(name, name_len, "Content-Encoding") && !is_name(value, len, "identity"))
		return refuse("the answer comes in", ERR_UNSUPPORTED, value, len, err);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int read_line(const char *line, size_t len, struct framing *framing, struct err *err)
{
	const char *colon = memchr(line, ':', len);
	size_t name_len = colon ? (size_t)(colon - line) : 0;
	const char *value = colon ? colon + 1 : NULL;

	if (memchr(line, '\0', len) || !name_len)
		return err_set(err, ERR_FORMAT, "HTTP: a header without a name");
	len -= name_len + 1;
	while (len && is_blank(*value)) {
		value++;
		len--;
	}
	while (len && is_blank(value[len - 1]))
		len--;
	return read_field(line, name_len, value, len, framing, err);
}

/* "HTTP/1.1 200 OK", RFC 9112 4. */
static int read_status(const char *line, size_t len, unsigned int *ret, struct err *err)
{
	*ret = 0;
	if (len < 12 || memcmp(line, "HTTP/1.", 7) != 0 || !is_digit(line[7]) || line[8] != ' ' ||
	    line[9] < '1' || line[9] > '5' || !is_digit(line[10]) || !is_digit(line[11]) ||
	    (len > 12 && line[12] != ' '))
		return err_set(err, ERR_FORMAT, "HTTP: no status line");
	*ret = (unsigned int)((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
	return 0;
}

/* The header lines behind the status line at `from`; *ret_end is where the body begins. */
static int read_head(const char *text, size_t len, size_t from, struct http_text *ret,
		     struct framing *framing, size_t *ret_end, struct err *err)
{
	size_t at = from, end = from, line, next;
	int rc = 0;

	while (!rc && next_line(text + at, len - at, &line, &next)) {
		if (line == 0) {
			ret->head = text + from;
			ret->head_len = end - from;
			*ret_end = at + next;
			return 0;
		}
		rc = read_line(text + at, line, framing, err);
		end = at + line;
		at += next;
	}
	return rc ? rc : err_set(err, ERR_FORMAT, "HTTP: the head does not end");
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "1a3" or "1a3;name=value" of a chunk's first line. False: no number. */
static bool read_chunk_size(const char *line, size_t len, size_t *ret)
{
	size_t i = 0;

	for (*ret = 0; i < len && hex_digit(line[i]) >= 0; i++) {
		if (*ret > HTTP_TEXT_MAX)
			return false;
		*ret = *ret * 16 + (size_t)hex_digit(line[i]);
	}
	return i > 0 && (i == len || line[i] == ';' || is_blank(line[i]));
}

/* RFC 9112 7.1; trailers are not looked at. */
static int join_chunks(struct http_text *text, struct err *err)
{
	char *body = (char *)text->body;
	size_t at = 0, joined = 0, line, next, size;

	while (next_line(body + at, text->body_len - at, &line, &next) &&
	       read_chunk_size(body + at, line, &size)) {
		at += next;
		if (size == 0) {
			text->body_len = joined;
			return 0;
		}
		if (size > text->body_len - at)
			break;
		memmove(body + joined, body + at, size);
		joined += size;
		at += size;
		if (!next_line(body + at, text->body_len - at, &line, &next) || line)
			break;
		at += next;
	}
	return err_set(err, ERR_FORMAT, "HTTP: the chunks are cut off after %zu bytes", joined);
}

static int take_body(struct http_text *ret, const struct framing *framing, struct err *err)
{
	if (framing->chunked && framing->has_length)
		return err_set(err, ERR_FORMAT, "HTTP: chunks and a length");
	if (framing->chunked)
		return join_chunks(ret, err);
	if (framing->has_length && framing->length > ret->body_len)
		return err_set(err, ERR_FORMAT, "HTTP: %zu of %zu bytes came", ret->body_len,
			       framing->length);
	if (framing->has_length)
		ret->body_len = framing->length;
	while (!framing->has_length && ret->body_len && !ret->body[ret->body_len - 1])
		ret->body_len--;
	return 0;
}

int http_text_parse(uint8_t *buf, size_t len, struct http_text *ret, struct err *err)
{
	const char *text = (const char *)buf;
	const size_t head_max = len < HTTP_TEXT_HEAD_MAX ? len : HTTP_TEXT_HEAD_MAX;
	struct framing framing = { 0 };
	size_t line, next, end = 0;
	int rc;

	*ret = (struct http_text){ 0 };
	if (len > HTTP_TEXT_MAX)
		return err_set(err, ERR_TOO_LARGE, "HTTP: an answer of %zu bytes", len);
	if (!len || !next_line(text, head_max, &line, &next))
		return err_set(err, ERR_FORMAT, "HTTP: no status line");
	rc = read_status(text, line, &ret->status, err);
	rc = rc ? rc : read_head(text, head_max, next, ret, &framing, &end, err);
	if (rc)
		return rc;
	ret->body = buf + end;
	ret->body_len = len - end;
	return take_body(ret, &framing, err);
}
