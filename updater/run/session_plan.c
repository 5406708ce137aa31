/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the hardware and the repository to the plan that is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "run/interlock.h"
#include "run/session_internal.h"

static void take_serial(struct session *s)
{
	const struct device *system = inventory_find(&s->inv, "system");

	snprintf(s->serial, sizeof(s->serial), "%s",
		 system && system->serial[0] ? system->serial : "unknown");
}

static int load_policy(struct session *s, struct err *err)
{
	const struct choices *choices = &s->options->choices;
	int rc = policy_load(choices->trust_dir ? choices->trust_dir : TRUST_DIR, &s->policy, err);

	if (!rc)
		rc = choices_to_options(choices, &s->policy, s->options->unattended,
					&s->plan_options, err);
	s->plan_options.bars = &s->bars;
	session_allow_bmc(s);
	return rc;
}

/* Where the journal is, in a word for the log. */
static const char *journal_kind(const struct session *s)
{
	const char *path = s->options->journal_path;

	if (s->options->dry_run)
		return "none";
	if (!path)
		return "volatile";
	return strncmp(path, "/dev/", 5) == 0 ? "raw" : "file";
}

/* What the boots before this one left, so that one log folder tells the whole story. */
static void emit_earlier(struct session *s)
{
	if (s->history.end != HISTORY_REBOOT && s->history.end != HISTORY_INTERRUPTED)
		return;
	for (size_t i = 0; i < s->history.step_count; i++) {
		const struct journal_record *last = &s->history.steps[i].last;

		events_emit(s->events, "Earlier", EVENT_S("run", last->run_id),
			    EVENT_U("step", last->step), EVENT_S("device", last->device),
			    EVENT_S("component", last->component), EVENT_S("from", last->from),
			    EVENT_S("to", last->to), EVENT_S("state", step_state_name(last->state)),
			    EVENT_S("found", last->found), EVENT_S("reason", last->reason),
			    EVENT_S("text", last->text));
	}
}

static void emit_begin(struct session *s)
{
	events_emit(s->events, "RunBegin", EVENT_S("run", s->run_id),
		    EVENT_S("version", DRYDOCK_VERSION), EVENT_S("serial", s->serial),
		    EVENT_S("mode", s->options->dry_run ? "dry run" : "apply"),
		    EVENT_S("continues", s->goes_on ? s->run_id : s->continues),
		    EVENT_U("step_base", s->step_base), EVENT_S("journal", journal_kind(s)),
		    EVENT_S("repo_id", s->cat.repo_id), EVENT_U("repo_serial", s->cat.serial),
		    EVENT_S("signers", s->cat.signer_names),
		    EVENT_S("min_evidence", evidence_name(s->policy.min_evidence)));
	emit_earlier(s);
	for (size_t i = 0; i < s->inv.count; i++) {
		const struct device *dev = &s->inv.devices[i];

		if (dev->backend[0])
			events_emit(s->events, "Device", EVENT_S("id", dev->id),
				    EVENT_S("name", dev->name),
				    EVENT_S("kind", device_kind_name(dev->kind)),
				    EVENT_S("version", dev->version));
	}
}

/* The run is begun in the log even when the journal or the repository is refused. */
static int open_sources(struct session *s, struct err *err)
{
	const char *repo_dir = s->options->choices.repo_dir;
	struct err journal_err = { 0 };
	int rc = catalog_open(repo_dir, &s->policy, &s->cat, err);
	int journal_rc = s->options->dry_run ? 0 : session_open_journal(s, &journal_err);

	emit_begin(s);
	if (rc)
		return err_prefix(err, "repository %s", repo_dir);
	console_say(s->console, "Repository \"%s\", serial %llu, signed by %s", s->cat.repo_id,
		    (unsigned long long)s->cat.serial, s->cat.signer_names);
	if (journal_rc)
		*err = journal_err;
	return journal_rc;
}

static void warn_of_unknown_ids(struct session *s)
{
	char text[256];
	const char *id;

	for (size_t i = 0; (id = plan_unknown_id(&s->inv, &s->cat, &s->plan_options, i)); i++) {
		snprintf(text, sizeof(text),
			 "\"%s\" is to be chosen or skipped, but nothing here has this id", id);
		session_warn(s, text);
	}
}

static int look_for_interlocks(struct session *s, struct err *err)
{
	CLEANUP_FREE char *warnings = NULL;
	int rc = 0;

	if (!bmc_is_remote(s->hw)) /* all of them are about this machine */
		rc = interlock_bars(s->hw, &s->inv, &s->cat, &s->bars, &warnings, err);
	if (warnings)
		session_warn(s, warnings);
	return rc;
}

