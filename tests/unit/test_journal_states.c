/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table: in each state of a run and of its step, cut off by each kind of cut, what does the
 * next boot read? Either the state before or the one that was being written; and of which of the
 * two there is no doubt once copy A has taken the record.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "journal_run.h"
#include "tap.h"

enum run { NO_RUN, OPEN, ENDED };

/* One record after the other, and what is known of the run and of its step 1 when it is there. */
static const struct row {
	const char *what;
	enum journal_type type;
	enum step_state writes;
	enum run run;
	enum step_state says;
} rows[] = {
	{ "claimed", (enum journal_type)0, (enum step_state)0, NO_RUN, (enum step_state)0 },
	{ "run begun", JOURNAL_RUN_BEGIN, (enum step_state)0, OPEN, (enum step_state)0 },
	{ "planned", JOURNAL_STEP, STEP_PLANNED, OPEN, STEP_PLANNED },
	{ "in RAM", JOURNAL_RUN_IN_RAM, (enum step_state)0, OPEN, STEP_PLANNED },
	{ "begun", JOURNAL_STEP, STEP_BEGUN, OPEN, STEP_BEGUN },
	{ "writing", JOURNAL_STEP, STEP_WRITING, OPEN, STEP_WRITING },
	{ "written", JOURNAL_STEP, STEP_WRITTEN, OPEN, STEP_WRITTEN },
	{ "activated", JOURNAL_STEP, STEP_ACTIVATED, OPEN, STEP_ACTIVATED },
	{ "overdue", JOURNAL_STEP, STEP_OVERDUE, OPEN, STEP_OVERDUE },
	{ "needs-reboot", JOURNAL_STEP, STEP_NEEDS_REBOOT, OPEN, STEP_NEEDS_REBOOT },
	{ "reboot", JOURNAL_RUN_REBOOT, (enum step_state)0, OPEN, STEP_NEEDS_REBOOT },
	{ "begun again", JOURNAL_RUN_BEGIN, (enum step_state)0, OPEN, STEP_NEEDS_REBOOT },
	{ "unknown", JOURNAL_STEP, STEP_UNKNOWN, OPEN, STEP_UNKNOWN },
	{ "failed", JOURNAL_STEP, STEP_FAILED, OPEN, STEP_FAILED },
	{ "withdrawn", JOURNAL_STEP, STEP_WITHDRAWN, OPEN, STEP_WITHDRAWN },
	{ "power cycle", JOURNAL_STEP, STEP_NEEDS_POWER_CYCLE, OPEN, STEP_NEEDS_POWER_CYCLE },
	{ "accepted", JOURNAL_STEP, STEP_ACCEPTED, OPEN, STEP_ACCEPTED },
	{ "verified", JOURNAL_STEP, STEP_VERIFIED, OPEN, STEP_VERIFIED },
	{ "run ended", JOURNAL_RUN_END, (enum step_state)0, ENDED, STEP_VERIFIED },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* Which of the record's two writes is cut, and what it leaves; is the record there afterwards? */
static const struct column {
	const char *what;
	unsigned int write;
	enum medium_cut cut;
	bool arrived;
} columns[] = {
	{ "copy A: nothing", 1, CUT_NOTHING, false }, { "copy A: torn", 1, CUT_TORN, false },
	{ "copy A: garbled", 1, CUT_GARBLED, false }, { "copy A: whole", 1, CUT_WHOLE, true },
	{ "copy B: nothing", 2, CUT_NOTHING, true },  { "copy B: torn", 2, CUT_TORN, true },
	{ "copy B: garbled", 2, CUT_GARBLED, true },  { "copy B: whole", 2, CUT_WHOLE, true },
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static struct medium medium;

/* What the journal says now; false (and a line) when it is not that row. */
static bool says(const struct row *want, bool read_only)
{
	enum step_state state = (enum step_state)0;
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	bool is_open = false;
	enum run run = NO_RUN;
	char run_id[33] = "";
	size_t count = 0;

	CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", read_only, &journal, NULL), 0);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		if (list[i].type == JOURNAL_STEP && list[i].step == 1)
			state = list[i].state;
	if (journal_last_run(journal, run_id, &is_open, NULL) == 0)
		run = is_open ? OPEN : ENDED;
	if (run != NO_RUN)
		CHECK_STR(run_id, RUN_A);
	free(list);
	journal_close(journal);
	return run == want->run && state == want->says;
}

static void begin_until(size_t row, bool full)
{
	struct journal *journal;

	medium_format(&medium);
	journal = run_open(&medium, "CZ1");
	for (unsigned int i = 0; full && i < JOURNAL_RECORDS - 3; i++) {
		struct journal_record other = { .type = JOURNAL_RUN_END, .run_id = RUN_B };

		CHECK_INT(journal_append(journal, &other, NULL), 0);
	}
	for (size_t i = 1; i < row; i++)
		CHECK_INT(run_note(journal, rows[i].type, 1, rows[i].writes), 0);
	journal_close(journal);
}

/* write: of the record's; the two of the opening come before. */
static void cut_row(size_t row, const struct column *column)
{
	struct journal *journal;

	medium_power_on(&medium);
	journal = run_open(&medium, "CZ1");
	medium.writes = 0;
	medium.cut_at = column->write;
	medium.cut = column->cut;
	medium.cut_bytes = 123;
	run_note(journal, rows[row].type, 1, rows[row].writes);
	journal_close(journal);
	medium_power_on(&medium);
}

static void check_cell(size_t row, const struct column *column, bool arrived)
{
	const struct row *want = &rows[arrived ? row : row - 1];

	cut_row(row, column);
	/* As it lies there; while it is repaired; repaired. */
	if (!says(want, true) || !says(want, false) || !says(want, true)) {
		printf("# %s, %s\n", rows[row].what, column->what);
		CHECK(!"what the next boot reads");
	}
}

static void test_a_cut_in_each_state(void)
{
	for (size_t row = 1; row < ROWS; row++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			begin_until(row, false);
			check_cell(row, &columns[i], columns[i].arrived);
		}
	}
}

/* The same at the end of a ring whose slots all hold something: the run of somebody else. */
static void test_a_cut_in_each_state_of_a_used_ring(void)
{
	for (size_t row = 4; row < ROWS; row++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			begin_until(row, true);
			check_cell(row, &columns[i], columns[i].arrived);
		}
	}
}

