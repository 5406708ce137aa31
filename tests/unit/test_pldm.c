/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PLDM packages: one that other implementations agree about, and one of revision 4. */
#include "parse/pldm_package.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/hex.h"
#include "format/le.h"
#include "parse/pldm_text.h"
#include "tap.h"

#define BYTES_MAX 512

/* 139 bytes of header and 27 of image, in the tests of several implementations of DSP0267 1.0. */
static const char reference[] =
	"f018878ccb7d49439800a02f059aca02018b000000000000000000190ce507000800010e"
	"56657273696f6e537472696e6731012e000101000000010e00000156657273696f6e537472696e6732"
	"02001000162023c93ec5411595f448701d49d67501000a006400ffffffff000000008b0000001b000000"
	"010e56657273696f6e537472696e67334f96ae56"
	"0102030405060708090a0b0c0d0e0f101112131415161718191a1b";

/* tests/import/make_pldm.sh 4 with two firmware devices, a downstream device and three images. */
static const char fourth[] =
	"7b291c996db64208801b02026e463c780470010000000000000000190ce50700080001097061636b6167652035"
	"02"
	"3d000401000000010504000c00000001736574203700000200b31500010200211001010200b315020102000200"
	"64"
	"617461746865206d616e69666573744c000401000000030c04000c00000003feff0031002e0032002d00e90000"
	"02"
	"00b315000102002110010004000b000000ffff0800010450534944aabb64617461746865206d616e6966657374"
	"01"
	"3b000101000000010304000c00000004332e300403020102001000162023c93ec5411595f448701d49d6756461"
	"74"
	"61746865206d616e696665737403000a00010003020100020004007001000005000000010a32382e33332e3038"
	"30"
	"30060000006f70617175650b000200ffffffff00001000750100000600000005060039002e0039060000006f70"
	"61"
	"717565ffff0300ffffffff000002007b010000050000000203342e31060000006f706171756512f89887ae7983"
	"0f"
	"66697273747365636f6e647468697264";

/* Where things are in the reference package. */
enum {
	AT_REVISION = 16,
	AT_SIZE = 17,
	AT_BITS = 32,
	AT_RECORDS = 50,
	AT_RECORD_LENGTH = 51,
	AT_DESCRIPTORS = 53,
	AT_DATA_LENGTH = 60,
	AT_BITMAP = 62,
	AT_DESCRIPTOR_LENGTH = 79,
	AT_IMAGES = 97,
	AT_OFFSET = 111,
	AT_IMAGE_SIZE = 115,
	AT_TEXT_TYPE = 119,
	AT_TEXT_LENGTH = 120,
	AT_SUM = 135,
	ALL = 166,
};

struct bytes {
	uint8_t at[BYTES_MAX];
	size_t len;
};

static struct bytes read_hex(const char *hex)
{
	struct bytes ret = { .len = strlen(hex) / 2 };

	CHECK(ret.len <= BYTES_MAX && hex_decode(hex, ret.at, ret.len) == 0);
	return ret;
}

/* The header's checksum, over what it says is its size. */
static void make_sum_right(struct bytes *b)
{
	size_t end = le16_at(b->at + AT_SIZE) - (b->at[AT_REVISION] == 4 ? 8u : 4u);

	if (end < b->len - 4)
		le32_put(b->at + end, (uint32_t)crc32(0, b->at, (uInt)end));
}

/* In memory of exactly its size, for the sanitizers. */
static int parse(const struct bytes *b, struct err *err)
{
	uint8_t *exact = malloc(b->len ? b->len : 1);
	struct pldm_package pkg = { 0 };
	int rc;

	memcpy(exact, b->at, b->len);
	rc = pldm_parse(exact, b->len, b->len, &pkg, err);
	CHECK(!rc || (!pkg.records && !pkg.images));
	pldm_free(&pkg);
	free(exact);
	return rc;
}

