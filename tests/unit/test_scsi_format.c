/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SCSI devices say about themselves, byte by byte, and as badly as they can. */
#include "format/scsi.h"
#include "tap.h"

static void make_inquiry(uint8_t buf[36])
{
	memcpy(buf, "\x00\x80\x06\x02\x1f\0\0\0HPE     EG001200JWJNQ   HPD2", 36);
}

static void inquiry_field_by_field(void)
{
	struct scsi_inquiry inquiry;
	uint8_t buf[36];

	make_inquiry(buf);
	CHECK_INT(scsi_parse_inquiry(buf, 36, &inquiry, NULL), 0);
	CHECK_INT(inquiry.type, 0);
	CHECK(inquiry.removable);
	CHECK_STR(inquiry.vendor, "HPE");
	CHECK_STR(inquiry.product, "EG001200JWJNQ");
	CHECK_STR(inquiry.revision, "HPD2");
	memcpy(buf + 32, " 1\xff\x1b", 4);
	CHECK_INT(scsi_parse_inquiry(buf, 36, &inquiry, NULL), 0);
	CHECK_STR(inquiry.revision, "1??");
}

static void an_inquiry_that_is_none(void)
{
	struct scsi_inquiry inquiry;
	uint8_t buf[256] = { 0 };
	struct err err;

	make_inquiry(buf);
	for (size_t len = 0; len < 36; len++)
		CHECK_INT(scsi_parse_inquiry(buf, len, &inquiry, &err), ERR_FORMAT);
	buf[4] = 0xff; /* more than came */
	CHECK_INT(scsi_parse_inquiry(buf, 36, &inquiry, &err), 0);
	CHECK_INT(scsi_parse_inquiry(buf, 256, &inquiry, &err), 0);
	buf[4] = 30;
	CHECK_INT(scsi_parse_inquiry(buf, 256, &inquiry, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "without a revision");
	make_inquiry(buf);
	buf[0] = 0x60;
	CHECK_INT(scsi_parse_inquiry(buf, 36, &inquiry, &err), ERR_FORMAT);
	buf[0] = 0x1f;
	CHECK_INT(scsi_parse_inquiry(buf, 36, &inquiry, &err), ERR_FORMAT);
}

static void pages_and_serial(void)
{
	static const uint8_t pages[] = { 0, 0, 0, 3, 0x00, 0x80, 0x86 };
	uint8_t serial[80] = { 0, 0x80, 0, 8, ' ', 'S', '/', 'N', 0xc3, '1', ' ', ' ' };
	struct scsi_pages got;
	char text[64];

	CHECK_INT(scsi_parse_pages(pages, sizeof(pages), &got), 0);
	CHECK(got.has[0] && got.has[0x80] && got.has[0x86] && !got.has[0x83]);
	CHECK_INT(scsi_parse_pages(pages, 6, &got), 0); /* cut off */
	CHECK(got.has[0x80] && !got.has[0x86]);
	CHECK_INT(scsi_parse_pages(pages, 3, &got), ERR_FORMAT);
	CHECK_INT(scsi_parse_serial(serial, 12, text), 0);
	CHECK_STR(text, "S/N?1");
	serial[3] = 76; /* longer than any serial number */
	memset(serial + 4, 'x', 76);
	CHECK_INT(scsi_parse_serial(serial, 80, text), 0);
	CHECK_INT(strlen(text), 63);
	serial[1] = 0x83;
	CHECK_INT(scsi_parse_serial(serial, 80, text), ERR_FORMAT);
	CHECK_STR(text, "");
}

/* The logical unit's NAA before its EUI-64, the port's apart, and nothing of others. */
static void designators(void)
{
	static const uint8_t page[] = {
		0, 0x83, 0, 52,						  /**/
		2, 1,	 0, 8,	'V',  'E', 'N',	 'D', 'O', 'R', ' ', '1', /* T10 vendor id */
		1, 2,	 0, 8,	0,    1,   2,	 3,   4,   5,	6,   7,	  /* EUI-64 */
		1, 0x93, 0, 8,	0x50, 0,   0xc5, 0,   1,   2,	3,   5,	  /* NAA of the port */
		1, 3,	 0, 8,	0x50, 0,   0xc5, 0,   1,   2,	3,   4,	  /* NAA */
		1, 3,	 0, 99,						  /* beyond the end */
	};
	struct scsi_ids ids;

	CHECK_INT(scsi_parse_ids(page, sizeof(page), &ids), 0);
	CHECK_STR(ids.wwn, "5000c50001020304");
	CHECK_STR(ids.port, "5000c50001020305");
	CHECK_INT(scsi_parse_ids(page, 30, &ids), 0);
	CHECK_STR(ids.wwn, "0001020304050607");
	CHECK_STR(ids.port, "");
	CHECK_INT(scsi_parse_ids(page, 12, &ids), 0);
	CHECK_STR(ids.wwn, "");
}

static void extended_inquiry(void)
{
	static const struct {
		uint8_t bits;
		uint16_t modes;
	} cases[] = { { 0x80, 1 << 4 },	  { 0x40, 1 << 5 },   { 0x20, 1 << 6 }, { 0x10, 1 << 7 },
		      { 0x08, 1 << 0xd }, { 0x04, 1 << 0xe }, { 0x01, 0 },	{ 0x02, 0x8000 } };
	uint8_t page[64] = { 0, 0x86, 0, 60, 0xbf };
	struct scsi_extended got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		page[19] = cases[i].bits;
		CHECK_INT(scsi_parse_extended(page, 64, &got), 0);
		CHECK_INT(got.modes, cases[i].modes);
		CHECK_INT(got.activate, 2);
	}
	CHECK_INT(scsi_parse_extended(page, 19, &got), 0); /* from before the bits were there */
	CHECK_INT(got.modes, 0);
	CHECK_INT(scsi_parse_extended(page, 4, &got), ERR_FORMAT);
}

