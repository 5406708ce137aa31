/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One slot: what is written is read back, and nothing else is ever accepted. */
#include <openssl/sha.h>

#include "journal/journal_internal.h"
#include "tap.h"

static const struct journal_record full_record = {
	.seq = 0x0102030405060708,
	.claim = 9,
	.type = JOURNAL_STEP,
	.time = 1764000000,
	.run_id = "00112233445566778899aabbccddeeff",
	.step = 40,
	.step_count = 0,
	.state = STEP_WRITING,
	.attempt = 2,
	.number = 77,
	.device = "nvme:S123",
	.component = "acme-x100-3.0",
	.from = "2.1",
	.to = "3.0",
	.found = "2.1",
	.reason = "OVERDUE",
	.text = "chunk 3 of 9: no answer",
};

static void reseal(uint8_t buf[JOURNAL_RECORD_BYTES])
{
	SHA256(buf, JOURNAL_RECORD_BYTES - 32, buf + JOURNAL_RECORD_BYTES - 32);
}

static void test_record_comes_back(void)
{
	uint8_t buf[JOURNAL_RECORD_BYTES];
	struct journal_record got;

	journal_encode(&full_record, buf);
	CHECK_INT(journal_decode(buf, sizeof(buf), &got), 0);
	CHECK_INT(got.seq, 0x0102030405060708);
	CHECK_INT(got.claim, 9);
	CHECK_INT(got.type, JOURNAL_STEP);
	CHECK_INT(got.time, 1764000000);
	CHECK_STR(got.run_id, full_record.run_id);
	CHECK_INT(got.step, 40);
	CHECK_INT(got.state, STEP_WRITING);
	CHECK_INT(got.attempt, 2);
	CHECK_INT(got.number, 77);
	CHECK_STR(got.device, "nvme:S123");
	CHECK_STR(got.component, "acme-x100-3.0");
	CHECK_STR(got.from, "2.1");
	CHECK_STR(got.to, "3.0");
	CHECK_STR(got.found, "2.1");
	CHECK_STR(got.reason, "OVERDUE");
	CHECK_STR(got.text, "chunk 3 of 9: no answer");
}

/* The bytes are a format that other programs read: FORMAT.md "Journal". */
static void test_layout_is_the_documented_one(void)
{
	static const uint8_t numbers[] = { 'D', 'R', 'Y', 'D', 'O', 'C', 'K', 'R', 1, 0,
					   2,	0,   8,	  7,   6,   5,	 4,   3,   2, 1 };
	uint8_t buf[JOURNAL_RECORD_BYTES];
	uint8_t hash[32];

	journal_encode(&full_record, buf);
	CHECK(memcmp(buf, numbers, sizeof(numbers)) == 0);
	CHECK_INT(buf[44], 40);
	CHECK_INT(buf[48], STEP_WRITING);
	CHECK_STR((const char *)buf + 86, "nvme:S123");
	CHECK_STR((const char *)buf + 334, "chunk 3 of 9: no answer");
	SHA256(buf, 480, hash);
	CHECK(memcmp(buf + 480, hash, 32) == 0);
}

static void test_any_changed_bit_is_refused(void)
{
	uint8_t buf[JOURNAL_RECORD_BYTES];
	struct journal_record got;
	unsigned int accepted = 0;

	journal_encode(&full_record, buf);
	for (unsigned int bit = 0; bit < 8 * sizeof(buf); bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		accepted += journal_decode(buf, sizeof(buf), &got) == 0;
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_INT(accepted, 0);
}

static void test_any_torn_slot_is_refused(void)
{
	uint8_t buf[JOURNAL_RECORD_BYTES];
	struct journal_record got, older = full_record;

	older.seq--;
	older.state = STEP_BEGUN;
	for (size_t cut = 1; cut < sizeof(buf) - 1; cut++) {
		uint8_t before[JOURNAL_RECORD_BYTES];

		journal_encode(&older, before);
		journal_encode(&full_record, buf);
		memcpy(buf + cut, before + cut, sizeof(buf) - cut);
		if (memcmp(buf, before, sizeof(buf)) != 0)
			CHECK_INT(journal_decode(buf, sizeof(buf), &got), ERR_FORMAT);
		memset(buf + cut, 0, sizeof(buf) - cut);
		CHECK_INT(journal_decode(buf, sizeof(buf), &got), ERR_FORMAT);
	}
	journal_encode(&full_record, buf);
	CHECK_INT(journal_decode(buf, sizeof(buf) - 1, &got), ERR_FORMAT);
}

struct change {
	const char *what;
	size_t offset;
	uint8_t value;
};

/* With a hash that holds: what no writer of ours can have written. */
static void test_impossible_values_are_refused(void)
{
	static const struct change changes[] = {
		{ "format version", 8, 2 },	   { "type 0", 10, 0 },
		{ "step without a state", 48, 0 }, { "run id with a capital", 54, 'A' },
		{ "run id cut", 85, 0 },	   { "text after its end", 149, 'x' },
		{ "unused bytes", 470, 1 },
	};
	uint8_t buf[JOURNAL_RECORD_BYTES];
	struct journal_record got;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		journal_encode(&full_record, buf);
		CHECK(buf[changes[i].offset] != changes[i].value);
		buf[changes[i].offset] = changes[i].value;
		reseal(buf);
		if (journal_decode(buf, sizeof(buf), &got) != ERR_FORMAT) {
			printf("# %s\n", changes[i].what);
			CHECK(!"refused");
		}
	}
	journal_encode(&full_record, buf);
	memset(buf + 12, 0, 8);
	reseal(buf);
	CHECK_INT(journal_decode(buf, sizeof(buf), &got), ERR_FORMAT);
}

