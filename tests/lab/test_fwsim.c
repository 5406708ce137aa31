/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated firmware's model: settings, what it thinks of capsules, what becomes of them. */
#include "fwsim/model.h"

#include <stdarg.h>
#include <stdlib.h>

#include "tap.h"

#define GUID_ONE "entry guid=11111111-2222-3333-4444-555555555555 version=10 lowest=5 "
#define GUID_TWO "entry guid=21111111-2222-3333-4444-555555555555 type=device version=7 "

enum { DATA = 300, MSS1_BYTES = 16, PAYLOAD = 20 + DATA };
/* Offsets in the capsule that make() makes: header 32, item table 8 + 8, item header 48. */
enum { ITEM_TABLE = 32, ITEM = ITEM_TABLE + 16, IMAGE = ITEM + 48, LAB = IMAGE + MSS1_BYTES };
enum { WHOLE = LAB + PAYLOAD };

static const uint8_t fmp[16] = { 0xed, 0xd5, 0xcb, 0x6d, 0x2d, 0xe8, 0x44, 0x4c,
				 0xbd, 0xa1, 0x71, 0x94, 0x19, 0x9a, 0xd9, 0x2a };
static const uint8_t one[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33,
				 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55 };

static struct fwsim sim;
static uint8_t capsule[WHOLE];
static unsigned int said;

void fwsim_say(const char *format, ...)
{
	(void)format;
	said++;
}

static void put(size_t at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		capsule[at + i] = (uint8_t)(value >> 8 * i);
}

static bool set(const char *text)
{
	return fwsim_settings(&sim, text, strlen(text));
}

/* A good capsule for entry one */
static void make(uint32_t version)
{
	memset(capsule, 0, sizeof(capsule));
	memcpy(capsule, fmp, 16);
	put(16, 32, 4);
	put(20, 0x10000, 4);
	put(24, WHOLE, 4);
	put(ITEM_TABLE, 1, 4);
	put(ITEM_TABLE + 6, 1, 2);
	put(ITEM_TABLE + 8, ITEM - ITEM_TABLE, 8);
	put(ITEM, 3, 4);
	memcpy(capsule + ITEM + 4, one, 16);
	put(ITEM + 20, 1, 1);
	put(ITEM + 24, MSS1_BYTES + PAYLOAD, 4);
	memcpy(capsule + IMAGE, "MSS1", 4);
	put(IMAGE + 4, MSS1_BYTES, 4);
	put(IMAGE + 8, version, 4);
	memcpy(capsule + LAB, "LABFWIMG", 8);
	put(LAB + 8, version, 4);
	put(LAB + 12, PAYLOAD, 4);
	for (size_t i = 0; i < DATA; i++)
		capsule[LAB + 20 + i] = (uint8_t)(i * 7);
	put(LAB + 16, fwsim_crc32(capsule + LAB + 20, DATA), 4);
}

/* A copy of just these bytes, so that the sanitizer sees a read behind them. */
static enum fwsim_verdict take(size_t len, enum fwsim_way way)
{
	uint8_t *copy = malloc(len);
	enum fwsim_verdict verdict;

	memcpy(copy, capsule, len);
	verdict = fwsim_take(&sim, copy, (uint32_t)len, way);
	free(copy);
	return verdict;
}

static void test_hashes(void)
{
	/* FIPS 180-4's example of two blocks, and the check value of CRC-32/ISO-HDLC */
	static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static const uint8_t want[4] = { 0x24, 0x8d, 0x6a, 0x61 };
	static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf };
	uint8_t got[32];

	fwsim_sha256((const uint8_t *)text, strlen(text), got);
	CHECK(memcmp(got, want, 4) == 0);
	fwsim_sha256((const uint8_t *)"abc", 3, got);
	CHECK(memcmp(got, abc, 4) == 0);
	CHECK_INT(fwsim_crc32((const uint8_t *)"123456789", 9), 0xcbf43926);
}

static void test_settings(void)
{
	static const char *const wrong[] = {
		"entry guid=1111", "entry version=x", "entry reboots=0",       "version=3",
		"reset=soft",	   "disk=1",	      "esrt_fill=20001",       "query=",
		"max_size",	   "esrt=yes",	      "esrt_count=4294967296", "esrt_memory=7",
		"entry type=no",   "disk_reset=2",    "max_size=0x",
	};

	CHECK(set(GUID_ONE
		  "apply=0x1003 reboots=2\n" GUID_TWO "flags=1 apply=nothing\n"
		  "reset=cold query=unsupported update=security disk=ignored esrt_fill=20000"));
	CHECK_INT(sim.count, 2);
	CHECK(memcmp(sim.entries[0].guid, one, 16) == 0);
	CHECK_INT(sim.entries[0].type, 1);
	CHECK_INT(sim.entries[0].version, 10);
	CHECK_INT(sim.entries[0].lowest, 5);
	CHECK_INT(sim.entries[0].apply_status, 0x1003);
	CHECK_INT(sim.entries[0].reboots, 2);
	CHECK_INT(sim.entries[1].type, 2);
	CHECK_INT(sim.entries[1].flags, 1);
	CHECK(sim.entries[1].does_nothing);
	CHECK_INT(sim.reset, FWSIM_RESET_COLD);
	CHECK_INT(sim.query, FWSIM_SAY_UNSUPPORTED);
	CHECK_INT(sim.update, FWSIM_SAY_SECURITY);
	CHECK_INT(sim.disk, FWSIM_DISK_IGNORED);
	CHECK_INT(sim.esrt_fill, 20000);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		said = 0;
		if (set(wrong[i]) || said != 1)
			printf("# taken: %s\n", wrong[i]);
		CHECK_INT(said, 1);
	}
	CHECK(set(""));
	CHECK(sim.has_esrt);
	CHECK_INT(sim.count, 0);
}

