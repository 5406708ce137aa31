/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "drydock.h"
#include "run/bmc_door.h"
#include "run/settle_internal.h"
#include "ui/ticker.h"

/* What one round of questions works with. */
struct round {
	const struct settle *settle;
	const char *medium; /* another medium: its journal is left as it is; NULL = this run's */
	struct history history;
	struct plan_bars bars; /* that follow from the answers */
	struct settled settled;
};

static bool must_ask(const struct history_step *step)
{
	return (step->open || step->waits || step->unknown) && !bmc_door_is_step(&step->last);
}

static void count(struct settled *settled, enum outcome outcome)
{
	switch (outcome) {
	case FOUND_OLD:
		settled->old_runs++;
		break;
	case FOUND_NEW:
		settled->new_runs++;
		break;
	case FOUND_PENDING:
		settled->pending++;
		break;
	case FOUND_AGAIN:
		settled->again++;
		break;
	case FOUND_FAILED:
		settled->failed++;
		break;
	case FOUND_HUMAN:
		settled->human++;
		break;
	case FOUND_NOT_BEGUN:
		settled->not_begun++;
		break;
	}
}

/* What is not there cannot be written, so it needs no bar. */
static int add_bar(struct round *round, const struct journal_record *last, const struct finding *f,
		   struct err *err)
{
	const struct device *dev = history_device(round->settle->inv, last->device);
	const struct component *comp = history_component(round->settle->cat, last->component);

	if (dev && f->outcome == FOUND_HUMAN)
		return plan_bars_add(&round->bars, dev->id, NULL, REASON_NEEDS_HUMAN, err,
				     "what an earlier run (%.8s) left in it needs a person: %s",
				     last->run_id, f->why);
	if (dev && comp && f->outcome == FOUND_PENDING && !round->medium)
		return plan_bars_add(&round->bars, dev->id, comp->id, REASON_ALREADY_CURRENT, err,
				     "stored already by this run: it runs after a %s",
				     f->state == STEP_NEEDS_REBOOT ? "reboot" : "power cycle");
	return 0;
}

static void say(const struct round *round, const struct journal_record *last,
		const struct finding *f)
{
	const struct device *dev = history_device(round->settle->inv, last->device);

	console_say(round->settle->console, "  %s, %s -> %s: was \"%s\": %s.",
		    dev ? dev->name : last->device, last->from[0] ? last->from : "(unknown)",
		    last->to, step_state_name(last->state), f->text);
	events_emit(round->settle->events, "Settled", EVENT_S("run", last->run_id),
		    EVENT_U("step", last->step), EVENT_S("device", last->device),
		    EVENT_S("component", last->component),
		    EVENT_S("state", step_state_name(f->state)), EVENT_S("found", f->found),
		    EVENT_S("text", f->text),
		    EVENT_S("medium", round->medium ? round->medium : ""));
}

/*
 * Only the last run's records are added to: one about an earlier run would make that the newest.
 * What was known before is not written a second time.
 */
static int record(const struct round *round, const struct history_step *step,
		  const struct finding *f, struct err *err)
{
	struct journal_record record = step->last;

	if (round->medium || step->earlier || step->unknown || f->state == step->last.state)
		return 0;
	record.time = (uint64_t)time(NULL);
	record.state = f->state;
	snprintf(record.found, sizeof(record.found), "%s", f->found);
	snprintf(record.reason, sizeof(record.reason), "%s", f->reason);
	snprintf(record.text, sizeof(record.text), "%s", f->text);
	return journal_append(round->settle->journal, &record, err);
}

static int settle_step(struct round *round, size_t index, struct err *err)
{
	struct history_step *step = &round->history.steps[index];
	struct finding f;
	int rc;

	settle_ask(round->settle, &round->history, index, &f);
	count(&round->settled, f.outcome);
	rc = add_bar(round, &step->last, &f, err);
	if (!rc && f.outcome != FOUND_NOT_BEGUN) {
		say(round, &step->last, &f);
		rc = record(round, step, &f, err);
	}
	/* What later steps of the same device stand on. */
	step->last.state = f.state;
	step->open = step->waits = step->unknown = false;
	return rc;
}

/* Earlier runs first, then by the numbers of the steps: those of one device in their order. */
static size_t next_to_ask(const struct history *history)
{
	size_t best = history->step_count;

	for (size_t i = 0; i < history->step_count; i++) {
		const struct history_step *step = &history->steps[i];
		const struct history_step *than = &history->steps[best];

		if (!must_ask(step))
			continue;
		if (best == history->step_count || (step->earlier && !than->earlier) ||
		    (step->earlier == than->earlier && !step->earlier &&
		     step->last.step < than->last.step))
			best = i;
	}
	return best;
}

