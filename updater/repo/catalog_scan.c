/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/catalog_scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/json.h"
#include "repo/catalog.h"

/* The list lies in the root object, its entries in the list. */
#define ROOT_DEPTH 1
#define LIST_DEPTH 2

struct cursor {
	const uint8_t *buf;
	size_t len, at;
	unsigned int depth;
	struct scan *scan;
	struct err *err;
};

static int fail(const struct cursor *c, const char *what)
{
	return err_set(c->err, ERR_FORMAT, "not JSON at byte %zu: %s", c->at, what);
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->len && is_blank(c->buf[c->at]))
		c->at++;
}

/* Is the quote at this place of a string that begins at from part of it: behind a lone backslash?
 */
static bool is_escaped(const struct cursor *c, size_t from, size_t at)
{
	size_t count = 0;

	while (at - count > from && c->buf[at - count - 1] == '\\')
		count++;
	return count % 2;
}

/* At a quote: goes behind the one that ends the string, or to the end of the text. */
static void skip_string(struct cursor *c)
{
	size_t from = c->at + 1;
	const uint8_t *quote;

	do {
		c->at++;
		quote = memchr(c->buf + c->at, '"', c->len - c->at);
		c->at = quote ? (size_t)(quote - c->buf) : c->len;
	} while (quote && is_escaped(c, from, c->at));
	c->at += quote != NULL;
}

static int step_in(struct cursor *c)
{
	c->at++;
	if (++c->depth <= JSON_MAX_DEPTH)
		return 0;
	return err_set(c->err, ERR_FORMAT, "nested deeper than %d levels at byte %zu",
		       JSON_MAX_DEPTH, c->at - 1);
}

/* Over one byte, or a string; brackets are counted, whether they match is for the parser to say. */
static int step(struct cursor *c)
{
	switch (c->buf[c->at]) {
	case '"':
		skip_string(c);
		return 0;
	case '{':
	case '[':
		return step_in(c);
	case '}':
	case ']':
		c->depth -= c->depth > 0;
		break;
	}
	c->at++;
	return 0;
}

static int add_piece(struct cursor *c, size_t from, size_t end)
{
	struct scan *scan = c->scan;
	struct scan_piece *list;

	while (end > from && is_blank(c->buf[end - 1]))
		end--;
	if (end == from)
		return fail(c, "a component is missing");
	if (scan->count == CATALOG_MAX_COMPONENTS)
		return err_set(c->err, ERR_TOO_LARGE, "more than %d components",
			       CATALOG_MAX_COMPONENTS);
	list = array_grow(scan->pieces, scan->count, sizeof(*list));
	if (!list)
		return err_set(c->err, ERR_NOMEM, "out of memory");
	scan->pieces = list;
	list[scan->count++] = (struct scan_piece){ from, end - from };
	return 0;
}

/* From behind the list's bracket to the one that ends it. */
static int scan_list(struct cursor *c)
{
	size_t from;
	int rc = 0;

	skip_blanks(c);
	from = c->at;
	while (!rc && c->at < c->len) {
		uint8_t byte = c->buf[c->at];

		if (c->depth == LIST_DEPTH && (byte == ']' || byte == '}'))
			return c->scan->count || c->at > from ? add_piece(c, from, c->at) : 0;
		if (c->depth == LIST_DEPTH && byte == ',') {
			rc = add_piece(c, from, c->at++);
			skip_blanks(c);
			from = c->at;
		} else {
			rc = step(c);
		}
	}
	return rc ? rc : fail(c, "the list of components has no end");
}

/* At a quote: is this the member "components" with a list? Goes behind the list's bracket then. */
static bool find_list(struct cursor *c)
{
	static const char name[] = "\"components\"";
	struct cursor ahead = *c;

	if (c->depth != ROOT_DEPTH || c->len - c->at < sizeof(name) ||
	    memcmp(c->buf + c->at, name, sizeof(name) - 1) != 0)
		return false;
	ahead.at += sizeof(name) - 1;
	skip_blanks(&ahead);
	if (ahead.at >= c->len || c->buf[ahead.at++] != ':')
		return false;
	skip_blanks(&ahead);
	if (ahead.at >= c->len || c->buf[ahead.at++] != '[')
		return false;
	c->at = ahead.at;
	c->depth = LIST_DEPTH;
	return true;
}

/* The text without what lies between from and end. */
static int cut_out(struct cursor *c, size_t from, size_t end)
{
	struct scan *scan = c->scan;

	scan->rest_len = from + (c->len - end);
	if (scan->rest_len > CATALOG_HEAD_MAX_BYTES)
		return err_set(c->err, ERR_TOO_LARGE, "%zu bytes beside the components",
			       scan->rest_len);
	scan->rest = malloc(scan->rest_len + 1);
	if (!scan->rest)
		return err_set(c->err, ERR_NOMEM, "out of memory");
	memcpy(scan->rest, c->buf, from);
	memcpy(scan->rest + from, c->buf + end, c->len - end);
	return 0;
}

int scan_index(const uint8_t *buf, size_t len, struct scan *ret, struct err *err)
{
	struct cursor c = { .buf = buf, .len = len, .scan = ret, .err = err };
	size_t from = 0, end = 0;
	int rc = 0;

	while (!rc && c.at < len) {
		if (end == 0 && buf[c.at] == '"' && find_list(&c)) {
			from = c.at;
			rc = scan_list(&c);
			end = c.at;
		} else {
			rc = step(&c);
		}
	}
	return rc ? rc : cut_out(&c, from, end);
}

void scan_free(struct scan *scan)
{
	free(scan->pieces);
	free(scan->rest);
	*scan = (struct scan){ 0 };
}