/* Copy A takes nothing any more: the record is there when copy B has it. */
static void test_a_cut_in_each_state_with_a_dead_copy(void)
{
	for (size_t row = 1; row < ROWS; row++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			if (columns[i].write != 2)
				continue;
			begin_until(row, false);
			medium.unwritable[0] = true;
			check_cell(row, &columns[i], columns[i].cut == CUT_WHOLE);
		}
	}
}

/*
 * With the medium gone since the record "in RAM", the next boot reads that, whatever happened
 * after; with the medium back it reads all.
 */
static void test_the_medium_away_in_each_state(void)
{
	static const size_t in_ram = 3;

	for (size_t row = in_ram + 1; row < ROWS; row++) {
		struct journal *journal;

		begin_until(in_ram + 1, false);
		journal = run_open(&medium, "CZ1");
		journal_let_go(journal);
		medium.dead = true;
		for (size_t i = in_ram + 1; i <= row; i++)
			CHECK_INT(run_note(journal, rows[i].type, 1, rows[i].writes), 0);
		medium.dead = false;
		CHECK(says(&rows[in_ram], true));
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		journal_close(journal);
		CHECK(says(&rows[row], true));
	}
}

/* The clock was 2030 and is 1970 after a new battery: what came later is later nevertheless. */
static void test_records_from_the_future(void)
{
	static const uint64_t times[] = { 1900000000, 1900000060, 0, 5, UINT64_MAX, 6 };
	struct journal_record record = { .run_id = RUN_A };
	struct journal_record *list = NULL;
	struct journal *journal;
	char run_id[33];
	size_t count = 0;
	bool is_open = false;

	medium_format(&medium);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		bool begin = i == 0 || i == 2;

		record.type = begin ? JOURNAL_RUN_BEGIN : JOURNAL_STEP;
		record.step = begin ? 0 : 1;
		record.state = begin ? (enum step_state)0 : STEP_PLANNED + (unsigned int)i;
		record.time = times[i];
		if (i == 2)
			snprintf(record.run_id, sizeof(record.run_id), "%s", RUN_B);
		journal = run_open(&medium, "CZ1");
		CHECK_INT(journal_append(journal, &record, NULL), 0);
		journal_close(journal);
	}
	journal = run_open(&medium, "CZ1");
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK_STR(run_id, RUN_B);
	CHECK(is_open);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 6);
	for (size_t i = 0; i < count; i++)
		CHECK(list[i].time == times[i]);
	CHECK_INT(list[5].state, STEP_PLANNED + 5);
	free(list);
	journal_close(journal);
}

