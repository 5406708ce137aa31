/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the journal knows of earlier boots: which run is open, what became of its steps, which
 * components it withdrew, which devices it died on. Pure: from records to facts.
 *
 * Runs hang together in chains: a run that settles an interrupted one and goes on with it names it
 * in its RUN_BEGIN ("continues"). A reboot that belongs to the plan does not end the run: its
 * record is RUN_REBOOT, and the next boot goes on under the same run id, with step numbers that
 * follow the ones before.
 */
#ifndef DRYDOCK_RUN_HISTORY_H
#define DRYDOCK_RUN_HISTORY_H

#include "inventory/inventory.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "plan/schedule.h"

/* How often a run may die on one step before the step is left alone. */
#define HISTORY_MAX_DEATHS 2

enum history_end {
	HISTORY_NONE = 1,    /* no run of this machine */
	HISTORY_ENDED,	     /* the last one came to its end */
	HISTORY_REBOOT,	     /* the last one paused for a reboot of its own */
	HISTORY_INTERRUPTED, /* the last one was cut off */
};

/* The last that the journal says about one step of the last run. */
struct history_step {
	struct journal_record last;
	bool open;	     /* it may have been begun and has no end: settle it */
	unsigned int deaths; /* of (device, component) in the chain: runs that died in its write */
	uint16_t attempt;    /* the next attempt's number, 1.. */
};

struct history {
	enum history_end end;
	char run_id[33];    /* of the last run */
	char continues[33]; /* the run that it continued; "" = none */
	bool in_ram;	    /* it went on without its medium: records may be missing */
	uint16_t last_step; /* the highest number in use */
	unsigned int boots; /* of the last run: 1 + its planned reboots */
	struct history_step *steps;
	size_t step_count;
	struct plan_bars bars;		/* withdrawn components, steps that the run died in twice */
	struct schedule_proven *proven; /* canaries that were proven in the chain */
	size_t proven_count;
};

/*
 * Reads the records of this machine (oldest first, journal_read()). inv gives the models of the
 * devices. An ended run leaves no bars and proves nothing for the next. ret must be {0};
 * history_free() leaves {0}. ERR_NOMEM.
 */
int history_read(const struct journal_record *records, size_t count, const struct inventory *inv,
		 struct history *ret, struct err *err);
void history_free(struct history *history);

/* The attempt number for a new step: 1 + how often the chain has begun to write this pair. */
uint16_t history_attempt(const struct history *history, const char *device, const char *component);

#endif
