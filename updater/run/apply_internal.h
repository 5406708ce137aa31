/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of apply share: the steps at work, and what is said of them. */
#ifndef DRYDOCK_APPLY_INTERNAL_H
#define DRYDOCK_APPLY_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "run/apply.h"
#include "run/step_work.h"

struct apply_run {
	const struct apply *apply;
	struct step_work *works; /* one per step, by its number - 1 */
	size_t count;
	struct step_signal signal; /* some step has changed */
	uint64_t said_ms;	   /* when what is going on was last said */
	time_t until;		   /* when the last write should have ended, as it was last said */
	const char *stopped;	   /* why nothing more begins; NULL = it does */
	int stopped_code;
};

/* The clock of the seam. */
uint64_t apply_now_ms(const struct apply *apply);

/* Is a thread at work on it? Overdue ones are. */
bool work_is_running(const struct step_work *work);

/* "Step 3 of 12: ..." */
void say_begin(struct apply_run *run, struct step_work *work);
/* The steps at work, a line each, or in sum when they are many. */
void say_progress(struct apply_run *run);
void say_result(struct apply_run *run, struct step_work *work);
void say_overdue(struct apply_run *run, struct step_work *work, const char *text);

/*
 * Brings the console's last line up to date: is it safe to power off? Any thread. "NO" must be
 * there before the first byte goes out, so a step calls it when its intent is recorded.
 */
void show_power(struct apply_run *run);

#endif
