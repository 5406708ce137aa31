/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UEFI capsules, made here field by field. */
#include "format/capsule.h"

#include <stdlib.h>

#include "format/le.h"
#include "tap.h"

#define HEADER	 32 /* of the capsule: longer than its fields, as EDK2 writes it */
#define FMP	 "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"
#define UX	 "3b8c8162-188c-46a4-aec9-be43f1d65697"
#define PKCS7	 "4aafd29d-68df-49ee-8aa9-347d375665a7"
#define FW_CLASS "aabbccdd-1122-3344-5566-778899aabbcc"

struct bytes {
	uint8_t at[1024];
	size_t len;
};

static void put(struct bytes *b, const void *bytes, size_t len)
{
	CHECK(len <= sizeof(b->at) - b->len);
	memcpy(b->at + b->len, bytes, len);
	b->len += len;
}

static void put32(struct bytes *b, uint32_t value)
{
	uint8_t le[4];

	le32_put(le, value);
	put(b, le, 4);
}

static void put_guid(struct bytes *b, const char *text)
{
	uint8_t guid[GUID_BYTES];

	CHECK_INT(guid_parse_mixed(text, guid), 0);
	put(b, guid, sizeof(guid));
}

static void put_header(struct bytes *b, const char *guid)
{
	put_guid(b, guid);
	put32(b, HEADER);
	put32(b, CAPSULE_PERSIST | CAPSULE_INITIATE_RESET);
	put32(b, 0);
	put32(b, 0);
}

static void end_capsule(struct bytes *b)
{
	le32_put(b->at + 24, (uint32_t)b->len);
}

/* The header of an item of this version, its image as it is, 3 bytes of the vendor's. */
static void put_item(struct bytes *b, uint32_t version, const void *image, size_t len,
		     uint32_t support)
{
	put32(b, version);
	put_guid(b, FW_CLASS);
	put32(b, 1); /* image index and three reserved bytes */
	put32(b, (uint32_t)len);
	put32(b, 3);
	if (version >= 2) {
		put32(b, 0x11223344);
		put32(b, 0x55667788);
	}
	if (version >= 3) {
		put32(b, support);
		put32(b, 0);
	}
	put(b, image, len);
	put(b, "vnd", 3);
}

/* EFI_FIRMWARE_IMAGE_AUTHENTICATION with len bytes of certificate. */
static void put_auth(struct bytes *b, uint32_t len)
{
	put(b, "\1\0\0\0\0\0\0", 8);
	put32(b, 24 + len);
	put32(b, 0x0ef10200);
	put_guid(b, PKCS7);
	for (uint32_t i = 0; i < len; i++)
		put(b, "c", 1);
}

static void put_payload(struct bytes *b, uint32_t version)
{
	put(b, "MSS1", 4);
	put32(b, 16);
	put32(b, version);
	put32(b, 3);
	put(b, "firmware", 8);
}

/* In memory of exactly its size, for the sanitizers. */
static int parse(const struct bytes *b, struct capsule *cap, struct err *err)
{
	uint8_t *exact = malloc(b->len ? b->len : 1);
	int rc;

	memcpy(exact, b->at, b->len);
	rc = capsule_parse(exact, b->len, b->len, cap, err);
	free(exact);
	return rc;
}

static int parse_item(const struct bytes *b, size_t size, struct capsule_item *item,
		      struct err *err)
{
	uint8_t *exact = malloc(b->len ? b->len : 1);
	int rc;

	memcpy(exact, b->at, b->len);
	rc = capsule_item_parse(exact, b->len, size, item, err);
	free(exact);
	return rc;
}

