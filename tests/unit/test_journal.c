/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring of one machine and the regions of many, on a medium that fails. */
#include <stdio.h>
#include <stdlib.h>

#include "journal_medium.h"
#include "tap.h"

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct medium medium;

static struct journal *open_for(const char *serial)
{
	struct journal *journal = NULL;
	struct err err = { 0 };
	int rc = journal_open_on(medium_io(&medium), serial, false, &journal, &err);

	if (rc)
		printf("# journal_open_on: %s\n", err.text);
	return journal;
}

static int append(struct journal *journal, enum journal_type type, const char *run_id,
		  uint16_t step)
{
	struct journal_record record = { .type = type, .step = step };
	struct err err = { 0 };

	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	if (type == JOURNAL_STEP)
		record.state = STEP_WRITING;
	return journal_append(journal, &record, &err);
}

static void finish_run(const char *serial, const char *run_id)
{
	struct journal *journal = open_for(serial);

	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, run_id, 0), 0);
	CHECK_INT(append(journal, JOURNAL_RUN_END, run_id, 0), 0);
	journal_close(journal);
}

/* The steps of all records that are STEPs, in order, as "1 2 3"; static buffer. */
static const char *steps(struct journal *journal)
{
	static char text[8192];
	struct journal_record *list = NULL;
	size_t count = 0, len = 0;

	text[0] = '\0';
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		if (list[i].type == JOURNAL_STEP)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u",
						len ? " " : "", list[i].step);
	free(list);
	return text;
}

static size_t count_records(struct journal *journal)
{
	struct journal_record *list = NULL;
	size_t count = 0;

	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 1; i < count; i++)
		CHECK(list[i].seq > list[i - 1].seq);
	free(list);
	return count;
}

static void test_records_survive_closing(void)
{
	struct journal *journal;
	char run_id[33];
	bool is_open;

	medium_format(&medium);
	journal = open_for("CZ1");
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), ERR_NOT_FOUND);
	CHECK_INT(count_records(journal), 0);
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_A, 0), 0);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 2), 0);
	CHECK(!journal_is_volatile(journal));
	journal_close(journal);

	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "1 2");
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK_STR(run_id, RUN_A);
	CHECK(is_open);
	CHECK(!journal_is_degraded(journal));
	CHECK_INT(append(journal, JOURNAL_RUN_END, RUN_A, 0), 0);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(!is_open);
	CHECK_STR(run_id, RUN_A);
	journal_close(journal);
}

/* A resumed run begins again under its own id. */
static void test_run_may_be_opened_again(void)
{
	struct journal *journal;
	char run_id[33];
	bool is_open;

	medium_format(&medium);
	finish_run("CZ1", RUN_A);
	journal = open_for("CZ1");
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_A, 0), 0);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(is_open);
	journal_close(journal);
}

/* A reboot of the plan's own, and going on without the medium: neither is the end of the run. */
static void test_reboot_leaves_the_run_open(void)
{
	static const enum journal_type types[] = { JOURNAL_RUN_BEGIN, JOURNAL_RUN_IN_RAM,
						   JOURNAL_RUN_REBOOT, JOURNAL_RUN_BEGIN };
	struct journal_record *list = NULL;
	struct journal *journal;
	char run_id[33];
	size_t count = 0;
	bool is_open;

	medium_format(&medium);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		journal = open_for("CZ1");
		CHECK_INT(append(journal, types[i], RUN_A, 0), 0);
		is_open = false;
		CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
		CHECK(is_open);
		CHECK_STR(run_id, RUN_A);
		journal_close(journal);
	}
	journal = open_for("CZ1");
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 4);
	for (size_t i = 0; i < count; i++)
		CHECK_INT(list[i].type, types[i]);
	free(list);
	CHECK_INT(append(journal, JOURNAL_RUN_END, RUN_A, 0), 0);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(!is_open);
	journal_close(journal);
}

