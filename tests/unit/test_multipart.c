/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of uploads that the lab's BMC uses: what it takes and what it finds wrong. */
#include "ilo/multipart.h"
#include "tap.h"

#define TYPE  "multipart/form-data; boundary=b0"
#define FIELD "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
#define UPLOAD                                                                                \
	"--b0\r\nContent-Disposition: form-data; name=\"sessionKey\"\r\n\r\ntoken\r\n"        \
	"--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".bin\"" \
	"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--b\r\n--b\r\n--b0--\r\n"

static bool start(const char *type, const char *body, struct multipart *ret)
{
	return multipart_start(type, (const uint8_t *)body, strlen(body), ret);
}

static void parts_in_order(void)
{
	struct multipart multipart;
	struct multipart_part part;

	CHECK(start("Multipart/Form-Data; charset=x; Boundary=\"b0\"", UPLOAD, &multipart));
	CHECK(multipart_next(&multipart, &part));
	CHECK_STR(part.name, "sessionKey");
	CHECK_STR(part.file_name, "");
	CHECK_STR(part.content_type, "");
	CHECK(part.size == 5 && memcmp(part.data, "token", 5) == 0);
	CHECK(multipart_next(&multipart, &part));
	CHECK_STR(part.name, "file");
	CHECK_STR(part.file_name, "a \"b\".bin");
	CHECK_STR(part.content_type, "application/octet-stream");
	/* Almost a delimiter is data. */
	CHECK(part.size == 10 && memcmp(part.data, "\r\n--b\r\n--b", 10) == 0);
	CHECK(!multipart_next(&multipart, &part));
	CHECK(multipart.ended && !multipart.broken);
}

/* Every beginning of a good body is a broken one, but for the last line's end. */
static void cut_anywhere(void)
{
	for (size_t len = 0; len < strlen(UPLOAD) - 2; len++) {
		struct multipart multipart;
		struct multipart_part part;

		if (!multipart_start(TYPE, (const uint8_t *)UPLOAD, len, &multipart))
			continue;
		while (multipart_next(&multipart, &part))
			;
		CHECK(multipart.broken && !multipart.ended);
	}
}

static bool is_good(const char *body)
{
	struct multipart multipart;
	struct multipart_part part;

	if (!start(TYPE, body, &multipart))
		return false;
	while (multipart_next(&multipart, &part))
		;
	return multipart.ended;
}

static void what_is_wrong(void)
{
	CHECK(is_good(FIELD "x\r\n--b0--"));
	CHECK(is_good("--b0--\r\n"));
	CHECK(!is_good("preamble\r\n" FIELD "x\r\n--b0--"));
	CHECK(!is_good(FIELD "x\r\n--b0--\r\nmore"));
	CHECK(!is_good(FIELD "x--b0--"));
	CHECK(!is_good("--b0\r\n\r\nno name\r\n--b0--"));
	CHECK(!is_good("--b0\nContent-Disposition: form-data; name=a\n\nx\r\n--b0--"));
	CHECK(!is_good("--b0\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b0--"));
	CHECK(!is_good("--b0\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b0--"));
	CHECK(!is_good("--b0\r\nno header\r\n\r\nx\r\n--b0--"));
}

static void no_boundary(void)
{
	struct multipart multipart;

	CHECK(start(TYPE, FIELD, &multipart));
	CHECK(!start("multipart/form-data", FIELD, &multipart));
	CHECK(!start("multipart/form-data; boundary=", FIELD, &multipart));
	CHECK(!start("multipart/mixed; boundary=b0", FIELD, &multipart));
	CHECK(!start("multipart/form-data; boundary=b1", FIELD, &multipart));
	CHECK(
		!start("multipart/form-data; boundary=0123456789012345678901234567890123456789"
		       "0123456789012345678901234567890",
		       FIELD, &multipart));
}

int main(void)
{
	TAP_RUN(parts_in_order);
	TAP_RUN(cut_anywhere);
	TAP_RUN(what_is_wrong);
	TAP_RUN(no_boundary);
	return TAP_END();
}
