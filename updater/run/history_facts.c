/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the steps of a chain mean for the run that goes on with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/history_internal.h"

static bool is_done(enum step_state state)
{
	return state == STEP_VERIFIED || state == STEP_ACCEPTED;
}

static bool was_interrupted(const struct journal_record *last)
{
	return strcmp(last->reason, err_id(ERR_INTERRUPTED)) == 0;
}

/*
 * Did the run die while it worked on this step? Either the step is still open, or it was settled
 * later, which leaves INTERRUPTED as the reason. A step that was only planned when the run went on
 * in RAM did not kill it as far as anybody can tell.
 */
static bool is_death(const struct journal_record *last)
{
	if (history_is_begun(last->state))
		return true;
	return was_interrupted(last) && last->state != STEP_WITHDRAWN;
}

/*
 * Of the payload, its medium, the journal or this machine: nothing about how the component and the
 * device get along, and trying again begins with verifying the payload.
 */
static bool is_about_the_medium(const char *reason)
{
	static const int codes[] = { ERR_HASH, ERR_NOT_FOUND, ERR_IO, ERR_FULL, ERR_NOMEM };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (strcmp(reason, err_id(codes[i])) == 0)
			return true;
	return false;
}

/* Law 6. Unknown counts even after a mere power cut: the write may be what the device died of. */
static bool withdraws(const struct journal_record *last)
{
	if (last->state == STEP_UNKNOWN)
		return true;
	return last->state == STEP_FAILED && !was_interrupted(last) &&
	       !is_about_the_medium(last->reason);
}

/*
 * Records carry how often the chain had died on the pair before, because older ones may be given
 * up; the records that are left are counted, too.
 */
static void count_deaths(struct history *history)
{
	for (size_t i = 0; i < history->step_count; i++) {
		struct history_step *step = &history->steps[i];
		unsigned int seen = 0, told = 0;

		for (size_t j = 0; j < history->step_count; j++) {
			const struct journal_record *other = &history->steps[j].last;
			bool death = is_death(other);
			unsigned int before = other->attempt ? other->attempt - 1u : 0;

			if (!history_same_pair(&step->last, other))
				continue;
			seen += death;
			told = before + death > told ? before + death : told;
		}
		step->deaths = seen > told ? seen : told;
	}
}

static bool is_newest_of_pair(const struct history *history, size_t index)
{
	for (size_t i = index + 1; i < history->step_count; i++)
		if (history_same_pair(&history->steps[i].last, &history->steps[index].last))
			return false;
	return true;
}

/* Is there a later step of the chain that was worked on, of this pair or of the whole device? */
static bool is_overtaken(const struct history *history, size_t index, bool whole_device)
{
	const struct journal_record *last = &history->steps[index].last;

	for (size_t i = index + 1; i < history->step_count; i++) {
		const struct journal_record *later = &history->steps[i].last;

		if (strcmp(later->device, last->device) != 0 || later->state == STEP_PLANNED ||
		    later->state == STEP_WITHDRAWN)
			continue;
		if (whole_device || strcmp(later->component, last->component) == 0)
			return true;
	}
	return false;
}

/* What settle_chain() has to ask for. */
static void judge_step(struct history *history, size_t index)
{
	struct history_step *step = &history->steps[index];
	enum step_state state = step->last.state;

	step->open = history_is_begun(state) ||
		     (history->in_ram && !step->earlier && state == STEP_PLANNED);
	step->waits = (state == STEP_NEEDS_REBOOT || state == STEP_NEEDS_POWER_CYCLE) &&
		      !is_overtaken(history, index, false);
	step->unknown = state == STEP_UNKNOWN && !is_overtaken(history, index, true);
}

/* What stands in every bar: whole ids and the facts. */
struct subject {
	const struct history_step *step;
	const struct device *dev;     /* NULL = not here */
	const struct component *comp; /* NULL = not in this repository */
};

/* Done once is done: with --rewrite, too, a resumed run does not write it a second time. */
static int bar_done(struct history *history, size_t index, const struct subject *s, struct err *err)
{
	const char *reads = s->comp && s->dev ? plan_proof_value(s->comp, s->dev) : NULL;

	if (!s->dev || !s->comp || !is_done(s->step->last.state) ||
	    is_overtaken(history, index, false))
		return 0;
	if (reads && !plan_proof_holds(s->comp, reads) && !is_overtaken(history, index, true))
		return plan_bars_add(&history->bars, s->dev->id, NULL, REASON_NEEDS_HUMAN, err,
				     "%s was written to it in this run and ran, and now it reads "
				     "\"%s\": it has gone back by itself",
				     s->comp->version, reads);
	return plan_bars_add(&history->bars, s->dev->id, s->comp->id, REASON_ALREADY_CURRENT, err,
			     "done already in this run, before it was continued: %s",
			     step_state_name(s->step->last.state));
}

/* The whole device: another version is no better idea there. */
static int bar_crash_loop(struct history *history, size_t index, const struct subject *s,
			  struct err *err)
{
	if (!s->dev || s->step->deaths < HISTORY_MAX_DEATHS || is_done(s->step->last.state) ||
	    !is_newest_of_pair(history, index))
		return 0;
	return plan_bars_add(&history->bars, s->dev->id, NULL, REASON_CRASH_LOOP, err,
			     "the run was cut off %u times while %s was written to it; it is left "
			     "alone now. Look for the cause, then start a new run",
			     s->step->deaths, s->step->last.component);
}

static int bar_withdrawn(struct history *history, const struct subject *s, struct err *err)
{
	const struct journal_record *last = &s->step->last;

	if (!s->comp || !withdraws(last))
		return 0;
	return plan_bars_add(&history->bars, NULL, s->comp->id, REASON_COMPONENT_WITHDRAWN, err,
			     "it did not end well on %s earlier in this run: %s%s%s%s",
			     s->dev ? s->dev->name : last->device, step_state_name(last->state),
			     last->reason[0] ? " [" : "", last->reason, last->reason[0] ? "]" : "");
}

static int add_proven(struct history *history, const struct subject *s, struct err *err)
{
	struct schedule_proven *list;

	if (!s->dev || !s->comp || !is_done(s->step->last.state))
		return 0;
	list = reallocarray(history->proven, history->proven_count + 1, sizeof(*list));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	history->proven = list;
	list += history->proven_count++;
	*list = (struct schedule_proven){ 0 };
	snprintf(list->component, sizeof(list->component), "%s", s->comp->id);
	snprintf(list->model, sizeof(list->model), "%s", s->dev->model);
	return 0;
}

int history_add_facts(struct history *history, const struct inventory *inv,
		      const struct catalog *cat, struct err *err)
{
	int rc = 0;

	count_deaths(history);
	for (size_t i = 0; i < history->step_count && !rc; i++) {
		struct history_step *step = &history->steps[i];
		const struct subject s = { step, history_device(inv, step->last.device),
					   history_component(cat, step->last.component) };

		judge_step(history, i);
		rc = bar_done(history, i, &s, err);
		if (!rc)
			rc = bar_crash_loop(history, i, &s, err);
		if (!rc)
			rc = bar_withdrawn(history, &s, err);
		if (!rc)
			rc = add_proven(history, &s, err);
	}
	return rc;
}
