/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power is cut at the first write, at the second, at the third ... until a whole run goes
 * through. Whatever the medium keeps of the slot that was under way, afterwards the journal has
 * every record that was acknowledged, in order, and at most the one that was not yet.
 */
#include <stdio.h>
#include <stdlib.h>

#include "journal_medium.h"
#include "tap.h"

#define RUN   "cccccccccccccccccccccccccccccccc"
#define STEPS 4

static struct medium medium;
static unsigned int acknowledged; /* records of RUN */

static int append(struct journal *journal, enum journal_type type, const char *run_id,
		  unsigned int step)
{
	struct journal_record record = { .type = type, .step = (uint16_t)step };

	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	if (type == JOURNAL_STEP)
		record.state = STEP_WRITING;
	return journal_append(journal, &record, NULL);
}

/* A medium whose ring is full of a finished run: every write then replaces a record that holds. */
static void format_used_medium(void)
{
	struct journal *journal = NULL;

	medium_format(&medium);
	CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", false, &journal, NULL), 0);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		append(journal, JOURNAL_RUN_END, "dddddddddddddddddddddddddddddddd", 0);
	journal_close(journal);
	acknowledged = 0;
}

static void format_new_medium(void)
{
	medium_format(&medium);
	acknowledged = 0;
}

/* Goes on with RUN where the acknowledged records end: records 1, 2 ... carry their number. */
static int work(unsigned int until)
{
	struct journal *journal = NULL;
	int rc = journal_open_on(medium_io(&medium), "CZ1", false, &journal, NULL);

	while (rc == 0 && acknowledged < until) {
		enum journal_type type = acknowledged == 0 ? JOURNAL_RUN_BEGIN : JOURNAL_STEP;

		rc = append(journal, type, RUN, acknowledged + 1);
		if (rc == 0)
			acknowledged++;
	}
	journal_close(journal);
	return rc;
}

static bool same_order(const struct journal_record *list, size_t count, unsigned int *ret_last)
{
	unsigned int last = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].run_id, RUN) != 0)
			continue;
		if (list[i].step != last + 1)
			return false;
		last++;
	}
	*ret_last = last;
	return true;
}

/* What a reader finds, before anything is repaired. Takes what was in flight as acknowledged. */
static bool holds_what_was_promised(void)
{
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	unsigned int last = 0;
	size_t count = 0;
	bool good;
	int rc = journal_open_on(medium_io(&medium), "CZ1", true, &journal, NULL);

	if (rc == ERR_NOT_FOUND)
		return acknowledged == 0;
	if (rc || journal_read(journal, &list, &count, NULL))
		return false;
	good = same_order(list, count, &last) && (last == acknowledged || last == acknowledged + 1);
	free(list);
	journal_close(journal);
	acknowledged = last;
	return good;
}

/* One life with a cut at the n-th write: true when it came to its end before. */
static bool survive(unsigned int until, unsigned int cut_at, enum medium_cut cut, size_t bytes)
{
	int rc;

	medium_power_on(&medium);
	medium.cut_at = cut_at;
	medium.cut = cut;
	medium.cut_bytes = bytes;
	rc = work(until);
	medium_power_on(&medium);
	if (!holds_what_was_promised()) {
		printf("# cut %d at write %u after %zu bytes\n", (int)cut, cut_at, bytes);
		CHECK(!"promised records");
	}
	return rc == 0;
}

static void cut_everywhere(void (*format)(void), enum medium_cut cut, size_t bytes)
{
	bool finished = false;
	unsigned int n = 0;

	while (!finished) {
		format();
		finished = survive(STEPS, ++n, cut, bytes);
		CHECK(survive(STEPS + 1, 0, CUT_NOTHING, 0));
		CHECK_INT(acknowledged, STEPS + 1);
	}
	/*
	 * The header and STEPS records in two copies each. The cut of the very last write is not
	 * noticed: the record is in copy A by then.
	 */
	CHECK_INT(n, 2 * (1 + STEPS));
}

