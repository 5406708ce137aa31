/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

#include <string.h>

#include "base/err.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *bytes, size_t len, char *text)
{
	while (len > 0) {
		size_t take = len < 3 ? len : 3;
		uint32_t group = (uint32_t)bytes[0] << 16;

		if (take > 1)
			group |= (uint32_t)bytes[1] << 8;
		if (take > 2)
			group |= bytes[2];
		for (size_t i = 0; i < 4; i++)
			*text++ = i <= take ? alphabet[group >> (18 - 6 * i) & 63] : '=';
		bytes += take;
		len -= take;
	}
	*text = '\0';
}

static int value_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Decodes four characters, of which the last `padding` are '='; *ret gets three bytes. */
static int decode_group(const char *text, size_t padding, uint32_t *ret)
{
	uint32_t group = 0;

	for (size_t i = 0; i < 4 - padding; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return ERR_FORMAT;
		group |= (uint32_t)value << (18 - 6 * i);
	}
	if (padding > 0 && group & ((1u << (8 * padding)) - 1))
		return ERR_FORMAT;
	*ret = group;
	return 0;
}

int base64_decode(const char *text, uint8_t *ret, size_t size, size_t *ret_len)
{
	size_t chars = strlen(text);
	size_t padding = 0, len = 0;

	if (chars % 4 != 0)
		return ERR_FORMAT;
	while (padding < 2 && padding < chars && text[chars - 1 - padding] == '=')
		padding++;
	for (size_t at = 0; at < chars; at += 4) {
		size_t pad = at + 4 == chars ? padding : 0;
		uint32_t group;

		if (decode_group(text + at, pad, &group) || len + 3 - pad > size)
			return ERR_FORMAT;
		for (size_t i = 0; i < 3 - pad; i++)
			ret[len++] = (uint8_t)(group >> (16 - 8 * i));
	}
	*ret_len = len;
	return 0;
}
