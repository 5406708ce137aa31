/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_wrap.h"

#include <stdint.h>

/* Columns that a character takes; wide ones as in Unicode's EastAsianWidth.txt (W and F). */
static unsigned int columns(uint32_t c)
{
	if ((c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0x200d)
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf && c != 0x303f) ||
	    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || c >= 0x20000)
		return 2;
	return 1;
}

/* Bytes of the character at text; what comes here is UTF-8 (report_copy_text). */
static size_t next_character(const char *text, unsigned int *ret_columns)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t len = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc0 ? 2 : 1;
	uint32_t c = len == 1 ? bytes[0] : bytes[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (bytes[i] & 0x3fu);
	*ret_columns = columns(c);
	return len;
}

/* The bytes of text that fit into room columns: to the last space, or cut when there is none. */
static size_t fitting(const char *text, unsigned int room)
{
	unsigned int used = 0;
	size_t pos = 0, space = 0;

	while (text[pos]) {
		unsigned int wide;
		size_t len = next_character(text + pos, &wide);

		if (used + wide > room)
			return space ? space : pos ? pos : len;
		if (text[pos] == ' ')
			space = pos;
		used += wide;
		pos += len;
	}
	return pos;
}

void report_wrap(FILE *out, const char *text, unsigned int at, unsigned int indent)
{
	while (*text) {
		size_t len = fitting(text, REPORT_WIDTH - at);

		fprintf(out, "%.*s\n", (int)len, text);
		text += len;
		while (*text == ' ')
			text++;
		if (*text)
			fprintf(out, "%*s", (int)indent, "");
		at = indent;
	}
}