static void emit_step(struct session *s, const struct step *step, uint64_t start)
{
	events_emit(s->events, "Step", EVENT_U("step", s->step_base + step->number),
		    EVENT_S("component", step->comp->id),
		    EVENT_S("component_name", step->comp->name), EVENT_S("device", step->dev->id),
		    EVENT_S("device_name", step->dev->name), EVENT_S("from", step->from),
		    EVENT_S("to", step->comp->version), EVENT_S("backend", step->comp->backend),
		    EVENT_S("evidence", evidence_name(step->dev->evidence)),
		    EVENT_U("expected_seconds", step->comp->expected_seconds),
		    EVENT_U("expected_start", start));
}

/* Each line is synced to the medium: what is for other machines altogether is one of them. */
static void emit_left(struct session *s)
{
	size_t others = plan_count_others(&s->plan);
	char text[PLAN_TEXT_MAX];

	for (size_t i = 0; i < s->plan.left_count; i++) {
		const struct decision *left = &s->plan.left[i];

		if (others && plan_is_for_others(left))
			continue;
		events_emit(s->events, "LeftAlone",
			    EVENT_S("component", left->comp ? left->comp->id : ""),
			    EVENT_S("device", left->dev ? left->dev->id : ""),
			    EVENT_S("reason", reason_id(left->reason)),
			    EVENT_S("text", left->text));
	}
	snprintf(text, sizeof(text), "%zu components are for other devices", others);
	if (others)
		events_emit(s->events, "LeftAlone", EVENT_S("component", ""), EVENT_S("device", ""),
			    EVENT_S("reason", reason_id(REASON_NOT_APPLICABLE)),
			    EVENT_S("text", text));
}

/* What it will take, as far as the components tell; compared with what it took in the report. */
static int foretell(struct session *s, struct err *err)
{
	CLEANUP_FREE uint64_t *starts = calloc(s->plan.step_count + 1, sizeof(*starts));
	struct schedule_forecast forecast;
	int rc;

	if (!starts)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = schedule_forecast(s->schedule, &forecast, starts, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->plan.step_count; i++)
		emit_step(s, &s->plan.steps[i], starts[i]);
	if (s->plan.step_count == 0)
		return 0;
	events_emit(s->events, "Forecast", EVENT_U("seconds", forecast.makespan),
		    EVENT_U("one_by_one", forecast.one_by_one), EVENT_U("bound", forecast.bound),
		    EVENT_U("complete", forecast.complete));
	console_say(s->console,
		    "Expected: %llu min %llu s side by side (%llu min %llu s one after "
		    "another)%s.",
		    (unsigned long long)forecast.makespan / 60,
		    (unsigned long long)forecast.makespan % 60,
		    (unsigned long long)forecast.one_by_one / 60,
		    (unsigned long long)forecast.one_by_one % 60,
		    forecast.complete ? "" : "; not every component says how long it takes");
	return 0;
}

static int show_plan(struct session *s, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *json = NULL;
	size_t len;
	int rc = plan_to_text(&s->plan, &text, err);

	if (!rc)
		rc = plan_to_json(&s->plan, &s->cat, &json, &len, err);
	if (rc)
		return rc;
	console_say(s->console, "%s", text);
	session_save(s, "plan.json", json, len);
	return 0;
}

int session_plan(struct session *s, struct err *err)
{
	struct schedule_options options = { .stop_on_error = s->options->stop_on_error };
	int rc = session_probe(s, &s->inv, "inventory-before.json", err);

	if (rc)
		return rc;
	take_serial(s);
	rc = load_policy(s, err);
	if (!rc)
		rc = open_sources(s, err);
	if (!rc)
		rc = look_for_interlocks(s, err);
	if (!rc && !s->options->dry_run)
		rc = session_settle(s, err);
	if (!rc)
		rc = session_look_at_bmc(s, err);
	if (!rc && s->options->resume)
		rc = session_choose_unfinished(s, err);
	if (rc)
		return rc;
	session_keep_settings(s);
	warn_of_unknown_ids(s);
	rc = session_make_plan(s, err);
	if (rc)
		return err_prefix(err, "plan");
	options.proven = s->history.proven;
	options.proven_count = s->history.proven_count;
	rc = schedule_make(&s->plan, &s->inv, &options, &s->schedule, err);
	if (!rc)
		rc = show_plan(s, err);
	if (!rc)
		rc = foretell(s, err);
	if (!rc)
		emit_left(s);
	return rc;
}
