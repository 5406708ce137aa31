/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hex.h"

#include <string.h>

#include "base/err.h"

static const char digits[] = "0123456789abcdef";

void hex_encode(const uint8_t *bytes, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * len] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int hex_decode(const char *text, uint8_t *ret_bytes, size_t len)
{
	if (strnlen(text, 2 * len + 1) != 2 * len)
		return ERR_FORMAT;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return ERR_FORMAT;
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}
