/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLDM packages: a vector out of a public parser's tests (openbmc/pldm, package_parser_test.cpp),
 * byte for byte, and packages of all four revisions that are put together here.
 */
#include "tap.h"

#include <stdlib.h>
#include <zlib.h>

#include "format/le.h"
#include "parse/pldm_package.h"

/* The whole of it: 139 bytes of header, 27 of image. */
static size_t vector(uint8_t *buf)
{
	static const uint8_t before[] = {
		0xf0, 0x18, 0x87, 0x8c, 0xcb, 0x7d, 0x49, 0x43, 0x98, 0x00, 0xa0, 0x2f,
		0x05, 0x9a, 0xca, 0x02, 0x01, 0x8b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x19, 0x0c, 0xe5, 0x07, 0x00, 0x08, 0x00, 0x01, 0x0e,
	};
	static const uint8_t record[] = { 0x01, 0x2e, 0x00, 0x01, 0x01, 0x00, 0x00,
					  0x00, 0x01, 0x0e, 0x00, 0x00, 0x01 };
	static const uint8_t uuid[] = {
		0x02, 0x00, 0x10, 0x00, 0x16, 0x20, 0x23, 0xc9, 0x3e, 0xc5,
		0x41, 0x15, 0x95, 0xf4, 0x48, 0x70, 0x1d, 0x49, 0xd6, 0x75
	};
	static const uint8_t component[] = { 0x01, 0x00, 0x0a, 0x00, 0x64, 0x00, 0xff, 0xff,
					     0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x8b, 0x00,
					     0x00, 0x00, 0x1b, 0x00, 0x00, 0x00, 0x01, 0x0e };
	static const uint8_t crc[] = { 0x4f, 0x96, 0xae, 0x56 };
	size_t len = 0;

#define PUT(bytes, count)                    \
	memcpy(buf + len, (bytes), (count)); \
	len += (count)
	PUT(before, sizeof(before));
	PUT("VersionString1", 14);
	PUT(record, sizeof(record));
	PUT("VersionString2", 14);
	PUT(uuid, sizeof(uuid));
	PUT(component, sizeof(component));
	PUT("VersionString3", 14);
	PUT(crc, sizeof(crc));
	for (uint8_t i = 1; i <= 27; i++)
		buf[len++] = i;
	return len;
}

static void reference_vector(void)
{
	struct pldm_package package = { 0 };
	uint8_t buf[256];
	size_t len = vector(buf);

	CHECK_INT(len, 166);
	CHECK(pldm_recognise(buf, len));
	CHECK_INT(pldm_parse(buf, len, len, &package, NULL), 0);
	CHECK_INT(package.revision, 1);
	CHECK_INT(package.header_size, 139);
	CHECK_STR(package.version, "VersionString1");
	CHECK_INT(package.record_count, 1);
	CHECK_INT(package.descriptor_count, 1);
	CHECK_INT(package.component_count, 1);
	if (package.record_count == 1 && package.descriptor_count == 1 &&
	    package.component_count == 1) {
		CHECK_STR(package.records[0].set_version, "VersionString2");
		CHECK_INT(package.records[0].options, 1);
		CHECK(!package.records[0].downstream);
		CHECK_INT(package.descriptors[0].type, PLDM_UUID);
		CHECK_INT(package.descriptors[0].data[0], 0x16);
		CHECK_INT(package.components[0].classification, 10);
		CHECK_INT(package.components[0].identifier, 100);
		CHECK_INT(package.components[0].offset, 139);
		CHECK_INT(package.components[0].size, 27);
		CHECK_STR(package.components[0].version, "VersionString3");
		CHECK(pldm_takes(&package, &package.records[0], 0));
		CHECK(!pldm_takes(&package, &package.records[0], 1));
	}
	pldm_free(&package);
}

static int parse_changed(size_t at, uint8_t value)
{
	struct pldm_package package = { 0 };
	uint8_t buf[256];
	struct err err = { 0 };
	size_t len = vector(buf);
	int rc;

	buf[at] = value;
	rc = pldm_parse(buf, len, len, &package, &err);
	pldm_free(&package);
	return rc;
}

