/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of many steps in a region of 255 slots: what there is room for, that it is enough, and that
 * at any write a cut leaves the last record of each step.
 */
#include <stdio.h>
#include <stdlib.h>

#include "journal_medium.h"
#include "tap.h"

#define RUN	  "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
#define MAX_STEPS 255

/* The longest way that a step can go. */
static const enum step_state way[] = { STEP_PLANNED,   STEP_BEGUN,   STEP_WRITING, STEP_WRITTEN,
				       STEP_ACTIVATED, STEP_OVERDUE, STEP_VERIFIED };
#define WAY (sizeof(way) / sizeof(*way))

static struct medium medium;
static unsigned int reached[MAX_STEPS + 1]; /* records of each step that were acknowledged */
static unsigned int in_flight;		    /* the step whose record is being written, 0 = none */

static int append(struct journal *journal, enum journal_type type, unsigned int step,
		  enum step_state state)
{
	struct journal_record record = {
		.type = type, .step = (uint16_t)step, .state = state, .run_id = RUN
	};

	return journal_append(journal, &record, NULL);
}

static int append_run(struct journal *journal, enum journal_type type)
{
	return append(journal, type, 0, (enum step_state)0);
}

static int advance(struct journal *journal, unsigned int step)
{
	int rc;

	in_flight = step;
	rc = append(journal, JOURNAL_STEP, step, way[reached[step]]);
	in_flight = 0;
	if (rc == 0)
		reached[step]++;
	return rc;
}

/* Every slot holds a record of a finished run: then each write replaces something that holds. */
static struct journal *open_used_medium(void)
{
	struct journal *journal = NULL;

	medium_format(&medium);
	CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", false, &journal, NULL), 0);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		struct journal_record record = { .type = JOURNAL_RUN_END,
						 .run_id = "dddddddddddddddddddddddddddddddd" };

		CHECK_INT(journal_append(journal, &record, NULL), 0);
	}
	memset(reached, 0, sizeof(reached));
	return journal;
}

static enum step_state last_states[MAX_STEPS + 1];

static void read_states(struct journal *journal)
{
	struct journal_record *list = NULL;
	size_t count = 0;

	memset(last_states, 0, sizeof(last_states));
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		if (list[i].type == JOURNAL_STEP && strcmp(list[i].run_id, RUN) == 0)
			last_states[list[i].step] = list[i].state;
	free(list);
}

/* Only the step whose record is being written may be further than what was acknowledged. */
static bool states_are_right(void)
{
	for (unsigned int step = 1; step <= MAX_STEPS; step++) {
		enum step_state want = reached[step] ? way[reached[step] - 1] : (enum step_state)0;

		if (last_states[step] == want ||
		    (step == in_flight && last_states[step] == way[reached[step]]))
			continue;
		printf("# step %u: %d, not %d\n", step, (int)last_states[step], (int)want);
		return false;
	}
	return true;
}

static void check_states(struct journal *journal)
{
	read_states(journal);
	CHECK(states_are_right());
}

/* What the journal says when it is opened after a cut, for reading and then for writing. */
static void check_medium(struct medium *after, bool read_only)
{
	struct journal *journal = NULL;

	CHECK_INT(journal_open_on(medium_io(after), "CZ1", read_only, &journal, NULL), 0);
	check_states(journal);
	journal_close(journal);
}

/* The same cut, repaired, and the record of the one in flight again: as a next boot would. */
static void check_repair(const struct medium *cut)
{
	static struct medium after;

	medium_copy(&after, cut);
	check_medium(&after, false);
	check_medium(&after, true);
	medium_clear(&after);
}

static void cut_before_write(struct medium *at, unsigned int slot, const uint8_t *buf)
{
	static const enum medium_cut cuts[] = { CUT_TORN, CUT_GARBLED };
	uint8_t *there = medium_slot(at, slot);
	uint8_t saved[JOURNAL_SLOT_BYTES];

	memcpy(saved, there, sizeof(saved));
	medium_cut_slot(there, buf, cuts[at->writes % 2], at->writes * 37 % JOURNAL_RECORD_BYTES);
	check_medium(at, true);
	if (at->writes % 41 == 0)
		check_repair(at);
	memcpy(there, saved, sizeof(saved));
	if (at->writes % 5 == 0)
		check_medium(at, true); /* cut between two writes */
}

