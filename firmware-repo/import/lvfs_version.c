/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/lvfs_version.h"

#include <stdio.h>
#include <string.h>

#include "edit.h"

/* A number between two dots: so many bits from this one on. */
struct part {
	unsigned int shift, bits, add;
};

enum digits {
	DIGITS_DECIMAL = 1,
	DIGITS_BCD, /* each byte holds two decimal digits */
	DIGITS_HEX, /* each byte as two hexadecimal digits */
};

static const struct format {
	const char *name;
	enum digits digits;
	struct part parts[4]; /* bits 0 = no more */
} formats[] = {
	{ "number", DIGITS_DECIMAL, { { 0, 32, 0 } } },
	{ "pair", DIGITS_DECIMAL, { { 16, 16, 0 }, { 0, 16, 0 } } },
	{ "triplet", DIGITS_DECIMAL, { { 24, 8, 0 }, { 16, 8, 0 }, { 0, 16, 0 } } },
	{ "quad", DIGITS_DECIMAL, { { 24, 8, 0 }, { 16, 8, 0 }, { 8, 8, 0 }, { 0, 8, 0 } } },
	{ "bcd", DIGITS_BCD, { { 24, 8, 0 }, { 16, 8, 0 }, { 8, 8, 0 }, { 0, 8, 0 } } },
	{ "intel-me", DIGITS_DECIMAL, { { 29, 3, 11 }, { 24, 5, 0 }, { 16, 8, 0 }, { 0, 16, 0 } } },
	{ "intel-me2", DIGITS_DECIMAL, { { 28, 4, 0 }, { 24, 4, 0 }, { 16, 8, 0 }, { 0, 16, 0 } } },
	{ "intel-csme19",
	  DIGITS_DECIMAL,
	  { { 29, 3, 19 }, { 24, 5, 0 }, { 16, 8, 0 }, { 0, 16, 0 } } },
	{ "surface-legacy", DIGITS_DECIMAL, { { 22, 10, 0 }, { 10, 12, 0 }, { 0, 10, 0 } } },
	{ "surface", DIGITS_DECIMAL, { { 24, 8, 0 }, { 8, 16, 0 }, { 0, 8, 0 } } },
	{ "dell-bios", DIGITS_DECIMAL, { { 16, 8, 0 }, { 8, 8, 0 }, { 0, 8, 0 } } },
	{ "dell-bios-msb", DIGITS_DECIMAL, { { 24, 8, 0 }, { 16, 8, 0 }, { 8, 8, 0 } } },
	{ "compal-bios", DIGITS_HEX, { { 8, 8, 0 }, { 0, 8, 0 } } },
};

#define MAX_PARTS 4

static const struct format *find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static int digit_of(char c, unsigned int base)
{
	int value = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : -1;

	return value >= 0 && (unsigned int)value < base ? value : -1;
}

/* Digits of at most 32 bits; *text stands behind them. */
static bool take_number(const char **text, unsigned int base, uint32_t *ret)
{
	uint64_t value = 0;
	const char *at = *text;

	for (; digit_of(*at, base) >= 0; at++) {
		value = value * base + (uint64_t)digit_of(*at, base);
		if (value > UINT32_MAX)
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = (uint32_t)value;
	return true;
}

/* Written as a number. Eight digits that begin with a century are a date. */
static bool is_plain_number(const char *text, uint32_t *ret)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = hex ? text + 2 : text;

	if (strlen(text) == 8 && (strncmp(text, "19", 2) == 0 || strncmp(text, "20", 2) == 0))
		return false;
	return take_number(&at, hex ? 16 : 10, ret) && !*at;
}

static uint32_t mask_of(const struct part *part)
{
	return part->bits == 32 ? UINT32_MAX : (1u << part->bits) - 1;
}

/* Into the bits of its part; false when it does not fit. */
static bool place(const struct format *format, const struct part *part, uint32_t value,
		  uint32_t *number)
{
	if (format->digits == DIGITS_BCD) {
		if (value > 99)
			return false;
		value = (value / 10) << 4 | value % 10;
	}
	if (value < part->add || value - part->add > mask_of(part))
		return false;
	*number |= (value - part->add) << part->shift;
	return true;
}

bool lvfs_version_number(const char *format_name, const char *text, uint32_t *ret)
{
	const struct format *format = find(format_name);
	uint32_t number = 0, told = 0, value;

	if (is_plain_number(text, ret))
		return true;
	if (!format)
		return false;
	for (size_t i = 0; i < MAX_PARTS && format->parts[i].bits; i++) {
		const struct part *part = &format->parts[i];

		if (i > 0 && *text++ != '.')
			return false;
		if (!take_number(&text, format->digits == DIGITS_HEX ? 16 : 10, &value) ||
		    !place(format, part, value, &number))
			return false;
		told |= mask_of(part) << part->shift;
	}
	*ret = number;
	return !*text && told == UINT32_MAX;
}

static void print_part(const struct format *format, uint32_t value, char *ret, size_t size)
{
	if (format->digits == DIGITS_BCD)
		value = 10 * (value >> 4) + (value & 15);
	snprintf(ret, size, format->digits == DIGITS_HEX ? "%02x" : "%u", value);
}

bool lvfs_version_text(const char *format_name, uint32_t number, char *ret, size_t size)
{
	const struct format *format = find(format_name);
	size_t len = 0;

	if (strcmp(format_name, "hex") == 0) {
		snprintf(ret, size, "0x%08x", number);
		return true;
	}
	if (!format) {
		snprintf(ret, size, "%u", number);
		return strcmp(format_name, "plain") == 0;
	}
	for (size_t i = 0; i < MAX_PARTS && format->parts[i].bits; i++) {
		const struct part *part = &format->parts[i];
		char text[16];

		print_part(format, ((number >> part->shift) & mask_of(part)) + part->add, text,
			   sizeof(text));
		if (len < size)
			len += (size_t)snprintf(ret + len, size - len, "%s%s", i ? "." : "", text);
	}
	return true;
}

enum version_scheme lvfs_version_scheme(const char *format_name, const char *version)
{
	const struct format *format = find(format_name);
	enum version_scheme shape = component_scheme_of(version);

	if (strcmp(format_name, "hex") == 0)
		return VERSION_HEX;
	if (format && format->digits != DIGITS_HEX && version_follows(VERSION_DOTTED, version))
		return VERSION_DOTTED;
	if (format)
		return VERSION_PLAIN;
	if (shape == VERSION_PLAIN && version_follows(VERSION_ALPHANUM, version))
		return VERSION_ALPHANUM;
	return shape;
}
