/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of LVM metadata: sections "name { ... }", values 'key = value', where a value is a
 * number, a "string" or a [list] of them, and comments from # to the end of the line. Wanted are
 * the group's own id and seqno, and of each section in physical_volumes id, device and flags.
 */
#include <string.h>

#include "base/text.h"
#include "format/lvm.h"

struct cursor {
	const uint8_t *text;
	size_t len, pos;
};

struct word {
	const uint8_t *text; /* of a string without its quotes */
	size_t len;	     /* 0 and not quoted = the end */
	bool quoted;
};

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '+' || c == '-';
}

static void skip_blanks(struct cursor *c)
{
	while (c->pos < c->len) {
		uint8_t next = c->text[c->pos];

		if (next == '#')
			while (c->pos < c->len && c->text[c->pos] != '\n')
				c->pos++;
		else if (next == ' ' || next == '\t' || next == '\n' || next == ',')
			c->pos++;
		else
			return;
	}
}

static struct word quoted_word(struct cursor *c)
{
	struct word word = { .text = c->text + ++c->pos, .quoted = true };

	while (c->pos < c->len && c->text[c->pos] != '"')
		c->pos += c->text[c->pos] == '\\' && c->pos + 1 < c->len ? 2 : 1;
	word.len = (size_t)(c->text + c->pos - word.text);
	if (c->pos < c->len)
		c->pos++;
	else
		word = (struct word){ .text = word.text }; /* cut off: the end */
	return word;
}

/* A name, a number, a string without its quotes, or one of the characters { } = [ ]. */
static struct word next_word(struct cursor *c)
{
	struct word word;

	skip_blanks(c);
	word = (struct word){ .text = c->text + c->pos };
	if (c->pos == c->len)
		return word;
	if (c->text[c->pos] == '"')
		return quoted_word(c);
	while (c->pos < c->len && is_word(c->text[c->pos]))
		c->pos++;
	if (c->text + c->pos == word.text)
		c->pos++;
	word.len = (size_t)(c->text + c->pos - word.text);
	return word;
}

static bool word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->text, text, word->len) == 0;
}

static bool is_mark(const struct word *word, char mark)
{
	return !word->quoted && word->len == 1 && word->text[0] == (uint8_t)mark;
}

static bool is_end(const struct word *word)
{
	return word->len == 0 && !word->quoted;
}

static uint64_t to_number(const struct word *word)
{
	uint64_t number = 0;

	for (size_t i = 0; i < word->len && i < 19; i++) {
		if (word->text[i] < '0' || word->text[i] > '9')
			return 0;
		number = number * 10 + (uint64_t)(word->text[i] - '0');
	}
	return number;
}

static void take_uuid(const struct word *word, char ret[LVM_UUID_BYTES])
{
	size_t used = 0;
	uint8_t plain[LVM_UUID_BYTES];

	for (size_t i = 0; i < word->len && used < LVM_UUID_BYTES - 1; i++)
		if (word->text[i] != '-')
			plain[used++] = word->text[i];
	text_from_field(ret, LVM_UUID_BYTES, plain, used);
}

/* What stands in one section; key and value of each line that is neither list nor section. */
typedef void take_fn(void *ctx, const struct word *key, const struct word *value);

/* Behind "[": all that is in the list, each as a value of the key. */
static void walk_list(struct cursor *c, const struct word *key, take_fn *take, void *ctx)
{
	struct word word;

	for (word = next_word(c); !is_end(&word) && !is_mark(&word, ']'); word = next_word(c))
		take(ctx, key, &word);
}

/* Behind "{": up to its "}". What is in it does not matter. */
static bool skip_section(struct cursor *c)
{
	struct word word;
	size_t depth = 1;

	while (depth) {
		word = next_word(c);
		if (is_end(&word))
			return false;
		depth += is_mark(&word, '{');
		depth -= is_mark(&word, '}');
	}
	return true;
}

typedef bool section_fn(void *ctx, const struct word *name, struct cursor *c);

/* Behind "{": up to its "}"; false when the text ends before it. */
static bool walk_section(struct cursor *c, take_fn *take, section_fn *enter, void *ctx)
{
	for (;;) {
		struct word name = next_word(c), mark;

		if (is_end(&name))
			return false;
		if (is_mark(&name, '}'))
			return true;
		mark = next_word(c);
		if (is_mark(&mark, '{')) {
			if (enter ? !enter(ctx, &name, c) : !skip_section(c))
				return false;
		} else if (is_mark(&mark, '=')) {
			struct word value = next_word(c);

			if (is_mark(&value, '['))
				walk_list(c, &name, take, ctx);
			else
				take(ctx, &name, &value);
		} else {
			return false;
		}
	}
}

static void take_of_volume(void *ctx, const struct word *key, const struct word *value)
{
	struct lvm_volume *volume = ctx;

	if (word_is(key, "id"))
		take_uuid(value, volume->uuid);
	else if (word_is(key, "device"))
		text_from_field(volume->device, sizeof(volume->device), value->text, value->len);
	else if (word_is(key, "flags") && word_is(value, "MISSING"))
		volume->missing = true;
}

static void take_nothing(void *ctx, const struct word *key, const struct word *value)
{
	(void)ctx;
	(void)key;
	(void)value;
}

static bool enter_volume(void *ctx, const struct word *name, struct cursor *c)
{
	struct lvm_group *group = ctx;
	struct lvm_volume *volume = &group->volumes[group->volume_count];

	(void)name;
	if (group->volume_count == LVM_MAX_VOLUMES ||
	    !walk_section(c, take_of_volume, NULL, volume) || !volume->uuid[0])
		return false;
	group->volume_count++;
	return true;
}

static void take_of_group(void *ctx, const struct word *key, const struct word *value)
{
	struct lvm_group *group = ctx;

	if (word_is(key, "id"))
		take_uuid(value, group->uuid);
	else if (word_is(key, "seqno"))
		group->seqno = to_number(value);
}

/* The logical volumes come behind the physical ones and are not wanted: the walk ends there. */
static bool enter_of_group(void *ctx, const struct word *name, struct cursor *c)
{
	struct lvm_group *group = ctx;

	if (!word_is(name, "physical_volumes"))
		return skip_section(c);
	group->complete = walk_section(c, take_nothing, enter_volume, group);
	return false;
}

int lvm_text_parse(const uint8_t *text, size_t len, struct lvm_group *ret, struct err *err)
{
	struct cursor c = { text, len, 0 };
	struct word name = next_word(&c), mark = next_word(&c);

	*ret = (struct lvm_group){ 0 };
	if (is_end(&name) || !is_mark(&mark, '{'))
		return err_set(err, ERR_FORMAT, "LVM metadata that do not begin with a group");
	text_from_field(ret->name, sizeof(ret->name), name.text, name.len);
	walk_section(&c, take_of_group, enter_of_group, ret);
	if (!ret->uuid[0])
		return err_set(err, ERR_FORMAT, "LVM metadata of a group without an id");
	return 0;
}