static void test_cut_at_every_write_of_a_new_medium(void)
{
	cut_everywhere(format_new_medium, CUT_NOTHING, 0);
	cut_everywhere(format_new_medium, CUT_TORN, 8);
	cut_everywhere(format_new_medium, CUT_TORN, 511);
	cut_everywhere(format_new_medium, CUT_GARBLED, 0);
	cut_everywhere(format_new_medium, CUT_WHOLE, 0);
}

static void test_cut_at_every_write_of_a_used_medium(void)
{
	cut_everywhere(format_used_medium, CUT_NOTHING, 0);
	cut_everywhere(format_used_medium, CUT_TORN, 300);
	cut_everywhere(format_used_medium, CUT_GARBLED, 300);
	cut_everywhere(format_used_medium, CUT_WHOLE, 0);
}

static void test_cut_at_every_byte(void)
{
	for (size_t bytes = 0; bytes <= JOURNAL_RECORD_BYTES; bytes++) {
		enum medium_cut cut = bytes % 2 ? CUT_TORN : CUT_GARBLED;

		format_new_medium();
		survive(STEPS, 5, cut, bytes); /* the second record's copy A */
		survive(STEPS, 3, cut, bytes); /* what is repaired, or the next one */
	}
}

/* The second cut comes while the first one is being repaired, the third while that is. */
static void test_cut_during_the_repair(void)
{
	for (unsigned int first = 1; first <= 2 * (1 + STEPS); first++) {
		for (unsigned int second = 1; second <= 5; second++) {
			for (unsigned int cut = CUT_TORN; cut <= CUT_GARBLED; cut++) {
				format_new_medium();
				survive(STEPS, first, (enum medium_cut)cut, 100);
				survive(STEPS, second, (enum medium_cut)cut, 200);
				survive(STEPS, second % 3 + 1, (enum medium_cut)cut, 300);
				CHECK(survive(STEPS + 1, 0, CUT_NOTHING, 0));
				CHECK_INT(acknowledged, STEPS + 1);
			}
		}
	}
}

/* The n-th write fails, and the process lives on: nothing is lost, and it is said. */
static void test_failure_of_every_write(void)
{
	for (unsigned int n = 1; n <= 2 * (1 + STEPS); n++) {
		struct journal *journal = NULL;

		format_used_medium();
		medium_power_on(&medium);
		medium.fail_at = n;
		CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", false, &journal, NULL), 0);
		for (acknowledged = 0; acknowledged < STEPS; acknowledged++)
			CHECK_INT(append(journal, JOURNAL_STEP, RUN, acknowledged + 1), 0);
		CHECK(journal_is_degraded(journal));
		journal_close(journal);
		CHECK(holds_what_was_promised());
		CHECK_INT(acknowledged, STEPS);
	}
}

/* A copy that died, then a cut while the other one is written: the acknowledged record stays. */
static void test_cut_with_one_dead_copy(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		for (unsigned int n = 1; n <= 2 * (1 + STEPS); n++) {
			format_new_medium();
			CHECK(survive(2, 0, CUT_NOTHING, 0));
			medium.unwritable[copy] = true;
			survive(STEPS, n, CUT_GARBLED, 256);
			medium.unwritable[copy] = false;
			survive(STEPS + 1, n, CUT_TORN, 256);
			CHECK(survive(STEPS + 2, 0, CUT_NOTHING, 0));
			CHECK_INT(acknowledged, STEPS + 2);
		}
	}
}

int main(void)
{
	TAP_RUN(test_cut_at_every_write_of_a_new_medium);
	TAP_RUN(test_cut_at_every_write_of_a_used_medium);
	TAP_RUN(test_cut_at_every_byte);
	TAP_RUN(test_cut_during_the_repair);
	TAP_RUN(test_failure_of_every_write);
	TAP_RUN(test_cut_with_one_dead_copy);
	medium_clear(&medium);
	return TAP_END();
}