static void test_states_belong_to_steps(void)
{
	struct journal_record record = full_record, got;
	uint8_t buf[JOURNAL_RECORD_BYTES];

	for (unsigned int type = JOURNAL_RUN_BEGIN; type <= JOURNAL_TYPE_LAST; type++) {
		record.type = (enum journal_type)type;
		record.state = type == JOURNAL_STEP ? STEP_BEGUN : (enum step_state)0;
		journal_encode(&record, buf);
		CHECK_INT(journal_decode(buf, sizeof(buf), &got), 0);
		CHECK_INT(got.type, type);
		CHECK(journal_is_known(&got));
		record.state = type == JOURNAL_STEP ? (enum step_state)0 : STEP_BEGUN;
		journal_encode(&record, buf);
		CHECK_INT(journal_decode(buf, sizeof(buf), &got), ERR_FORMAT);
	}
}

/* They hold, so that their numbers are not used again and nothing is repaired, but say nothing. */
static void test_later_versions_are_no_damage(void)
{
	struct journal_record record = full_record, got;
	uint8_t buf[JOURNAL_RECORD_BYTES];

	record.state = (enum step_state)(STEP_STATE_LAST + 1);
	journal_encode(&record, buf);
	CHECK_INT(journal_decode(buf, sizeof(buf), &got), 0);
	CHECK_INT(got.seq, record.seq);
	CHECK(!journal_is_known(&got));
	record.type = (enum journal_type)(JOURNAL_TYPE_LAST + 1);
	record.state = STEP_BEGUN;
	journal_encode(&record, buf);
	CHECK_INT(journal_decode(buf, sizeof(buf), &got), 0);
	CHECK_INT(got.type, JOURNAL_TYPE_LAST + 1);
	CHECK(!journal_is_known(&got));
	CHECK(journal_is_known(&full_record));
}

static void test_long_texts_are_cut_between_characters(void)
{
	struct journal_record record = full_record, got;
	uint8_t buf[JOURNAL_RECORD_BYTES];

	memset(record.from, 'x', 32);
	CHECK_INT(sizeof(record.from), 33);
	record.from[32] = '\0';
	/* 31 letters and the first two bytes of a character of three: as snprintf() cuts them */
	memset(record.to, 'y', 30);
	memcpy(record.to + 30, "\xe3\x83", 3);
	memset(record.found, 'z', 29);
	memcpy(record.found + 29, "\xe3\x83\x89", 4);
	journal_encode(&record, buf);
	CHECK_INT(journal_decode(buf, sizeof(buf), &got), 0);
	CHECK_STR(got.from, record.from);
	CHECK_INT(strlen(got.to), 30);
	CHECK_STR(got.found, record.found);
}

static void test_superblock_and_header_refuse_damage(void)
{
	const uint8_t id[16] = { 1, 2, 3, 250 };
	struct journal_header header = { .claim = 3, .use = 4, .serial = "CZ1234" }, got;
	uint8_t buf[JOURNAL_RECORD_BYTES], got_id[16];

	journal_encode_superblock(id, buf);
	CHECK(memcmp(buf, "DRYDOCKJ", 8) == 0);
	CHECK_INT(journal_decode_superblock(buf, sizeof(buf), got_id), 0);
	CHECK(memcmp(id, got_id, sizeof(id)) == 0);
	buf[11] ^= 1; /* geometry */
	reseal(buf);
	CHECK_INT(journal_decode_superblock(buf, sizeof(buf), got_id), ERR_FORMAT);

	journal_encode_header(&header, buf);
	CHECK_INT(journal_decode_header(buf, sizeof(buf), &got), 0);
	CHECK_INT(got.claim, 3);
	CHECK_INT(got.use, 4);
	CHECK_STR(got.serial, "CZ1234");
	CHECK_INT(journal_decode_superblock(buf, sizeof(buf), got_id), ERR_FORMAT);
	buf[500] ^= 1;
	CHECK_INT(journal_decode_header(buf, sizeof(buf), &got), ERR_FORMAT);
}

static void test_state_names_come_back(void)
{
	for (unsigned int i = STEP_PLANNED; i <= STEP_STATE_LAST; i++)
		CHECK_INT(step_state_from_name(step_state_name((enum step_state)i)), i);
	CHECK_STR(step_state_name(STEP_NEEDS_POWER_CYCLE), "needs-power-cycle");
	CHECK_INT(step_state_from_name("VERIFIED"), 0);
	CHECK_STR(step_state_name((enum step_state)0), "");
}

int main(void)
{
	TAP_RUN(test_record_comes_back);
	TAP_RUN(test_layout_is_the_documented_one);
	TAP_RUN(test_any_changed_bit_is_refused);
	TAP_RUN(test_any_torn_slot_is_refused);
	TAP_RUN(test_impossible_values_are_refused);
	TAP_RUN(test_states_belong_to_steps);
	TAP_RUN(test_later_versions_are_no_damage);
	TAP_RUN(test_long_texts_are_cut_between_characters);
	TAP_RUN(test_superblock_and_header_refuse_damage);
	TAP_RUN(test_state_names_come_back);
	return TAP_END();
}