static void reference_package(void)
{
	struct bytes b = read_hex(reference);
	struct pldm_package pkg = { 0 };
	struct pldm_descriptor desc;
	size_t pos = 0;

	CHECK_INT(b.len, ALL);
	CHECK(pldm_recognise(b.at, 16) && !pldm_recognise(b.at, 15));
	CHECK_INT(pldm_parse(b.at, b.len, b.len, &pkg, NULL), 0);
	CHECK_INT(pkg.revision, 1);
	CHECK_INT(pkg.header_size, 139);
	CHECK_STR(pkg.version, "VersionString1");
	CHECK_STR(pkg.released, "2021-12-25");
	CHECK(!pkg.has_payload_checksum);
	CHECK_INT(pkg.record_count, 1);
	CHECK_INT(pkg.records[0].options, 1);
	CHECK(!pkg.records[0].downstream);
	CHECK_STR(pkg.records[0].version, "VersionString2");
	CHECK(pldm_applies(&pkg.records[0], 0));
	CHECK(pldm_next_descriptor(&pkg.records[0], &pos, &desc));
	CHECK_INT(desc.type, PLDM_UUID);
	CHECK(desc.len == 16 && desc.data == b.at + 81);
	CHECK(!pldm_next_descriptor(&pkg.records[0], &pos, &desc));
	CHECK_INT(pkg.image_count, 1);
	CHECK_INT(pkg.images[0].classification, 10);
	CHECK_INT(pkg.images[0].identifier, 100);
	CHECK_INT(pkg.images[0].comparison_stamp, 0xffffffff);
	CHECK_INT(pkg.images[0].offset, 139);
	CHECK_INT(pkg.images[0].size, 27);
	CHECK_STR(pkg.images[0].version, "VersionString3");
	pldm_free(&pkg);
}

static void cut_anywhere(void)
{
	const char *const packages[] = { reference, fourth };

	for (size_t p = 0; p < 2; p++) {
		struct bytes whole = read_hex(packages[p]);

		for (size_t len = 0; len < whole.len; len++) {
			struct bytes cut = whole;

			cut.len = len;
			CHECK_INT(parse(&cut, NULL), ERR_FORMAT);
		}
		CHECK_INT(parse(&whole, NULL), 0);
	}
}

static void checksum(void)
{
	struct bytes b = read_hex(reference);

	b.at[AT_SUM + 3] = 0x57;
	CHECK_INT(parse(&b, NULL), ERR_HASH);
	for (size_t at = AT_BITS; at < AT_SUM; at++) {
		b = read_hex(reference);
		b.at[at] ^= 1;
		CHECK_INT(parse(&b, NULL), ERR_HASH);
	}
}

