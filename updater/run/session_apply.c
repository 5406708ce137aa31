/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hw/hwio_record.h"
#include "inventory/probe.h"
#include "report/report.h"
#include "run/session.h"

/* Blocked for the whole run (law 8): a write is never cut off, the wish is seen between steps. */
static const int blocked_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE };

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(blocked_signals) / sizeof(*blocked_signals); i++)
		sigaddset(&set, blocked_signals[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static bool stop_wished(void *ctx)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t pending;

	(void)ctx;
	sigpending(&pending);
	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++)
		if (sigismember(&pending, stops[i]) == 1)
			return true;
	return false;
}

static void end_run(struct session *s, enum exit_status status, const char *text)
{
	struct journal_record record = {
		.type = JOURNAL_RUN_END,
		.time = (uint64_t)time(NULL),
		.exit_status = (uint16_t)status,
	};
	struct err err = { 0 };

	events_emit(s->events, "RunEnd", EVENT_U("exit", status), EVENT_S("text", text));
	if (!s->run_begun)
		return;
	snprintf(record.run_id, sizeof(record.run_id), "%s", s->run_id);
	if (journal_append(s->journal, &record, &err))
		console_say(s->console, "The end of the run is not in the journal: %s", err.text);
}

static void write_report(struct session *s)
{
	struct err err = { 0 };

	if (events_dir(s->events) && report_write(events_dir(s->events), s->journal, &err))
		console_say(s->console, "The report could not be written: %s", err.text);
}

/* Steps that never came back: a report that says so, then their end, whenever it is. */
static void outlast_overdue(struct session *s, struct apply_run *run, enum exit_status *status)
{
	if (!apply_overdue(run))
		return;
	events_emit(s->events, "RunEnd", EVENT_U("exit", *status),
		    EVENT_S("text", "a step is overdue and still being worked on"));
	write_report(s);
	console_say(s->console,
		    "Everything else is done and the report is written. %zu step%s still "
		    "being worked on. Safe to power off: NO",
		    apply_overdue(run), apply_overdue(run) == 1 ? " is" : "s are");
	apply_wait(run);
	*status = apply_exit_status(run, &s->plan);
}

static void save_after(struct session *s)
{
	struct err err = { 0 };

	if (session_probe_after(s, &err))
		console_say(s->console, "The inventory after the run could not be taken: %s",
			    err.text);
}

int session_apply(struct session *s, enum exit_status *ret_status, struct err *err)
{
	struct apply apply = {
		.hw = s->hw,
		.repo_dir = s->options->choices.repo_dir,
		.plan = &s->plan,
		.journal = s->journal,
		.events = s->events,
		.console = s->console,
		.run_id = s->run_id,
		.boot_disk = s->options->boot_disk,
		.stop_on_error = s->options->stop_on_error,
		.interrupted = stop_wished,
	};
	struct apply_run *run = NULL;
	int rc;

	block_signals();
	rc = apply_steps(&apply, &run, err);
	if (rc)
		return rc;
	*ret_status = apply_exit_status(run, &s->plan);
	outlast_overdue(s, run, ret_status);
	save_after(s);
	apply_free(run);
	return 0;
}

static const char *status_words(enum exit_status status)
{
	switch (status) {
	case EXIT_CHANGED:
		return "done: everything that was to be changed is changed and proven";
	case EXIT_NEEDS_REBOOT:
		return "done so far: a reboot or power cycle is needed to complete it";
	case EXIT_NOTHING_NEEDED:
		return "nothing was needed";
	case EXIT_NO_DEVICE:
		return "no device here that can be updated";
	case EXIT_DEPENDENCY:
		return "something is missing that other updates depend on";
	case EXIT_REPOSITORY:
		return "the repository or its signature is not in order";
	case EXIT_POLICY:
		return "the policy does not allow it";
	case EXIT_STEPS_FAILED:
		return "some steps failed or cannot be proven";
	case EXIT_NEEDS_HUMAN:
		return "a device needs a person";
	case EXIT_INTERRUPTED:
		return "interrupted between steps";
	case EXIT_USAGE:
	case EXIT_INTERNAL:
		break;
	}
	return "an internal error";
}

void session_close(struct session *s, enum exit_status status, const struct err *err)
{
	const char *text = err ? err->text : "";
	char why[256];

	if (s->console && err && err->text[0])
		console_say(s->console, "%s.", err->text);
	if (s->events) {
		end_run(s, status, text);
		write_report(s);
	}
	if (s->logs)
		logs_flush(s->logs);
	if (s->logs && logs_away(s->logs, why, sizeof(why)))
		console_say(s->console, "THE LOGS ARE ONLY IN RAM, in %s: %s", logs_dir(s->logs),
			    why);
	if (s->console)
		console_say(s->console, "Result: %s (exit status %d).\nSafe to power off: %s",
			    status_words(status), (int)status,
			    status == EXIT_NEEDS_HUMAN ? "NOT KNOWN, see above" : "YES");
	plan_free(&s->plan);
	plan_bars_free(&s->bars);
	catalog_free(&s->cat);
	inventory_free(&s->inv);
	policy_free(&s->policy);
	journal_close(s->journal);
	if (s->hw != s->real)
		hwio_record_free(s->hw);
	hwio_real_free(s->real);
	events_close(s->events);
	console_close(s->console);
	logs_close(s->logs);
}
