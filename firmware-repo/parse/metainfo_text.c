/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "parse/metainfo_internal.h"

#define RAW_MAX 4096 /* bytes of a text for people before it is cut to its size */

struct raw {
	char text[RAW_MAX];
	size_t len;
};

static void append(struct raw *raw, const char *text)
{
	bool gap = raw->len > 0;

	for (; *text && raw->len + 2 < RAW_MAX; text++) {
		if (isspace((unsigned char)*text)) {
			gap = raw->len > 0;
			continue;
		}
		if (gap)
			raw->text[raw->len++] = ' ';
		gap = false;
		raw->text[raw->len++] = *text;
	}
	raw->text[raw->len] = '\0';
}

void metainfo_prose(char *buf, size_t size, const char *text)
{
	struct raw raw = { .len = 0 };

	append(&raw, text);
	text_copy(buf, size, raw.text);
}

/* Depth is bounded by XML_MAX_DEPTH. */
static void append_below(struct raw *raw, const struct xml_node *node)
{
	append(raw, node->text);
	for (const struct xml_node *at = node->child; at; at = at->next)
		append_below(raw, at);
}

void metainfo_prose_below(char *buf, size_t size, const struct xml_node *node)
{
	struct raw raw = { .len = 0 };

	append_below(&raw, node);
	text_copy(buf, size, raw.text);
}

int metainfo_word(char *buf, size_t size, const char *text, const char *what, struct err *err)
{
	size_t len = strlen(text);

	if (len >= size)
		return err_set(err, ERR_FORMAT, "its %s is longer than %zu bytes: %.40s ...", what,
			       size - 1, text);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return err_set(err, ERR_FORMAT, "its %s has a control character", what);
	memcpy(buf, text, len + 1);
	return 0;
}

void metainfo_unread(struct metainfo *info, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (info->unread_count == METAINFO_MAX_UNREAD)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	metainfo_prose(info->unread[info->unread_count], sizeof(info->unread[0]), text);
	info->unread_count++;
}

int metainfo_too_many(const char *what, unsigned int max, struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "more than %u %s", max, what);
}