static void vector_damaged(void)
{
	struct pldm_package package = { 0 };
	struct err err = { 0 };
	uint8_t buf[256];
	size_t len = vector(buf);

	CHECK_INT(parse_changed(138, 0x57), ERR_HASH);	/* the checksum's last byte */
	CHECK_INT(parse_changed(0, 0xf1), ERR_FORMAT);	/* nobody's identifier */
	CHECK_INT(parse_changed(16, 2), ERR_FORMAT);	/* revision 2 under that of 1 */
	CHECK_INT(parse_changed(17, 0x8c), ERR_FORMAT); /* the header's size */
	CHECK_INT(parse_changed(17, 0x10), ERR_FORMAT);
	CHECK_INT(parse_changed(32, 7), ERR_FORMAT); /* bits of the bitmap */
	CHECK_INT(parse_changed(32, 0), ERR_FORMAT);
	CHECK_INT(parse_changed(34, 6), ERR_FORMAT);	/* type of a text */
	CHECK_INT(parse_changed(50, 0x2f), ERR_FORMAT); /* length of a record */
	CHECK_INT(parse_changed(40, 'v'), ERR_HASH);
	/* Cut anywhere it is an error; what is cut is the image's end here. */
	for (size_t cut = 0; cut < len; cut++)
		CHECK(pldm_parse(buf, cut < 139 ? cut : 139, cut, &package, &err) != 0);
	CHECK_INT(pldm_parse(buf, 139, len, &package, &err), 0); /* the header is enough */
	pldm_free(&package);
}

/* --- packages of all revisions, put together byte by byte --- */

struct builder {
	uint8_t bytes[4096];
	size_t len;
};

static void u8(struct builder *b, unsigned int value)
{
	b->bytes[b->len++] = (uint8_t)value;
}

static void u16(struct builder *b, unsigned int value)
{
	le16_put(b->bytes + b->len, (uint16_t)value);
	b->len += 2;
}

static void u32(struct builder *b, uint32_t value)
{
	le32_put(b->bytes + b->len, value);
	b->len += 4;
}

static void bytes(struct builder *b, const void *from, size_t len)
{
	memcpy(b->bytes + b->len, from, len);
	b->len += len;
}

/* A PCI device with its subsystem; of downstream devices with a comparison stamp. */
static void build_record(struct builder *b, unsigned int revision, bool downstream,
			 unsigned int bits)
{
	static const unsigned int ids[][2] = {
		{ 0x0000, 0x15b3 }, { 0x0100, 0x1023 }, { 0x0101, 0x15b3 }, { 0x0102, 0x0002 }
	};
	size_t start = b->len;

	u16(b, 0);
	u8(b, 4);
	u32(b, downstream ? 1 : 0);
	u8(b, 1);
	u8(b, 3);
	u16(b, 5);
	if (revision >= 4)
		u32(b, 6);
	u8(b, bits);
	bytes(b, "set", 3);
	if (downstream)
		u32(b, 0x01020304);
	for (size_t i = 0; i < 4; i++) {
		u16(b, ids[i][0]);
		u16(b, 2);
		u16(b, ids[i][1]);
	}
	bytes(b, "data!", 5);
	if (revision >= 4)
		bytes(b, "manif.", 6);
	le16_put(b->bytes + start, (uint16_t)(b->len - start));
}

static void build_component(struct builder *b, unsigned int revision, uint32_t size)
{
	u16(b, 0x000a);
	u16(b, 7);
	u32(b, 0);
	u16(b, 0);
	u16(b, 8);
	u32(b, 0); /* the offset comes later */
	u32(b, size);
	u8(b, 4);
	u8(b, 6);
	bytes(b, "1\0.\0002\0", 6);
	if (revision >= 3) {
		u32(b, 4);
		bytes(b, "opaq", 4);
	}
}

