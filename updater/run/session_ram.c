/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run in RAM (law 7): what fits, in which order, and when the medium may go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "run/session_internal.h"

/* The steps of the plan that may take the medium away. chosen: room for all, NULL = not wanted. */
static struct plan disturbing_steps(struct session *s, struct step *steps, bool *chosen)
{
	struct plan part = { .steps = steps };

	for (size_t i = 0; i < s->plan.step_count; i++) {
		bool takes = store_disturbs_medium(s->hw, &s->plan.steps[i], s->options->boot_disk);

		if (chosen)
			chosen[i] = takes;
		if (takes)
			part.steps[part.step_count++] = s->plan.steps[i];
	}
	return part;
}

static int plan_again(struct session *s, struct err *err)
{
	plan_free(&s->plan);
	return plan_make(&s->inv, &s->cat, &s->plan_options, &s->plan, err);
}

/* Law 7 leaves no other way: what takes the medium away must lie in RAM, and does not fit. */
static int bar_what_does_not_fit(struct session *s, const struct plan *part,
				 const struct store_need *need, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < part->step_count && !rc; i++)
		rc = plan_bars_add(&s->bars, part->steps[i].dev->id, part->steps[i].comp->id,
				   REASON_LOW_MEMORY, err,
				   "it may take the medium away, so it must be held in RAM: %llu "
				   "MB more are needed",
				   (unsigned long long)(need->missing >> 20) + 1);
	return rc ? rc : plan_again(s, err);
}

static int plan_without_room(struct session *s, uint64_t missing, struct err *err)
{
	CLEANUP_FREE struct step *steps = NULL;
	struct store_need need;
	struct plan part;
	char text[256];
	int rc;

	snprintf(text, sizeof(text),
		 "not everything fits into RAM (%llu MB are missing): the medium must stay, and "
		 "what may take it away comes last",
		 (unsigned long long)(missing >> 20) + 1);
	session_warn(s, text);
	s->plan_options.medium_needed = true;
	rc = plan_again(s, err);
	if (rc)
		return rc;
	steps = calloc(s->plan.step_count + 1, sizeof(*steps));
	if (!steps)
		return err_set(err, ERR_NOMEM, "out of memory");
	part = disturbing_steps(s, steps, NULL);
	rc = store_measure(s->hw, &part, &need, err);
	if (rc || !need.missing)
		return rc;
	return bar_what_does_not_fit(s, &part, &need, err);
}

int session_make_plan(struct session *s, struct err *err)
{
	struct store_need need;
	int rc = plan_make(&s->inv, &s->cat, &s->plan_options, &s->plan, err);

	if (rc || !s->options->ram_dir)
		return rc;
	rc = store_measure(s->hw, &s->plan, &need, err);
	if (rc || !need.missing)
		return rc;
	return plan_without_room(s, need.missing, err);
}

/* Law 4 for all steps at once: from here on they may begin without a record on the medium. */
static int let_medium_go(struct session *s, struct err *err)
{
	struct journal_record record = { .type = JOURNAL_RUN_IN_RAM, .time = (uint64_t)time(NULL) };
	int rc;

	snprintf(record.run_id, sizeof(record.run_id), "%s", s->run_id);
	rc = journal_append(s->journal, &record, err);
	if (rc) {
		/* Nothing was begun, and the next boot can go on: whatever the medium has. */
		err_prefix(err,
			   "the medium went before the journal could say that it may go: "
			   "nothing was changed");
		return err->code = ERR_INTERRUPTED;
	}
	journal_let_go(s->journal);
	if (s->logs)
		logs_sync(s->logs);
	events_emit(s->events, "RunInRam", EVENT_S("run", s->run_id));
	console_say(s->console,
		    "Everything that is needed is in RAM and verified. The medium may "
		    "now be removed.");
	return 0;
}

static bool copying_stops(void *ctx)
{
	session_look_at_medium(ctx);
	return session_stop_wished(ctx);
}

int session_fill_store(struct session *s, struct err *err)
{
	CLEANUP_FREE struct step *steps = calloc(s->plan.step_count + 1, sizeof(*steps));
	CLEANUP_FREE bool *chosen = calloc(s->plan.step_count + 1, sizeof(*chosen));
	struct store_options options = {
		.hw = s->hw,
		.repo_dir = s->options->choices.repo_dir,
		.ram_dir = s->options->ram_dir,
		.events = s->events,
		.console = s->console,
		.interrupted = copying_stops,
		.ctx = s,
	};
	int rc;

	if (!options.ram_dir)
		return 0;
	if (!steps || !chosen)
		return err_set(err, ERR_NOMEM, "out of memory");
	disturbing_steps(s, steps, chosen);
	rc = store_fill(&options, &s->plan, chosen, &s->store, err);
	if (rc)
		return rc;
	if (store_holds_all(s->store))
		return let_medium_go(s, err);
	console_say(s->console, "Not everything is in RAM: DO NOT REMOVE THE MEDIUM.");
	return 0;
}