static int settle_steps(struct round *round, struct err *err)
{
	struct ticker *ticker =
		ticker_start(round->settle->console,
			     "asking the devices what an earlier run has left", TICKER_INTERVAL_MS);
	size_t index;
	int rc = 0;

	while (!rc && (index = next_to_ask(&round->history)) < round->history.step_count)
		rc = settle_step(round, index, err);
	ticker_stop(ticker);
	return rc;
}

static void say_begin(const struct round *round)
{
	const struct history *history = &round->history;
	struct console *console = round->settle->console;
	const char *state = history->closed ? "was interrupted" : "was cut off";

	if (round->medium)
		console_say(
			console,
			"Another medium (%s) has an unfinished run of this server (%.8s), which "
			"%s. What its devices say:",
			round->medium, history->run_id,
			history->end == HISTORY_REBOOT ? "waits for its reboot" : state);
	else if (history->end == HISTORY_REBOOT)
		console_say(console, "The run (%.8s) goes on after its reboot. What waited for it:",
			    history->run_id);
	else
		console_say(console,
			    "An earlier run (%.8s) %s. What it left behind:", history->run_id,
			    state);
}

static void say_end(const struct round *round, size_t asked)
{
	struct console *console = round->settle->console;
	size_t not_begun = round->settled.not_begun;

	if (!asked)
		console_say(console, "  nothing: no device was being worked on.");
	if (not_begun)
		console_say(console, "  %zu step%s planned only: not begun, the old firmware runs.",
			    not_begun, not_begun == 1 ? " was" : "s were");
	if (round->medium)
		console_say(console,
			    "  That run is not continued from here and nothing is written "
			    "to that medium: boot it to go on with it.");
}

static int read_history(struct round *round, struct err *err)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	size_t record_count;
	int rc = journal_read(round->settle->journal, &records, &record_count, err);

	history_free(&round->history);
	return rc ? rc
		  : history_read(records, record_count, round->settle->inv, round->settle->cat,
				 &round->history, err);
}

static int close_run(struct round *round, struct err *err)
{
	struct journal_record end = {
		.type = JOURNAL_RUN_END,
		.time = (uint64_t)time(NULL),
		.exit_status = EXIT_INTERRUPTED,
	};

	if (round->medium || round->history.closed || round->history.end != HISTORY_INTERRUPTED)
		return 0;
	memcpy(end.run_id, round->history.run_id, sizeof(end.run_id));
	return journal_append(round->settle->journal, &end, err);
}

static int ask_all(struct round *round, struct err *err)
{
	size_t asked = 0;
	int rc;

	for (size_t i = 0; i < round->history.step_count; i++)
		asked += must_ask(&round->history.steps[i]);
	/* A run that was closed before and left nothing to ask is no news. */
	if (!asked && round->history.closed)
		return 0;
	say_begin(round);
	rc = settle_steps(round, err);
	if (rc)
		return rc;
	say_end(round, asked);
	return close_run(round, err);
}

static int settle_round(struct round *round, struct err *err)
{
	int rc = read_history(round, err);

	if (rc || round->history.end == HISTORY_NONE || round->history.end == HISTORY_ENDED)
		return rc;
	return ask_all(round, err);
}

/* Moves the bars of from behind those of to. */
static int move_bars(struct plan_bars *to, struct plan_bars *from, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < from->count && !rc; i++) {
		const struct plan_bar *bar = &from->list[i];

		rc = plan_bars_add(to, bar->device, bar->component, bar->reason, err, "%s",
				   bar->text);
	}
	plan_bars_free(from);
	return rc;
}

int settle_chain(const struct settle *settle, struct history *ret, struct settled *ret_settled,
		 struct err *err)
{
	struct round round = { .settle = settle };
	int rc = settle_round(&round, err);

	/* The answers are in the journal now: what follows from them is read from there. */
	if (!rc)
		rc = read_history(&round, err);
	if (!rc)
		rc = move_bars(&round.bars, &round.history.bars, err);
	if (rc) {
		plan_bars_free(&round.bars);
		history_free(&round.history);
		return rc;
	}
	*ret = round.history;
	ret->bars = round.bars;
	*ret_settled = round.settled;
	return 0;
}

int settle_other_medium(const struct settle *settle, const char *medium, struct plan_bars *bars,
			struct settled *ret_settled, struct err *err)
{
	struct round round = { .settle = settle, .medium = medium };
	int rc = settle_round(&round, err);

	if (!rc)
		rc = move_bars(bars, &round.bars, err);
	plan_bars_free(&round.bars);
	history_free(&round.history);
	*ret_settled = round.settled;
	return rc;
}
