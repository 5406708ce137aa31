/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/apply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plan/plan_match.h"
#include "run/step_work.h"

#define SAY_EVERY_MS	10000 /* law 9 */
#define SAY_OVERDUE_MS	60000
#define DEADLINE_MIN_MS 300000 /* without any progress while writing: then it is called overdue */
#define DEADLINE_FACTOR 3      /* times what the component expects */
#define LOOK_EVERY_NS	250000000

struct apply_run {
	const struct apply *apply;
	struct step_work *works; /* one per step, by its number - 1 */
	size_t count;
};

static uint64_t now_ms(const struct apply *apply)
{
	return apply->hw->ops->now_ms(apply->hw);
}

static uint64_t deadline_ms(const struct step *step)
{
	uint64_t wanted = (uint64_t)step->comp->expected_seconds * 1000 * DEADLINE_FACTOR;

	return wanted > DEADLINE_MIN_MS ? wanted : DEADLINE_MIN_MS;
}

static const char *phase_words(enum work_phase phase)
{
	switch (phase) {
	case PHASE_CHECKING:
		return "checking";
	case PHASE_VERIFYING:
		return "verifying the payload";
	case PHASE_WRITING:
		return "writing";
	case PHASE_ACTIVATING:
		return "activating";
	case PHASE_READING_BACK:
		return "reading back";
	}
	return "waiting";
}

/* "until about 17:52:10 UTC", from when the writing began and what is expected. */
static void until_words(const struct step_work *work, char *text, size_t size)
{
	uint64_t writing_ms = now_ms(work->apply) - work->intent_ms;
	uint64_t expected_ms = (uint64_t)work->step->comp->expected_seconds * 1000;
	time_t until = time(NULL);
	struct tm tm;

	if (expected_ms <= writing_ms) {
		snprintf(text, size, "it takes longer than expected");
		return;
	}
	until += (time_t)((expected_ms - writing_ms) / 1000);
	gmtime_r(&until, &tm);
	strftime(text, size, "until about %H:%M:%S UTC", &tm);
}

static void say_progress(struct step_work *work, bool overdue)
{
	const struct step *step = work->step;
	uint64_t size = step->comp->payload.size;
	enum work_phase phase = work->phase;
	char until[64];
	unsigned int percent = size ? (unsigned int)(work->done_bytes * 100 / size) : 0;
	char share[16] = "";

	if (phase == PHASE_VERIFYING || phase == PHASE_WRITING)
		snprintf(share, sizeof(share), ", %u %%", percent);
	if (!work->intent_ms) {
		console_say(work->apply->console, "  %s: %s%s. Safe to power off: YES",
			    step->dev->name, phase_words(phase), share);
		return;
	}
	until_words(work, until, sizeof(until));
	console_say(work->apply->console, "  %s: %s%s%s. Safe to power off: NO (%s)",
		    step->dev->name, phase_words(phase), share, overdue ? ", OVERDUE" : "", until);
	events_emit(work->apply->events, "InstallingOnComponent", EVENT_U("step", step->number),
		    EVENT_U("percent", percent));
}

/* Waits a moment for the thread; true when it has finished. */
static bool wait_a_little(struct step_work *work)
{
	struct timespec until;
	bool finished;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_EVERY_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&work->lock);
	if (!work->finished)
		pthread_cond_timedwait(&work->changed, &work->lock, &until);
	finished = work->finished;
	pthread_mutex_unlock(&work->lock);
	return finished;
}

/* A deadline ends the wait, never the write (law 8). */
static void call_overdue(struct step_work *work, uint64_t silent_ms)
{
	struct step_result result = { .state = STEP_OVERDUE, .reason = "OVERDUE" };
	struct err err = { 0 };

	snprintf(result.text, sizeof(result.text),
		 "it has not answered for %llu s; the write is left alone and may still end well. "
		 "Do "
		 "not power off",
		 (unsigned long long)(silent_ms / 1000));
	pthread_mutex_lock(&work->lock);
	work->overdue = true;
	if (!work->finished)
		work->result = result;
	pthread_mutex_unlock(&work->lock);
	if (step_work_record(work, &result, &err))
		work->journal_failed = true;
	console_say(work->apply->console, "  %s: OVERDUE: %s.", work->step->dev->name, result.text);
}

/* True when the step has finished, false when it is overdue. */
static bool wait_for_step(struct step_work *work)
{
	uint64_t said = now_ms(work->apply);
	uint64_t limit = deadline_ms(work->step);

	while (!wait_a_little(work)) {
		/* A slow medium may take hours; silence is what counts. */
		uint64_t silent = now_ms(work->apply) - work->moved_ms;

		if (work->intent_ms && silent > limit) {
			call_overdue(work, silent);
			return false;
		}
		if (now_ms(work->apply) - said >= SAY_EVERY_MS) {
			said = now_ms(work->apply);
			say_progress(work, false);
		}
	}
	return true;
}

static void say_result(struct step_work *work)
{
	const struct step *step = work->step;
	const struct step_result *result = &work->result;

	console_say(work->apply->console, "  %s: %s%s%s%s%s%s", step->dev->name,
		    step_state_name(result->state), result->found[0] ? ", it reads " : "",
		    result->found, result->reason[0] ? " [" : "", result->reason,
		    result->reason[0] ? "]" : "");
	if (result->text[0])
		console_say(work->apply->console, "    %s", result->text);
	console_say(work->apply->console, "  Safe to power off: %s",
		    result->state == STEP_UNKNOWN ? "NOT KNOWN, the device does not answer"
						  : "YES");
}