static size_t build(struct builder *b, unsigned int revision)
{
	static const uint8_t ids[][16] = {
		{ 0xf0, 0x18, 0x87, 0x8c, 0xcb, 0x7d, 0x49, 0x43, 0x98, 0x00, 0xa0, 0x2f, 0x05,
		  0x9a, 0xca, 0x02 },
		{ 0x12, 0x44, 0xd2, 0x64, 0x8d, 0x7d, 0x47, 0x18, 0xa0, 0x30, 0xfc, 0x8a, 0x56,
		  0x58, 0x7d, 0x5a },
		{ 0x31, 0x19, 0xce, 0x2f, 0xe8, 0x0a, 0x4a, 0x99, 0xaf, 0x6d, 0x46, 0xf8, 0xb1,
		  0x21, 0xf6, 0xbf },
		{ 0x7b, 0x29, 0x1c, 0x99, 0x6d, 0xb6, 0x42, 0x08, 0x80, 0x1b, 0x02, 0x02, 0x6e,
		  0x46, 0x3c, 0x78 },
	};
	size_t at[2], header;

	b->len = 0;
	bytes(b, ids[revision - 1], 16);
	u8(b, revision);
	u16(b, 0);
	memset(b->bytes + b->len, 0, 13);
	b->len += 13;
	u16(b, 8);
	u8(b, 5);
	u8(b, 4);
	bytes(b, "\0P\x30\x42", 4); /* "P" and a hiragana, big-endian */
	u8(b, 1);
	build_record(b, revision, false, 0x01);
	if (revision >= 2) {
		u8(b, 1);
		build_record(b, revision, true, 0x03);
	}
	u16(b, 2);
	for (unsigned int i = 0; i < 2; i++) {
		at[i] = b->len + 12;
		build_component(b, revision, 10 + i);
	}
	header = b->len + (revision >= 4 ? 8 : 4);
	le16_put(b->bytes + 17, (uint16_t)header);
	le32_put(b->bytes + at[0], (uint32_t)header);
	le32_put(b->bytes + at[1], (uint32_t)header + 10);
	u32(b, (uint32_t)crc32(0, b->bytes, (uInt)b->len));
	if (revision >= 4)
		u32(b, (uint32_t)crc32(0, (const uint8_t *)"0123456789abcdefghijk", 21));
	bytes(b, "0123456789abcdefghijk", 21);
	return header;
}

static void all_revisions(void)
{
	static struct builder b;

	for (unsigned int revision = 1; revision <= 4; revision++) {
		struct pldm_package package = { 0 };
		size_t header = build(&b, revision), records = revision >= 2 ? 2 : 1;
		struct err err = { 0 };

		CHECK_INT(pldm_parse(b.bytes, b.len, b.len, &package, &err), 0);
		CHECK_STR(err.text, "");
		CHECK_INT(package.revision, revision);
		CHECK_INT(package.header_size, header);
		CHECK_STR(package.version, "P\xe3\x81\x82");
		CHECK_INT(package.record_count, records);
		CHECK_INT(package.descriptor_count, 4 * records);
		CHECK_INT(package.component_count, 2);
		if (package.component_count == 2 && package.record_count == records) {
			CHECK_STR(package.components[1].version, "1.2");
			CHECK_INT(package.components[1].offset, header + 10);
			CHECK_INT(package.components[1].size, 11);
			CHECK(!pldm_takes(&package, &package.records[0], 1));
			CHECK_INT(package.records[records - 1].downstream, revision >= 2);
			CHECK_INT(pldm_takes(&package, &package.records[records - 1], 1),
				  revision >= 2);
			CHECK_STR(package.records[records - 1].set_version, "set");
		}
		CHECK_INT(package.payload_crc != 0, revision == 4);
		pldm_free(&package);
		/* Every cut is seen, and every byte of the header counts. */
		for (size_t cut = 0; cut < b.len; cut++)
			CHECK(pldm_parse(b.bytes, cut, cut, &package, &err) != 0);
		for (size_t i = 0; i + (revision >= 4 ? 4 : 0) < header; i++) {
			b.bytes[i] ^= 1;
			CHECK(pldm_parse(b.bytes, b.len, b.len, &package, &err) != 0);
			b.bytes[i] ^= 1;
		}
	}
}

int main(void)
{
	TAP_RUN(reference_vector);
	TAP_RUN(vector_damaged);
	TAP_RUN(all_revisions);
	return TAP_END();
}
