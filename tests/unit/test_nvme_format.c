/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identify Controller and the firmware slot log, byte for byte (NVMe 2.0 §5.17.2.1, §5.16.1.4). */
#include <stdint.h>
#include <stdlib.h>

#include "format/nvme.h"
#include "tap.h"

static void fill(uint8_t *field, size_t width, const char *text)
{
	memset(field, ' ', width);
	memcpy(field, text, strlen(text));
}

static void make_identify(uint8_t *id)
{
	memset(id, 0, NVME_IDENTIFY_BYTES);
	id[0] = 0x4d;
	id[1] = 0x14;
	id[2] = 0x3c;
	id[3] = 0x10;
	fill(id + 4, 20, "S4EVNX0M123456");
	fill(id + 24, 40, "ACME X100 1.92TB");
	fill(id + 64, 8, "EXT7302Q");
	id[77] = 5;
	id[256] = 0x17; /* security, format, firmware, self-test */
	id[260] = 0x17; /* slot 1 read-only, 3 slots, activation without reset */
	id[270] = 0x2c;
	id[271] = 0x01;
	id[319] = 8;
	for (uint8_t i = 0; i < 16; i++)
		id[112 + i] = (uint8_t)(0xa0 + i);
}

static void identify_is_read_field_by_field(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	struct nvme_identity id;

	make_identify(buf);
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf), &id, NULL), 0);
	CHECK_INT(id.vid, 0x144d);
	CHECK_INT(id.ssvid, 0x103c);
	CHECK_STR(id.serial, "S4EVNX0M123456");
	CHECK_STR(id.model, "ACME X100 1.92TB");
	CHECK_STR(id.revision, "EXT7302Q"); /* all 8 bytes, no NUL in the field */
	CHECK_INT(id.mdts, 5);
	CHECK(id.firmware_commands);
	CHECK(id.slot1_readonly);
	CHECK_INT(id.slots, 3);
	CHECK(id.activate_without_reset);
	CHECK_INT(id.mtfa_100ms, 300);
	CHECK_INT(id.fwug, 8);
	CHECK_INT(id.fguid[0], 0xa0);
	CHECK_INT(id.fguid[15], 0xaf);
}

static void each_bit_stands_alone(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	struct nvme_identity id;

	make_identify(buf);
	buf[256] = 0xfb; /* all but firmware */
	buf[260] = 0x2e; /* 7 slots, overlap detection, nothing else */
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf), &id, NULL), 0);
	CHECK(!id.firmware_commands);
	CHECK(!id.slot1_readonly);
	CHECK_INT(id.slots, 7);
	CHECK(!id.activate_without_reset);
}

static void texts_are_trimmed_and_printable(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	struct nvme_identity id;

	make_identify(buf);
	fill(buf + 4, 20, "  00A1B2");
	memset(buf + 24, 0, 40);
	memcpy(buf + 24, "X\x1b[1m\xff", 6);
	memset(buf + 64, ' ', 8);
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf), &id, NULL), 0);
	CHECK_STR(id.serial, "00A1B2");
	CHECK_STR(id.model, "X?[1m?");
	CHECK_STR(id.revision, "");
}

static void a_drive_that_says_nothing_is_an_error(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	struct nvme_identity id;
	struct nvme_fw_log log;
	struct err err = { 0 };

	memset(buf, 0, sizeof(buf));
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf), &id, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "says nothing");
	memset(buf, 0xff, sizeof(buf));
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf), &id, NULL), ERR_FORMAT);
	CHECK_INT(nvme_parse_fw_log(buf, NVME_FW_LOG_BYTES, &log, NULL), ERR_FORMAT);
}

static void any_other_length_is_an_error(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	struct nvme_identity id;
	struct nvme_fw_log log;

	make_identify(buf);
	CHECK_INT(nvme_parse_identify(buf, 0, &id, NULL), ERR_FORMAT);
	CHECK_INT(nvme_parse_identify(buf, sizeof(buf) - 1, &id, NULL), ERR_FORMAT);
	CHECK_INT(nvme_parse_fw_log(buf, NVME_FW_LOG_BYTES - 1, &log, NULL), ERR_FORMAT);
	CHECK_INT(nvme_parse_fw_log(buf, NVME_FW_LOG_BYTES + 1, &log, NULL), ERR_FORMAT);
}

static void the_slot_log_names_slots_and_what_comes_next(void)
{
	uint8_t buf[NVME_FW_LOG_BYTES] = { 0 };
	struct nvme_fw_log log;

	buf[0] = 0xb2 | 0x08; /* reserved bits 7 and 3 set, next 3, active 2 */
	fill(buf + 8, 8, "1.0");
	fill(buf + 16, 8, "12345678");
	fill(buf + 56, 8, "SEVEN");
	CHECK_INT(nvme_parse_fw_log(buf, sizeof(buf), &log, NULL), 0);
	CHECK_INT(log.active, 2);
	CHECK_INT(log.next, 3);
	CHECK_STR(log.revision[1], "1.0");
	CHECK_STR(log.revision[2], "12345678");
	CHECK_STR(log.revision[3], "");
	CHECK_STR(log.revision[7], "SEVEN");
	CHECK_INT(nvme_pending_slot(&log), 3);
}

static void the_active_slot_is_not_pending(void)
{
	struct nvme_fw_log log = { .active = 2, .next = 2 };

	CHECK_INT(nvme_pending_slot(&log), 0);
	log.next = 0;
	CHECK_INT(nvme_pending_slot(&log), 0);
}

int main(void)
{
	TAP_RUN(identify_is_read_field_by_field);
	TAP_RUN(each_bit_stands_alone);
	TAP_RUN(texts_are_trimmed_and_printable);
	TAP_RUN(a_drive_that_says_nothing_is_an_error);
	TAP_RUN(any_other_length_is_an_error);
	TAP_RUN(the_slot_log_names_slots_and_what_comes_next);
	TAP_RUN(the_active_slot_is_not_pending);
	return TAP_END();
}