/* A stick that another server left in the middle of a run: its region is not touched, byte for
 * byte. */
static void test_another_machines_run_is_untouched(void)
{
	static struct medium before;
	struct journal *journal;

	medium_format(&medium);
	journal = run_begin_on(&medium);
	run_go_on(journal, 0, 4);
	journal_close(journal);
	medium_copy(&before, &medium);
	journal = run_open(&medium, "CZ2");
	CHECK_INT(journal_last_run(journal, (char[33]){ 0 }, &(bool){ false }, NULL),
		  ERR_NOT_FOUND);
	run_begin(journal);
	run_go_on(journal, 0, 600);
	CHECK_INT(run_note(journal, JOURNAL_RUN_END, 0, (enum step_state)0), 0);
	journal_close(journal);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		for (unsigned int i = 0; i < JOURNAL_REGION_SLOTS; i++)
			CHECK(memcmp(medium_region_slot(&medium, copy, 0, i),
				     medium_region_slot(&before, copy, 0, i),
				     JOURNAL_SLOT_BYTES) == 0);
	CHECK(run_is_whole(&before, 4));
	medium_clear(&before);
}

/* The partition was made smaller, or the file cut: no journal, and nothing is written to it. */
static void test_half_a_journal(void)
{
	static uint8_t half[JOURNAL_BYTES / 2], after[JOURNAL_BYTES / 2];
	const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 1 };
	char path[] = "/tmp/test_journal.XXXXXX";
	struct journal *journal = NULL;
	int fd = mkstemp(path);

	CHECK_INT(journal_format(path, id, NULL), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	run_begin(journal);
	journal_close(journal);
	CHECK_INT(ftruncate(fd, sizeof(half)), 0);
	CHECK_INT(pread(fd, half, sizeof(half), 0), sizeof(half));
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), ERR_FORMAT);
	CHECK_INT(journal_open(path, "CZ1", true, &journal, NULL), ERR_FORMAT);
	CHECK_INT(pread(fd, after, sizeof(after), 0), sizeof(after));
	CHECK(memcmp(half, after, sizeof(half)) == 0);
	/* At its full size again, with nothing in the second half: one copy is enough. */
	CHECK_INT(ftruncate(fd, JOURNAL_BYTES), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	CHECK_INT(journal_last_run(journal, (char[33]){ 0 }, &(bool){ false }, NULL), 0);
	journal_close(journal);
	close(fd);
	unlink(path);
}

int main(void)
{
	TAP_RUN(test_a_cut_in_each_state);
	TAP_RUN(test_a_cut_in_each_state_of_a_used_ring);
	TAP_RUN(test_a_cut_in_each_state_with_a_dead_copy);
	TAP_RUN(test_the_medium_away_in_each_state);
	TAP_RUN(test_records_from_the_future);
	TAP_RUN(test_another_machines_run_is_untouched);
	TAP_RUN(test_half_a_journal);
	medium_clear(&medium);
	return TAP_END();
}
