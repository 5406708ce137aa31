/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One comparer for each scheme. Each reads both texts whole before it answers: a text that does
 * not follow the scheme has no order, and "different" is all that is said about it.
 */
#include "repo/version.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* A piece of a version text: numbers are compared as text, so that none is too large. */
struct span {
	const char *text;
	size_t len;
};

static enum version_order order_of(int sign)
{
	return sign < 0 ? VERSION_OLDER : sign > 0 ? VERSION_NEWER : VERSION_SAME;
}

static int compare_numbers(struct span a, struct span b)
{
	for (; a.len > 0 && a.text[0] == '0'; a.len--)
		a.text++;
	for (; b.len > 0 && b.text[0] == '0'; b.len--)
		b.text++;
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len ? strncasecmp(a.text, b.text, a.len) : 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct span take(const char **at, bool (*wanted)(char c))
{
	struct span ret = { .text = *at };

	while (wanted(**at))
		(*at)++;
	ret.len = (size_t)(*at - ret.text);
	return ret;
}

/* How a list of numbers is written. */
struct list_form {
	const char *separators;
	const char *prefix; /* allowed before each number */
	bool (*digit)(char c);
};

/* Moves to the next number of a list; false at the end and, with *ok false, at a fault. */
static bool next_number(const struct list_form *form, const char **at, bool first, struct span *ret,
			bool *ok)
{
	size_t prefix = strlen(form->prefix);

	*ret = (struct span){ .text = *at };
	if (**at == '\0')
		return false;
	if (!first) {
		*ok = strchr(form->separators, **at) != NULL;
		if (!*ok)
			return false;
		(*at)++;
	}
	if (prefix > 0 && strncasecmp(*at, form->prefix, prefix) == 0)
		*at += prefix;
	*ret = take(at, form->digit);
	*ok = ret->len > 0;
	return *ok;
}

/* Numbers from the most significant on; those missing at the end count as 0. */
static enum version_order compare_lists(const struct list_form *form, const char *a, const char *b)
{
	bool more_a = true, more_b = true, ok_a = true, ok_b = true;
	int sign = 0;

	for (bool first = true; more_a || more_b; first = false) {
		struct span na, nb;

		more_a = next_number(form, &a, first, &na, &ok_a);
		more_b = next_number(form, &b, first, &nb, &ok_b);
		if (!ok_a || !ok_b)
			return VERSION_DIFFERENT;
		if (sign == 0)
			sign = compare_numbers(na, nb);
	}
	return order_of(sign);
}

static enum version_order compare_plain(const char *a, const char *b)
{
	(void)a;
	(void)b;
	return VERSION_DIFFERENT; /* the same text was seen before */
}

static enum version_order compare_dotted(const char *a, const char *b)
{
	return compare_lists(&(struct list_form){ ".-_", "", is_digit }, a, b);
}

static enum version_order compare_hex(const char *a, const char *b)
{
	return compare_lists(&(struct list_form){ ".", "0x", is_hex_digit }, a, b);
}

/* Exactly len digits; -1 when there are others. */
static int read_digits(const char *text, size_t len)
{
	int value = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* The digits may be anywhere; the other characters of form must be there literally. */
static const struct date_form {
	const char *form;
	size_t year, month, day; /* where each begins */
} date_forms[] = {
	{ "####-##-##", 0, 5, 8 },
	{ "##/##/####", 6, 0, 3 },
	{ "########", 0, 4, 6 },
};

/* yyyymmdd of the date that the whole text is, 0 = none. */
static int read_date(struct span text)
{
	for (size_t f = 0; f < sizeof(date_forms) / sizeof(*date_forms); f++) {
		const struct date_form *form = &date_forms[f];
		bool fits = strlen(form->form) == text.len;
		int year, month, day;

		for (size_t i = 0; fits && i < text.len; i++)
			fits = form->form[i] == '#' ? is_digit(text.text[i])
						    : form->form[i] == text.text[i];
		if (!fits)
			continue;
		year = read_digits(text.text + form->year, 4);
		month = read_digits(text.text + form->month, 2);
		day = read_digits(text.text + form->day, 2);
		if (year > 0 && month >= 1 && month <= 12 && day >= 1 &&
		    day <= days_in(year, month))
			return year * 10000 + month * 100 + day;
	}
	return 0;
}

static enum version_order compare_date(const char *a, const char *b)
{
	int date_a = read_date((struct span){ a, strlen(a) });
	int date_b = read_date((struct span){ b, strlen(b) });

	if (!date_a || !date_b)
		return VERSION_DIFFERENT;
	return order_of(date_a - date_b);
}

/* "U30 v2.34 (04/08/2020)", "P70 09/08/2013", "A41 v2.80". */
struct hpe_rom {
	struct span family;
	char number[32]; /* "" = none */
	int date;	 /* yyyymmdd, 0 = none */
};

static bool not_blank(char c)
{
	return c != '\0' && c != ' ';
}

static bool read_rom_word(struct span word, struct hpe_rom *rom)
{
	if ((word.text[0] == 'v' || word.text[0] == 'V') && !rom->number[0] && !rom->date) {
		if (word.len < 2 || word.len > sizeof(rom->number))
			return false;
		memcpy(rom->number, word.text + 1, word.len - 1);
		rom->number[word.len - 1] = '\0';
		/* A number that is none is the same as nothing, not even as itself. */
		return compare_dotted(rom->number, "0") != VERSION_DIFFERENT;
	}
	if (rom->date)
		return false;
	if (word.len > 2 && word.text[0] == '(' && word.text[word.len - 1] == ')')
		word = (struct span){ word.text + 1, word.len - 2 };
	rom->date = read_date(word);
	return rom->date != 0;
}

static bool read_rom(const char *text, struct hpe_rom *ret)
{
	*ret = (struct hpe_rom){ .family = take(&text, not_blank) };
	while (*text == ' ') {
		struct span word;

		text++;
		word = take(&text, not_blank);
		if (word.len == 0 || !read_rom_word(word, ret))
			return false;
	}
	return ret->family.len > 0 && (ret->number[0] || ret->date);
}

static enum version_order compare_hpe_rom(const char *a, const char *b)
{
	enum version_order order = VERSION_SAME;
	struct hpe_rom ra, rb;

	if (!read_rom(a, &ra) || !read_rom(b, &rb))
		return VERSION_DIFFERENT;
	if (ra.family.len != rb.family.len ||
	    memcmp(ra.family.text, rb.family.text, ra.family.len) != 0)
		return VERSION_DIFFERENT; /* another machine's ROM */
	if (ra.number[0] && rb.number[0])
		order = compare_dotted(ra.number, rb.number);
	else if (!ra.date || !rb.date)
		return VERSION_DIFFERENT;
	if (order == VERSION_SAME && ra.date && rb.date)
		order = order_of(ra.date - rb.date);
	return order;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

/*
 * The last character counts 1..9, then A, B ...; what is before names the drive family and ends
 * with a letter. C locale, ASCII: digits sort before letters.
 */
static enum version_order compare_hpe_drive(const char *a, const char *b)
{
	size_t len = strlen(a);

	if (len < 3 || strlen(b) != len || memcmp(a, b, len - 1) != 0)
		return VERSION_DIFFERENT;
	for (size_t i = 0; i < len; i++)
		if (!is_upper(a[i]) && !is_digit(a[i]))
			return VERSION_DIFFERENT;
	if (!is_upper(a[len - 2]) || (!is_upper(b[len - 1]) && !is_digit(b[len - 1])))
		return VERSION_DIFFERENT;
	return order_of(a[len - 1] - b[len - 1]);
}

static bool is_text(char c)
{
	return c > 0x20 && c < 0x7f && !is_digit(c);
}

/* Text runs: letters count upwards, anything else (separators) has no order. */
static bool compare_text(struct span a, struct span b, int *ret)
{
	*ret = 0;
	for (size_t i = 0; *ret == 0 && i < a.len; i++) {
		if (a.text[i] != b.text[i] && !(is_letter(a.text[i]) && is_letter(b.text[i])))
			return false;
		*ret = a.text[i] - b.text[i];
	}
	return true;
}

/*
 * Runs side by side. Text before the first number names the product: there only equality means
 * anything. Runs of unlike kind or text of unlike length have no order.
 */
static enum version_order compare_alphanum(const char *a, const char *b)
{
	int sign = 0;

	for (bool named = true; *a && *b; named = false) {
		bool number = is_digit(*a);
		struct span ra = take(&a, number ? is_digit : is_text);
		struct span rb = take(&b, number ? is_digit : is_text);
		int here;

		if (ra.len == 0 || rb.len == 0 || (!number && ra.len != rb.len))
			return VERSION_DIFFERENT;
		if (number)
			here = compare_numbers(ra, rb);
		else if (!compare_text(ra, rb, &here) || (named && here != 0))
			return VERSION_DIFFERENT;
		if (sign == 0)
			sign = here;
	}
	return *a || *b ? VERSION_DIFFERENT : order_of(sign);
}

static const struct {
	const char *name;
	enum version_order (*compare)(const char *a, const char *b);
} schemes[VERSION_SCHEME_LAST + 1] = {
	[VERSION_PLAIN] = { "plain", compare_plain },
	[VERSION_DOTTED] = { "dotted", compare_dotted },
	[VERSION_DATE] = { "date", compare_date },
	[VERSION_HEX] = { "hex", compare_hex },
	[VERSION_HPE_ROM] = { "hpe-rom", compare_hpe_rom },
	[VERSION_HPE_DRIVE] = { "hpe-drive", compare_hpe_drive },
	[VERSION_ALPHANUM] = { "alphanum", compare_alphanum },
};

enum version_order version_compare(enum version_scheme scheme, const char *a, const char *b)
{
	/* An empty version was not read: two of them are not the same. */
	if (!a[0] || !b[0])
		return VERSION_DIFFERENT;
	if (strcmp(a, b) == 0)
		return VERSION_SAME;
	if (scheme < 1 || scheme > VERSION_SCHEME_LAST)
		return VERSION_DIFFERENT;
	return schemes[scheme].compare(a, b);
}

bool version_follows(enum version_scheme scheme, const char *text)
{
	if (!text[0] || scheme < 1 || scheme > VERSION_SCHEME_LAST)
		return false;
	return scheme == VERSION_PLAIN || schemes[scheme].compare(text, text) == VERSION_SAME;
}

const char *version_scheme_name(enum version_scheme scheme)
{
	if (scheme < 1 || scheme > VERSION_SCHEME_LAST)
		return "unknown";
	return schemes[scheme].name;
}

enum version_scheme version_scheme_from_name(const char *name)
{
	for (enum version_scheme i = 1; i <= VERSION_SCHEME_LAST; i++)
		if (strcmp(name, schemes[i].name) == 0)
			return i;
	return 0;
}