static void test_many_entries(void)
{
	char text[17 * sizeof(GUID_ONE)];

	memset(text, '\n', sizeof(text));
	for (size_t i = 0; i < 17; i++)
		memcpy(text + i * sizeof(GUID_ONE), GUID_ONE, sizeof(GUID_ONE) - 1);
	CHECK(!fwsim_settings(&sim, text, sizeof(text)));
	CHECK(fwsim_settings(&sim, text, sizeof(text) - sizeof(GUID_ONE)));
}

/* What is wrong in a header is refused by the service. */
static void test_header(void)
{
	static const struct {
		size_t at;
		uint64_t value;
		size_t bytes;
		enum fwsim_verdict verdict;
	} rows[] = {
		{ 16, 32, 4, FWSIM_TAKEN },	     { 16, 27, 4, FWSIM_INVALID },
		{ 16, WHOLE + 1, 4, FWSIM_INVALID }, { 24, WHOLE - 1, 4, FWSIM_INVALID },
		{ 24, WHOLE + 1, 4, FWSIM_INVALID }, { 20, 0x50000, 4, FWSIM_TAKEN },
		{ 20, 0x40000, 4, FWSIM_INVALID },   { 20, 0x20000, 4, FWSIM_INVALID },
		{ 20, 0, 4, FWSIM_TAKEN },	     { 0, 0, 1, FWSIM_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK(set(GUID_ONE));
		make(11);
		put(rows[i].at, rows[i].value, rows[i].bytes);
		CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), rows[i].verdict);
		CHECK_INT(sim.entries[0].is_pending, rows[i].verdict == FWSIM_TAKEN);
	}
	CHECK(set(GUID_ONE "\nmax_size=400"));
	make(11);
	CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_UNKNOWN);
}

/* What is wrong behind it is a last attempt status; -1: no entry could be found out. */
static void test_contents(void)
{
	static const struct {
		size_t at;
		uint64_t value;
		size_t bytes;
		int status;
	} rows[] = {
		{ 16, 32, 4, FWSIM_OK },
		{ ITEM_TABLE, 2, 4, -1 },
		{ ITEM_TABLE + 6, 0, 2, -1 },
		{ ITEM_TABLE + 6, 0xffff, 2, -1 },
		{ ITEM_TABLE + 4, 0xffff, 2, -1 },
		{ ITEM_TABLE + 8, 15, 8, -1 },
		{ ITEM_TABLE + 8, WHOLE, 8, -1 },
		{ ITEM_TABLE + 8, UINT64_MAX, 8, -1 },
		{ ITEM, 0, 4, -1 },
		{ ITEM, 4, 4, -1 },
		{ ITEM + 4, 0, 1, -1 },
		{ ITEM, 2, 4, FWSIM_FORMAT },
		{ ITEM + 24, 1, 4, FWSIM_FORMAT },
		{ ITEM + 24, UINT32_MAX, 4, FWSIM_FORMAT },
		{ ITEM + 28, 1, 4, FWSIM_FORMAT },
		{ ITEM + 40, 1, 8, FWSIM_FORMAT },
		{ IMAGE + 4, 15, 4, FWSIM_FORMAT },
		{ IMAGE + 4, UINT32_MAX, 4, FWSIM_FORMAT },
		{ IMAGE + 8, 12, 4, FWSIM_FORMAT },
		{ LAB, 0, 1, FWSIM_FORMAT },
		{ LAB + 12, PAYLOAD - 1, 4, FWSIM_FORMAT },
		{ WHOLE - 1, 0xee, 1, FWSIM_AUTH },
		{ LAB + 16, 0, 4, FWSIM_AUTH },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK(set(GUID_ONE));
		make(11);
		put(rows[i].at, rows[i].value, rows[i].bytes);
		CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_TAKEN);
		CHECK_INT(sim.entries[0].is_pending ? (int)sim.entries[0].pending_status : -1,
			  rows[i].status);
	}
	CHECK(set(GUID_ONE));
	make(4);
	CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_TAKEN);
	CHECK_INT(sim.entries[0].pending_status, FWSIM_VERSION);
}