/* A driver, then two items, the second of which lies before the first. */
static void make_fmp(struct bytes *b)
{
	struct bytes image = { 0 };

	*b = (struct bytes){ 0 };
	put_header(b, FMP);
	put32(b, 1);
	put32(b, 0x00020001);
	for (uint32_t offset = 0; offset < 3; offset++) {
		put32(b, (const uint32_t[]){ 32, 128, 40 }[offset]);
		put32(b, 0);
	}
	put(b, "a driver", 8);
	put_payload(&image, 7);
	put_item(b, 1, image.at, image.len, 0);
	while (b->len < HEADER + 128)
		put(b, "", 1);
	put_item(b, 2, image.at, image.len, 0);
	end_capsule(b);
}

static void fmp(void)
{
	struct capsule_item item;
	struct capsule cap;
	struct bytes b;
	char guid[GUID_TEXT];

	make_fmp(&b);
	CHECK(capsule_recognise(b.at, GUID_BYTES, 1));
	CHECK_INT(parse(&b, &cap, NULL), 0);
	CHECK(cap.is_fmp && !cap.is_ux);
	CHECK_INT(cap.header_size, HEADER);
	CHECK_INT(cap.flags, 0x50000);
	CHECK_INT(cap.size, b.len);
	CHECK_INT(cap.driver_count, 1);
	CHECK_INT(cap.item_count, 2);
	CHECK_INT(cap.items[0].offset, HEADER + 128);
	CHECK_INT(cap.items[0].size, b.len - HEADER - 128);
	CHECK_INT(cap.items[1].offset, HEADER + 40);
	CHECK_INT(cap.items[1].size, 128 - 40);
	CHECK_INT(capsule_item_parse(b.at + cap.items[0].offset, (size_t)cap.items[0].size,
				     cap.items[0].size, &item, NULL),
		  0);
	guid_text_mixed(item.type_id, guid);
	CHECK_STR(guid, FW_CLASS);
	CHECK_INT(item.header_version, 2);
	CHECK_INT(item.image_index, 1);
	CHECK(item.hardware_instance == 0x5566778811223344ull);
	CHECK(item.has_version && !item.is_signed);
	CHECK_INT(item.version, 7);
	CHECK_INT(item.lowest_version, 3);
}

static void cut_anywhere(void)
{
	struct capsule cap;
	struct bytes whole, cut;

	make_fmp(&whole);
	for (size_t len = 0; len < whole.len; len++) {
		cut = whole;
		cut.len = len;
		CHECK_INT(parse(&cut, &cap, NULL), ERR_FORMAT);
	}
}

/* The sizes that are told and those that are there. */
static void wrong_numbers(void)
{
	static const struct {
		size_t at;
		uint32_t value;
		int rc;
	} cases[] = {
		{ 16, 27, ERR_FORMAT },
		{ 16, 0xffffffff, ERR_FORMAT },
		{ 24, 27, ERR_FORMAT },
		{ HEADER, 2, ERR_FORMAT },
		{ HEADER + 4, 0x00410000, ERR_TOO_LARGE },
		{ HEADER + 4, 0xffffffff, ERR_TOO_LARGE },
		{ HEADER + 4, 0x00200000, ERR_FORMAT },
		{ HEADER + 8, 31, ERR_FORMAT },
		{ HEADER + 12, 1, ERR_FORMAT },
		{ HEADER + 16, 0xffffffe0, ERR_FORMAT },
		{ HEADER + 16, 40, ERR_FORMAT }, /* two at one place */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct capsule cap;
		struct bytes b;

		make_fmp(&b);
		le32_put(b.at + cases[i].at, cases[i].value);
		CHECK_INT(parse(&b, &cap, NULL), cases[i].rc);
	}
}

