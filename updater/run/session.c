/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "backends/backend.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "hw/hwio_record.h"
#include "inventory/probe.h"
#include "run/settle.h"
#include "ui/ticker.h"

static int make_run_id(char run_id[33], struct err *err)
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set_errno(err, ERR_INTERNAL, errno, "no random numbers");
	hex_encode(bytes, sizeof(bytes), run_id);
	return 0;
}

/* The log folder is in RAM, and on the medium as long as that takes it. */
static int open_events(struct session *s, struct err *err)
{
	char why[256];
	int rc = 0;

	if (s->options->log_dir)
		rc = logs_open(NULL, s->options->log_dir, &s->logs, err);
	if (!rc)
		rc = events_open(s->logs, &s->events, err);
	if (rc || !s->logs || !logs_away(s->logs, why, sizeof(why)))
		return rc;
	console_say(s->console, "THE LOGS ARE ONLY IN RAM and are lost at power off: %s", why);
	events_emit(s->events, "Warning", EVENT_S("text", why));
	return 0;
}

static int open_transcript(struct session *s, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc;

	if (!events_dir(s->events))
		return 0;
	rc = fsio_join(path, events_dir(s->events), "console.txt", err);
	return rc ? rc : console_add_transcript(s->console, path, err);
}

/* Every run leaves traces of what it asked the devices, where there is a log folder. */
static int open_seam(struct session *s, struct err *err)
{
	s->real = hwio_real_new(s->options->choices.root);
	s->hw = s->real;
	if (!s->real)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!events_dir(s->events))
		return 0;
	return hwio_record_new(s->real, events_dir(s->events), &s->hw, err);
}

int session_open(struct session *s, const struct session_options *options, struct err *err)
{
	int rc;

	*s = (struct session){ .options = options };
	rc = console_open(&options->consoles, &s->console, err);
	if (!rc)
		rc = make_run_id(s->run_id, err);
	if (!rc)
		rc = open_events(s, err);
	if (!rc)
		rc = open_transcript(s, err);
	if (!rc)
		rc = open_seam(s, err);
	if (rc)
		return rc;
	console_say(s->console, "Drydock " DRYDOCK_VERSION ", run %.8s", s->run_id);
	return 0;
}

static int save(struct session *s, const char *name, const char *text, size_t len)
{
	char path[FSIO_PATH_MAX];
	struct err err = { 0 };
	int rc;

	if (!events_dir(s->events))
		return 0;
	rc = fsio_join(path, events_dir(s->events), name, &err);
	if (!rc)
		rc = fsio_write_atomic(path, text, len, 0644, &err);
	if (rc) {
		console_say(s->console, "%s could not be saved: %s", name, err.text);
		events_emit(s->events, "Warning", EVENT_S("text", err.text));
	}
	return rc;
}

static int probe(struct session *s, struct inventory *inv, const char *name, struct err *err)
{
	CLEANUP_FREE char *warnings = NULL;
	CLEANUP_FREE char *text = NULL;
	struct probe_source source = { .hw = s->hw, .root = s->options->choices.root };
	struct ticker *ticker;
	size_t len;
	int rc;

	ticker = ticker_start(s->console, "taking the inventory", TICKER_INTERVAL_MS);
	rc = probe_all(&source, inv, &warnings, err);
	ticker_stop(ticker);
	if (rc)
		return err_prefix(err, "inventory");
	if (warnings) {
		console_say(s->console, "%s", warnings);
		events_emit(s->events, "Warning", EVENT_S("text", warnings));
	}
	rc = inventory_to_json(inv, &text, &len, err);
	if (!rc)
		save(s, name, text, len);
	return rc;
}

int session_probe_after(struct session *s, struct err *err)
{
	struct inventory after = { 0 };
	int rc = probe(s, &after, "inventory-after.json", err);

	inventory_free(&after);
	return rc;
}

static void take_serial(struct session *s)
{
	const struct device *system = inventory_find(&s->inv, "system");

	snprintf(s->serial, sizeof(s->serial), "%s",
		 system && system->serial[0] ? system->serial : "unknown");
}

