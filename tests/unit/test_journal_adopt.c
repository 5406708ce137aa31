/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that was begun without any medium, and the first one that comes. */
#include <stdio.h>
#include <stdlib.h>

#include "journal_run.h"
#include "tap.h"

static struct medium medium, other;

static void test_a_volatile_run_is_brought_to_a_medium(void)
{
	static const unsigned int counts[] = { 0, 10, 700 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct journal *journal = run_begin_volatile(counts[i]);

		medium_format(&medium);
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		CHECK_INT(journal_owed(journal), 0);
		CHECK(!journal_is_volatile(journal));
		CHECK(!journal_is_degraded(journal));
		/* It may go again, and come back. */
		medium.dead = true;
		run_go_on(journal, counts[i], counts[i] + 5);
		CHECK_INT(journal_owed(journal), 5);
		medium.dead = false;
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		journal_close(journal);
		CHECK(run_is_whole(&medium, counts[i] + 5));
	}
}

/* The medium has seen this machine before: its finished runs stay as far as there is room. */
static void test_a_volatile_run_follows_finished_ones(void)
{
	struct journal_record record = { .type = JOURNAL_RUN_BEGIN, .run_id = RUN_B };
	struct journal_record *list = NULL;
	struct journal *journal;
	char run_id[33];
	size_t count = 0;
	bool is_open = false;

	medium_format(&medium);
	journal = run_open(&medium, "CZ1");
	CHECK_INT(journal_append(journal, &record, NULL), 0);
	record.type = JOURNAL_RUN_END;
	CHECK_INT(journal_append(journal, &record, NULL), 0);
	journal_close(journal);
	journal = run_begin_volatile(4);
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
	journal_close(journal);
	journal = run_open(&medium, "CZ1");
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 2 + 5 + 4);
	for (size_t i = 0; i < count; i++)
		CHECK_INT(list[i].seq, i + 1);
	free(list);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK_STR(run_id, RUN_A);
	CHECK(is_open);
	journal_close(journal);
}

static void test_a_volatile_run_hides_no_unfinished_one(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal_close(run_begin_on(&medium));
	medium_copy(&other, &medium);
	medium_power_on(&medium);
	journal = run_begin_volatile(4);
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), ERR_POLICY);
	CHECK(journal_is_volatile(journal));
	CHECK_INT(journal_owed(journal), 9);
	CHECK_INT(medium.writes, 0);
	CHECK(medium_same(&medium, &other));
	/* Seven other machines with unfinished runs, and one superblock that would be repaired. */
	medium_format(&medium);
	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++) {
		struct journal_record record = { .type = JOURNAL_RUN_BEGIN, .run_id = RUN_B };
		char serial[16];

		snprintf(serial, sizeof(serial), "X%u", i);
		struct journal *their = run_open(&medium, serial);

		CHECK_INT(journal_append(their, &record, NULL), 0);
		journal_close(their);
	}
	medium_slot(&medium, 0)[300] ^= 1;
	medium_power_on(&medium);
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), ERR_FULL);
	CHECK_INT(medium.writes, 0);
	CHECK_INT(journal_owed(journal), 9);
	journal_close(journal);
}

static void test_the_new_medium_of_a_volatile_run_goes_at_once(void)
{
	for (unsigned int n = 3; n <= 19; n++) { /* behind the header's two copies */
		struct journal *journal = run_begin_volatile(4);

		medium_format(&medium);
		medium_power_on(&medium);
		medium.cut_at = n;
		medium.cut = CUT_GARBLED;
		medium.cut_bytes = 77;
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), ERR_IO);
		CHECK(journal_owed(journal) > 0);
		CHECK(!journal_is_volatile(journal));
		medium_power_on(&medium);
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		CHECK_INT(journal_owed(journal), 0);
		journal_close(journal);
		CHECK(run_is_whole(&medium, 4));
	}
}

int main(void)
{
	TAP_RUN(test_a_volatile_run_is_brought_to_a_medium);
	TAP_RUN(test_a_volatile_run_follows_finished_ones);
	TAP_RUN(test_a_volatile_run_hides_no_unfinished_one);
	TAP_RUN(test_the_new_medium_of_a_volatile_run_goes_at_once);
	medium_clear(&medium);
	medium_clear(&other);
	return TAP_END();
}
