/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/apply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/apply_internal.h"

#define SAY_EVERY_MS	10000 /* law 9 */
#define SAY_OVERDUE_MS	60000
#define DEADLINE_MIN_MS 300000 /* without any progress: then it is called overdue */
#define DEADLINE_FACTOR 3      /* times what the component expects */
#define LOOK_EVERY_NS	100000000

uint64_t apply_now_ms(const struct apply *apply)
{
	return apply->hw->ops->now_ms(apply->hw);
}

bool work_is_running(const struct step_work *work)
{
	return work->started && !work->finished;
}

static uint64_t deadline_ms(const struct step *step)
{
	uint64_t wanted = (uint64_t)step->comp->expected_seconds * 1000 * DEADLINE_FACTOR;

	return wanted > DEADLINE_MIN_MS ? wanted : DEADLINE_MIN_MS;
}

static enum schedule_outcome outcome_of(const struct step_result *result)
{
	switch (result->state) {
	case STEP_VERIFIED:
	case STEP_ACCEPTED:
		return OUTCOME_GOOD;
	case STEP_NEEDS_REBOOT:
	case STEP_NEEDS_POWER_CYCLE:
		return OUTCOME_PENDING;
	case STEP_WITHDRAWN:
		return OUTCOME_LEFT;
	case STEP_OVERDUE:
		return OUTCOME_OVERDUE;
	default:
		return OUTCOME_BAD;
	}
}

/* A step that never begins: its end and its reason. */
static void leave_out(struct apply_run *run, struct step_work *work, const struct step_result *why)
{
	struct err err = { 0 };

	work->result = *why;
	work->finished = true;
	work->collected = true;
	if (step_work_record(work, why, &err))
		work->journal_failed = true;
	schedule_end(run->apply->schedule, work->step->number, outcome_of(why));
	console_say(run->apply->console, "%s: left out [%s]: %s.", work->step->dev->name,
		    why->reason, why->text);
}

static struct step_result withdrawn(const char *reason, const char *text)
{
	struct step_result result = { .state = STEP_WITHDRAWN };

	snprintf(result.reason, sizeof(result.reason), "%s", reason);
	snprintf(result.text, sizeof(result.text), "%s", text);
	return result;
}

/* What forbids to begin anything more, whatever the schedule says. */
static void look_for_stop(struct apply_run *run)
{
	const struct apply *apply = run->apply;

	if (run->stopped)
		return;
	for (size_t i = 0; i < run->count; i++) {
		if (!run->works[i].journal_failed)
			continue;
		run->stopped = "the journal takes no more records";
		run->stopped_code = ERR_FULL;
		return;
	}
	if (apply->interrupted && apply->interrupted(apply->ctx)) {
		run->stopped = "the run was interrupted before it";
		run->stopped_code = ERR_INTERRUPTED;
	}
}

static void leave_stopped(struct apply_run *run)
{
	struct step_result why;

	if (!run->stopped)
		return;
	why = withdrawn(err_id(run->stopped_code), run->stopped);
	for (size_t i = 0; i < run->count; i++)
		if (!run->works[i].started && !run->works[i].finished)
			leave_out(run, &run->works[i], &why);
}

static void leave_barred(struct apply_run *run)
{
	char text[PLAN_TEXT_MAX];
	struct step_result why;
	enum reason reason;
	unsigned int number;

	while ((number = schedule_barred(run->apply->schedule, &reason, text, sizeof(text)))) {
		why = withdrawn(reason_id(reason), text);
		leave_out(run, &run->works[number - 1], &why);
	}
}

static void begin(struct apply_run *run, struct step_work *work)
{
	struct step_result why = { .state = STEP_FAILED };
	struct err err = { 0 };

	say_begin(run, work);
	work->moved_ms = apply_now_ms(run->apply);
	if (step_work_start(work, &err) == 0)
		return;
	snprintf(why.reason, sizeof(why.reason), "%s", err_id(err.code));
	snprintf(why.text, sizeof(why.text), "%s", err.text);
	work->started = false;
	leave_out(run, work, &why);
}

static void begin_ready(struct apply_run *run)
{
	unsigned int number;

	while (!run->stopped && (number = schedule_next(run->apply->schedule))) {
		schedule_begin(run->apply->schedule, number);
		begin(run, &run->works[number - 1]);
	}
}

/* The device was busy or gone before anything was sent to it: that says nothing of the component.
 */
static bool was_refused(const struct step_work *work)
{
	return work->result.state == STEP_FAILED && !work->intent_ms &&
	       (strcmp(work->result.reason, err_id(ERR_BUSY)) == 0 ||
		strcmp(work->result.reason, err_id(ERR_DEVICE_GONE)) == 0);
}

/* A step has come to its end, perhaps long after it was called overdue. */
static void collect(struct apply_run *run, struct step_work *work)
{
	pthread_join(work->thread, NULL);
	work->overdue = false;
	schedule_end(run->apply->schedule, work->step->number,
		     was_refused(work) ? OUTCOME_LEFT : outcome_of(&work->result));
	say_result(run, work);
	work->collected = true;
	show_power(run);
}

