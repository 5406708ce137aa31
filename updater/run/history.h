/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the journal knows of earlier boots: which run is open, what became of its steps, which
 * components it withdrew, which devices it died on. Pure: from records to facts. The order of the
 * records counts, never their clock.
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
#include "repo/catalog.h"

/* How often a run may die on one step before the step is left alone. */
#define HISTORY_MAX_DEATHS 2

enum history_end {
	HISTORY_NONE = 1,    /* no run of this machine */
	HISTORY_ENDED,	     /* the last one came to its end */
	HISTORY_REBOOT,	     /* the last one paused for a reboot of its own */
	HISTORY_INTERRUPTED, /* the last one was cut off, or ended as interrupted */
};

/* The last that the journal says about one step of the chain. */
struct history_step {
	struct journal_record last;
	bool earlier;	     /* of a run that the last one continues, at whatever remove */
	bool open;	     /* it may have been begun and has no end: settle it */
	bool waits;	     /* written, it waits for a reboot or power cycle */
	bool unknown;	     /* what its device runs was not known: ask again */
	unsigned int deaths; /* runs of the chain that died while (device, component) was written */
};

struct history {
	enum history_end end;
	char run_id[33];	    /* of the last run */
	char continues[33];	    /* the run that it continued; "" = none */
	bool closed;		    /* INTERRUPTED: its RUN_END is there, it was settled before */
	bool in_ram;		    /* it went on without its medium: records may be missing */
	uint16_t last_step;	    /* the highest number in use by the last run */
	unsigned int boots;	    /* of the last run: 1 + its planned reboots */
	struct history_step *steps; /* of the whole chain, in the order of their last records */
	size_t step_count;
	/*
	 * Withdrawn components, devices that runs died on, what was done already. What has to be
	 * asked of a device first is not here: settle_chain() adds that.
	 */
	struct plan_bars bars;
	struct schedule_proven *proven; /* canaries that were proven in the chain */
	size_t proven_count;
};

/*
 * Reads the records of this machine (oldest first, journal_read()). inv and cat turn the ids of the
 * records, which are cut, into whole ones; what they do not hold cannot be written and gets no bar.
 * An ended run leaves no steps, no bars and proves nothing for the next. ret must be {0};
 * history_free() leaves {0}. ERR_NOMEM.
 */
int history_read(const struct journal_record *records, size_t count, const struct inventory *inv,
		 const struct catalog *cat, struct history *ret, struct err *err);
void history_free(struct history *history);

/*
 * The attempt number for a new step: 1 + the runs of the chain that died while this pair was
 * written. Records carry it, so the count outlives records that are given up.
 */
uint16_t history_attempt(const struct history *history, const char *device, const char *component);

/* Was this pair in the plan of the chain? What resume may work on. */
bool history_planned(const struct history *history, const char *device, const char *component);

/* Is recorded what a record's field keeps of id? */
bool history_same_id(const char *id, const char *recorded);

/* NULL when there is none. */
struct device *history_device(const struct inventory *inv, const char *recorded);
const struct component *history_component(const struct catalog *cat, const char *recorded);

#endif