static void test_run_names_the_one_it_continues(void)
{
	struct journal_record begin = { .type = JOURNAL_RUN_BEGIN,
					.component = RUN_A,
					.run_id = RUN_B };
	struct journal_record *list = NULL;
	struct journal *journal;
	size_t count = 0;

	medium_format(&medium);
	journal = open_for("CZ1");
	CHECK_INT(journal_append(journal, &begin, NULL), 0);
	journal_close(journal);
	journal = open_for("CZ1");
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 1);
	CHECK_STR(list[0].component, RUN_A);
	CHECK_STR(list[0].run_id, RUN_B);
	free(list);
	journal_close(journal);
}

/* The medium was used with a later version: what it wrote is kept, passed over, and repaired. */
static void test_later_versions_records_are_passed_over(void)
{
	struct journal_record later = { .seq = 2,
					.claim = 1,
					.run_id = RUN_A,
					.type = (enum journal_type)(JOURNAL_TYPE_LAST + 1) };
	uint8_t found[JOURNAL_RECORD_BYTES];
	struct journal *journal;
	char run_id[33];
	bool is_open;

	medium_format(&medium);
	journal = open_for("CZ1");
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
	journal_close(journal);
	journal_encode(&later, medium_region_slot(&medium, 0, 0, 2));
	journal = open_for("CZ1");
	journal_encode(&later, found);
	CHECK(memcmp(medium_region_slot(&medium, 1, 0, 2), found, sizeof(found)) == 0);
	CHECK(!journal_is_degraded(journal));
	CHECK_INT(count_records(journal), 1);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(is_open);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 2), 0);
	CHECK_STR(steps(journal), "1 2");
	CHECK(memcmp(medium_region_slot(&medium, 1, 0, 2), found, sizeof(found)) == 0);
	CHECK_INT(journal_append(journal, &later, NULL), ERR_FORMAT);
	journal_close(journal);
}

static void test_ring_gives_up_finished_runs_only(void)
{
	struct journal *journal;
	unsigned int n = 0;
	char run_id[33];
	bool is_open;

	medium_format(&medium);
	finish_run("CZ1", RUN_A);
	journal = open_for("CZ1");
	CHECK_INT(journal_reserve(journal, JOURNAL_RECORDS - JOURNAL_SPARE, NULL), 0);
	CHECK_INT(journal_reserve(journal, JOURNAL_RECORDS - JOURNAL_SPARE + 1, NULL), ERR_FULL);
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_B, 0), 0);
	/* 40 steps of 6 records each, and the end: what FORMAT.md promises */
	CHECK_INT(journal_reserve(journal, 241, NULL), 0);
	while (append(journal, JOURNAL_STEP, RUN_B, (uint16_t)(n + 1)) == 0)
		n++;
	CHECK_INT(n, JOURNAL_RECORDS - 1);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_B, 999), ERR_FULL);
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_A, 0), ERR_FULL);
	CHECK_INT(journal_reserve(journal, 1, NULL), ERR_FULL);
	CHECK_INT(count_records(journal), JOURNAL_RECORDS);
	journal_close(journal);

	journal = open_for("CZ1");
	CHECK_INT(count_records(journal), JOURNAL_RECORDS);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK_STR(run_id, RUN_B);
	CHECK(is_open);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_B, 999), ERR_FULL);
	/* There is always a way out: the end of a run is never refused. */
	CHECK_INT(append(journal, JOURNAL_RUN_END, RUN_B, 0), 0);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(!is_open);
	CHECK_INT(journal_reserve(journal, 241, NULL), 0);
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_A, 0), 0);
	journal_close(journal);
}