/* Steps in an order as several lanes make it: next is the n-th of those under way. */
static void run_lanes(struct journal *journal, unsigned int steps, unsigned int at_once)
{
	unsigned int lanes[MAX_STEPS + 1], begun = 0, busy = 0, turn = 0;

	for (unsigned int step = 1; step <= steps; step++)
		CHECK_INT(advance(journal, step), 0);
	while (begun < steps || busy > 0) {
		unsigned int lane;

		while (busy < at_once && begun < steps)
			lanes[busy++] = ++begun;
		lane = turn++ * 7 % busy;
		if (advance(journal, lanes[lane]) != 0) {
			CHECK(!"room for another record");
			return;
		}
		if (reached[lanes[lane]] == WAY)
			lanes[lane] = lanes[--busy];
	}
}

static void test_a_cut_at_any_write_of_100_steps(void)
{
	struct journal *journal = open_used_medium();
	char run_id[33];
	bool is_open = true;

	medium.writes = 0;
	medium.before_write = cut_before_write;
	CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
	CHECK_INT(append_run(journal, JOURNAL_RUN_IN_RAM), 0);
	run_lanes(journal, 100, 24);
	CHECK_INT(append_run(journal, JOURNAL_RUN_END), 0);
	CHECK_INT(medium.writes, 2 * (100 * WAY + 3));
	medium.before_write = NULL;
	check_states(journal);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(!is_open);
	journal_close(journal);
}

/* Each step's last record is on the medium before what it replaces goes: with one copy dead, too.
 */
static void test_a_cut_with_one_dead_copy(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		struct journal *journal = open_used_medium();

		medium.unwritable[copy] = true;
		CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
		run_lanes(journal, 60, 20);
		journal_close(journal);
		medium.unwritable[copy] = false;
		check_medium(&medium, true);
		check_medium(&medium, false);
		/* Repaired: the other copy may go. */
		for (unsigned int i = 1; i < JOURNAL_REGION_SLOTS; i++)
			memset(medium_region_slot(&medium, 1 - copy, 0, i), 0, JOURNAL_SLOT_BYTES);
		check_medium(&medium, true);
	}
}

static const struct room {
	size_t steps, at_once, granted; /* 0 = ERR_FULL */
} rooms[] = {
	{ 0, 8, 8 },	{ 1, 1, 1 },	 { 31, 64, 35 }, { 35, 64, 35 },   { 36, 64, 35 },
	{ 100, 8, 8 },	{ 100, 64, 24 }, { 200, 64, 7 }, { 234, 64, 2 },   { 235, 64, 1 },
	{ 240, 64, 1 }, { 240, 1, 1 },	 { 241, 1, 0 },	 { 65535, 64, 0 }, { SIZE_MAX, 1, 0 },
};

static void test_what_there_is_room_for(void)
{
	struct journal *journal = open_used_medium();

	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		size_t granted = 0;
		int rc = journal_reserve_run(journal, rooms[i].steps, rooms[i].at_once, &granted,
					     NULL);

		CHECK_INT(rc, rooms[i].granted ? 0 : ERR_FULL);
		CHECK_INT(granted, rooms[i].granted);
	}
	journal_close(journal);
}

/* A reboot in between, and a cut after it: everything that was reserved is needed and there. */
static void test_the_room_is_enough(void)
{
	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
		struct journal *journal = open_used_medium();
		unsigned int steps = (unsigned int)rooms[i].steps;

		if (rooms[i].granted) {
			CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
			CHECK_INT(append_run(journal, JOURNAL_RUN_IN_RAM), 0);
			run_lanes(journal, steps, (unsigned int)rooms[i].granted);
			CHECK_INT(append_run(journal, JOURNAL_RUN_REBOOT), 0);
			CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
			CHECK_INT(append_run(journal, JOURNAL_RUN_IN_RAM), 0);
			CHECK_INT(append_run(journal, JOURNAL_RUN_END), 0);
			check_states(journal);
		}
		journal_close(journal);
	}
}

