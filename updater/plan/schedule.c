/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/schedule.h"

#include <assert.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "plan/plan_internal.h"
#include "plan/schedule_internal.h"

static bool is_proven(const struct schedule_options *options, const struct step *step)
{
	for (size_t i = 0; i < options->proven_count; i++)
		if (strcmp(options->proven[i].component, step->comp->id) == 0 &&
		    strcmp(options->proven[i].model, step->dev->model) == 0)
			return true;
	return false;
}

/* The family of a step, a new one when it is the first of it. */
static size_t family_of(struct schedule *s, const struct step *step,
			const struct schedule_options *options)
{
	for (size_t i = 0; i < s->family_count; i++)
		if (s->families[i].comp == step->comp &&
		    strcmp(s->families[i].model, step->dev->model) == 0)
			return i;
	s->families[s->family_count] = (struct family){
		.comp = step->comp,
		.model = step->dev->model,
		.proven_before = is_proven(options, step),
	};
	return s->family_count++;
}

static void add_items(struct schedule *s, const struct schedule_options *options)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct step *step = &s->plan->steps[i];

		assert(step->number == i + 1);
		s->items[i].family = family_of(s, step, options);
		for (size_t j = 0; j < s->count; j++)
			if (j != i && plan_goes_before(s->plan, &s->plan->steps[j], step))
				set_add(&s->items[i].after, j);
	}
}

void schedule_reset(struct schedule *s)
{
	s->at_work = 0;
	s->stopped_by = 0;
	s->good = s->ended = (struct step_set){ 0 };
	for (size_t i = 0; i < s->count; i++) {
		s->items[i].state = ITEM_WAITING;
		s->items[i].outcome = 0;
	}
	for (size_t i = 0; i < s->family_count; i++) {
		s->families[i].proven = s->families[i].proven_before;
		s->families[i].at_work = s->families[i].pending = s->families[i].withdrawn = 0;
	}
	for (size_t i = 0; i < s->resource_count; i++) {
		struct resource *res = &s->resources[i];

		res->shared = res->exclusive = 0;
		res->overdue_shared = res->overdue_exclusive = 0;
	}
}

int schedule_make(const struct plan *plan, const struct inventory *inv,
		  const struct schedule_options *options, struct schedule **ret, struct err *err)
{
	static const struct schedule_options none = { 0 };
	struct schedule *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ERR_NOMEM, "out of memory");
	options = options ? options : &none;
	assert(plan->step_count <= PLAN_MAX_STEPS);
	s->plan = plan;
	s->count = plan->step_count;
	s->stop_on_error = options->stop_on_error;
	s->at_once = SCHEDULE_MAX_AT_ONCE;
	if (options->at_once && options->at_once < s->at_once)
		s->at_once = options->at_once;
	s->items = calloc(s->count + 1, sizeof(*s->items));
	s->families = calloc(s->count + 1, sizeof(*s->families));
	rc = s->items && s->families ? 0 : err_set(err, ERR_NOMEM, "out of memory");
	if (!rc) {
		add_items(s, options);
		rc = schedule_add_holds(s, inv, err);
	}
	if (rc) {
		schedule_free(s);
		return rc;
	}
	schedule_reset(s);
	*ret = s;
	return 0;
}

void schedule_free(struct schedule *schedule)
{
	if (!schedule)
		return;
	free(schedule->items);
	free(schedule->families);
	free(schedule->resources);
	free(schedule->holds);
	free(schedule);
}

static struct item *item_of(struct schedule *schedule, unsigned int number)
{
	assert(number >= 1 && number <= schedule->count);
	return &schedule->items[number - 1];
}

/* All that must have ended well before has? *ret_first: one that has ended another way, 0 = none */
static bool has_ground(const struct schedule *s, const struct item *item, unsigned int *ret_first)
{
	bool all = true;

	*ret_first = 0;
	for (size_t word = 0; word < SCHEDULE_WORDS; word++) {
		uint64_t missing = item->after.words[word] & ~s->good.words[word];
		uint64_t gone = missing & s->ended.words[word];

		all = all && !missing;
		if (gone && !*ret_first)
			*ret_first =
				(unsigned int)(word * 64) + (unsigned int)__builtin_ctzll(gone) + 1;
	}
	return all;
}

/* What speaks against a waiting step for the rest of this boot; *ret_step: the step it is for. */
static enum reason against(const struct schedule *s, const struct item *item,
			   unsigned int *ret_step)
{
	const struct family *family = &s->families[item->family];

	*ret_step = family->withdrawn;
	if (*ret_step)
		return REASON_COMPONENT_WITHDRAWN;
	has_ground(s, item, ret_step);
	if (*ret_step)
		return REASON_REQUIRES;
	*ret_step = s->stopped_by;
	if (*ret_step)
		return REASON_STOPPED;
	*ret_step = family->proven ? 0 : family->pending;
	return *ret_step ? REASON_CANARY_PENDING : 0;
}

/* Law 6: one of a family alone, until it is proven. */
static bool is_its_turn(const struct schedule *s, const struct item *item)
{
	const struct family *family = &s->families[item->family];

	return family->proven || !family->at_work;
}

/* An earlier step waits to hold exclusively what this one would share? */
static bool is_wanted(const struct schedule *s, const struct item *item)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &s->holds[item->first_hold + i];

		if (!held->exclusive && s->resources[held->resource].wanted_turn == s->turn)
			return true;
	}
	return false;
}

