/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of an iLO's host channel, byte for byte, and those that are not as they should be. */
#include <stdlib.h>
#include <string.h>

#include "format/chif.h"
#include "format/chif_blob.h"
#include "tap.h"

static void a_header(void)
{
	static const uint8_t bytes[16] = { 0x10, 0, 0xee, 0xff, 0x0f, 0x8f, 0x12, 0 };
	static const struct chif_header asked = { 8, 0x1234, 0x011c, 0, 0 };
	uint8_t put[CHIF_HEADER];
	struct chif_header header;

	CHECK_INT(chif_parse_header(bytes, sizeof(bytes), &header, NULL), 0);
	CHECK_INT(header.size, 16);
	CHECK_INT(header.sequence, 0xffee);
	CHECK_INT(header.command, 0x8f0f);
	CHECK_INT(header.service, 0x12);
	chif_put_header(put, &asked);
	CHECK(memcmp(put, "\x08\x00\x34\x12\x1c\x01\x00\x00", 8) == 0);
}

static void headers_that_lie(void)
{
	static const struct {
		uint16_t says;
		size_t len;
		int want;
	} cases[] = {
		{ 8, 8, 0 },
		{ 8, 7, ERR_FORMAT },
		{ 8, 0, ERR_FORMAT },
		{ 7, 8, ERR_FORMAT },
		{ 9, 8, ERR_FORMAT },
		{ 12, 16, 0 }, /* rounded up */
		{ 0, 4096, ERR_FORMAT },
		{ 4096, 4096, 0 },
		{ 4097, 5000, ERR_FORMAT },
		{ 4096, 4088, ERR_FORMAT },
	};
	static uint8_t bytes[5000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct chif_header header;

		bytes[0] = (uint8_t)cases[i].says;
		bytes[1] = (uint8_t)(cases[i].says >> 8);
		CHECK_INT(chif_parse_header(bytes, cases[i].len, &header, NULL), cases[i].want);
	}
}

static void the_status(void)
{
	uint8_t packet[100] = { 100, 0, 1, 0, 0x02, 0x80 };
	struct chif_status status;

	packet[16] = 0x14;
	packet[17] = 0x02;
	memcpy(packet + 34, "CZ1234ABCD  \x01", 13);
	packet[68] = 7;
	packet[71] = 5;
	packet[72] = 4;
	CHECK_INT(chif_parse_status(packet, 100, &status, NULL), 0);
	CHECK_INT(status.fw_version, 0x0214);
	CHECK_STR(status.serial, "CZ1234ABCD  ?");
	CHECK_INT(status.security, CHIF_SECURITY_HIGH);
	CHECK_INT(status.chip_class, 7);
	CHECK_INT(status.application, 5);
	CHECK_INT(chif_parse_status(packet, 73, &status, NULL), 0);
	CHECK_INT(status.security, CHIF_SECURITY_HIGH);
	CHECK_INT(chif_parse_status(packet, 72, &status, NULL), 0);
	CHECK_INT(status.security, CHIF_SECURITY_ERROR); /* not told */
	CHECK_INT(chif_parse_status(packet, 53, &status, NULL), ERR_FORMAT);
	CHECK_INT(chif_parse_status(packet, 11, &status, NULL), ERR_FORMAT);
	packet[8] = 3;
	CHECK_INT(chif_parse_status(packet, 100, &status, NULL), ERR_DEVICE);
	CHECK_INT(status.error, 3);
}

static void the_security_state(void)
{
	uint8_t packet[16] = { 16, 0, 1, 0, 0x39, 0x81 };
	enum chif_security state;
	struct err err = { 0 };

	packet[12] = 5;
	CHECK_INT(chif_parse_security(packet, 16, &state, NULL), 0);
	CHECK_INT(state, CHIF_SECURITY_FIPS);
	CHECK_INT(chif_parse_security(packet, 13, &state, NULL), 0);
	CHECK_INT(chif_parse_security(packet, 12, &state, NULL), ERR_FORMAT);
	memcpy(packet + 8, "\x00\x00\xff\xff", 4);
	CHECK_INT(chif_parse_security(packet, 12, &state, NULL), ERR_UNSUPPORTED);
	packet[8] = 1;
	CHECK_INT(chif_parse_security(packet, 16, &state, &err), ERR_DEVICE);
	CHECK_CONTAINS(err.text, "error ffff0001");
	CHECK_STR(chif_security_words(3), "production");
	CHECK_STR(chif_security_words(6), "CNSA");
	CHECK(!chif_security_words(7));
}

