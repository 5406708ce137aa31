/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What firmware reports of capsules, through the real libefivar on a folder in efivarfs' place. */
#include <errno.h>
#include <unistd.h>

#include "efivars_place.h"
#include "hw/capsule_report.h"
#include "tap.h"

#define OURS   "11111111-2222-3333-4444-555555555555"
#define OTHER  "aaaaaaaa-2222-3333-4444-555555555555"
#define FMP    "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"
#define REPORT "-39b68c46-f7fb-441b-b6ec-16b0f69821f3"

static struct temp_tree place;

/* As §8.5.6 has it: sizes, the capsule, 2026-11-DAY 10:00:11, the status; then the part of FMP. */
static size_t report(uint8_t *ret, const char *guid, const char *type, uint8_t day, uint64_t status)
{
	const uint8_t time[16] = { 0xea, 0x07, 11, day, 10, 0, 11 };
	size_t len = type ? 72 : 48;

	memset(ret, 0, 72);
	ret[0] = (uint8_t)len;
	CHECK_INT(guid_parse_mixed(guid, ret + 8), 0);
	memcpy(ret + 24, time, sizeof(time));
	for (int i = 0; i < 8; i++)
		ret[40 + i] = (uint8_t)(status >> (8 * i));
	if (type)
		CHECK_INT(guid_parse_mixed(type, ret + 52), 0);
	return len;
}

/* efivarfs: four bytes of attributes, then the value. */
static void put(const char *name, const uint8_t *value, size_t len)
{
	uint8_t file[128] = { 0x07 };
	char path[96];

	memcpy(file + 4, value, len);
	snprintf(path, sizeof(path), "/%s" REPORT, name);
	temp_tree_put(&place, path, file, 4 + len);
}

static void put_report(const char *name, const char *guid, const char *type, uint8_t day,
		       uint64_t status)
{
	uint8_t value[72];

	put(name, value, report(value, guid, type, day, status));
}

static void test_parsed(void)
{
	uint8_t buf[72];
	struct capsule_result result;
	size_t len = report(buf, OTHER, NULL, 23, 0x800000000000001a);

	CHECK_INT(capsule_result_parse(buf, len, &result, NULL), 0);
	CHECK_STR(result.guid, OTHER);
	CHECK_STR(result.time, "2026-11-23 10:00:11");
	CHECK_STR(capsule_result_status_text(result.status), "security violation");
	len = report(buf, FMP, OURS, 1, 0);
	CHECK_INT(capsule_result_parse(buf, len, &result, NULL), 0);
	CHECK_STR(result.guid, OURS);
	CHECK_STR(capsule_result_status_text(result.status), "success");
	CHECK_STR(capsule_result_status_text(3), "a warning");
	CHECK_STR(capsule_result_status_text(0x8000000000000063), "an error without a name here");
}

static void test_what_does_not_hold(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{ 0, 47 }, { 0, 73 },  { 3, 1 },   { 25, 0 },  { 26, 0 },  { 26, 13 },
		{ 27, 0 }, { 27, 32 }, { 28, 24 }, { 29, 60 }, { 30, 60 },
	};
	static uint8_t large[CAPSULE_RESULT_MAX_BYTES + 1];
	struct capsule_result result;
	struct err err = { 0 };
	uint8_t buf[72];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = report(buf, FMP, OURS, 1, 0);

		buf[rows[i].at] = rows[i].value;
		CHECK_INT(capsule_result_parse(buf, len, &result, &err), ERR_FORMAT);
	}
	report(buf, OTHER, NULL, 1, 0);
	CHECK_INT(capsule_result_parse(buf, 47, &result, &err), ERR_FORMAT);
	report(large, OTHER, NULL, 1, 0);
	CHECK_INT(capsule_result_parse(large, sizeof(large), &result, &err), ERR_TOO_LARGE);
}

static void test_the_newest_of_this_device(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	struct capsule_result result;

	CHECK_INT(capsule_report_newest(hw, OURS, &result), -ENOENT);
	put("CapsuleLast", (const uint8_t *)"C\0a\0p\0", 6);
	put("Capsule0000", (const uint8_t *)"damaged", 7);
	put_report("Capsule0001", OTHER, NULL, 30, 0);
	CHECK_INT(capsule_report_newest(hw, OURS, &result), -ENOENT);
	/* Firmware begins again at 0 when it has none left: the number tells nothing. */
	put_report("Capsule0002", FMP, OURS, 23, 0x8000000000000007);
	put_report("Capsule000A", FMP, OURS, 22, 0);
	CHECK_INT(capsule_report_newest(hw, OURS, &result), 0);
	CHECK_STR(result.time, "2026-11-23 10:00:11");
	CHECK_STR(capsule_result_status_text(result.status), "device error");
	hwio_real_free(hw);
}

int main(int argc, char **argv)
{
	(void)argc;
	place = efivars_place(argv);
	TAP_RUN(test_parsed);
	TAP_RUN(test_what_does_not_hold);
	TAP_RUN(test_the_newest_of_this_device);
	temp_tree_remove(&place);
	return TAP_END();
}