static void want(struct schedule *s, const struct item *item)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &s->holds[item->first_hold + i];

		if (held->exclusive)
			s->resources[held->resource].wanted_turn = s->turn;
	}
}

static bool may_begin(const struct schedule *s, const struct item *item)
{
	unsigned int which;

	return has_ground(s, item, &which) && is_its_turn(s, item) && !is_wanted(s, item) &&
	       schedule_is_free(s, item);
}

/*
 * One look over the steps in the order of the plan. What waits to hold something exclusively keeps
 * later steps from sharing it, or a controller would never get its turn before the drives below it;
 * what waits for an overdue step keeps nobody. Each step waits for earlier ones or for those at
 * work only, so that some step can always begin.
 */
static unsigned int look(struct schedule *s)
{
	bool behind_barrier = false; /* an earlier barrier has not ended */
	bool behind_overdue = false;
	bool all_back = true; /* every earlier step has come back */
	unsigned int which;

	s->turn++;
	for (size_t i = 0; i < s->count; i++) {
		const struct item *item = &s->items[i];
		bool waits = item->state == ITEM_WAITING;

		if (item->state == ITEM_ENDED || (waits && against(s, item, &which)))
			continue;
		if (waits && !behind_barrier && (!item->barrier || all_back) && may_begin(s, item))
			return (unsigned int)i + 1;
		all_back = false;
		behind_overdue = behind_overdue || item->state == ITEM_OVERDUE;
		if (waits && (schedule_stuck_on(s, item) || (item->barrier && behind_overdue)))
			continue;
		if (waits)
			want(s, item);
		behind_barrier = behind_barrier || (item->barrier && item->state != ITEM_OVERDUE);
	}
	return 0;
}

unsigned int schedule_next(struct schedule *schedule)
{
	return schedule->at_work < schedule->at_once ? look(schedule) : 0;
}

void schedule_begin(struct schedule *schedule, unsigned int number)
{
	struct item *item = item_of(schedule, number);

	assert(item->state == ITEM_WAITING && schedule_is_free(schedule, item));
	item->state = ITEM_AT_WORK;
	schedule->at_work++;
	schedule->families[item->family].at_work++;
	schedule_count_holds(schedule, item, 1, false);
}

static void withdraw(struct schedule *s, const struct component *comp, unsigned int number)
{
	for (size_t i = 0; i < s->family_count; i++)
		if (s->families[i].comp == comp && !s->families[i].withdrawn)
			s->families[i].withdrawn = number;
}

/* What the end of one step says about others. */
static void judge(struct schedule *s, unsigned int number, enum schedule_outcome outcome)
{
	struct family *family = &s->families[s->items[number - 1].family];

	switch (outcome) {
	case OUTCOME_GOOD:
		set_add(&s->good, number - 1);
		family->proven = true;
		break;
	case OUTCOME_PENDING:
		if (!family->pending)
			family->pending = number;
		break;
	case OUTCOME_BAD:
	case OUTCOME_OVERDUE:
		withdraw(s, family->comp, number);
		if (s->stop_on_error && !s->stopped_by)
			s->stopped_by = number;
		break;
	case OUTCOME_LEFT:
		break;
	}
}

/* An overdue step came back: what it held is free, and what was said about it stays. */
static void come_back(struct schedule *schedule, struct item *item)
{
	schedule_count_holds(schedule, item, -1, true);
	schedule_count_holds(schedule, item, -1, false);
	item->state = ITEM_ENDED;
}

void schedule_end(struct schedule *schedule, unsigned int number, enum schedule_outcome outcome)
{
	struct item *item = item_of(schedule, number);
	bool begun = item->state == ITEM_AT_WORK;

	if (item->state == ITEM_OVERDUE) {
		assert(outcome != OUTCOME_OVERDUE);
		come_back(schedule, item);
		return;
	}
	assert(begun || (item->state == ITEM_WAITING && outcome == OUTCOME_LEFT));
	if (begun) {
		schedule->at_work--;
		schedule->families[item->family].at_work--;
	}
	if (outcome == OUTCOME_OVERDUE)
		schedule_count_holds(schedule, item, 1, true);
	else if (begun)
		schedule_count_holds(schedule, item, -1, false);
	item->state = outcome == OUTCOME_OVERDUE ? ITEM_OVERDUE : ITEM_ENDED;
	item->outcome = outcome;
	set_add(&schedule->ended, number - 1);
	judge(schedule, number, outcome);
}

bool schedule_is_done(const struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->count; i++)
		if (!set_has(&schedule->ended, i))
			return false;
	return true;
}

/* The first step that waits for an overdue one, once nothing else could change that; 0 = none. */
static unsigned int first_stuck(struct schedule *s)
{
	if (s->at_work || look(s))
		return 0;
	for (unsigned int i = 0; i < s->count; i++)
		if (s->items[i].state == ITEM_WAITING)
			return i + 1;
	return 0;
}

unsigned int schedule_barred(struct schedule *schedule, enum reason *ret, char *text, size_t size)
{
	unsigned int which;

	for (size_t i = 0; i < schedule->count; i++) {
		if (schedule->items[i].state != ITEM_WAITING)
			continue;
		*ret = against(schedule, &schedule->items[i], &which);
		if (!*ret)
			continue;
		schedule_explain_end(schedule, *ret, which, text, size);
		return (unsigned int)i + 1;
	}
	which = first_stuck(schedule);
	*ret = which ? REASON_HOLDER_OVERDUE : 0;
	if (which)
		schedule_explain_holder(schedule, which, text, size);
	return which;
}
