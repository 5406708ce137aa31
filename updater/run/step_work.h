/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step from "begun" to its end, on its own thread. Used by the parts of apply only. */
#ifndef DRYDOCK_STEP_WORK_H
#define DRYDOCK_STEP_WORK_H

#include <pthread.h>
#include <stdatomic.h>

#include "run/apply.h"
#include "run/step_flow.h"

/* What all steps of a run wake the one that waits with; the lock guards their results, too. */
struct step_signal {
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

struct step_work {
	struct apply_run *run;
	const struct apply *apply;
	const struct step *step;
	struct step_signal *signal;
	pthread_t thread;
	uint16_t attempt; /* 1.. */

	/* Written by the thread, read by others. */
	_Atomic enum work_phase phase; /* 0 = not begun */
	_Atomic uint64_t done_bytes;   /* of this phase */
	_Atomic uint64_t intent_ms;    /* clock of the seam when writing began; 0 = not yet */
	_Atomic uint64_t moved_ms;     /* ... when anything moved last */
	_Atomic bool journal_failed;   /* the device is ahead of the journal: begin nothing more */
	_Atomic bool finished;	       /* its result is final */

	/* Written by the one that waits, read by others. */
	_Atomic bool started;
	_Atomic bool collected; /* its end was seen and said */

	/* Under signal->lock while the thread is at work. */
	bool overdue, ending;
	bool intending; /* from here on bytes may reach the device */
	struct step_result result;
};

/* Starts the thread. ERR_INTERNAL when there can be none. */
int step_work_start(struct step_work *work, struct err *err);

/* Journal and events for a state; ERR_* when the journal did not take it. Any thread. */
int step_work_record(struct step_work *work, const struct step_result *result, struct err *err);

#endif
