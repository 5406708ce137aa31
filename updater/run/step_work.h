/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step from "begun" to its end, on its own thread. Used by apply.c only. */
#ifndef DRYDOCK_STEP_WORK_H
#define DRYDOCK_STEP_WORK_H

#include <pthread.h>
#include <stdatomic.h>

#include "run/apply.h"

enum work_phase {
	PHASE_CHECKING = 1,
	PHASE_VERIFYING, /* the payload, on the medium */
	PHASE_WRITING,
	PHASE_ACTIVATING,
	PHASE_READING_BACK,
};

struct step_work {
	const struct apply *apply;
	const struct step *step;
	pthread_t thread;

	/* Written by the thread, read by the one that waits. */
	_Atomic enum work_phase phase;
	_Atomic uint64_t done_bytes; /* of this phase */
	_Atomic uint64_t intent_ms;  /* clock of the seam when writing began; 0 = not yet */
	_Atomic uint64_t moved_ms;   /* ... when anything moved last */
	_Atomic bool journal_failed; /* the device is ahead of the journal: begin nothing more */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool finished;
	bool overdue; /* set by the one that waits */
	struct step_result result;
};

void step_work_init(struct step_work *work, const struct apply *apply, const struct step *step);

/* Starts the thread. ERR_INTERNAL when there can be none. */
int step_work_start(struct step_work *work, struct err *err);

/* Journal and events for a state; ERR_* when the journal did not take it. Any thread. */
int step_work_record(struct step_work *work, const struct step_result *result, struct err *err);

#endif
