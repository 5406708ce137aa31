/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The medium goes while a run goes on, and comes back: whole, with what a pull leaves of a write,
 * or only to go again. In the end it must be as if it had never been away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "journal_run.h"
#include "tap.h"

static struct medium medium;

static void test_before_it_may_go_a_loss_is_an_error(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal = run_open(&medium, "CZ1");
	medium.dead = true;
	CHECK_INT(run_note(journal, JOURNAL_RUN_BEGIN, 0, (enum step_state)0), ERR_IO);
	CHECK_INT(journal_owed(journal), 0);
	journal_let_go(journal);
	CHECK_INT(run_note(journal, JOURNAL_RUN_BEGIN, 0, (enum step_state)0), 0);
	CHECK_INT(journal_owed(journal), 1);
	CHECK(journal_is_degraded(journal));
	CHECK(!journal_is_volatile(journal));
	journal_close(journal);
}

static struct journal *under_way;
static size_t owed_meanwhile;

static void ask_what_is_owed(struct medium *at, unsigned int slot, const uint8_t *buf)
{
	(void)at;
	(void)slot;
	(void)buf;
	if (journal_owed(under_way) > owed_meanwhile)
		owed_meanwhile = journal_owed(under_way);
}

/* While a medium takes its time with a write nobody waits who only asks (else this one hangs). */
static void test_what_is_owed_is_told_during_a_write(void)
{
	medium_format(&medium);
	under_way = run_begin_on(&medium);
	medium.dead = true;
	run_go_on(under_way, 0, 1);
	medium.dead = false;
	medium.before_write = ask_what_is_owed;
	CHECK_INT(run_note(under_way, JOURNAL_RUN_IN_RAM, 0, (enum step_state)0), 0);
	medium.before_write = NULL;
	CHECK_INT(owed_meanwhile, 1);
	CHECK_INT(journal_owed(under_way), 0);
	journal_close(under_way);
}

static void test_what_is_owed_can_be_read(void)
{
	struct journal_record *list = NULL;
	struct journal *journal;
	char run_id[33];
	size_t count = 0;
	bool is_open = true;

	medium_format(&medium);
	journal = run_begin_on(&medium);
	CHECK(!journal_is_degraded(journal));
	medium.dead = true;
	run_go_on(journal, 0, 2);
	CHECK_INT(run_note(journal, JOURNAL_RUN_END, 0, (enum step_state)0), 0);
	CHECK_INT(journal_owed(journal), 3);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 8);
	CHECK_INT(list[6].step, 2);
	CHECK_INT(list[6].state, STEP_BEGUN);
	free(list);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(!is_open);
	journal_close(journal);
}

/* One write in both copies did not work, and nobody pulled anything. */
static void test_a_hiccup_is_made_good_by_the_next_record(void)
{
	struct journal *journal;

	medium_format(&medium);
	journal = run_begin_on(&medium);
	medium.unwritable[0] = medium.unwritable[1] = true;
	run_go_on(journal, 0, 2);
	CHECK_INT(journal_owed(journal), 2);
	medium.unwritable[0] = medium.unwritable[1] = false;
	run_go_on(journal, 2, 3);
	CHECK_INT(journal_owed(journal), 0);
	CHECK(journal_is_degraded(journal));
	journal_close(journal);
	CHECK(run_is_whole(&medium, 3));
}

static void test_it_comes_back_as_it_was(void)
{
	/* Also so long that the ring goes round while it is away. */
	static const unsigned int counts[] = { 0, 1, 7, 200, 1000 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct journal *journal;

		medium_format(&medium);
		journal = run_begin_on(&medium);
		run_go_on(journal, 0, 10);
		medium.dead = true;
		run_go_on(journal, 10, 10 + counts[i]);
		CHECK_INT(journal_owed(journal), counts[i]);
		medium.dead = false;
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		CHECK_INT(journal_owed(journal), 0);
		CHECK(!journal_is_degraded(journal));
		run_go_on(journal, 10 + counts[i], 20 + counts[i]);
		journal_close(journal);
		CHECK(run_is_whole(&medium, 20 + counts[i]));
	}
}

/* Pulled while a record was being written, at either copy. */
static void test_it_went_during_a_write(void)
{
	for (unsigned int write = 1; write <= 4; write++) {
		for (unsigned int cut = CUT_NOTHING; cut <= CUT_LAST; cut++) {
			struct journal *journal;

			medium_format(&medium);
			journal = run_begin_on(&medium);
			run_go_on(journal, 0, 300);
			medium_power_on(&medium);
			medium.cut_at = write;
			medium.cut = (enum medium_cut)cut;
			medium.cut_bytes = 300;
			run_go_on(journal, 300, 305);
			CHECK(journal_owed(journal) > 0);
			medium_power_on(&medium);
			CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
			CHECK(!journal_is_degraded(journal));
			journal_close(journal);
			CHECK(run_is_whole(&medium, 305));
		}
	}
}

