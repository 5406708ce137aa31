/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read while steps are worked on. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "run/apply_internal.h"

#define LINES_MAX 8 /* of steps at work; a console has 25 */

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

static unsigned int percent_of(const struct step_work *work)
{
	uint64_t size = work->step->comp->payload.size;

	return size ? (unsigned int)(work->done_bytes * 100 / size) : 0;
}

/* Seconds from now until it should have ended; 0 = it takes longer than expected. */
static uint64_t seconds_left(const struct step_work *work)
{
	uint64_t now = apply_now_ms(work->apply), begun = work->intent_ms;
	uint64_t writing_ms = now > begun ? now - begun : 0;
	uint64_t expected_ms = (uint64_t)work->step->comp->expected_seconds * 1000;

	return expected_ms > writing_ms ? (expected_ms - writing_ms + 999) / 1000 : 0;
}

static void clock_words(time_t when, char *text, size_t size)
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, size, "until about %H:%M:%S UTC", &tm);
}

static void until_words(uint64_t left, char *text, size_t size)
{
	if (left)
		clock_words(time(NULL) + (time_t)left, text, size);
	else
		snprintf(text, size, "longer than expected");
}

void say_begin(struct apply_run *run, struct step_work *work)
{
	const struct step *step = work->step;
	char again[48] = "";

	if (work->attempt > 1)
		snprintf(again, sizeof(again), " (attempt %u)", work->attempt);
	console_say(run->apply->console, "Step %u of %zu: %s\n  %s: %s -> %s%s",
		    run->apply->step_base + step->number, run->apply->step_base + run->count,
		    step->dev->name, step->comp->id, step->from[0] ? step->from : "(unknown)",
		    step->comp->version, again);
	if (strcmp(step->comp->class_name, "bmc") == 0)
		console_say(run->apply->console,
			    "  It restarts at the end of this: virtual media, the remote console "
			    "and its network\n  card go for about two minutes and come back. The "
			    "run goes on meanwhile.");
}

static void say_step(const struct step_work *work)
{
	const struct apply *apply = work->apply;
	enum work_phase phase = work->phase;
	char share[16] = "", until[64] = "";

	if (phase == PHASE_VERIFYING || phase == PHASE_WRITING)
		snprintf(share, sizeof(share), ", %u %%", percent_of(work));
	if (work->intent_ms)
		until_words(seconds_left(work), until, sizeof(until));
	console_say(apply->console, "  %s: %s%s%s%s%s", work->step->dev->name, phase_words(phase),
		    share, until[0] ? ", " : "", until, work->overdue ? ", OVERDUE" : "");
}

static void note_progress(const struct step_work *work)
{
	if (work->intent_ms && work->phase == PHASE_WRITING)
		events_emit(work->apply->events, "InstallingOnComponent",
			    EVENT_U("step", work->apply->step_base + work->step->number),
			    EVENT_U("percent", percent_of(work)));
}

void say_progress(struct apply_run *run)
{
	size_t said = 0, more = 0, waiting = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct step_work *work = &run->works[i];

		waiting += !work->started && !work->finished;
		if (!work_is_running(work))
			continue;
		note_progress(work);
		if (said < LINES_MAX) {
			say_step(work);
			said++;
		} else {
			more++;
		}
	}
	if (more)
		console_say(run->apply->console, "  ... and %zu more at work", more);
	if (waiting)
		console_say(run->apply->console, "  %zu waiting", waiting);
}

void say_result(struct apply_run *run, struct step_work *work)
{
	const struct step_result *result = &work->result;

	console_say(run->apply->console, "  %s: %s%s%s%s%s%s%s%s", work->step->dev->name,
		    step_state_name(result->state), result->found[0] ? ", it reads " : "",
		    result->found, result->reason[0] ? " [" : "", result->reason,
		    result->reason[0] ? "]" : "", result->text[0] ? "\n    " : "", result->text);
}

void say_overdue(struct apply_run *run, struct step_work *work, const char *text)
{
	console_say(run->apply->console, "  %s: OVERDUE: %s.", work->step->dev->name, text);
	show_power(run);
}

/* What is being written, and the time when the last of it should have ended. */
struct power {
	size_t writing, unknown;
	uint64_t left;
	bool late;
	const struct step_work *first;
};

static struct power look_at_power(const struct apply_run *run)
{
	struct power power = { 0 };

	for (size_t i = 0; i < run->count; i++) {
		const struct step_work *work = &run->works[i];
		uint64_t left;

		/* A result counts when it was said: until then its line says that it is written. */
		if (work->started && !work->collected && work->intent_ms) {
			left = seconds_left(work);
			power.late = power.late || left == 0;
			power.left = left > power.left ? left : power.left;
			if (power.writing++ == 0)
				power.first = work;
		} else if (work->collected && work->result.state == STEP_UNKNOWN) {
			power.unknown++;
		}
	}
	return power;
}

/* A name in so many columns: whole, or what stands before its first bracket, or cut. */
static int name_columns(const char *name, size_t room)
{
	const char *bracket = strstr(name, " (");

	if (strlen(name) <= room || !bracket || (size_t)(bracket - name) > room)
		return (int)room;
	return (int)(bracket - name);
}

/* "NO (nvme0 and 5 more, until about 17:52:10 UTC)" in the room that there is. */
static void unsafe_words(const struct power *power, time_t until, char *text, size_t size)
{
	const char *name = power->first->step->dev->name;
	char more[32] = "", when[64] = "longer than expected";
	size_t room;

	if (power->writing > 1)
		snprintf(more, sizeof(more), " and %zu more", power->writing - 1);
	if (!power->late)
		clock_words(until, when, sizeof(when));
	room = CONSOLE_STATUS_MAX - strlen("Safe to power off: NO (, )") - strlen(more) -
	       strlen(when);
	snprintf(text, size, "Safe to power off: NO (%.*s%s, %s)", name_columns(name, room), name,
		 more, when);
}

#define UNTIL_JITTER_S 3 /* a time that moves by less stays as it was said */

void show_power(struct apply_run *run)
{
	struct power power;
	char text[160];
	time_t until;

	pthread_mutex_lock(&run->signal.lock);
	power = look_at_power(run);
	until = time(NULL) + (time_t)power.left;
	if (until > run->until + UNTIL_JITTER_S || until < run->until - UNTIL_JITTER_S)
		run->until = until;
	until = run->until;
	pthread_mutex_unlock(&run->signal.lock);
	if (power.writing)
		unsafe_words(&power, until, text, sizeof(text));
	else if (power.unknown)
		snprintf(text, sizeof(text),
			 "Safe to power off: NOT KNOWN, a device does not answer");
	else
		snprintf(text, sizeof(text), "Safe to power off: YES");
	console_set_status(run->apply->console, text);
}