/* Without a GUID that is known only a capsule whose sizes fit is one. */
static void not_fmp(void)
{
	struct capsule cap;
	struct bytes b = { 0 };

	put_header(&b, FW_CLASS);
	put(&b, "firmware", 8);
	end_capsule(&b);
	CHECK(capsule_recognise(b.at, b.len, b.len));
	CHECK(!capsule_recognise(b.at, b.len, b.len + 1));
	CHECK(!capsule_recognise(b.at, CAPSULE_HEADER_BYTES - 1, b.len));
	CHECK_INT(parse(&b, &cap, NULL), 0);
	CHECK(!cap.is_fmp && !cap.is_ux);
	le32_put(b.at + 16, 27);
	CHECK(!capsule_recognise(b.at, b.len, b.len));
	memset(b.at, 0, 16);
	le32_put(b.at + 16, HEADER);
	CHECK(!capsule_recognise(b.at, b.len, b.len));
	b.len = 0;
	put_header(&b, UX);
	put(&b, "BM", 2);
	end_capsule(&b);
	CHECK(capsule_recognise(b.at, GUID_BYTES, 1));
	CHECK_INT(parse(&b, &cap, NULL), 0);
	CHECK(cap.is_ux && !cap.is_fmp);
}

/* An item of version 3: certificate, dependency, payload header. */
static void make_signed(struct bytes *b, const void *dependency, size_t len, uint32_t support)
{
	struct bytes image = { 0 };

	put_auth(&image, 40);
	put(&image, dependency, len);
	put_payload(&image, 0x01020304);
	*b = (struct bytes){ 0 };
	put_item(b, 3, image.at, image.len, support);
}

static void signed_item(void)
{
	/* GUID, version, ">", a string, declared length, end: UEFI 2.10 23.2.1 */
	static const char dependency[] = "\0GGGGGGGGGGGGGGGG\1VVVV\x09\2text\0\x0eLLLL\x0d";
	struct capsule_item item;
	struct bytes b;

	make_signed(&b, dependency, sizeof(dependency) - 1, 3);
	CHECK_INT(parse_item(&b, b.len, &item, NULL), 0);
	CHECK(item.is_signed && item.has_version);
	CHECK_INT(item.auth_size, 32 + 40);
	CHECK_INT(item.support, 3);
	CHECK_INT(item.version, 0x01020304);
	make_signed(&b, "", 0, 1);
	CHECK_INT(parse_item(&b, b.len, &item, NULL), 0);
	CHECK(item.is_signed && item.has_version);
	/* What is no dependency hides the version; nothing is searched for. */
	make_signed(&b, "\x0f\x0d", 2, 3);
	CHECK_INT(parse_item(&b, b.len, &item, NULL), 0);
	CHECK(item.is_signed && !item.has_version);
	make_signed(&b, "\2text", 5, 3);
	CHECK_INT(parse_item(&b, b.len, &item, NULL), 0);
	CHECK(!item.has_version);
}

static void wrong_items(void)
{
	struct capsule_item item;
	struct bytes b, whole;

	make_signed(&whole, "", 0, 1);
	for (size_t len = 0; len < whole.len; len++)
		CHECK_INT(parse_item(&whole, len, &item, NULL), ERR_FORMAT);
	for (b = whole; b.len >= 48; b.len--) /* only its head is at hand */
		CHECK_INT(parse_item(&b, whole.len, &item, NULL), b.len < 48 + 32 ? ERR_FORMAT : 0);
	b = whole;
	b.at[0] = 4;
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	b.at[0] = 0;
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	b = whole;
	le32_put(b.at + 24, 0); /* an empty image */
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	b = whole;
	le32_put(b.at + 28, 0xffffffff); /* the vendor's bytes */
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	b = whole;
	le32_put(b.at + 48 + 8, 0xffffffff); /* the certificate */
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	le32_put(b.at + 48 + 8, 23);
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
	b = whole;
	b.at[48 + 14] = 0; /* no certificate though there has to be one */
	CHECK_INT(parse_item(&b, b.len, &item, NULL), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(fmp);
	TAP_RUN(cut_anywhere);
	TAP_RUN(wrong_numbers);
	TAP_RUN(not_fmp);
	TAP_RUN(signed_item);
	TAP_RUN(wrong_items);
	return TAP_END();
}