/* One byte more or less of a length, and all other bytes as they should be. */
static void wrong_lengths(void)
{
	static const struct {
		size_t at;
		int by;
		const char *text;
	} cases[] = {
		{ AT_REVISION, 1, "under the identifier" },
		{ 0, 1, "not a PLDM" },
		{ AT_BITS, 1, "bitmap of 9 bits" },
		{ AT_BITS, 8, "firmware device record 1" },
		{ AT_BITS, -8, "firmware device record 1" },
		{ AT_RECORDS, 1, "firmware device record 2" },
		{ AT_RECORDS, -1, "images do not fit" },
		{ AT_RECORD_LENGTH, 1, "descriptors do not fit" },
		{ AT_RECORD_LENGTH, -1, "descriptors do not fit" },
		{ AT_RECORD_LENGTH, -0x2d, "its length is wrong" },
		{ AT_DESCRIPTORS, 1, "2 descriptors do not fit" },
		{ AT_DESCRIPTORS, -1, "0 descriptors do not fit" },
		{ AT_DATA_LENGTH, 1, "descriptors do not fit" },
		{ AT_DATA_LENGTH + 1, 255, "too short for what it holds" },
		{ AT_BITMAP, 2, "there is no component image 2" },
		{ AT_DESCRIPTOR_LENGTH, -1, "a UUID descriptor of 15 bytes" },
		{ AT_DESCRIPTOR_LENGTH, 1, "descriptors do not fit" },
		{ AT_IMAGES, 1, "images do not fit" },
		{ AT_IMAGES, -1, "do not add up" },
		{ AT_OFFSET, -1, "within the header" },
		{ AT_OFFSET, 1, "beyond the end" },
		{ AT_IMAGE_SIZE, 1, "beyond the end" },
		{ AT_IMAGE_SIZE + 3, 255, "beyond the end" },
		{ AT_IMAGE_SIZE, -27, "is empty" },
		{ AT_TEXT_TYPE, 5, "a string of type 6" },
		{ AT_TEXT_LENGTH, 1, "it is cut off" },
		{ AT_TEXT_LENGTH, -1, "do not add up" },
		{ AT_SIZE + 1, 1, "is cut off" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b = read_hex(reference);
		struct err err = { 0 };

		b.at[cases[i].at] = (uint8_t)(b.at[cases[i].at] + cases[i].by);
		make_sum_right(&b);
		CHECK_INT(parse(&b, &err), ERR_FORMAT);
		CHECK_CONTAINS(err.text, cases[i].text);
	}
}

/* A record that names no device would be for all of them. */
static void no_descriptors(void)
{
	struct bytes b = read_hex(reference);
	struct err err = { 0 };

	b.at[AT_DESCRIPTORS] = 0;
	b.at[AT_DATA_LENGTH] = 20; /* what were descriptors */
	make_sum_right(&b);
	CHECK_INT(parse(&b, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "0 descriptors");
}

static void revision_4(void)
{
	struct bytes b = read_hex(fourth);
	struct pldm_package pkg = { 0 };
	struct pldm_descriptor desc;
	size_t pos = 0;

	CHECK_INT(pldm_parse(b.at, b.len, b.len, &pkg, NULL), 0);
	CHECK_INT(pkg.revision, 4);
	CHECK_INT(pkg.payload_checksum,
		  crc32(0, b.at + pkg.header_size, (uInt)(b.len - pkg.header_size)));
	CHECK_INT(pkg.record_count, 3);
	CHECK_STR(pkg.records[1].version, "1.2-\xc3\xa9");
	CHECK(pldm_applies(&pkg.records[1], 0) && pldm_applies(&pkg.records[1], 1) &&
	      !pldm_applies(&pkg.records[1], 2));
	CHECK_INT(pkg.records[1].descriptor_count, 4);
	for (size_t i = 0; i < 4; i++)
		CHECK(pldm_next_descriptor(&pkg.records[1], &pos, &desc));
	CHECK_INT(desc.type, PLDM_VENDOR_DEFINED);
	CHECK(desc.len == 8 && memcmp(desc.data, "\x01\x04PSID\xaa\xbb", 8) == 0);
	CHECK_INT(pkg.records[1].manifest_len, strlen("the manifest"));
	CHECK_INT(pkg.records[1].package_data_len, strlen("data"));
	CHECK(pkg.records[2].downstream);
	CHECK_STR(pkg.records[2].version, "3.0");
	CHECK_INT(pkg.records[2].comparison_stamp, 0x01020304);
	CHECK_INT(pkg.image_count, 3);
	CHECK_INT(pkg.images[0].options, PLDM_OPTION_USE_STAMP);
	CHECK_INT(pkg.images[0].comparison_stamp, 0x00010203);
	CHECK_INT(pkg.images[0].activation, PLDM_ACTIVATE_MEDIUM_RESET);
	CHECK_INT(pkg.images[1].classification, PLDM_CLASS_SYSTEM_BIOS);
	CHECK_STR(pkg.images[1].version, "9.9");
	CHECK_INT(pkg.images[2].opaque_len, strlen("opaque"));
	CHECK_INT(pkg.images[2].offset, pkg.images[1].offset + pkg.images[1].size);
	pldm_free(&pkg);
}

/* Where the header names this number. */
static size_t find32(const struct bytes *b, uint32_t value)
{
	for (size_t at = 40; at + 4 <= le16_at(b->at + AT_SIZE); at++)
		if (le32_at(b->at + at) == value)
			return at;
	CHECK(!"the number is there");
	return 40;
}

/* Images may lie in any order, but not over each other. */
static void places(void)
{
	struct bytes whole = read_hex(fourth), b = whole;
	uint32_t first = le16_at(whole.at + AT_SIZE);
	size_t one = find32(&whole, first), two = find32(&whole, first + 5);
	struct err err = { 0 };

	le32_put(b.at + two, first + 4);
	make_sum_right(&b);
	CHECK_INT(parse(&b, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "component image 2 begins within");
	/* The second (6 bytes) first, then the first (5). */
	b = whole;
	le32_put(b.at + one, first + 6);
	le32_put(b.at + two, first);
	make_sum_right(&b);
	CHECK_INT(parse(&b, NULL), 0);
	/* A hole between them is none of our business. */
	b.len++;
	le32_put(b.at + find32(&b, first + 11), first + 12);
	make_sum_right(&b);
	CHECK_INT(parse(&b, NULL), 0);
}

/* Only the header of a package whose images are large is ever in memory. */
static void large_package(void)
{
	struct bytes b = read_hex(reference);
	struct pldm_package pkg = { 0 };

	le32_put(b.at + AT_IMAGE_SIZE, 0xf0000000u);
	make_sum_right(&b);
	CHECK_INT(pldm_parse(b.at, 139, 139 + 0xf0000000ull, &pkg, NULL), 0);
	CHECK_INT(pkg.images[0].size, 0xf0000000u);
	pldm_free(&pkg);
	CHECK_INT(pldm_parse(b.at, 139, 138 + 0xf0000000ull, &pkg, NULL), ERR_FORMAT);
	CHECK_INT(pldm_parse(b.at, 138, 139 + 0xf0000000ull, &pkg, NULL), ERR_FORMAT);
}

static void texts(void)
{
	static const struct {
		unsigned int type;
		const char *bytes;
		size_t len;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ 0, "1.0", 3, "1.0" },
		{ 1, "1.0 \0\0", 6, "1.0" },
		{ 1, "1\xe9\0", 3, "1?" },
		{ 1, "1\0x", 3, "1?x" },
		{ 1, "1\n2", 3, "1?2" },
		{ 2, "\xc3\xa9", 2, "\xc3\xa9" },
		{ 2, "\xc3", 1, "?" },
		{ 3, "\xff\xfe\x31\0", 4, "1" },
		{ 3, "\xfe\xff\0\x31", 4, "1" },
		{ 3, "\x31\0\x2e\0", 4, "1." },
		{ 4, "\xe9\0\0\0", 4, "\xc3\xa9" },
		{ 5, "\0\xe9\x20\xac", 4, "\xc3\xa9\xe2\x82\xac" },
		{ 5, "\xd8\x3d\xde\x00", 4, "\xf0\x9f\x98\x80" },
		{ 5, "\xd8\x3d", 2, NULL },
		{ 5, "\xd8\x3d\0\x31", 4, NULL },
		{ 5, "\xde\x00\xd8\x3d", 4, NULL },
		{ 5, "\xde\x00\xde\x00", 4, NULL },
		{ 4, "\x31\0\x2e", 3, NULL },
		{ 6, "1", 1, NULL },
		{ 1, "", 0, "" },
	};
	char longest[255], text[PLDM_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int rc = pldm_text(cases[i].type, (const uint8_t *)cases[i].bytes, cases[i].len,
				   text, NULL);

		CHECK_INT(rc, cases[i].want ? 0 : ERR_FORMAT);
		CHECK_STR(text, cases[i].want ? cases[i].want : "");
	}
	memset(longest, 0x4e, sizeof(longest)); /* U+4E4E: three bytes for two */
	CHECK_INT(pldm_text(5, (const uint8_t *)longest, 254, text, NULL), 0);
	CHECK_INT(strlen(text), 381);
	CHECK_INT(pldm_text(1, (const uint8_t *)longest, 255, text, NULL), 0);
	CHECK_INT(strlen(text), 255);
}

int main(void)
{
	TAP_RUN(reference_package);
	TAP_RUN(cut_anywhere);
	TAP_RUN(checksum);
	TAP_RUN(wrong_lengths);
	TAP_RUN(no_descriptors);
	TAP_RUN(revision_4);
	TAP_RUN(places);
	TAP_RUN(large_package);
	TAP_RUN(texts);
	return TAP_END();
}