static void test_ring_goes_round_many_times(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal = open_for("CZ1");
	for (unsigned int run = 0; run < 300; run++) {
		char run_id[33];

		snprintf(run_id, sizeof(run_id), "%032x", run);
		CHECK_INT(journal_reserve(journal, 5, NULL), 0);
		CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, run_id, 0), 0);
		for (unsigned int step = 1; step <= 3; step++)
			CHECK_INT(append(journal, JOURNAL_STEP, run_id, (uint16_t)step), 0);
		CHECK_INT(append(journal, JOURNAL_RUN_END, run_id, 0), 0);
		if (run % 7 == 0) {
			journal_close(journal);
			journal = open_for("CZ1");
			CHECK_INT(count_records(journal), 5 * (run + 1) < JOURNAL_RECORDS
								  ? 5 * (run + 1)
								  : JOURNAL_RECORDS);
		}
	}
	journal_close(journal);
}

static void test_impossible_records_are_not_written(void)
{
	struct journal_record record = { .type = JOURNAL_STEP, .run_id = RUN_A };
	struct journal *journal;
	unsigned int writes;

	medium_format(&medium);
	journal = open_for("CZ1");
	writes = medium.writes;
	CHECK_INT(journal_append(journal, &record, NULL), ERR_FORMAT); /* no state */
	record.state = STEP_BEGUN;
	snprintf(record.run_id, sizeof(record.run_id), "run 1");
	CHECK_INT(journal_append(journal, &record, NULL), ERR_FORMAT);
	CHECK_INT(medium.writes, writes);
	CHECK_INT(count_records(journal), 0);
	journal_close(journal);
}

static void test_one_failing_copy_degrades(void)
{
	struct journal *journal;

	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		medium_format(&medium);
		journal = open_for("CZ1");
		CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
		CHECK(!journal_is_degraded(journal));
		medium.unwritable[copy] = true;
		CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 2), 0);
		CHECK(journal_is_degraded(journal));
		journal_close(journal);

		/* While it cannot be written it stays degraded; when it can, it is repaired. */
		journal = open_for("CZ1");
		CHECK(journal_is_degraded(journal));
		CHECK_STR(steps(journal), "1 2");
		journal_close(journal);
		medium.unwritable[copy] = false;
		journal = open_for("CZ1");
		CHECK(!journal_is_degraded(journal));
		journal_close(journal);
		memset(medium_region_slot(&medium, 1 - copy, 0, 2), 0, JOURNAL_SLOT_BYTES);
		journal = open_for("CZ1");
		CHECK_STR(steps(journal), "1 2");
		journal_close(journal);
	}
}

static void test_two_failing_copies_refuse(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal = open_for("CZ1");
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
	medium.unwritable[0] = medium.unwritable[1] = true;
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 2), ERR_IO);
	CHECK_STR(steps(journal), "1");
	medium.unwritable[0] = medium.unwritable[1] = false;
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 3), 0);
	CHECK_STR(steps(journal), "1 3");
	journal_close(journal);
	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "1 3");
	journal_close(journal);
}

/* A record that was refused, but arrived, never wins over the one that took its place. */
static void test_refused_record_does_not_come_back(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal = open_for("CZ1");
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
	medium.lying[0] = medium.unwritable[1] = true;
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 2), ERR_IO);
	medium.unwritable[0] = true;
	medium.unwritable[1] = false;
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 3), 0);
	journal_close(journal);
	medium.unwritable[0] = medium.lying[0] = false;
	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "1 3");
	journal_close(journal);
}

/* Three records; the middle one is damaged at every byte in A, in B, in both. */
static void test_damaged_slots_are_skipped(void)
{
	struct journal *journal;

	for (unsigned int where = 1; where <= 3; where++) {
		for (size_t pos = 0; pos < JOURNAL_RECORD_BYTES; pos += 37) {
			medium_format(&medium);
			journal = open_for("CZ1");
			for (uint16_t step = 1; step <= 3; step++)
				CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, step), 0);
			journal_close(journal);
			for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
				if (where & 1u << copy)
					medium_region_slot(&medium, copy, 0, 2)[pos] ^= 0x40;
			journal = open_for("CZ1");
			CHECK_STR(steps(journal), where == 3 ? "1 3" : "1 2 3");
			CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 4), 0);
			CHECK_STR(steps(journal), where == 3 ? "1 3 4" : "1 2 3 4");
			journal_close(journal);
		}
	}
}

