/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/pldm_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

#define BYTES_MAX 255

static uint32_t unit_at(const uint8_t *at, bool big)
{
	return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

/* RFC 2781 section 2.2. A unit makes at most three bytes, a pair of them four. */
static int from_utf16(const uint8_t *bytes, size_t len, bool big, char *to, struct err *err)
{
	if (len % 2)
		return err_set(err, ERR_FORMAT, "half a character of UTF-16");
	for (size_t i = 0; i < len; i += 2) {
		uint32_t c = unit_at(bytes + i, big), low;

		if (c >= 0xd800 && c < 0xe000) {
			low = i + 2 < len ? unit_at(bytes + i + 2, big) : 0;
			if (c >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
				return err_set(err, ERR_FORMAT, "a string that is not UTF-16");
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		to += utf8_put(to, c ? c : ' ');
	}
	*to = '\0';
	return 0;
}

/* Before any conversion: a NUL is not a character of any of them. */
static size_t without_padding(const uint8_t *bytes, size_t len, size_t unit, bool big)
{
	while (len >= unit) {
		const uint8_t *last = bytes + len - unit;
		uint32_t c = unit == 1 ? last[0] : unit_at(last, big);

		if (c != 0 && c != ' ')
			break;
		len -= unit;
	}
	return len;
}

static void from_bytes(const uint8_t *bytes, size_t len, bool ascii, char *to)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (char)(!bytes[i] || (ascii && bytes[i] >= 0x80) ? 0x7f : bytes[i]);
	to[len] = '\0';
}

int pldm_text(unsigned int type, const uint8_t *bytes, size_t len, char ret[PLDM_TEXT_MAX],
	      struct err *err)
{
	char text[PLDM_TEXT_MAX + 1];
	bool big = type == PLDM_TEXT_UTF_16BE;
	int rc = 0;

	*ret = '\0';
	if (len > BYTES_MAX || type > PLDM_TEXT_UTF_16BE)
		return err_set(err, ERR_FORMAT, "a string of type %u", type);
	if (type >= PLDM_TEXT_UTF_16) {
		if (type == PLDM_TEXT_UTF_16 && len >= 2 &&
		    (unit_at(bytes, true) == 0xfeff || unit_at(bytes, false) == 0xfeff)) {
			big = unit_at(bytes, true) == 0xfeff;
			bytes += 2;
			len -= 2;
		}
		if (len % 2 == 0)
			len = without_padding(bytes, len, 2, big);
		rc = from_utf16(bytes, len, big, text, err);
	} else {
		from_bytes(bytes, without_padding(bytes, len, 1, false), type != PLDM_TEXT_UTF_8,
			   text);
	}
	if (!rc)
		text_copy(ret, PLDM_TEXT_MAX, text);
	return rc;
}
