/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/vpd.h"

#include "tap.h"

#define TEXT(s) (const uint8_t *)(s), sizeof(s) - 1

struct buffer {
	uint8_t bytes[1024];
	size_t len;
};

static void put(struct buffer *buf, const void *bytes, size_t len)
{
	memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
}

static void put_tag(struct buffer *buf, uint8_t tag, size_t len)
{
	const uint8_t head[3] = { tag, (uint8_t)len, (uint8_t)(len >> 8) };

	put(buf, head, 3);
}

static void put_field(struct buffer *buf, const char *keyword, const char *value)
{
	const uint8_t len = (uint8_t)strlen(value);

	put(buf, keyword, 2);
	put(buf, &len, 1);
	put(buf, value, len);
}

/* Name, PN, SN, V0, RV with a checksum that is right, then a writable section. */
static void make(struct buffer *buf)
{
	uint8_t sum = 0;
	size_t i;

	*buf = (struct buffer){ 0 };
	put_tag(buf, 0x82, 8);
	put(buf, "Adapter ", 8);
	put_tag(buf, 0x90, 3 + 5 + 3 + 4 + 3 + 3 + 3 + 2);
	put_field(buf, "PN", "P-123");
	put_field(buf, "SN", "S456");
	put_field(buf, "V0", "7.\x01");
	put_field(buf, "RV", "xx");
	for (i = 0; i + 2 < buf->len; i++)
		sum = (uint8_t)(sum + buf->bytes[i]);
	buf->bytes[buf->len - 2] = (uint8_t)-sum;
	put_tag(buf, 0x91, 3 + 3);
	put_field(buf, "YA", "A12");
	put(buf, "\x78", 1);
}

static void fields_of_the_read_only_section(void)
{
	struct buffer buf;
	struct vpd vpd;

	make(&buf);
	CHECK_INT(vpd_parse(buf.bytes, buf.len, &vpd, NULL), 0);
	CHECK_STR(vpd.name, "Adapter");
	CHECK_INT(vpd.field_count, 3);
	CHECK_STR(vpd_value(&vpd, "PN"), "P-123");
	CHECK_STR(vpd_value(&vpd, "SN"), "S456");
	CHECK_STR(vpd_value(&vpd, "V0"), "7.?");
	CHECK(!vpd_value(&vpd, "RV"));
	CHECK(!vpd_value(&vpd, "YA"));
	CHECK_INT(vpd.checksum, VPD_CHECKSUM_OK);
}

/* Every byte up to the checksum counts, none after it. */
static void the_checksum_covers_what_it_should(void)
{
	struct buffer buf;
	struct vpd vpd;
	size_t rv;

	make(&buf);
	for (rv = 0; memcmp(buf.bytes + rv, "RV", 2) != 0; rv++)
		;
	for (size_t i = 3; i < buf.len - 1; i++) {
		int rc;

		buf.bytes[i] ^= 1;
		rc = vpd_parse(buf.bytes, buf.len, &vpd, NULL);
		if (rc == 0 && i < rv)
			CHECK(vpd.checksum != VPD_CHECKSUM_OK);
		if (i == rv + 3) {
			CHECK_INT(rc, 0);
			CHECK_INT(vpd.checksum, VPD_CHECKSUM_WRONG);
		}
		if (i == rv + 4 || i >= buf.len - 4) {
			CHECK_INT(rc, 0);
			CHECK_INT(vpd.checksum, VPD_CHECKSUM_OK);
		}
		buf.bytes[i] ^= 1;
	}
}

static void no_checksum_is_said(void)
{
	struct vpd vpd;

	CHECK_INT(vpd_parse(TEXT("\x90\x05\x00PN\x02"
				 "AB\x78"),
			    &vpd, NULL),
		  0);
	CHECK_INT(vpd.checksum, VPD_CHECKSUM_NONE);
	CHECK_STR(vpd_value(&vpd, "PN"), "AB");
	CHECK_STR(vpd.name, "");
}

/* The first RV is the checksum; another one is some other field's business. */
static void the_first_checksum_counts(void)
{
	static const char data[] = "\x90\x08\x00RV\x01\xbfRV\x01\x55\x78";
	struct vpd vpd;

	CHECK_INT(vpd_parse(TEXT(data), &vpd, NULL), 0);
	CHECK_INT(vpd.checksum, VPD_CHECKSUM_OK);
}

/* It ends in the middle, wherever: never a read behind the end, never a result. */
static void every_cut_is_refused(void)
{
	struct buffer buf;
	struct vpd vpd;

	make(&buf);
	for (size_t len = 0; len < buf.len; len++) {
		uint8_t exact[sizeof(buf.bytes)];

		memcpy(exact, buf.bytes, len);
		CHECK_INT(vpd_parse(exact, len, &vpd, NULL), ERR_FORMAT);
	}
	CHECK_INT(vpd_parse(buf.bytes, buf.len, &vpd, NULL), 0);
}

static void damage_is_refused(void)
{
	struct vpd vpd;

	CHECK_INT(vpd_parse(TEXT("\x78"), &vpd, NULL), 0);
	CHECK_INT(vpd_parse(TEXT("\xff\xff\xff\xff\x78"), &vpd, NULL), ERR_FORMAT);
	CHECK_INT(vpd_parse(TEXT("\x83\x01\x00x\x78"), &vpd, NULL), ERR_FORMAT);
	CHECK_INT(vpd_parse(TEXT("\x82\x05\x00x\x78"), &vpd, NULL), ERR_FORMAT);
	/* A field that is longer than its section, though not than the data. */
	CHECK_INT(vpd_parse(TEXT("\x90\x05\x00PN\x03"
				 "ABC\x78"),
			    &vpd, NULL),
		  ERR_FORMAT);
	CHECK_INT(vpd_parse(TEXT("\x90\x02\x00PN\x78"), &vpd, NULL), ERR_FORMAT);
}

static void more_fields_than_room_are_left_out(void)
{
	struct buffer buf = { 0 };
	struct vpd vpd;

	put_tag(&buf, 0x90, 100 * 4);
	for (int i = 0; i < 100; i++)
		put_field(&buf, "VX", i < 99 ? "a" : "z");
	put(&buf, "\x78", 1);
	CHECK_INT(vpd_parse(buf.bytes, buf.len, &vpd, NULL), 0);
	CHECK_INT(vpd.field_count, VPD_MAX_FIELDS);
}

int main(void)
{
	TAP_RUN(fields_of_the_read_only_section);
	TAP_RUN(the_checksum_covers_what_it_should);
	TAP_RUN(no_checksum_is_said);
	TAP_RUN(the_first_checksum_counts);
	TAP_RUN(every_cut_is_refused);
	TAP_RUN(damage_is_refused);
	TAP_RUN(more_fields_than_room_are_left_out);
	return TAP_END();
}
