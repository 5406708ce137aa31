/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

/* The valid second bytes after each lead byte, RFC 3629 section 4. */
static const struct {
	uint8_t lead_min, lead_max, len, second_min, second_max;
} utf8_forms[] = {
	{ 0xc2, 0xc2, 2, 0xa0, 0xbf }, /* without U+0080..U+009F: control characters */
	{ 0xc3, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf }, { 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* The length of the printable character at s, 0 when there is none. Stops at a NUL. */
static size_t char_len(const uint8_t *s)
{
	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	for (size_t i = 0; i < sizeof(utf8_forms) / sizeof(*utf8_forms); i++) {
		if (s[0] < utf8_forms[i].lead_min || s[0] > utf8_forms[i].lead_max)
			continue;
		if (s[1] < utf8_forms[i].second_min || s[1] > utf8_forms[i].second_max)
			return 0;
		for (size_t n = 2; n < utf8_forms[i].len; n++)
			if ((s[n] & 0xc0) != 0x80)
				return 0;
		return utf8_forms[i].len;
	}
	return 0;
}

void text_copy(char *dst, size_t size, const char *src)
{
	const uint8_t *s = (const uint8_t *)src;
	size_t out = 0;

	while (*s) {
		size_t len = char_len(s);
		size_t take = len ? len : 1;

		if (out + take >= size)
			break;
		if (len)
			memcpy(dst + out, s, len);
		else
			dst[out] = '?';
		out += take;
		s += take;
	}
	dst[out] = '\0';
}

void text_from_field(char *dst, size_t size, const uint8_t *field, size_t len)
{
	size_t out = 0;

	len = strnlen((const char *)field, len);
	while (len > 0 && strchr(" \t\r\n", field[len - 1]))
		len--;
	for (; out < len && out + 1 < size; out++)
		dst[out] = field[out] >= 0x20 && field[out] < 0x7f ? (char)field[out] : '?';
	dst[out] = '\0';
}

size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += ((uint8_t)*text & 0xc0) != 0x80;
	return columns;
}