static void leave_out(struct step_work *work, enum step_state state, const char *reason,
		      const char *text)
{
	struct err err = { 0 };

	work->result = (struct step_result){ .state = state };
	snprintf(work->result.reason, sizeof(work->result.reason), "%s", reason);
	snprintf(work->result.text, sizeof(work->result.text), "%s", text);
	work->finished = true;
	if (step_work_record(work, &work->result, &err))
		work->journal_failed = true;
	console_say(work->apply->console, "%u. %s: left out [%s]: %s", work->step->number,
		    work->step->dev->name, reason, text);
}

static bool ended_well(const struct step_work *work)
{
	return work->result.state == STEP_VERIFIED || work->result.state == STEP_ACCEPTED;
}

/* Does a later step stand on an earlier one: the same device, or a requirement? */
static bool stands_on(const struct step *later, const struct step *earlier)
{
	if (later->dev == earlier->dev)
		return true;
	for (size_t i = 0; i < later->comp->require_count; i++)
		if (match_target(earlier->dev, later->comp->requires[i].target))
			return true;
	return false;
}

static bool failed(const struct step_work *work)
{
	enum step_state state = work->result.state;

	return state == STEP_FAILED || state == STEP_UNKNOWN || state == STEP_OVERDUE;
}

/* What earlier steps say against this one; NULL = nothing. Law 6 is the second. */
static const char *stopped_by(const struct apply_run *run, size_t index, const char **ret_text)
{
	const struct step *step = run->works[index].step;

	for (size_t i = 0; i < index; i++) {
		const struct step_work *before = &run->works[i];

		if (before->journal_failed) {
			*ret_text = "the journal takes no more records";
			return err_id(ERR_FULL);
		}
		if (failed(before) && before->step->comp == step->comp) {
			*ret_text = "this component did not end well on another device of this run";
			return reason_id(REASON_COMPONENT_WITHDRAWN);
		}
		if (!ended_well(before) && stands_on(step, before->step)) {
			*ret_text =
				"a step that must be completed first was not, or waits for a "
				"reboot";
			return reason_id(REASON_REQUIRES);
		}
		if (failed(before) && run->apply->stop_on_error) {
			*ret_text = "an earlier step failed and --stop-on-error was given";
			return reason_id(REASON_STOPPED);
		}
	}
	return NULL;
}

static void work_on(struct apply_run *run, size_t index)
{
	struct step_work *work = &run->works[index];
	const struct step *step = work->step;
	struct err err = { 0 };

	console_say(run->apply->console, "Step %u of %zu: %s", step->number, run->count,
		    step->dev->name);
	console_say(run->apply->console, "  %s: %s -> %s", step->comp->id,
		    step->from[0] ? step->from : "(unknown)", step->comp->version);
	if (step_work_start(work, &err)) {
		leave_out(work, STEP_FAILED, err_id(err.code), err.text);
		return;
	}
	if (wait_for_step(work)) {
		pthread_join(work->thread, NULL);
		say_result(work);
	}
}

int apply_steps(const struct apply *apply, struct apply_run **ret, struct err *err)
{
	struct apply_run *run = calloc(1, sizeof(*run));
	bool interrupted = false;

	if (run)
		run->works = calloc(apply->plan->step_count + 1, sizeof(*run->works));
	if (!run || !run->works) {
		free(run);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	run->apply = apply;
	run->count = apply->plan->step_count;
	for (size_t i = 0; i < run->count; i++) {
		const char *text = "the run was interrupted before it";
		const char *reason;

		step_work_init(&run->works[i], apply, &apply->plan->steps[i]);
		interrupted = interrupted || (apply->interrupted && apply->interrupted(apply->ctx));
		reason = interrupted ? err_id(ERR_INTERRUPTED) : stopped_by(run, i, &text);
		if (reason)
			leave_out(&run->works[i], STEP_WITHDRAWN, reason, text);
		else
			work_on(run, i);
	}
	*ret = run;
	return 0;
}

struct step_result apply_result(struct apply_run *run, unsigned int number)
{
	struct step_work *work;
	struct step_result result;

	assert(number >= 1 && number <= run->count);
	work = &run->works[number - 1];
	pthread_mutex_lock(&work->lock);
	result = work->result;
	pthread_mutex_unlock(&work->lock);
	return result;
}

static bool still_overdue(struct step_work *work)
{
	bool still;

	pthread_mutex_lock(&work->lock);
	still = work->overdue && !work->finished;
	pthread_mutex_unlock(&work->lock);
	return still;
}

size_t apply_overdue(struct apply_run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++)
		count += still_overdue(&run->works[i]);
	return count;
}

void apply_wait(struct apply_run *run)
{
	uint64_t said = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct step_work *work = &run->works[i];

		if (!work->overdue)
			continue;
		while (!wait_a_little(work)) {
			if (said && now_ms(run->apply) - said < SAY_OVERDUE_MS)
				continue;
			said = now_ms(run->apply);
			say_progress(work, true);
		}
		pthread_join(work->thread, NULL);
		work->overdue = false;
		say_result(work);
	}
}

void apply_free(struct apply_run *run)
{
	if (!run || apply_overdue(run))
		return;
	free(run->works);
	free(run);
}