/* The last record of each step on the medium, 0 = none. */
static void last_records(struct medium *on, uint64_t ret[4])
{
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	size_t count = 0;

	memset(ret, 0, 4 * sizeof(*ret));
	CHECK_INT(journal_open_on(medium_io(on), "CZ1", true, &journal, NULL), 0);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		if (list[i].type == JOURNAL_STEP)
			ret[list[i].step] = list[i].seq;
	free(list);
	journal_close(journal);
}

/*
 * It goes again at the n-th write, and comes again: no step ever loses its last record. The first
 * time it went while a record was written, and nobody was told that this had arrived in copy A.
 */
static void go_again(unsigned int n)
{
	uint64_t before[4], after[4];
	struct journal *journal;

	medium_format(&medium);
	journal = run_begin_on(&medium);
	run_go_on(journal, 0, 260);
	medium_power_on(&medium);
	medium.cut_at = 1;
	medium.cut = CUT_WHOLE;
	run_go_on(journal, 260, 290);
	medium_power_on(&medium);
	last_records(&medium, before);
	medium.cut_at = n;
	medium.cut = n % 2 ? CUT_GARBLED : CUT_TORN;
	medium.cut_bytes = 200;
	/* The last copy B alone is not missed. */
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), n < 60 ? ERR_IO : 0);
	run_go_on(journal, 290, 293);
	medium_power_on(&medium);
	last_records(&medium, after);
	for (unsigned int step = 1; step <= 3; step++)
		CHECK(after[step] >= before[step] || n == 1); /* the only copy was under way */
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
	CHECK_INT(journal_owed(journal), 0);
	journal_close(journal);
	CHECK(run_is_whole(&medium, 293));
}

static void test_it_goes_again_while_it_catches_up(void)
{
	for (unsigned int n = 1; n <= 62; n++)
		go_again(n);
}

/* A stick is pulled and pushed: what suffered is repaired from memory. */
static void test_damage_is_repaired(void)
{
	static const unsigned int slots[] = { 0, 2, 7 }; /* the header and two records */

	for (unsigned int copies = 1; copies <= 3; copies++) {
		for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++) {
			struct journal *journal;

			if (slots[i] == 0 && copies == 3)
				continue;
			medium_format(&medium);
			journal = run_begin_on(&medium);
			run_go_on(journal, 0, 3);
			medium.dead = true;
			run_go_on(journal, 3, 5);
			medium.dead = false;
			for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
				if (copies & 1u << copy)
					medium_region_slot(&medium, copy, 0, slots[i])[99] ^= 1;
			if (copies < 3)
				medium_slot(&medium, (copies - 1) * MEDIUM_SLOTS / 2)[300] ^= 1;
			CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
			journal_close(journal);
			CHECK(run_is_whole(&medium, 5));
		}
	}
}

struct worker {
	struct journal *journal;
	unsigned int step;
	pthread_t thread;
};

#define WORKERS	    4
#define WORKER_RUNS 30

static void *work(void *ctx)
{
	const struct worker *worker = ctx;

	for (unsigned int i = 0; i < WORKER_RUNS; i++) {
		struct journal_record record = { .type = JOURNAL_STEP,
						 .step = (uint16_t)worker->step,
						 .state = STEP_WRITING,
						 .attempt = (uint16_t)i,
						 .run_id = RUN_A };

		if (journal_append(worker->journal, &record, NULL))
			return NULL;
	}
	return ctx;
}

/* The medium comes and goes while several threads record their steps: nothing is lost. */
static void test_threads(void)
{
	struct worker workers[WORKERS];
	struct journal_record *list = NULL;
	struct journal *journal;
	size_t count = 0;

	medium_format(&medium);
	journal = run_begin_on(&medium);
	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ .journal = journal, .step = 10 + i };
		CHECK_INT(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned int i = 0; i < 50; i++) {
		pthread_mutex_lock(&journal->lock);
		medium.dead = i % 2 == 0;
		pthread_mutex_unlock(&journal->lock);
		usleep(300);
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		void *good = NULL;

		CHECK_INT(pthread_join(workers[i].thread, &good), 0);
		CHECK(good);
	}
	CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
	CHECK_INT(journal_owed(journal), 0);
	journal_close(journal);
	journal = run_open(&medium, "CZ1");
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 5 + WORKERS * WORKER_RUNS);
	for (size_t i = 0; i < count; i++)
		CHECK_INT(list[i].seq, i + 1);
	free(list);
	journal_close(journal);
}

int main(void)
{
	TAP_RUN(test_before_it_may_go_a_loss_is_an_error);
	TAP_RUN(test_what_is_owed_can_be_read);
	TAP_RUN(test_what_is_owed_is_told_during_a_write);
	TAP_RUN(test_a_hiccup_is_made_good_by_the_next_record);
	TAP_RUN(test_it_comes_back_as_it_was);
	TAP_RUN(test_it_went_during_a_write);
	TAP_RUN(test_it_goes_again_while_it_catches_up);
	TAP_RUN(test_damage_is_repaired);
	TAP_RUN(test_threads);
	medium_clear(&medium);
	return TAP_END();
}
