/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the parts of the scheduler. */
#ifndef DRYDOCK_PLAN_SCHEDULE_INTERNAL_H
#define DRYDOCK_PLAN_SCHEDULE_INTERNAL_H

#include "plan/schedule.h"

#define SCHEDULE_WORDS		 (PLAN_MAX_STEPS / 64)
#define SCHEDULE_UNKNOWN_SECONDS 60 /* of a component that does not tell */
#define SCHEDULE_DEPTH_MAX	 32 /* ancestors of a device; an inventory may come from a file */

/* A set of steps, by index. */
struct step_set {
	uint64_t words[SCHEDULE_WORDS];
};

static inline bool set_has(const struct step_set *set, size_t index)
{
	return set->words[index / 64] >> (index % 64) & 1;
}

static inline void set_add(struct step_set *set, size_t index)
{
	set->words[index / 64] |= (uint64_t)1 << (index % 64);
}

enum resource_type {
	RESOURCE_DEVICE = 1, /* a device of the inventory; "system" is the whole machine */
	RESOURCE_SLOT,	     /* what the functions of a PCI device are together */
	RESOURCE_ARRAY,	     /* a RAID set: one member at a time */
	RESOURCE_NAMED,	     /* "hold.N" */
	RESOURCE_BMC,	     /* the way through it */
	RESOURCE_POWER,
};

/* Something that steps hold, and how many hold it. */
struct resource {
	enum resource_type type;
	char id[208];	      /* of the device, the array, the name */
	const char *words;    /* what it is, for people: "SAS HBA" */
	unsigned int at_once; /* shared holders; 0 = any number */
	unsigned int shared;
	unsigned int exclusive;
	unsigned int overdue_shared; /* of them, held by steps that are overdue */
	unsigned int overdue_exclusive;
	unsigned int wanted_turn; /* an earlier step waits to hold it exclusively: see turn */
};

struct hold {
	size_t resource;
	bool exclusive;
};

enum item_state {
	ITEM_WAITING = 1,
	ITEM_AT_WORK,
	ITEM_OVERDUE, /* ended, but holds what it held */
	ITEM_ENDED,
};

/* A step, at the index of its number - 1. */
struct item {
	enum item_state state;
	enum schedule_outcome outcome; /* once it has ended */
	size_t first_hold, hold_count;
	size_t family;
	struct step_set after; /* what must have ended well before */
	bool barrier;	       /* begins after all before it, and all after it wait */
};

/* The steps that put one component on devices of one model. */
struct family {
	const struct component *comp;
	const char *model;
	bool proven_before;	/* in an earlier boot */
	bool proven;		/* one of them is good, now or before */
	unsigned int at_work;	/* of them */
	unsigned int pending;	/* the step that waits for a restart; 0 = none */
	unsigned int withdrawn; /* the step for which the component was withdrawn; 0 = none */
};

struct schedule {
	const struct plan *plan;
	bool stop_on_error;
	unsigned int at_once;
	struct item *items; /* count of them */
	size_t count;
	struct family *families;
	size_t family_count;
	struct resource *resources;
	size_t resource_count;
	struct hold *holds;
	size_t hold_count;

	unsigned int turn;	 /* counts the looks for the next step */
	unsigned int at_work;	 /* without the overdue ones */
	unsigned int stopped_by; /* the step that went wrong, with stop_on_error; 0 = none */
	struct step_set good;	 /* ended well */
	struct step_set ended;	 /* any way, also overdue */
};

/* Fills resources and holds, and the hold part of the items. ERR_NOMEM. */
int schedule_add_holds(struct schedule *schedule, const struct inventory *inv, struct err *err);

/* The state of nothing begun. */
void schedule_reset(struct schedule *schedule);

/* Could item hold what it needs now? Not asked: whether an earlier one wants it, see turn. */
bool schedule_is_free(const struct schedule *schedule, const struct item *item);

/* What item needs and an overdue step holds; NULL = nothing. */
const struct resource *schedule_stuck_on(const struct schedule *schedule, const struct item *item);

/* Counts what an item holds in (by 1) or out (by -1), in all or in the overdue part. */
void schedule_count_holds(struct schedule *schedule, const struct item *item, int by, bool overdue);

/* How the item holds the resource: 0 = not, 1 = shared, 2 = exclusively. */
unsigned int schedule_holds(const struct schedule *schedule, const struct item *item,
			    size_t resource);

/* Sentences for schedule_barred(): what the end of step `which` has to say, ... */
void schedule_explain_end(const struct schedule *schedule, enum reason reason, unsigned int which,
			  char *text, size_t size);
/* ... and which overdue step keeps step number from what it needs. */
void schedule_explain_holder(const struct schedule *schedule, unsigned int number, char *text,
			     size_t size);

uint64_t schedule_seconds(const struct step *step);

/* No schedule that keeps the holds, the order and law 6 takes less, in seconds. ERR_NOMEM. */
int schedule_bound(const struct schedule *schedule, uint64_t *ret, struct err *err);

#endif
