/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text with tags as older management controllers send it: it begins like XML, and is none. Several
 * documents follow one another, roots are closed twice or not at all, values of attributes have
 * quotes and ampersands in them or no quotes around them. So nothing is nested and nothing is an
 * error here: tags and texts come one after the other, and whoever reads them takes what is known.
 */
#ifndef DRYDOCK_FORMAT_MARKUP_H
#define DRYDOCK_FORMAT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum markup_kind {
	MARKUP_TAG = 1, /* <NAME ...> and <NAME ... /> */
	MARKUP_END,	/* </NAME> */
	MARKUP_TEXT,	/* between tags, when it has more than white space; ends trimmed */
};

/* Starts from { .buf, .len }. */
struct markup {
	const uint8_t *buf;
	size_t len;
	size_t pos;
};

struct markup_item {
	enum markup_kind kind;
	const uint8_t *name; /* or the text */
	size_t name_len;
	const uint8_t *attributes;
	size_t attributes_len;
};

/*
 * The next tag or text; declarations (<?...?>) and comments are passed over. False at the end,
 * which a tag that is cut off is, too.
 */
bool markup_next(struct markup *markup, struct markup_item *ret);

/* Is it a tag of that kind and name (any case)? */
bool markup_is(const struct markup_item *item, enum markup_kind kind, const char *name);

/*
 * The value of a tag's attribute (any case), or the text, fit for terminals (text.h), entities
 * decoded, cut at size. False, and buf "", when there is none. Of a quote inside a value one holds
 * that it ends the value only before the end of the tag or before another attribute.
 */
bool markup_attribute(const struct markup_item *tag, const char *name, char *buf, size_t size);
bool markup_text(const struct markup_item *text, char *buf, size_t size);

#endif