/* Cut anywhere, its size made to fit: never read behind the end, never right. */
static void test_cut(void)
{
	for (uint32_t len = 32; len < WHOLE; len++) {
		CHECK(set(GUID_ONE));
		make(11);
		put(24, len, 4);
		CHECK_INT(take(len, FWSIM_IN_MEMORY), FWSIM_TAKEN);
		CHECK(!sim.entries[0].is_pending || sim.entries[0].pending_status != FWSIM_OK);
	}
}

static void test_plain(void)
{
	CHECK(set(GUID_ONE));
	make(11);
	memmove(capsule + 32, capsule + LAB, PAYLOAD);
	memcpy(capsule, one, 16);
	put(24, 32 + PAYLOAD, 4);
	CHECK_INT(take(32 + PAYLOAD, FWSIM_IN_MEMORY), FWSIM_TAKEN);
	CHECK(sim.entries[0].is_plain);
	CHECK_INT(sim.entries[0].pending_status, FWSIM_OK);
}

/* settings, how it starts again, and what the entry is then */
static void test_starts(void)
{
	static const struct {
		const char *settings;
		enum fwsim_reset reset;
		uint32_t version, last_version, last_status;
		bool is_pending;
	} rows[] = {
		{ GUID_ONE, FWSIM_RESET_WARM, 11, 11, 0, false },
		{ GUID_ONE, FWSIM_RESET_COLD, 10, 0, 0, false },
		{ GUID_ONE, FWSIM_RESET_ANY, 10, 0, 0, false },
		{ GUID_ONE, FWSIM_RESET_POWER, 10, 0, 0, false },
		{ GUID_ONE "\nreset=cold", FWSIM_RESET_COLD, 11, 11, 0, false },
		{ GUID_ONE "\nreset=cold", FWSIM_RESET_WARM, 10, 0, 0, false },
		{ GUID_ONE "\nreset=any", FWSIM_RESET_ANY, 11, 11, 0, false },
		{ GUID_ONE "\nreset=any", FWSIM_RESET_POWER, 10, 0, 0, false },
		{ GUID_ONE "\nreset=power", FWSIM_RESET_POWER, 11, 11, 0, false },
		{ GUID_ONE "apply=5", FWSIM_RESET_WARM, 10, 11, 5, false },
		{ GUID_ONE "apply=nothing", FWSIM_RESET_WARM, 10, 0, 0, false },
		{ GUID_ONE "version_after=9", FWSIM_RESET_WARM, 9, 11, 0, false },
		{ GUID_ONE "reboots=2", FWSIM_RESET_WARM, 10, 0, 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fwsim_entry *entry = &sim.entries[0];

		CHECK(set(rows[i].settings));
		make(11);
		CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_TAKEN);
		fwsim_start(&sim, rows[i].reset);
		CHECK_INT(entry->version, rows[i].version);
		CHECK_INT(entry->last_version, rows[i].last_version);
		CHECK_INT(entry->last_status, rows[i].last_status);
		CHECK_INT(entry->is_pending, rows[i].is_pending);
	}
	/* The second start, without power in between: it is in flash by then. */
	CHECK_INT(fwsim_start(&sim, FWSIM_RESET_POWER), 1);
	CHECK_INT(sim.entries[0].version, 11);
}

static void test_now(void)
{
	CHECK(set(GUID_TWO "\n" GUID_ONE "reboots=2"));
	make(11);
	CHECK_INT(take(WHOLE, FWSIM_NOW), FWSIM_TAKEN);
	CHECK_INT(fwsim_apply_now(&sim), 2);
	CHECK_INT(sim.entries[1].version, 11);
	CHECK_INT(fwsim_apply_now(&sim), 0);
	CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_TAKEN);
	CHECK_INT(fwsim_apply_now(&sim), 0);
}

/* State is kept by GUID: entries may come and go in the settings. */
static void test_state(void)
{
	uint8_t state[FWSIM_STATE_BYTES];
	size_t len;

	CHECK(set(GUID_ONE "\n" GUID_TWO));
	make(11);
	CHECK_INT(take(WHOLE, FWSIM_IN_MEMORY), FWSIM_TAKEN);
	len = fwsim_save(&sim, state);
	CHECK(set(GUID_TWO "\n" GUID_ONE));
	fwsim_load(&sim, state, len);
	CHECK(!sim.entries[0].is_pending);
	CHECK_INT(sim.entries[0].version, 7);
	CHECK_INT(fwsim_start(&sim, FWSIM_RESET_WARM), 2);
	CHECK_INT(sim.entries[1].version, 11);
	len = fwsim_save(&sim, state);
	CHECK(set(GUID_ONE));
	fwsim_load(&sim, state, len);
	CHECK_INT(sim.entries[0].version, 11);
	CHECK_INT(sim.entries[0].last_version, 11);
}

int main(void)
{
	TAP_RUN(test_hashes);
	TAP_RUN(test_settings);
	TAP_RUN(test_many_entries);
	TAP_RUN(test_header);
	TAP_RUN(test_contents);
	TAP_RUN(test_cut);
	TAP_RUN(test_plain);
	TAP_RUN(test_starts);
	TAP_RUN(test_now);
	TAP_RUN(test_state);
	return TAP_END();
}
