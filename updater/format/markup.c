/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/markup.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define VALUE_MAX  1024 /* of what one attribute or text is read to */
#define QUOTED_MAX 8192 /* so far a value's second quote is looked for */

/* Part of a buffer that is read from the front. */
struct part {
	const uint8_t *at, *end;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == ':';
}

static bool starts(const struct part *part, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(part->end - part->at) >= len && !memcmp(part->at, word, len);
}

static void skip_blanks(struct part *part)
{
	while (part->at < part->end && is_blank(*part->at))
		part->at++;
}

/* Behind the first word; to the end when there is none. */
static void skip_past(struct part *part, const char *word)
{
	const uint8_t *found = memmem(part->at, (size_t)(part->end - part->at), word, strlen(word));

	part->at = found ? found + strlen(word) : part->end;
}

static size_t name_length(const struct part *part)
{
	size_t len = 0;

	while (part->at + len < part->end && is_name(part->at[len]))
		len++;
	return len;
}

/* Does another attribute begin here: NAME = ? */
static bool is_attribute(struct part part)
{
	size_t len = name_length(&part);

	part.at += len;
	skip_blanks(&part);
	return len && part.at < part.end && *part.at == '=';
}

/* Is this the end of the tag, or blanks before another attribute? */
static bool is_value_end(struct part part)
{
	bool blank = part.at < part.end && is_blank(*part.at);

	skip_blanks(&part);
	return part.at == part.end || *part.at == '>' || starts(&part, "/>") ||
	       starts(&part, "?>") || (blank && is_attribute(part));
}

/*
 * Behind the quote that ends a value; NULL = there is none before the next document or element
 * begins.
 */
static const uint8_t *end_of_quoted(struct part part, uint8_t quote)
{
	const uint8_t *begin = part.at;

	for (; part.at < part.end && part.at - begin < QUOTED_MAX; part.at++) {
		if (starts(&part, "</") || starts(&part, "<?"))
			return NULL;
		if (*part.at == quote && is_value_end((struct part){ part.at + 1, part.end }))
			return part.at + 1;
	}
	return NULL;
}

/* Of one without quotes, or with one alone: to the end of the line, the tag, the next attribute. */
static const uint8_t *end_of_bare(struct part part)
{
	for (bool blank = false; part.at < part.end && *part.at != '\n'; part.at++) {
		/* What follows a row of blanks is looked at once. */
		if (!(blank && is_blank(*part.at)) && is_value_end(part))
			break;
		blank = is_blank(*part.at);
	}
	return part.at;
}

/* part begins behind the '='. Leaves it behind the value; ret is what is inside of the quotes. */
static void take_value(struct part *part, struct part *ret)
{
	const uint8_t *end = NULL;

	while (part->at < part->end && (*part->at == ' ' || *part->at == '\t'))
		part->at++;
	ret->at = part->at;
	if (part->at < part->end && (*part->at == '"' || *part->at == '\''))
		end = end_of_quoted((struct part){ part->at + 1, part->end }, *part->at);
	if (end) {
		*ret = (struct part){ part->at + 1, end - 1 };
	} else {
		end = end_of_bare(*part);
		ret->end = end;
	}
	part->at = end;
}

/* Where the tag that begins here ends: at its '>', which no value has taken; NULL = it is cut off.
 */
static const uint8_t *end_of_tag(struct part part)
{
	struct part value;

	while (part.at < part.end && *part.at != '>') {
		if (*part.at != '=') {
			part.at++;
			continue;
		}
		part.at++;
		take_value(&part, &value);
	}
	return part.at < part.end ? part.at : NULL;
}

static bool take_tag(struct part *part, struct markup_item *ret)
{
	bool closes = starts(part, "</");
	const uint8_t *end;

	part->at += closes ? 2 : 1;
	ret->kind = closes ? MARKUP_END : MARKUP_TAG;
	ret->name = part->at;
	ret->name_len = name_length(part);
	part->at += ret->name_len;
	end = end_of_tag(*part);
	if (!end) {
		part->at = part->end;
		return false;
	}
	ret->attributes = part->at;
	ret->attributes_len = (size_t)(end - part->at);
	if (ret->attributes_len && end[-1] == '/')
		ret->attributes_len--;
	part->at = end + 1;
	return ret->name_len > 0;
}