static void collect_finished(struct apply_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->works[i].started && run->works[i].finished && !run->works[i].collected)
			collect(run, &run->works[i]);
}

/* The signal's lock is held. */
static void set_overdue(struct step_work *work, uint64_t silent_ms)
{
	struct step_result result = { .state = STEP_OVERDUE, .reason = "OVERDUE" };

	snprintf(result.text, sizeof(result.text), "it has not answered for %llu s; %s",
		 (unsigned long long)(silent_ms / 1000),
		 work->intending ? "the write is left alone and may still end well. "
				   "Do not power off"
				 : "nothing was written to it, and nothing will be");
	work->overdue = true;
	work->result = result;
}

/* A deadline ends the wait, never the write (law 8). */
static void call_overdue(struct apply_run *run, struct step_work *work, uint64_t silent_ms)
{
	struct err err = { 0 };

	pthread_mutex_lock(&run->signal.lock);
	if (work->ending) {
		pthread_mutex_unlock(&run->signal.lock);
		return;
	}
	set_overdue(work, silent_ms);
	if (step_work_record(work, &work->result, &err))
		work->journal_failed = true;
	pthread_mutex_unlock(&run->signal.lock);
	schedule_end(run->apply->schedule, work->step->number, OUTCOME_OVERDUE);
	say_overdue(run, work, apply_result(run, work->step->number).text);
}

/* Silence is what counts: a slow medium may take hours. */
static void look_for_overdue(struct apply_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct step_work *work = &run->works[i];
		uint64_t moved = work->moved_ms;
		uint64_t now = apply_now_ms(run->apply);

		if (work_is_running(work) && !work->overdue && now > moved &&
		    now - moved > deadline_ms(work->step))
			call_overdue(run, work, now - moved);
	}
}

/* Until a step changes, or a moment has passed. */
static void wait_a_little(struct apply_run *run)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_EVERY_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&run->signal.lock);
	for (size_t i = 0; i < run->count; i++)
		if (run->works[i].finished && !run->works[i].collected)
			goto changed;
	pthread_cond_timedwait(&run->signal.changed, &run->signal.lock, &until);
changed:
	pthread_mutex_unlock(&run->signal.lock);
}

static void look_around(struct apply_run *run, uint64_t say_every_ms)
{
	uint64_t now = apply_now_ms(run->apply);

	if (run->apply->tick)
		run->apply->tick(run->apply->ctx);
	if (now - run->said_ms < say_every_ms)
		return;
	run->said_ms = now;
	say_progress(run);
	show_power(run);
}

static void work_through(struct apply_run *run)
{
	const struct schedule *schedule = run->apply->schedule;

	run->said_ms = apply_now_ms(run->apply);
	show_power(run);
	while (!schedule_is_done(schedule)) {
		look_for_stop(run);
		leave_stopped(run);
		leave_barred(run);
		begin_ready(run);
		if (schedule_is_done(schedule))
			break;
		wait_a_little(run);
		collect_finished(run);
		look_for_overdue(run);
		look_around(run, SAY_EVERY_MS);
	}
}

int apply_steps(const struct apply *apply, struct apply_run **ret, struct err *err)
{
	struct apply_run *run = calloc(1, sizeof(*run));

	if (run)
		run->works = calloc(apply->plan->step_count + 1, sizeof(*run->works));
	if (!run || !run->works) {
		free(run);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	run->apply = apply;
	run->count = apply->plan->step_count;
	pthread_mutex_init(&run->signal.lock, NULL);
	pthread_cond_init(&run->signal.changed, NULL);
	for (size_t i = 0; i < run->count; i++) {
		const struct step *step = &apply->plan->steps[i];
		struct step_work *work = &run->works[i];

		work->run = run;
		work->apply = apply;
		work->step = step;
		work->signal = &run->signal;
		work->attempt = apply->history ? history_attempt(apply->history, step->dev->id,
								 step->comp->id)
					       : 1;
	}
	work_through(run);
	*ret = run;
	return 0;
}

struct step_result apply_result(struct apply_run *run, unsigned int number)
{
	struct step_result result;

	assert(number >= 1 && number <= run->count);
	pthread_mutex_lock(&run->signal.lock);
	result = run->works[number - 1].result;
	pthread_mutex_unlock(&run->signal.lock);
	return result;
}

size_t apply_overdue(struct apply_run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++)
		count += run->works[i].overdue && !run->works[i].collected;
	return count;
}

void apply_wait(struct apply_run *run)
{
	run->said_ms = apply_now_ms(run->apply);
	while (apply_overdue(run)) {
		wait_a_little(run);
		collect_finished(run);
		look_around(run, SAY_OVERDUE_MS);
	}
}

void apply_free(struct apply_run *run)
{
	if (!run || apply_overdue(run))
		return;
	pthread_cond_destroy(&run->signal.changed);
	pthread_mutex_destroy(&run->signal.lock);
	free(run->works);
	free(run);
}
