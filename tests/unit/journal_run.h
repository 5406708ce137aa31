/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of three steps whose medium may go, for the tests of what happens then: how it begins, what
 * it goes on with, and what the medium holds when it never goes.
 */
#ifndef DRYDOCK_TESTS_JOURNAL_RUN_H
#define DRYDOCK_TESTS_JOURNAL_RUN_H

#include "journal_medium.h"

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Machine CZ1's journal on that medium; aborts when it cannot be opened. */
struct journal *run_open(struct medium *on, const char *serial);
/* Appends a record of RUN_A; aborts when the error's code is not the one that is returned. */
int run_note(struct journal *journal, enum journal_type type, unsigned int step,
	     enum step_state state);
/* 5 records: the run, its three planned steps, in RAM. Aborts when one is refused. */
void run_begin(struct journal *journal);
/* Records number from .. to - 1 of the three steps in turns; each goes through its states. */
void run_go_on(struct journal *journal, unsigned int from, unsigned int to);
/* run_begin() on a medium, which may go afterwards. */
struct journal *run_begin_on(struct medium *medium);
/* run_begin() and run_go_on() to count without a medium. */
struct journal *run_begin_volatile(unsigned int count);
/* Is this what a medium holds that took run_begin() and run_go_on() to count and never went? */
bool run_is_whole(struct medium *medium, unsigned int count);

#endif