static bool take_text(struct part *part, struct markup_item *ret)
{
	const uint8_t *end = memchr(part->at + 1, '<', (size_t)(part->end - part->at - 1));

	if (!end)
		end = part->end;
	*ret = (struct markup_item){ .kind = MARKUP_TEXT, .name = part->at };
	part->at = end;
	while (end > ret->name && is_blank(end[-1]))
		end--;
	ret->name_len = (size_t)(end - ret->name);
	return true;
}

/* A '<' that begins no tag is a character of a text. */
static bool begins_tag(const struct part *part)
{
	const uint8_t *next = part->at + 1;

	if (*part->at != '<' || next == part->end)
		return false;
	return is_name(*next) || *next == '/';
}

bool markup_next(struct markup *markup, struct markup_item *ret)
{
	struct part part;
	bool found = false;

	*ret = (struct markup_item){ 0 };
	if (markup->pos == markup->len)
		return false;
	part = (struct part){ markup->buf + markup->pos, markup->buf + markup->len };
	while (!found) {
		skip_blanks(&part);
		if (part.at == part.end)
			break;
		if (starts(&part, "<!--"))
			skip_past(&part, "-->");
		else if (starts(&part, "<?"))
			skip_past(&part, "?>");
		else if (begins_tag(&part))
			found = take_tag(&part, ret);
		else
			found = take_text(&part, ret);
	}
	markup->pos = (size_t)(part.at - markup->buf);
	return found;
}

static bool same_name(const uint8_t *name, size_t len, const char *want)
{
	return len == strlen(want) && !strncasecmp((const char *)name, want, len);
}

bool markup_is(const struct markup_item *item, enum markup_kind kind, const char *name)
{
	return item->kind == kind && same_name(item->name, item->name_len, name);
}

/* One entity or one character of a value; the number of bytes it took. */
static size_t decode(struct part part, char *ret)
{
	static const struct {
		const char *text;
		char is;
	} entities[] = { { "&amp;", '&' },
			 { "&lt;", '<' },
			 { "&gt;", '>' },
			 { "&quot;", '"' },
			 { "&apos;", '\'' } };

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		if (!starts(&part, entities[i].text))
			continue;
		*ret = entities[i].is;
		return strlen(entities[i].text);
	}
	*ret = *part.at ? (char)*part.at : '?';
	return 1;
}

static void copy_value(struct part part, char *buf, size_t size)
{
	char text[VALUE_MAX];
	size_t len = 0;

	while (part.end > part.at && is_blank(part.end[-1]))
		part.end--;
	skip_blanks(&part);
	while (part.at < part.end && len < sizeof(text) - 1)
		part.at += decode(part, &text[len++]);
	text[len] = '\0';
	text_copy(buf, size, text);
}

bool markup_attribute(const struct markup_item *tag, const char *name, char *buf, size_t size)
{
	struct part part, value;

	buf[0] = '\0';
	if (tag->kind != MARKUP_TAG)
		return false;
	part = (struct part){ tag->attributes, tag->attributes + tag->attributes_len };
	while (part.at < part.end) {
		const uint8_t *key = part.at;
		size_t len = name_length(&part);
		bool has_value;

		part.at += len ? len : 1;
		skip_blanks(&part);
		has_value = len && part.at < part.end && *part.at == '=';
		if (!has_value)
			continue;
		part.at++;
		take_value(&part, &value);
		if (!same_name(key, len, name))
			continue;
		copy_value(value, buf, size);
		return true;
	}
	return false;
}

bool markup_text(const struct markup_item *text, char *buf, size_t size)
{
	buf[0] = '\0';
	if (text->kind != MARKUP_TEXT)
		return false;
	copy_value((struct part){ text->name, text->name + text->name_len }, buf, size);
	return true;
}
