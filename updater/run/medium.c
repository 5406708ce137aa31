/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/medium.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"

enum key { KEY_STATE, KEY_LOG, KEY_JOURNAL, KEY_REPO, KEY_DISK, KEY_CHANGE, KEY_COUNT };

static const char *const keys[KEY_COUNT] = {
	[KEY_STATE] = "state", [KEY_LOG] = "log",   [KEY_JOURNAL] = "journal",
	[KEY_REPO] = "repo",   [KEY_DISK] = "disk", [KEY_CHANGE] = "change",
};

/* A part of the file; the bytes are not terminated. */
struct span {
	const uint8_t *at;
	size_t len;
};

static bool is_word(struct span span, const char *word)
{
	return span.len == strlen(word) && memcmp(span.at, word, span.len) == 0;
}

static int copy_value(struct span value, char *ret, size_t size, struct err *err)
{
	if (value.len >= size)
		return err_set(err, ERR_FORMAT, "a value has %zu bytes", value.len);
	memcpy(ret, value.at, value.len);
	ret[value.len] = '\0';
	return 0;
}

static int parse_state(struct span value, bool *ret, struct err *err)
{
	*ret = is_word(value, "here");
	if (!*ret && !is_word(value, "gone"))
		return err_set(err, ERR_FORMAT, "the state is neither here nor gone");
	return 0;
}

static int parse_number(struct span value, uint64_t *ret, struct err *err)
{
	uint64_t number = 0;

	/* 19 digits are always below 2^64. */
	if (value.len == 0 || value.len > 19)
		return err_set(err, ERR_FORMAT, "the change is no number");
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return err_set(err, ERR_FORMAT, "the change is no number");
		number = number * 10 + (value.at[i] - '0');
	}
	*ret = number;
	return 0;
}

static int take_value(struct medium *medium, enum key key, struct span value, struct err *err)
{
	switch (key) {
	case KEY_STATE:
		return parse_state(value, &medium->here, err);
	case KEY_LOG:
		return copy_value(value, medium->log, sizeof(medium->log), err);
	case KEY_JOURNAL:
		return copy_value(value, medium->journal, sizeof(medium->journal), err);
	case KEY_REPO:
		return copy_value(value, medium->repo, sizeof(medium->repo), err);
	case KEY_DISK:
		return copy_value(value, medium->disk, sizeof(medium->disk), err);
	case KEY_CHANGE:
		return parse_number(value, &medium->change, err);
	case KEY_COUNT:
		break;
	}
	return 0;
}

static bool has_control(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (span.at[i] < 0x20 || span.at[i] == 0x7f)
			return true;
	return false;
}

static enum key find_key(struct span name)
{
	enum key key = 0;

	while (key < KEY_COUNT && !is_word(name, keys[key]))
		key++;
	return key;
}

static int parse_line(struct span line, struct medium *medium, bool seen[KEY_COUNT],
		      struct err *err)
{
	const uint8_t *equals = memchr(line.at, '=', line.len);
	struct span name, value;
	enum key key;

	if (!equals || equals == line.at || has_control(line))
		return err_set(err, ERR_FORMAT, "a line is no key=value");
	name = (struct span){ line.at, (size_t)(equals - line.at) };
	value = (struct span){ equals + 1, line.len - name.len - 1 };
	key = find_key(name);
	if (key == KEY_COUNT)
		return 0;
	if (seen[key])
		return err_set(err, ERR_FORMAT, "\"%s\" is there twice", keys[key]);
	seen[key] = true;
	return take_value(medium, key, value, err);
}

int medium_parse(const uint8_t *buf, size_t len, struct medium *ret, struct err *err)
{
	struct medium medium = { 0 };
	bool seen[KEY_COUNT] = { false };

	if (len > MEDIUM_FILE_MAX)
		return err_set(err, ERR_FORMAT, "%zu bytes", len);
	while (len > 0) {
		const uint8_t *end = memchr(buf, '\n', len);
		struct span line = { buf, end ? (size_t)(end - buf) : len };
		int rc;

		if (!end)
			return err_set(err, ERR_FORMAT, "the last line has no end");
		rc = parse_line(line, &medium, seen, err);
		if (rc)
			return rc;
		buf += line.len + 1;
		len -= line.len + 1;
	}
	if (!seen[KEY_STATE] || !seen[KEY_CHANGE])
		return err_set(err, ERR_FORMAT, "no state or no change");
	*ret = medium;
	return 0;
}

int medium_look(const char *path, uint64_t last_change, struct medium *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	struct medium medium;
	size_t len;
	int rc = fsio_read_file(path, MEDIUM_FILE_MAX, &buf, &len, err);

	if (!rc) {
		rc = medium_parse(buf, len, &medium, err);
		if (rc)
			err_prefix(err, "%s", path);
	}
	if (rc)
		return rc;
	if (medium.change == last_change)
		return 0;
	*ret = medium;
	return 1;
}