/* Cut off at its fullest: 240 planned steps, of which one is in its write. All can be settled. */
static void test_a_full_run_can_be_settled(void)
{
	struct journal *journal = open_used_medium();
	struct journal_record *list = NULL;
	size_t granted = 0, count = 0, begins = 0;

	CHECK_INT(journal_reserve_run(journal, 240, 8, &granted, NULL), 0);
	CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
	CHECK_INT(append_run(journal, JOURNAL_RUN_IN_RAM), 0);
	for (unsigned int step = 1; step <= 240; step++)
		CHECK_INT(advance(journal, step), 0);
	for (unsigned int i = 1; i < WAY - 1; i++)
		CHECK_INT(advance(journal, 240), 0);
	journal_close(journal);
	CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", false, &journal, NULL), 0);
	for (unsigned int step = 1; step <= 240; step++)
		CHECK_INT(append(journal, JOURNAL_STEP, step, STEP_UNKNOWN), 0);
	CHECK_INT(append_run(journal, JOURNAL_RUN_END), 0);
	read_states(journal);
	for (unsigned int step = 1; step <= 240; step++)
		CHECK_INT(last_states[step], STEP_UNKNOWN);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		begins += list[i].type == JOURNAL_RUN_BEGIN;
	CHECK_INT(begins, 1);
	free(list);
	journal_close(journal);
}

/* More steps that are overdue than was reserved: nothing new is begun, what happens is recorded. */
static void test_without_room_only_facts_are_taken(void)
{
	struct journal *journal = open_used_medium();
	unsigned int begun = 0;

	CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
	for (unsigned int step = 1; step <= 200; step++)
		CHECK_INT(advance(journal, step), 0);
	while (begun < 200 && advance(journal, begun + 1) == 0)
		begun++;
	CHECK_INT(begun, JOURNAL_RECORDS - 1 - 200);
	CHECK_INT(append_run(journal, JOURNAL_RUN_IN_RAM), ERR_FULL);
	for (unsigned int step = 1; step <= begun; step++) {
		CHECK_INT(append(journal, JOURNAL_STEP, step, STEP_WRITING), ERR_FULL);
		reached[step] = 3;
		CHECK_INT(advance(journal, step), 0); /* written */
		check_states(journal);
	}
	for (unsigned int step = 1; step <= begun; step++)
		while (reached[step] < WAY)
			CHECK_INT(advance(journal, step), 0);
	check_states(journal);
	/* Their ends have made room. */
	CHECK_INT(advance(journal, begun + 1), 0);
	journal_close(journal);
	check_medium(&medium, true);
}

static size_t count_of(struct journal *journal, enum journal_type type, unsigned int step)
{
	struct journal_record *list = NULL;
	size_t count = 0, found = 0;

	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	for (size_t i = 0; i < count; i++)
		found += list[i].type == type && list[i].step == step &&
			 strcmp(list[i].run_id, RUN) == 0;
	free(list);
	return found;
}

/* How a step came to where it is goes only when it has its end; overdue is none. */
static void test_steps_under_way_keep_their_way(void)
{
	struct journal *journal = open_used_medium();
	unsigned int step = 3;

	CHECK_INT(append_run(journal, JOURNAL_RUN_BEGIN), 0);
	for (unsigned int i = 0; i < WAY; i++)
		CHECK_INT(advance(journal, 1), 0);
	for (unsigned int i = 0; i < WAY - 1; i++)
		CHECK_INT(advance(journal, 2), 0); /* overdue is its last */
	while (advance(journal, step) == 0)
		step++;
	CHECK_INT(step - 3, JOURNAL_RECORDS - 1 - 1 - (WAY - 1));
	CHECK_INT(count_of(journal, JOURNAL_STEP, 1), 1);
	CHECK_INT(count_of(journal, JOURNAL_STEP, 2), WAY - 1);
	check_states(journal);
	/* The end of the run takes the place of what is worth least. */
	CHECK_INT(append_run(journal, JOURNAL_RUN_END), 0);
	CHECK_INT(count_of(journal, JOURNAL_STEP, 2), WAY - 2);
	CHECK_INT(count_of(journal, JOURNAL_RUN_BEGIN, 0), 1);
	check_states(journal);
	journal_close(journal);
}

int main(void)
{
	TAP_RUN(test_a_cut_at_any_write_of_100_steps);
	TAP_RUN(test_a_cut_with_one_dead_copy);
	TAP_RUN(test_what_there_is_room_for);
	TAP_RUN(test_the_room_is_enough);
	TAP_RUN(test_a_full_run_can_be_settled);
	TAP_RUN(test_steps_under_way_keep_their_way);
	TAP_RUN(test_without_room_only_facts_are_taken);
	medium_clear(&medium);
	return TAP_END();
}
