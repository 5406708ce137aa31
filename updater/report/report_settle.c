/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judgement: which source to believe, what a run amounts to, and the sentence that says so. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"

/*
 * The journal is written first and is durable; but when its medium failed the events went on. So
 * an end beats what is not one, then the later word counts, then the journal's.
 */
static const struct report_seen *believe(const struct report_step *step)
{
	const struct report_seen *journal = &step->by_journal;
	const struct report_seen *events = &step->by_events;
	bool journal_ends = report_state_is_final(journal->state);
	bool events_end = report_state_is_final(events->state);

	if (!events->state || !journal->state)
		return events->state ? events : journal;
	if (journal_ends != events_end)
		return journal_ends ? journal : events;
	/* The same word: the events have the whole text, the journal's is cut. */
	if (journal->state == events->state)
		return events;
	return events->time >= journal->time + 1 ? events : journal;
}

static void count_step(struct report *report, const struct report_step *step)
{
	switch (step->last->state) {
	case STEP_VERIFIED:
		report->verified++;
		break;
	case STEP_ACCEPTED:
		report->accepted++;
		break;
	case STEP_NEEDS_REBOOT:
	case STEP_NEEDS_POWER_CYCLE:
		report->pending++;
		break;
	case STEP_FAILED:
	case STEP_OVERDUE:
	case STEP_UNKNOWN:
		report->failed++;
		break;
	case STEP_WITHDRAWN:
		report->withdrawn++;
		break;
	case STEP_PLANNED:
	case STEP_BEGUN:
	case STEP_WRITING:
	case STEP_WRITTEN:
	case STEP_ACTIVATED:
		report->unfinished++;
		break;
	default:
		report->not_begun++;
	}
}

static const char *device_words(const struct report_step *step)
{
	if (step->device_name[0])
		return step->device_name;
	return step->device[0] ? step->device : "a device that the record does not name";
}

static const struct report_step *first_in(const struct report *report, enum step_state a,
					  enum step_state b, enum step_state c)
{
	for (size_t i = 0; i < report->step_count; i++) {
		enum step_state state = report->steps[i].last->state;

		if (state == a || state == b || state == c)
			return &report->steps[i];
	}
	return NULL;
}

static void judge_power(struct report *report)
{
	const struct report_step *step;
	const char *why = "its write was not finished";

	report->power = POWER_SAFE;
	report->power_text[0] = '\0';
	step = first_in(report, STEP_WRITING, STEP_WRITTEN, STEP_OVERDUE);
	if (!step) {
		step = first_in(report, STEP_UNKNOWN, STEP_UNKNOWN, STEP_UNKNOWN);
		why = "it does not answer, and what it runs is not known";
	} else if (step->last->state == STEP_OVERDUE) {
		why = "its write is overdue and may still be going on";
	} else if (step->last->state == STEP_WRITTEN) {
		why = "it has the new firmware, but its activation was not finished";
	}
	if (step) {
		report->power = POWER_UNSAFE;
		snprintf(report->power_text, sizeof(report->power_text), "%.128s: %s",
			 device_words(step), why);
	} else if (report->in_ram && !report->ended && report->step_count) {
		report->power = POWER_UNSAFE;
		snprintf(report->power_text, sizeof(report->power_text),
			 "the run went on without its medium, and what it did since then is not "
			 "recorded here");
	}
}

static void add(struct report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct report *report, const char *fmt, ...)
{
	size_t len = strlen(report->verdict);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(report->verdict + len, sizeof(report->verdict) - len, fmt, ap);
	va_end(ap);
}

/* " 3 steps: 2 proven, 1 failed." */
static void say_tally(struct report *report)
{
	const struct {
		size_t count;
		const char *words;
	} parts[] = {
		{ report->verified, "proven" },
		{ report->pending, "waiting for a reboot or power cycle" },
		{ report->accepted, "accepted but not provable" },
		{ report->failed, "not successful" },
		{ report->withdrawn, "left out" },
		{ report->unfinished, "not finished" },
		{ report->not_begun, "not begun" },
	};
	const char *before = ": ";

	if (!report->step_count)
		return;
	add(report, " %zu %s", report->step_count, report->step_count == 1 ? "step" : "steps");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!parts[i].count)
			continue;
		add(report, "%s%zu %s", before, parts[i].count, parts[i].words);
		before = ", ";
	}
	add(report, ".");
}

