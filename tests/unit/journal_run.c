/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_run.h"

#include <stdio.h>
#include <stdlib.h>

#define MUST(cond)                                                          \
	do {                                                                \
		if (!(cond)) {                                              \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                            \
		}                                                           \
	} while (0)

struct journal *run_open(struct medium *on, const char *serial)
{
	struct journal *journal = NULL;

	MUST(journal_open_on(medium_io(on), serial, false, &journal, NULL) == 0);
	return journal;
}

int run_note(struct journal *journal, enum journal_type type, unsigned int step,
	     enum step_state state)
{
	struct journal_record record = {
		.type = type, .step = (uint16_t)step, .state = state, .run_id = RUN_A
	};
	struct err err = { 0 };
	int rc = journal_append(journal, &record, &err);

	MUST(err.code == rc);
	return rc;
}

void run_begin(struct journal *journal)
{
	MUST(run_note(journal, JOURNAL_RUN_BEGIN, 0, (enum step_state)0) == 0);
	for (unsigned int step = 1; step <= 3; step++)
		MUST(run_note(journal, JOURNAL_STEP, step, STEP_PLANNED) == 0);
	MUST(run_note(journal, JOURNAL_RUN_IN_RAM, 0, (enum step_state)0) == 0);
}

void run_go_on(struct journal *journal, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		unsigned int state = STEP_BEGUN + i / 3 % (STEP_VERIFIED - 1);

		MUST(run_note(journal, JOURNAL_STEP, 1 + i % 3, (enum step_state)state) == 0);
	}
}

struct journal *run_begin_on(struct medium *medium)
{
	struct journal *journal = run_open(medium, "CZ1");

	run_begin(journal);
	journal_let_go(journal);
	return journal;
}

struct journal *run_begin_volatile(unsigned int count)
{
	struct journal *journal = NULL;

	MUST(journal_open_volatile("CZ1", &journal, NULL) == 0);
	run_begin(journal);
	run_go_on(journal, 0, count);
	MUST(journal_owed(journal) == 5 + count);
	return journal;
}

bool run_is_whole(struct medium *medium, unsigned int count)
{
	static struct medium reference;
	struct journal *journal;
	bool same;

	medium_format(&reference);
	journal = run_begin_on(&reference);
	run_go_on(journal, 0, count);
	journal_close(journal);
	same = medium_same(medium, &reference);
	medium_clear(&reference);
	return same;
}
