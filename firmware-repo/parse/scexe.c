/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/scexe.h"

#include <ctype.h>
#include <string.h>

/* The number of "_SKIP=N" at the beginning of the line, 0 when it is something else. */
static size_t skip_of(const uint8_t *line, size_t len)
{
	static const char word[] = "_SKIP=";
	size_t n = 0, i = sizeof(word) - 1;

	if (len < i || memcmp(line, word, i) != 0)
		return 0;
	/* A number beyond every script stays beyond. */
	for (; i < len && isdigit(line[i]); i++)
		n = n > SCEXE_MAX_SCRIPT ? n : n * 10 + (size_t)(line[i] - '0');
	while (i < len && isspace(line[i]))
		i++;
	return i == len ? n : 0;
}

static bool is_gzip(const uint8_t *at, size_t len)
{
	return len >= 3 && at[0] == 0x1f && at[1] == 0x8b && at[2] == 8;
}

int scexe_find_archive(const uint8_t *buf, size_t len, size_t *ret_offset, struct err *err)
{
	size_t skip = 0, number = 1, pos = 0;

	if (len < 2 || memcmp(buf, "#!", 2) != 0)
		return err_set(err, ERR_NOT_FOUND, "not a script");
	while (pos < len && pos < SCEXE_MAX_SCRIPT) {
		const uint8_t *end = memchr(buf + pos, '\n', len - pos);
		size_t length = end ? (size_t)(end - (buf + pos)) : len - pos;

		if (skip && number == skip && is_gzip(buf + pos, len - pos)) {
			*ret_offset = pos;
			return 0;
		}
		if (skip && number >= skip)
			break;
		if (!skip)
			skip = skip_of(buf + pos, length);
		pos += length + 1;
		number++;
	}
	if (!skip)
		return err_set(err, ERR_NOT_FOUND, "no line _SKIP=N");
	return err_set(err, ERR_FORMAT, "no archive at line %zu, where the script has it", skip);
}
