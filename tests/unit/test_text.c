/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include "tap.h"

static const char *copied(const char *src, size_t size)
{
	static char dst[256];

	memset(dst, 'x', sizeof(dst));
	text_copy(dst, size, src);
	CHECK(strlen(dst) < size);
	CHECK_INT(dst[size], 'x');
	return dst;
}

static void printable_text_stays(void)
{
	CHECK_STR(copied("Server 9 \xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x92\xbe ~", 64),
		  "Server 9 \xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x92\xbe ~");
	CHECK_STR(copied("", 1), "");
}

/* Terminals act on both sets of control characters; half a character breaks JSON. */
static void the_rest_becomes_question_marks(void)
{
	CHECK_STR(copied("a\x1b[2Jb\x7f\n", 64), "a?[2Jb??");
	CHECK_STR(copied("\xc2\x9b", 64), "??");
	CHECK_STR(copied("\xc2\xa0", 64), "\xc2\xa0");
	CHECK_STR(copied("\xc3", 64), "?");
	CHECK_STR(copied("\xe6\x97", 64), "??");
	CHECK_STR(copied("\xe6\x97z", 64), "??z");
	CHECK_STR(copied("\x80\xff\xfe", 64), "???");
}

/* Overlong forms, surrogates, beyond U+10FFFF: RFC 3629 section 3. */
static void only_shortest_forms_are_utf8(void)
{
	CHECK_STR(copied("\xc0\xaf", 64), "??");
	CHECK_STR(copied("\xe0\x80\xaf", 64), "???");
	CHECK_STR(copied("\xf0\x80\x80\xaf", 64), "????");
	CHECK_STR(copied("\xed\xa0\x80", 64), "???");
	CHECK_STR(copied("\xf4\x90\x80\x80", 64), "????");
	CHECK_STR(copied("\xf4\x8f\xbf\xbf", 64), "\xf4\x8f\xbf\xbf");
	CHECK_STR(copied("\xee\x80\x80", 64), "\xee\x80\x80");
}

static void cuts_between_characters(void)
{
	CHECK_STR(copied("abcd", 4), "abc");
	CHECK_STR(copied("ab\xc3\xa9", 5), "ab\xc3\xa9");
	CHECK_STR(copied("ab\xc3\xa9", 4), "ab");
	CHECK_STR(copied("\xf0\x9f\x92\xbe", 4), "");
}

static void fields_end_at_nul_or_blanks(void)
{
	char dst[16];

	text_from_field(dst, sizeof(dst), (const uint8_t *)"AB  12  \0junk", 13);
	CHECK_STR(dst, "AB  12");
	text_from_field(dst, sizeof(dst), (const uint8_t *)"ABCDEF", 3);
	CHECK_STR(dst, "ABC");
	text_from_field(dst, sizeof(dst), (const uint8_t *)"  \t\n", 4);
	CHECK_STR(dst, "");
	text_from_field(dst, sizeof(dst), (const uint8_t *)"a\x01\xe9z", 4);
	CHECK_STR(dst, "a??z");
	text_from_field(dst, 4, (const uint8_t *)"abcdef", 6);
	CHECK_STR(dst, "abc");
	text_from_field(dst, 1, (const uint8_t *)"abcdef", 6);
	CHECK_STR(dst, "");
	text_from_field(dst, sizeof(dst), (const uint8_t *)"", 0);
	CHECK_STR(dst, "");
}

static void columns_are_characters(void)
{
	CHECK_INT(text_columns(""), 0);
	CHECK_INT(text_columns("abc"), 3);
	CHECK_INT(text_columns("a\xc3\xa9\xf0\x9f\x92\xbe"), 3);
}

int main(void)
{
	TAP_RUN(printable_text_stays);
	TAP_RUN(the_rest_becomes_question_marks);
	TAP_RUN(only_shortest_forms_are_utf8);
	TAP_RUN(cuts_between_characters);
	TAP_RUN(fields_end_at_nul_or_blanks);
	TAP_RUN(columns_are_characters);
	return TAP_END();
}
