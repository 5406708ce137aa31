/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the yes to the inventory after the last step. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "base/fsio.h"
#include "run/session_internal.h"

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

bool session_stop_wished(void *ctx)
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

static void tick(void *ctx)
{
	session_look_at_medium(ctx);
}

int session_begin(struct session *s, struct err *err)
{
	char why[256];
	int rc = 0;

	if (!bmc_is_remote(s->hw)) /* else this machine's watchdog is none of ours */
		rc = watchdog_start(s->hw, s->console, s->events, &s->watchdog, err);
	if (rc)
		return rc;
	if (s->watchdog && watchdog_unfed(s->watchdog, why, sizeof(why)))
		return err_set(err, ERR_POLICY,
			       "a watchdog is running that cannot be fed (%s): it would reset the "
			       "server in the middle of a write. Nothing was changed",
			       why);
	return session_begin_journal(s, err);
}

/* What asking about earlier boots has shown belongs to the result of the run that goes on. */
static enum exit_status with_settled(const struct session *s, enum exit_status status)
{
	const struct settled *settled = &s->settled;

	if (settled->human)
		status = apply_worse_status(status, EXIT_NEEDS_HUMAN);
	if (settled->failed)
		status = apply_worse_status(status, EXIT_STEPS_FAILED);
	if (settled->pending)
		status = apply_worse_status(status, EXIT_NEEDS_REBOOT);
	return status;
}

/* Steps that never came back: a report that says so, then their end, whenever it is. */
static void outlast_overdue(struct session *s, struct apply_run *run, enum exit_status *status)
{
	struct err err = { 0 };

	if (!apply_overdue(run))
		return;
	events_emit(s->events, "RunEnd", EVENT_U("exit", *status),
		    EVENT_S("text", "a step is overdue and still being worked on"));
	if (s->logs && report_write(logs_dir(s->logs), s->journal, &err))
		console_say(s->console, "The report could not be written: %s", err.text);
	if (s->logs)
		logs_sync(s->logs);
	console_say(s->console,
		    "Everything else is done and the report is written. %zu step%s still being "
		    "worked on.",
		    apply_overdue(run), apply_overdue(run) == 1 ? " is" : "s are");
	apply_wait(run);
	*status = with_settled(s, apply_exit_status(run, &s->plan));
}

static void save_after(struct session *s)
{
	struct inventory after = { 0 };
	struct err err = { 0 };

	if (session_probe(s, &after, "inventory-after.json", &err))
		console_say(s->console, "The inventory after the run could not be taken: %s",
			    err.text);
	inventory_free(&after);
}

static bool has_devices(const struct inventory *inv)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].backend[0])
			return true;
	return false;
}

enum exit_status session_without_steps(struct session *s)
{
	enum exit_status status = apply_left_status(&s->plan, has_devices(&s->inv));

	if (session_close_bmc(s, NULL))
		status = apply_worse_status(status, EXIT_STEPS_FAILED);
	/* What an earlier boot wrote and this one has proven is a change. */
	if (status == EXIT_NOTHING_NEEDED && s->settled.new_runs)
		status = EXIT_CHANGED;
	return with_settled(s, status);
}

int session_apply(struct session *s, enum exit_status *ret_status, struct err *err)
{
	char work_dir[FSIO_PATH_MAX];
	struct apply apply = {
		.hw = s->hw,
		.repo_dir = s->options->choices.repo_dir,
		.plan = &s->plan,
		.schedule = s->schedule,
		.journal = s->journal,
		.events = s->events,
		.console = s->console,
		.run_id = s->run_id,
		.history = &s->history,
		.step_base = s->step_base,
		.boot_disk = s->options->boot_disk,
		.tpm_consent = s->plan_options.tpm_consent,
		.work_dir = s->options->ram_dir ? work_dir : NULL,
		.interrupted = session_stop_wished,
		.tick = tick,
		.ctx = s,
	};
	struct apply_run *run = NULL;
	int rc;

	/* Beside the payloads, whose folder is emptied. */
	snprintf(work_dir, sizeof(work_dir), "%s-work",
		 s->options->ram_dir ? s->options->ram_dir : "");

	block_signals();
	rc = session_fill_store(s, err);
	apply.store = s->store;
	if (!rc)
		session_open_bmc(s);
	if (!rc)
		rc = apply_steps(&apply, &run, err);
	if (rc) {
		session_close_bmc(s, NULL);
		return rc;
	}
	*ret_status = with_settled(s, apply_exit_status(run, &s->plan));
	outlast_overdue(s, run, ret_status);
	if (session_close_bmc(s, run))
		*ret_status = apply_worse_status(*ret_status, EXIT_STEPS_FAILED);
	save_after(s);
	session_arrange_reboot(s, run);
	apply_free(run);
	return 0;
}