/* Where the journal will be, in a word for the log. */
static const char *journal_kind(const struct session *s)
{
	const char *path = s->options->journal_path;

	if (s->options->dry_run)
		return "none";
	if (!path)
		return "volatile";
	return strncmp(path, "/dev/", 5) == 0 ? "raw" : "file";
}

static void emit_begin(struct session *s)
{
	events_emit(s->events, "RunBegin", EVENT_S("run", s->run_id),
		    EVENT_S("version", DRYDOCK_VERSION), EVENT_S("serial", s->serial),
		    EVENT_S("mode", s->options->dry_run ? "dry run" : "apply"),
		    EVENT_S("journal", journal_kind(s)), EVENT_S("repo_id", s->cat.repo_id),
		    EVENT_U("repo_serial", s->cat.serial), EVENT_S("signers", s->cat.signer_names),
		    EVENT_S("min_evidence", evidence_name(s->policy.min_evidence)));
	for (size_t i = 0; i < s->inv.count; i++) {
		const struct device *dev = &s->inv.devices[i];

		if (dev->backend[0])
			events_emit(s->events, "Device", EVENT_S("id", dev->id),
				    EVENT_S("name", dev->name),
				    EVENT_S("kind", device_kind_name(dev->kind)),
				    EVENT_S("version", dev->version));
	}
}

static void emit_plan(struct session *s)
{
	for (size_t i = 0; i < s->plan.step_count; i++) {
		const struct step *step = &s->plan.steps[i];

		events_emit(s->events, "Step", EVENT_U("step", step->number),
			    EVENT_S("component", step->comp->id),
			    EVENT_S("component_name", step->comp->name),
			    EVENT_S("device", step->dev->id),
			    EVENT_S("device_name", step->dev->name), EVENT_S("from", step->from),
			    EVENT_S("to", step->comp->version),
			    EVENT_S("backend", step->comp->backend),
			    EVENT_S("evidence", evidence_name(step->dev->evidence)),
			    EVENT_U("expected_seconds", step->comp->expected_seconds));
	}
	for (size_t i = 0; i < s->plan.left_count; i++) {
		const struct decision *left = &s->plan.left[i];

		events_emit(s->events, "LeftAlone",
			    EVENT_S("component", left->comp ? left->comp->id : ""),
			    EVENT_S("device", left->dev ? left->dev->id : ""),
			    EVENT_S("reason", reason_id(left->reason)),
			    EVENT_S("text", left->text));
	}
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
	save(s, "plan.json", json, len);
	return 0;
}

/* What an earlier run left behind is said and closed before anything new is planned. */
static int settle_earlier(struct session *s, struct err *err)
{
	const struct settle settle = { s->hw, &s->inv, &s->cat, s->journal, s->events, s->console };
	return settle_last_run(&settle, &s->bars, err);
}

/* Whatever is wrong with the journal, law 4 forbids to go on: blocked (exit 7), nothing broken. */
static int journal_blocks(struct err *err)
{
	err_prefix(err, "journal: nothing was changed");
	err->code = ERR_POLICY;
	return ERR_POLICY;
}

/*
 * Anti-rollback is advisory here, since whoever holds the stick can erase the journal: it is said,
 * the floors in the signed index decide.
 */
static int warn_of_older_repository(struct session *s, struct err *err)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	uint64_t highest = 0;
	char text[256];
	size_t count;
	int rc = journal_read(s->journal, &records, &count, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (records[i].type == JOURNAL_RUN_BEGIN && records[i].number > highest &&
		    strcmp(records[i].device, s->cat.repo_id) == 0)
			highest = records[i].number;
	if (highest <= s->cat.serial)
		return 0;
	snprintf(text, sizeof(text),
		 "repository \"%s\" is at serial %llu; this server has seen %llu", s->cat.repo_id,
		 (unsigned long long)s->cat.serial, (unsigned long long)highest);
	console_say(s->console, "ATTENTION: an older repository than before: %s.", text);
	events_emit(s->events, "Warning", EVENT_S("text", text));
	return 0;
}