static void buffer_and_self_test(void)
{
	static const uint8_t desc[] = { 9, 0x12, 0x34, 0x56 };
	uint8_t log[] = { 0x10, 0, 0, 20, 0, 1, 3, 16, 0x2f };
	struct scsi_buffer buffer;

	CHECK_INT(scsi_parse_buffer(desc, 4, &buffer), 0);
	CHECK_INT(buffer.boundary, 9);
	CHECK_INT(buffer.capacity, 0x123456);
	CHECK_INT(scsi_parse_buffer(desc, 3, &buffer), ERR_FORMAT);
	CHECK(scsi_self_test_runs(log, sizeof(log)));
	CHECK(!scsi_self_test_runs(log, 8));
	log[8] = 0x20;
	CHECK(!scsi_self_test_runs(log, sizeof(log)));
	log[8] = 0x2f;
	log[0] = 0x0d;
	CHECK(!scsi_self_test_runs(log, sizeof(log)));
}

static void behind_a_smart_array(void)
{
	uint8_t buf[116] = { 0 };
	struct scsi_bmic_drive got;

	memset(buf + 52, ' ', 40);
	memcpy(buf + 52, " S3RI\x01L", 7);
	memcpy(buf + 112, "1I", 2);
	buf[114] = 4;
	buf[115] = 255;
	CHECK_INT(scsi_parse_bmic_drive(buf, 115, &got), ERR_FORMAT);
	CHECK_INT(scsi_parse_bmic_drive(buf, 116, &got), 0);
	CHECK_STR(got.serial, "S3RI?L");
	CHECK_STR(got.connector, "1I");
	CHECK_INT(got.box, 4);
	CHECK_INT(got.bay, 255);
	memset(buf + 112, 0, 2);
	CHECK_INT(scsi_parse_bmic_drive(buf, 116, &got), 0);
	CHECK_STR(got.connector, "");
}

static void ata_information(void)
{
	uint8_t page[573] = { 0, 0x89, 0x02, 0x38 };

	CHECK(scsi_ata_identify(page, 572) == page + 60);
	CHECK(scsi_ata_identify(page, 573) == page + 60);
	CHECK(!scsi_ata_identify(page, 571));
	page[3] = 0x37; /* it says that it ends before */
	CHECK(!scsi_ata_identify(page, 572));
	page[3] = 0x38;
	page[1] = 0x83;
	CHECK(!scsi_ata_identify(page, 572));
}

int main(void)
{
	TAP_RUN(inquiry_field_by_field);
	TAP_RUN(an_inquiry_that_is_none);
	TAP_RUN(pages_and_serial);
	TAP_RUN(designators);
	TAP_RUN(extended_inquiry);
	TAP_RUN(buffer_and_self_test);
	TAP_RUN(behind_a_smart_array);
	TAP_RUN(ata_information);
	return TAP_END();
}