static void say_done(struct report *report)
{
	if (strcmp(report->mode, "dry run") == 0)
		add(report, "Dry run: nothing was changed.");
	else if (report->step_count == 0)
		add(report, "Done; there were no steps.");
	else if (report->verified < report->step_count)
		add(report, "Done.");
	else if (report->step_count == 1)
		add(report, "Done: the one step is read back and proven.");
	else
		add(report, "Done: all %zu steps are read back and proven.", report->step_count);
	if (report->verified < report->step_count)
		say_tally(report);
}

static void say_needs_human(struct report *report)
{
	const struct report_step *step = first_in(report, STEP_OVERDUE, STEP_UNKNOWN, STEP_WRITING);

	add(report, "A device needs a person");
	if (step)
		add(report, ": %.128s is %s", device_words(step),
		    step->last->state == STEP_OVERDUE ? "overdue" : "in an unknown state");
	add(report, ".");
}

static void say_unfinished(struct report *report)
{
	const struct report_step *step =
		first_in(report, STEP_WRITING, STEP_WRITTEN, STEP_ACTIVATED);

	add(report, "The run did not end: it was cut off, or is still going on.");
	if (step)
		add(report, " Step %u (%.128s) was in the middle: %s.", step->number,
		    device_words(step),
		    step->last->state == STEP_WRITING ? "being written" : "written, not proven");
	say_tally(report);
}

static void say_verdict(struct report *report)
{
	switch (report->exit_status) {
	case EXIT_CHANGED:
		say_done(report);
		return;
	case EXIT_NEEDS_REBOOT:
		if (report->reboots)
			add(report, "Written; the run goes on after a reboot that was arranged.");
		else
			add(report,
			    "Activated, not proven: a reboot or power cycle is needed. Boot this "
			    "medium again to read back what runs then.");
		break;
	case EXIT_NOTHING_NEEDED:
		add(report, "Nothing was to be done: nothing was changed.");
		return;
	case EXIT_NO_DEVICE:
		add(report, "No device was found that this version can update.");
		return;
	case EXIT_DEPENDENCY:
		add(report, "Something is left out because what it requires is missing.");
		break;
	case EXIT_REPOSITORY:
		add(report, "The repository does not hold: a signature, hash or file is wrong.");
		break;
	case EXIT_POLICY:
		add(report, "Something is left out because the policy does not allow it.");
		break;
	case EXIT_STEPS_FAILED:
		add(report, "Not everything succeeded.");
		break;
	case EXIT_NEEDS_HUMAN:
		say_needs_human(report);
		break;
	case EXIT_INTERRUPTED:
		add(report, "The run was interrupted and can be resumed.");
		break;
	case EXIT_USAGE:
		add(report, "The command line was wrong: nothing was changed.");
		return;
	default:
		add(report, "Drydock itself failed (status %d).", report->exit_status);
	}
	say_tally(report);
}

/* From the first step that began to the last that ended, of this boot: waiting counts, too. */
static void measure_work(struct report *report)
{
	double first = 0, last = 0;

	for (size_t i = 0; i < report->step_count; i++) {
		const struct report_seen *seen = &report->steps[i].by_events;

		if (seen->began <= 0 || seen->state == STEP_WITHDRAWN)
			continue;
		if (first <= 0 || seen->began < first)
			first = seen->began;
		if (seen->time > last)
			last = seen->time;
	}
	report->worked = last > first ? last - first : 0;
}

void report_settle(struct report *report)
{
	report->verified = report->accepted = report->pending = 0;
	report->failed = report->withdrawn = report->unfinished = report->not_begun = 0;
	report->verdict[0] = '\0';
	for (size_t i = 0; i < report->step_count; i++) {
		struct report_step *step = &report->steps[i];

		step->last = believe(step);
		count_step(report, step);
	}
	measure_work(report);
	judge_power(report);
	if (report->ended) {
		say_verdict(report);
		return;
	}
	report->exit_status = first_in(report, STEP_OVERDUE, STEP_UNKNOWN, STEP_UNKNOWN)
				      ? EXIT_NEEDS_HUMAN
				      : EXIT_INTERRUPTED;
	say_unfinished(report);
}