/* The journal of this machine; on media made by hand its file is created now, before any write. */
static int open_or_make(struct session *s, const char *path, struct err *err)
{
	uint8_t medium_id[16];
	int rc = journal_open(path, s->serial, false, &s->journal, err);

	if (rc != ERR_NOT_FOUND || strncmp(path, "/dev/", 5) == 0)
		return rc;
	if (getrandom(medium_id, sizeof(medium_id), 0) != (ssize_t)sizeof(medium_id))
		return err_set_errno(err, ERR_INTERNAL, errno, "no random numbers");
	rc = journal_format(path, medium_id, err);
	return rc ? rc : journal_open(path, s->serial, false, &s->journal, err);
}

static int open_journal(struct session *s, struct err *err)
{
	const char *path = s->options->journal_path;
	int rc;

	if (path)
		rc = open_or_make(s, path, err);
	else
		rc = journal_open_volatile(s->serial, &s->journal, err);
	if (!rc)
		rc = settle_earlier(s, err);
	if (!rc)
		rc = warn_of_older_repository(s, err);
	return rc ? journal_blocks(err) : 0;
}

static void warn_of_unknown_ids(struct session *s)
{
	char text[256];
	const char *id;

	for (size_t i = 0; (id = plan_unknown_id(&s->inv, &s->cat, &s->plan_options, i)); i++) {
		snprintf(text, sizeof(text),
			 "\"%s\" is to be chosen or skipped, but nothing here has "
			 "this id",
			 id);
		console_say(s->console, "ATTENTION: %s.", text);
		events_emit(s->events, "Warning", EVENT_S("text", text));
	}
}

int session_plan(struct session *s, struct err *err)
{
	const struct choices *choices = &s->options->choices;
	const char *trust = choices->trust_dir ? choices->trust_dir : TRUST_DIR;
	struct err repo_err = { 0 };
	int rc;

	rc = probe(s, &s->inv, "inventory-before.json", err);
	if (rc)
		return rc;
	take_serial(s);
	rc = policy_load(trust, &s->policy, err);
	if (!rc)
		rc = choices_to_options(choices, &s->policy, s->options->unattended,
					&s->plan_options, err);
	if (rc)
		return rc;
	s->plan_options.bars = &s->bars;
	/* The run is begun in the log even when the repository is refused. */
	rc = catalog_open(choices->repo_dir, &s->policy, &s->cat, &repo_err);
	emit_begin(s);
	if (rc) {
		*err = repo_err;
		return err_prefix(err, "repository %s", choices->repo_dir);
	}
	console_say(s->console, "Repository \"%s\", serial %llu, signed by %s", s->cat.repo_id,
		    (unsigned long long)s->cat.serial, s->cat.signer_names);
	rc = s->options->dry_run ? 0 : open_journal(s, err);
	if (rc)
		return rc;
	warn_of_unknown_ids(s);
	rc = plan_make(&s->inv, &s->cat, &s->plan_options, &s->plan, err);
	if (rc)
		return err_prefix(err, "plan");
	emit_plan(s);
	return show_plan(s, err);
}

static int begin_run(struct session *s, struct err *err)
{
	struct journal_record record = {
		.type = JOURNAL_RUN_BEGIN,
		.time = (uint64_t)time(NULL),
		.step_count = (uint16_t)s->plan.step_count,
	};
	int rc;

	snprintf(record.run_id, sizeof(record.run_id), "%s", s->run_id);
	snprintf(record.device, sizeof(record.device), "%s", s->cat.repo_id);
	record.number = s->cat.serial;
	rc = journal_append(s->journal, &record, err);
	s->run_begun = rc == 0;
	return rc;
}

int session_begin(struct session *s, struct err *err)
{
	int rc;

	if (journal_is_volatile(s->journal) && s->options->unattended && !s->policy.allow_volatile)
		return err_set(err, ERR_POLICY,
			       "there is no medium to keep the journal on, and the "
			       "policy does not allow a run without it. Nothing was "
			       "changed");
	if (journal_is_volatile(s->journal))
		console_say(s->console,
			    "THE JOURNAL IS ONLY IN RAM: after a power cut nobody can "
			    "tell what was done.");
	rc = journal_reserve(s->journal, 2 + s->plan.step_count * APPLY_RECORDS_PER_STEP, err);
	if (!rc)
		rc = begin_run(s, err);
	return rc ? journal_blocks(err) : 0;
}