static void test_unreadable_slots_are_skipped(void)
{
	const unsigned int second_in_a = JOURNAL_REGION_SLOTS + 2;
	struct journal *journal;

	medium_format(&medium);
	journal = open_for("CZ1");
	for (uint16_t step = 1; step <= 3; step++)
		CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, step), 0);
	journal_close(journal);
	medium.unreadable[second_in_a] = true;
	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "1 2 3");
	CHECK(journal_is_degraded(journal));
	journal_close(journal);
	medium.unreadable[second_in_a + MEDIUM_SLOTS / 2] = true;
	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "1 3");
	journal_close(journal);
}

static void test_newest_of_the_copies_wins(void)
{
	struct journal *journal;
	char run_id[33];
	bool is_open;

	medium_format(&medium);
	journal = open_for("CZ1");
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		CHECK_INT(append(journal, JOURNAL_RUN_END, RUN_A, 0), 0);
	/* The second time round copy A misses one: there is the old record, and it holds. */
	medium.fail_at = medium.writes + 1;
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_B, 7), 0);
	CHECK(journal_is_degraded(journal));
	journal_close(journal);
	journal = open_for("CZ1");
	CHECK_STR(steps(journal), "7");
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK_STR(run_id, RUN_B);
	CHECK(is_open);
	journal_close(journal);
}

static void test_read_only_writes_nothing(void)
{
	struct journal *journal;
	struct journal_record record = { .type = JOURNAL_RUN_END, .run_id = RUN_A };

	medium_format(&medium);
	finish_run("CZ1", RUN_A);
	medium_region_slot(&medium, 1, 0, 1)[100] ^= 1;
	medium.writes = 0;
	CHECK_INT(journal_open_on(medium_io(&medium), "CZ2", true, &journal, NULL), ERR_NOT_FOUND);
	CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", true, &journal, NULL), 0);
	CHECK_INT(count_records(journal), 2);
	CHECK(journal_is_degraded(journal));
	CHECK_INT(journal_append(journal, &record, NULL), ERR_POLICY);
	journal_close(journal);
	CHECK_INT(medium.writes, 0);
}

static void test_volatile_journal(void)
{
	struct journal *journal = NULL;

	CHECK_INT(journal_open_volatile("CZ1", &journal, NULL), 0);
	CHECK(journal_is_volatile(journal));
	CHECK(!journal_is_degraded(journal));
	CHECK_INT(append(journal, JOURNAL_RUN_BEGIN, RUN_A, 0), 0);
	CHECK_INT(append(journal, JOURNAL_STEP, RUN_A, 1), 0);
	CHECK_STR(steps(journal), "1");
	CHECK_INT(journal_reserve(journal, JOURNAL_RECORDS, NULL), ERR_FULL);
	journal_close(journal);
	journal_close(NULL);
}

int main(void)
{
	TAP_RUN(test_records_survive_closing);
	TAP_RUN(test_run_may_be_opened_again);
	TAP_RUN(test_reboot_leaves_the_run_open);
	TAP_RUN(test_run_names_the_one_it_continues);
	TAP_RUN(test_later_versions_records_are_passed_over);
	TAP_RUN(test_ring_gives_up_finished_runs_only);
	TAP_RUN(test_ring_goes_round_many_times);
	TAP_RUN(test_impossible_records_are_not_written);
	TAP_RUN(test_one_failing_copy_degrades);
	TAP_RUN(test_two_failing_copies_refuse);
	TAP_RUN(test_refused_record_does_not_come_back);
	TAP_RUN(test_damaged_slots_are_skipped);
	TAP_RUN(test_unreadable_slots_are_skipped);
	TAP_RUN(test_newest_of_the_copies_wins);
	TAP_RUN(test_read_only_writes_nothing);
	TAP_RUN(test_volatile_journal);
	medium_clear(&medium);
	return TAP_END();
}
