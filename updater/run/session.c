/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ends of a session. */
#include "run/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "hw/hwio_record.h"
#include "hw/slow.h"
#include "inventory/probe.h"
#include "report/report.h"
#include "run/session_internal.h"
#include "ui/ticker.h"

static int make_run_id(char run_id[33], struct err *err)
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set_errno(err, ERR_INTERNAL, errno, "no random numbers");
	hex_encode(bytes, sizeof(bytes), run_id);
	return 0;
}

static int open_logs(struct session *s, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc;

	if (!s->options->log_dir && !s->options->log_ram)
		return events_open(NULL, &s->events, err);
	rc = logs_open(s->options->log_ram, s->options->log_dir, &s->logs, err);
	if (!rc)
		rc = events_open(s->logs, &s->events, err);
	if (!rc)
		rc = fsio_join(path, logs_dir(s->logs), "console.txt", err);
	return rc ? rc : console_add_transcript(s->console, path, err);
}

/* Every run leaves traces of what it asked the devices, where there is a log folder. */
static int open_seam(struct session *s, struct err *err)
{
	int rc;

	s->real = hwio_real_new(s->options->choices.root);
	s->hw = s->real;
	if (!s->real)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = bmc_options_attach(&s->options->choices.bmc, s->real, err);
	if (rc || !s->logs)
		return rc;
	return hwio_record_new(s->real, logs_dir(s->logs), &s->hw, err);
}

int session_open(struct session *s, const struct session_options *options, struct err *err)
{
	char why[256];
	int rc;

	*s = (struct session){ .options = options };
	rc = console_open(&options->consoles, &s->console, err);
	if (!rc)
		rc = make_run_id(s->run_id, err);
	if (!rc)
		rc = open_logs(s, err);
	if (!rc)
		rc = open_seam(s, err);
	if (rc)
		return rc;
	console_say(s->console, "Drydock " DRYDOCK_VERSION ", run %.8s", s->run_id);
	console_set_status(s->console, "Safe to power off: YES");
	if (s->logs && logs_away(s->logs, why, sizeof(why)))
		console_say(s->console, "THE LOGS ARE ONLY IN RAM so far: %s", why);
	return 0;
}

int session_save(struct session *s, const char *name, const char *text, size_t len)
{
	char path[FSIO_PATH_MAX];
	struct err err = { 0 };
	int rc;

	if (!s->logs)
		return 0;
	rc = fsio_join(path, logs_dir(s->logs), name, &err);
	if (!rc)
		rc = fsio_write_atomic(path, text, len, 0644, &err);
	if (rc) {
		console_say(s->console, "%s could not be saved: %s", name, err.text);
		events_emit(s->events, "Warning", EVENT_S("text", err.text));
	}
	logs_sync(s->logs);
	return rc;
}

void session_warn(struct session *s, const char *text)
{
	console_say(s->console, "ATTENTION: %s.", text);
	events_emit(s->events, "Warning", EVENT_S("text", text));
}

int session_probe(struct session *s, struct inventory *inv, const char *name, struct err *err)
{
	CLEANUP_FREE char *warnings = NULL;
	CLEANUP_FREE char *text = NULL;
	struct probe_source source = { .hw = s->hw, .root = s->options->choices.root };
	struct ticker *ticker;
	size_t len;
	int rc;

	ticker = ticker_start(s->console, "taking the inventory", TICKER_INTERVAL_MS);
	hwio_note(s->hw, HWIO_PHASE, name);
	rc = probe_all(&source, inv, &warnings, err);
	hwio_note(s->hw, HWIO_PHASE, "run");
	ticker_stop(ticker);
	if (rc)
		return err_prefix(err, "inventory");
	if (warnings) {
		console_say(s->console, "%s", warnings);
		events_emit(s->events, "Warning", EVENT_S("text", warnings));
	}
	rc = inventory_to_json(inv, &text, &len, err);
	if (!rc)
		session_save(s, name, text, len);
	return rc;
}

static void write_report(struct session *s)
{
	struct err err = { 0 };

	if (s->logs && report_write(logs_dir(s->logs), s->journal, &err))
		console_say(s->console, "The report could not be written: %s", err.text);
	if (s->logs)
		logs_flush(s->logs);
}

static const char *status_words(const struct session *s, enum exit_status status)
{
	switch (status) {
	case EXIT_CHANGED:
		return "done: everything that was to be changed is changed and proven";
	case EXIT_NEEDS_REBOOT:
		return s->reboot_arranged
			       ? "done so far: the run goes on after a reboot"
			       : "done so far: a reboot or power cycle is needed to complete it";
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

static void say_end(struct session *s, enum exit_status status)
{
	char why[256];

	if (s->logs && logs_away(s->logs, why, sizeof(why)))
		console_say(s->console, "THE LOGS ARE ONLY IN RAM, in %s: %s", logs_dir(s->logs),
			    why);
	console_say(s->console, "Result: %s (exit status %d).", status_words(s, status),
		    (int)status);
	console_set_status(s->console, status == EXIT_NEEDS_HUMAN
					       ? "Safe to power off: NOT KNOWN, see above"
					       : "Safe to power off: YES");
}

void session_close(struct session *s, enum exit_status status, const struct err *err)
{
	const char *text = err ? err->text : "";

	if (s->console && err && err->text[0])
		console_say(s->console, "%s.", err->text);
	if (s->events) {
		session_end_journal(s, status, text);
		session_repay_journal(s);
		write_report(s);
	}
	watchdog_stop(s->watchdog);
	if (s->console)
		say_end(s, status);
	store_free(s->store);
	schedule_free(s->schedule);
	plan_free(&s->plan);
	plan_bars_free(&s->bars);
	history_free(&s->history);
	catalog_free(&s->cat);
	inventory_free(&s->inv);
	policy_free(&s->policy);
	journal_close(s->journal);
	/* A device that hangs holds on to both: they go with the process. */
	if (slow_left_alone() && s->hw != s->real)
		hwio_record_sync(s->hw, NULL);
	if (!slow_left_alone() && s->hw != s->real)
		hwio_record_free(s->hw);
	if (!slow_left_alone()) {
		bmc_options_detach(s->real);
		hwio_real_free(s->real);
	}
	events_close(s->events);
	console_close(s->console);
	logs_close(s->logs);
}