static void the_host_interface(void)
{
	uint8_t packet[600] = { 0x50, 0x02, 1, 0, 0x59, 0x81 };
	struct chif_host_interface got;

	packet[12] = 1;
	memcpy(packet + 148, "\xf0\x03\x27\x29", 4);
	packet[169] = 1;
	packet[171] = 2;
	memcpy(packet + 172, "\x10\x01\x0f\x02", 4);
	memcpy(packet + 188, "\xff\xff\xff\xfc", 4);
	memcpy(packet + 204, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	packet[236] = 0xbb;
	packet[237] = 0x01;
	memset(packet + 336, 'h', 256);
	CHECK_INT(chif_parse_host_interface(packet, 592, &got, NULL), 0);
	CHECK_INT(got.usb_vendor, 0x03f0);
	CHECK_INT(got.usb_product, 0x2927);
	CHECK_INT(got.host_format, 1);
	CHECK_INT(got.service_format, 2);
	CHECK(memcmp(got.host_ip, "\x10\x01\x0f\x02\0", 5) == 0);
	CHECK(memcmp(got.host_mask, "\xff\xff\xff\xfc\0", 5) == 0);
	CHECK(got.service_ip[0] == 0xfe && got.service_ip[15] == 1);
	CHECK_INT(got.port, 443);
	CHECK_INT(strlen(got.hostname), 64);
	CHECK_INT(chif_parse_host_interface(packet, 591, &got, NULL), ERR_FORMAT);
	packet[12] = 0;
	CHECK_INT(chif_parse_host_interface(packet, 592, &got, NULL), ERR_UNSUPPORTED);
	memcpy(packet + 8, "\x00\x00\xff\xff", 4);
	CHECK_INT(chif_parse_host_interface(packet, 12, &got, NULL), ERR_UNSUPPORTED);
}

/* What stands at an offset of the packet, whose first 8 bytes are not in the payload. */
static bool stands(const uint8_t *payload, size_t offset, const void *bytes, size_t len)
{
	return memcmp(payload + offset - 8, bytes, len) == 0;
}

static void blobs_are_named(void)
{
	static const uint8_t name[48] = "volatile\0\0\0\0\0\0\0\0k123456789";
	uint8_t payload[CHIF_PAYLOAD_MAX];

	memset(payload, 0xee, sizeof(payload));
	CHECK_INT(chif_blob_put_name(payload, CHIF_BLOB_INFO, "k123456789"), 60 - 8);
	CHECK(stands(payload, 8, "\x03\0\0\0", 4));
	CHECK(stands(payload, 12, name, 48));
	CHECK_INT(payload[52], 0xee);
	CHECK_INT(chif_blob_put_name(payload, CHIF_BLOB_DELETE, "k123456789"), 64 - 8);
	CHECK(stands(payload, 8, "\x05\0\0\0", 4));
	CHECK_INT(chif_blob_put_name(payload, CHIF_BLOB_FINALIZE, "k123456789"), 64 - 8);
	CHECK(stands(payload, 8, "\x06\0\0\0", 4));
	CHECK(stands(payload, 12, name, 48));
	CHECK_INT(chif_blob_put_create(payload, "k123456789"), 492 - 8);
	CHECK(stands(payload, 8, "\x01\0\0\0", 4));
	CHECK(stands(payload, 12, name, 48));
	CHECK(stands(payload, 0x3c, "\x02\0\0\0", 4));
	CHECK(stands(payload, 0x40, "text/plain", 11));
	CHECK(stands(payload, 0x80, "ascii", 6));
	CHECK(stands(payload, 0xa0, "12345", 6));
}

static void blobs_are_written_and_read(void)
{
	static const uint8_t zeros[64];
	uint8_t payload[CHIF_PAYLOAD_MAX], data[CHIF_BLOB_WRITE];

	memset(payload, 0xee, sizeof(payload));
	memset(data, 0x5a, sizeof(data));
	CHECK_INT(chif_blob_put_data(payload, "key", 0x01020304, data, 3304), 3500 - 8);
	CHECK(stands(payload, 8, "\x02\0\0\0volatile", 12));
	CHECK(stands(payload, 0x3c, zeros, 64));
	CHECK(stands(payload, 0x7c, "\x04\x03\x02\x01\xe8\x0c\0\0", 8));
	CHECK(stands(payload, 0x84, zeros, 64));
	CHECK(stands(payload, 0xc4, data, 3304));
	CHECK_INT(payload[3492], 0xee);
	CHECK_INT(chif_blob_put_data(payload, "key", 7, data, 1), 197 - 8);
	CHECK_INT(chif_blob_put_get(payload, "key", 7, 3868), 4000 - 8);
	CHECK(stands(payload, 8, "\x04\0\0\0volatile", 12));
	CHECK(stands(payload, 0x3c, "\x07\0\0\0\x1c\x0f\0\0", 8));
	CHECK(stands(payload, 0x44, zeros, 64));
}

static void requests_are_put(void)
{
	uint8_t payload[CHIF_PAYLOAD_MAX], text[CHIF_REST_INLINE];

	memset(text, 'x', sizeof(text));
	memset(payload, 0xee, sizeof(payload));
	CHECK_INT(chif_rest_put(payload, "answer", text, 3499), 3567 - 8);
	CHECK(stands(payload, 8, "\x07\0\0\0\0\0\0\0volatile\0\0\0\0\0\0\0\0answer\0", 31));
	CHECK(stands(payload, 0x40, "\xab\x0d\0\0", 4));
	CHECK(stands(payload, 0x44, text, 3499));
	CHECK_INT(chif_rest_put_blob(payload, "answer", "request"), 116 - 8);
	CHECK(stands(payload, 8, "\x07\0\0\0\1\0\0\0volatile\0\0\0\0\0\0\0\0answer\0", 31));
	CHECK(stands(payload, 0x40, "\0\0\0\0volatile\0\0\0\0\0\0\0\0request\0", 28));
}

static void answers_of_the_store(void)
{
	uint8_t packet[32] = { 0 };
	const uint8_t *data;
	uint32_t code, size;
	size_t len;

	packet[8] = 12;
	CHECK_INT(chif_blob_parse(packet, 12, &code, NULL), 0);
	CHECK_INT(code, CHIF_BLOB_NOT_FOUND);
	CHECK_INT(chif_blob_parse(packet, 11, &code, NULL), ERR_FORMAT);
	/* A code is an answer, whatever else is missing. */
	CHECK_INT(chif_blob_parse_info(packet, 12, &code, &size, NULL), 0);
	CHECK_INT(chif_blob_parse_get(packet, 12, &code, &data, &len, NULL), 0);
	CHECK_INT(code, CHIF_BLOB_NOT_FOUND);
	CHECK(!data && !len);
	packet[8] = 20;
	packet[12] = 4;
	CHECK_INT(chif_blob_parse_info(packet, 16, &code, &size, NULL), 0);
	CHECK_INT(size, 4);
	CHECK_INT(chif_blob_parse_info(packet, 15, &code, &size, NULL), ERR_FORMAT);
	CHECK_INT(chif_blob_parse_get(packet, 20, &code, &data, &len, NULL), 0);
	CHECK(data == packet + 16 && len == 4);
	CHECK_INT(chif_blob_parse_get(packet, 19, &code, &data, &len, NULL), ERR_FORMAT);
	CHECK_INT(chif_blob_parse_get(packet, 15, &code, &data, &len, NULL), ERR_FORMAT);
	memset(packet + 12, 0xff, 4);
	CHECK_INT(chif_blob_parse_get(packet, 32, &code, &data, &len, NULL), ERR_FORMAT);
	CHECK_INT(chif_blob_parse_info(packet, 32, &code, &size, NULL), 0);
	CHECK(size == 0xffffffffu);
}

static void answers_of_rest(void)
{
	uint8_t packet[32] = { 0 };
	struct chif_rest_answer answer;

	packet[16] = 12;
	CHECK_INT(chif_rest_parse(packet, 32, &answer, NULL), 0);
	CHECK(!answer.in_blob && answer.data == packet + 20 && answer.len == 12);
	CHECK_INT(chif_rest_parse(packet, 31, &answer, NULL), ERR_FORMAT);
	CHECK_INT(chif_rest_parse(packet, 19, &answer, NULL), ERR_FORMAT);
	packet[12] = 1;
	CHECK_INT(chif_rest_parse(packet, 20, &answer, NULL), 0);
	CHECK(answer.in_blob);
	packet[12] = 2;
	CHECK_INT(chif_rest_parse(packet, 32, &answer, NULL), ERR_FORMAT);
	packet[8] = 6;
	CHECK_INT(chif_rest_parse(packet, 12, &answer, NULL), 0);
	CHECK_INT(answer.code, CHIF_BLOB_RETRY);
	CHECK_STR(chif_blob_words(6), "RETRY");
	CHECK_STR(chif_blob_words(21), "PRECONDITIONFAILED");
	CHECK_STR(chif_blob_words(22), "unknown code");
}

int main(void)
{
	TAP_RUN(a_header);
	TAP_RUN(headers_that_lie);
	TAP_RUN(the_status);
	TAP_RUN(the_security_state);
	TAP_RUN(the_host_interface);
	TAP_RUN(blobs_are_named);
	TAP_RUN(blobs_are_written_and_read);
	TAP_RUN(requests_are_put);
	TAP_RUN(answers_of_the_store);
	TAP_RUN(answers_of_rest);
	return TAP_END();
}
