/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which step may begin now (DESIGN 7, laws 5 and 6). Pure: it knows the steps, what each of them
 * holds and what has ended; whoever works on the plan asks it and tells it.
 *
 * A step holds exclusively
 *   - its device, and of a PCI function the whole slot: functions share a chip;
 *   - each RAID set that the device is a member of: its properties "array.0", "array.1" ...;
 *   - each name that its properties "hold.0", "hold.1" ... give: what it shares with devices that
 *     are elsewhere in the tree, as backplanes that are written through one target;
 *   - the machine, when its device is the system; the power, when its class is "power-supply"; the
 *     way through the BMC, when its device or class is the BMC;
 * and shares with others
 *   - every ancestor of its device and the machine, at most as many at once as the table in
 *     schedule_holds.c gives for the kind of ancestor;
 *   - the way through the BMC, when its backend is one whose writes the BMC carries; the power.
 *
 * Order: the steps of a device and what a step requires one after another, only on good ends; what
 * waits to hold something exclusively goes before later steps that would share it (a controller
 * before its drives); a step on the BMC begins after all earlier steps have come back, and all
 * later ones begin after it has ended: plan_order() puts it first, or last when the medium is
 * needed.
 *
 * Law 6: one device of each (component, model) goes alone; its siblings wait until it has ended
 * well. Other families go on beside it.
 */
#ifndef DRYDOCK_PLAN_SCHEDULE_H
#define DRYDOCK_PLAN_SCHEDULE_H

#include "plan/plan.h"

#define SCHEDULE_MAX_AT_ONCE 64 /* steps at work at a time, whatever the limits say */

struct schedule;

/* A (component, model) whose first device was proven in an earlier boot of the same run. */
struct schedule_proven {
	char component[96];
	char model[96];
};

struct schedule_options {
	const struct schedule_proven *proven;
	size_t proven_count;
	bool stop_on_error;   /* nothing begins after a step that went wrong */
	unsigned int at_once; /* 0 = SCHEDULE_MAX_AT_ONCE */
};

/* How a step ended. */
enum schedule_outcome {
	OUTCOME_GOOD = 1, /* verified, or accepted and not provable */
	OUTCOME_PENDING,  /* written, waits for a reboot or power cycle */
	OUTCOME_BAD,	  /* failed, unknown, reads back wrong: its component is withdrawn */
	OUTCOME_LEFT,	  /* nothing was written: the next of its kind becomes the first */
	/*
	 * Overdue: as bad for what comes later, and what it holds stays held. It may still end:
	 * schedule_end() is then called once more, which releases what it held and takes nothing
	 * back.
	 */
	OUTCOME_OVERDUE,
};

/*
 * plan and inv must outlive it. options may be NULL. ERR_NOMEM. schedule_free() takes NULL.
 */
int schedule_make(const struct plan *plan, const struct inventory *inv,
		  const struct schedule_options *options, struct schedule **ret, struct err *err);
void schedule_free(struct schedule *schedule);

/*
 * The step (number 1..) that may begin now, the first in the order of the plan; 0 = none now. The
 * answer is the same until something begins or ends.
 */
unsigned int schedule_next(struct schedule *schedule);
void schedule_begin(struct schedule *schedule, unsigned int number);
void schedule_end(struct schedule *schedule, unsigned int number, enum schedule_outcome outcome);

/*
 * A step not begun yet that cannot begin any more in this boot, the first of them, and why:
 * COMPONENT_WITHDRAWN, REQUIRES, STOPPED, CANARY_PENDING, HOLDER_OVERDUE (only when nothing else is
 * at work and nothing can begin: until then the overdue step may come back). 0 = none, *ret = 0.
 * Whoever asks ends it with OUTCOME_LEFT; then others may be able to begin. text (PLAN_TEXT_MAX) is
 * a sentence without a full stop.
 */
unsigned int schedule_barred(struct schedule *schedule, enum reason *ret, char *text, size_t size);

/* True when every step has ended (overdue counts as ended). */
bool schedule_is_done(const struct schedule *schedule);

/*
 * For people and for the report: "at most 8 at once below SAS HBA 0000:03:00.0", what a step holds
 * and what it waits for now, one line each, malloc'ed. ERR_NOMEM.
 */
int schedule_explain(const struct schedule *schedule, unsigned int number, char **ret_text,
		     struct err *err);

/* What the whole plan is expected to take, in seconds. */
struct schedule_forecast {
	/* Side by side, as this schedule would do it if all goes well; restarts take no time. */
	uint64_t makespan;
	uint64_t one_by_one; /* one after another */
	uint64_t bound; /* nobody can be faster: the longest chain and the fullest holder, canaries
			   counted */
	bool complete;	/* false: at least one component does not tell; it counts as 60 s */
};

/*
 * Simulates the schedule from its beginning (it need not be fresh, nothing of it changes). starts:
 * NULL or room for a start, in seconds, of each step in the order of the plan. ERR_NOMEM.
 */
int schedule_forecast(const struct schedule *schedule, struct schedule_forecast *ret,
		      uint64_t *starts, struct err *err);

#endif
