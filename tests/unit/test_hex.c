/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hex.h"

#include "base/err.h"
#include "tap.h"

static void all_bytes_there_and_back(void)
{
	uint8_t bytes[256], back[256];
	char text[2 * sizeof(bytes) + 1];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof(bytes), text);
	CHECK_INT(strlen(text), 512);
	CHECK(strncmp(text, "000102", 6) == 0);
	CHECK(strcmp(text + 506, "fdfeff") == 0);
	CHECK_INT(hex_decode(text, back, sizeof(back)), 0);
	CHECK(memcmp(bytes, back, sizeof(bytes)) == 0);
}

static void nothing_is_an_empty_text(void)
{
	char text[1] = { 'x' };
	uint8_t byte = 7;

	hex_encode(&byte, 0, text);
	CHECK_STR(text, "");
	CHECK_INT(hex_decode("", &byte, 0), 0);
	CHECK_INT(byte, 7);
}

static void what_is_no_hex_is_refused(void)
{
	static const char *const bad[] = { "",	   "0",	   "00f",  "00ff0", "00ff00", "00FF",
					   "0x0f", "00 f", "00fg", "00f/",  "00f:",   "00f`" };
	uint8_t bytes[2];

	CHECK_INT(hex_decode("00ff", bytes, 2), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(hex_decode(bad[i], bytes, 2), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(all_bytes_there_and_back);
	TAP_RUN(nothing_is_an_empty_text);
	TAP_RUN(what_is_no_hex_is_refused);
	return TAP_END();
}
