/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_name.h"

#include <stdio.h>
#include <string.h>

#include "format/le.h"

#define BASE_LEN  8
#define EXT_LEN	  3
#define LONG_ATTR 0x0f
#define LAST_SLOT 0x40

/*
 * The next character (RFC 3629 section 3: shortest form, no surrogates); 0 when the bytes are none.
 */
static uint32_t next_char(const char **at, const char *end)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t) * (*at)++;
	size_t len = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t value = len == 1 ? first : first & (0x7fu >> len);

	if ((first & 0xc0) == 0x80 || first >= 0xf8)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (*at == end || ((uint8_t) * *at & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((uint8_t) * (*at)++ & 0x3fu);
	}
	if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return value;
}

static int refuse(const char *name, size_t len, const char *why, struct err *err)
{
	return err_set(err, ERR_FORMAT, "%.*s: %s", (int)(len < 300 ? len : 300), name, why);
}

int fat_name_units(const char *name, size_t len, uint16_t units[FAT_LONG_MAX], size_t *ret_count,
		   struct err *err)
{
	const char *at = name, *end = name + len;
	size_t count = 0;

	if (len == 0 || name[len - 1] == '.' || name[len - 1] == ' ')
		return refuse(name, len, "FAT takes no name that is empty or ends so", err);
	while (at < end) {
		uint32_t value = next_char(&at, end);
		size_t need = value > 0xffff ? 2 : 1;

		if (value < 0x20 || value == 0x7f ||
		    (value < 0x80 && strchr("\"*/:<>?\\|", (int)value)))
			return refuse(name, len, "FAT does not take one of its characters", err);
		if (count + need > FAT_LONG_MAX)
			return refuse(name, len, "a name longer than 255 characters", err);
		if (units && need == 2)
			units[count] = (uint16_t)(0xd800 + ((value - 0x10000) >> 10));
		if (units)
			units[count + need - 1] =
				(uint16_t)(need == 2 ? 0xdc00 + ((value - 0x10000) & 0x3ff)
						     : value);
		count += need;
	}
	*ret_count = count;
	return 0;
}

static char capital(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* May it stand in a short name as it is, capitals aside? */
static bool is_short_char(char c)
{
	c = capital(c);
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("$%'-_@~`!(){}^#&", c));
}

bool fat_name_natural(const char *name, size_t len, uint8_t ret[FAT_SHORT_LEN])
{
	const char *dot = memchr(name, '.', len);
	size_t base = dot ? (size_t)(dot - name) : len;
	size_t ext = dot ? len - base - 1 : 0;

	if (base == 0 || base > BASE_LEN || ext > EXT_LEN || (dot && ext == 0))
		return false;
	memset(ret, ' ', FAT_SHORT_LEN);
	for (size_t i = 0; i < len; i++) {
		if (i == base)
			continue;
		if (!is_short_char(name[i]))
			return false;
		ret[i < base ? i : BASE_LEN + i - base - 1] = (uint8_t)capital(name[i]);
	}
	return true;
}

bool fat_name_is_short(const char *name, size_t len)
{
	uint8_t name_short[FAT_SHORT_LEN];

	for (size_t i = 0; i < len; i++)
		if (capital(name[i]) != name[i])
			return false;
	return fat_name_natural(name, len, name_short);
}

/* Up to room characters of a stretch; what cannot stand there is '_', blanks and dots go. */
static size_t shorten(const char *from, const char *end, uint8_t *to, size_t room)
{
	size_t used = 0;

	for (; from < end && used < room; from++) {
		if (*from == ' ' || *from == '.')
			continue;
		to[used++] = (uint8_t)(is_short_char(*from) ? capital(*from) : '_');
	}
	return used;
}

void fat_name_numbered(const char *name, size_t len, unsigned int number,
		       uint8_t ret[FAT_SHORT_LEN])
{
	const char *end = name + len, *dot = memrchr(name, '.', len);
	char tail[12];
	size_t tail_len, used;

	if (dot == name)
		dot = NULL;
	snprintf(tail, sizeof(tail), "~%u", number);
	tail_len = strlen(tail);
	memset(ret, ' ', FAT_SHORT_LEN);
	used = shorten(name, dot ? dot : end, ret, BASE_LEN - tail_len);
	memcpy(ret + used, tail, tail_len);
	if (dot)
		shorten(dot + 1, end, ret + BASE_LEN, EXT_LEN);
}

uint8_t fat_name_checksum(const uint8_t name[FAT_SHORT_LEN])
{
	uint8_t sum = 0;

	for (size_t i = 0; i < FAT_SHORT_LEN; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

void fat_name_slot(const uint16_t *units, size_t count, size_t index, uint8_t checksum,
		   uint8_t ret[FAT_SLOT_BYTES])
{
	static const uint8_t places[FAT_UNITS_PER_SLOT] = { 1,	3,  5,	7,  9,	14, 16,
							    18, 20, 22, 24, 28, 30 };
	size_t first = (index - 1) * FAT_UNITS_PER_SLOT;
	bool last = first + FAT_UNITS_PER_SLOT >= count;

	memset(ret, 0, FAT_SLOT_BYTES);
	ret[0] = (uint8_t)(index | (last ? LAST_SLOT : 0));
	ret[11] = LONG_ATTR;
	ret[13] = checksum;
	for (size_t i = 0; i < FAT_UNITS_PER_SLOT; i++) {
		size_t at = first + i;

		/* A NUL ends it, what is behind that is filled up. */
		le16_put(ret + places[i], at < count ? units[at] : at == count ? 0 : 0xffff);
	}
}
