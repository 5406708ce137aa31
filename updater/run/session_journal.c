/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of a session: which run this is, what earlier boots left, its begin and its end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/cleanup.h"
#include "run/session_internal.h"
#include "run/settle.h"
#include "run/step_record.h"

/* Whatever is wrong with the journal, law 4 forbids to go on: blocked (exit 7), nothing broken. */
static int journal_blocks(struct err *err)
{
	err_prefix(err, "journal: nothing was changed");
	err->code = ERR_POLICY;
	return ERR_POLICY;
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

static int read_history(struct session *s, struct err *err)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	size_t count;
	int rc = journal_read(s->journal, &records, &count, err);

	return rc ? rc : history_read(records, count, &s->inv, &s->cat, &s->history, err);
}

/* A run that paused for its own reboot goes on; one that was cut off is gone on with by a new one.
 */
static void choose_run(struct session *s)
{
	const struct history *history = &s->history;

	if (history->end == HISTORY_REBOOT) {
		s->goes_on = true;
		s->step_base = history->last_step;
		snprintf(s->run_id, sizeof(s->run_id), "%s", history->run_id);
		snprintf(s->continues, sizeof(s->continues), "%s", history->continues);
		console_say(s->console, "Run %.8s goes on after its reboot (boot %u of it).",
			    s->run_id, history->boots);
	} else if (history->end == HISTORY_INTERRUPTED) {
		snprintf(s->continues, sizeof(s->continues), "%s", history->run_id);
	}
}

int session_open_journal(struct session *s, struct err *err)
{
	const char *path = s->options->journal_path;
	int rc;

	if (path)
		rc = open_or_make(s, path, err);
	else
		rc = journal_open_volatile(s->serial, &s->journal, err);
	if (!rc)
		rc = session_restore_efi(s, err);
	if (!rc)
		rc = read_history(s, err);
	if (rc)
		return journal_blocks(err);
	choose_run(s);
	return 0;
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
		 "an older repository than before: \"%s\" is at serial %llu; this server has seen "
		 "%llu",
		 s->cat.repo_id, (unsigned long long)s->cat.serial, (unsigned long long)highest);
	session_warn(s, text);
	return 0;
}

static int take_bars(struct session *s, const struct plan_bars *bars, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < bars->count && !rc; i++) {
		const struct plan_bar *bar = &bars->list[i];

		rc = plan_bars_add(&s->bars, bar->device, bar->component, bar->reason, err, "%s",
				   bar->text);
	}
	return rc;
}

static struct settle questions(struct session *s, struct journal *journal)
{
	return (struct settle){ s->hw, &s->inv, &s->cat, journal, s->events, s->console };
}

/* Another stick may know of a run that this one does not: it is asked about, never written to. */
static void settle_other(struct session *s, const char *path)
{
	struct journal *journal = NULL;
	struct settle settle;
	struct settled settled;
	struct err err = { 0 };
	int rc = journal_open(path, s->serial, true, &journal, &err);

	if (rc == ERR_NOT_FOUND)
		return; /* it has never seen this machine */
	settle = questions(s, journal);
	if (!rc)
		rc = settle_other_medium(&settle, path, &s->bars, &settled, &err);
	journal_close(journal);
	if (!rc)
		return;
	err_prefix(&err, "the journal of another medium is left alone: %s", path);
	session_warn(s, err.text);
}

int session_settle(struct session *s, struct err *err)
{
	const struct settle settle = questions(s, s->journal);
	struct history after = { 0 };
	int rc = settle_chain(&settle, &after, &s->settled, err);

	if (!rc) {
		history_free(&s->history);
		s->history = after;
		rc = take_bars(s, &s->history.bars, err);
	}
	for (size_t i = 0; i < s->options->other_journals.count && !rc; i++)
		settle_other(s, s->options->other_journals.items[i]);
	if (!rc)
		rc = warn_of_older_repository(s, err);
	if (rc)
		return journal_blocks(err);
	session_drop_efi(s); /* all that it named was asked */
	return 0;
}

/* Devices that the same component fits, and that the run had not planned to give it to. */
static int bar_unplanned(struct session *s, const struct component *comp, bool *ret_planned,
			 struct err *err)
{
	int rc = 0;

	*ret_planned = false;
	for (size_t i = 0; i < s->inv.count; i++)
		if (history_planned(&s->history, s->inv.devices[i].id, comp->id))
			*ret_planned = true;
	if (!*ret_planned)
		return plan_bars_add(&s->bars, NULL, comp->id, REASON_NOT_SELECTED, err,
				     "the run that is gone on with had not planned it");
	for (size_t i = 0; i < s->inv.count && !rc; i++) {
		const struct device *dev = &s->inv.devices[i];

		if ((dev->backend[0] || comp->tool) &&
		    !history_planned(&s->history, dev->id, comp->id))
			rc = plan_bars_add(&s->bars, dev->id, comp->id, REASON_NOT_SELECTED, err,
					   "the run that is gone on with had not planned it");
	}
	return rc;
}

int session_choose_unfinished(struct session *s, struct err *err)
{
	bool planned, any = false;
	int rc = 0;

	s->nothing_to_resume =
		s->history.end != HISTORY_INTERRUPTED && s->history.end != HISTORY_REBOOT;
	if (s->nothing_to_resume)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no unfinished run of this machine in the journal: "
			       "nothing to go on with");
	for (size_t i = 0; i < s->cat.count && !rc; i++) {
		rc = bar_unplanned(s, &s->cat.components[i], &planned, err);
		any = any || planned;
	}
	if (rc || any)
		return rc;
	return err_set(
		err, ERR_NOT_FOUND,
		"nothing of what run %.8s had planned is in this machine and this repository",
		s->history.run_id);
}

static int append_begin(struct session *s, struct err *err)
{
	struct journal_record record = {
		.type = JOURNAL_RUN_BEGIN,
		.time = (uint64_t)time(NULL),
		.step_count = (uint16_t)s->plan.step_count,
		.number = s->cat.serial,
	};

	snprintf(record.run_id, sizeof(record.run_id), "%s", s->run_id);
	snprintf(record.device, sizeof(record.device), "%s", s->cat.repo_id);
	snprintf(record.component, sizeof(record.component), "%s", s->continues);
	return journal_append(s->journal, &record, err);
}

/* All steps by name: whoever finds the run unfinished knows what it wanted. */
static int append_steps(struct session *s, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->plan.step_count && !rc; i++) {
		const struct step *step = &s->plan.steps[i];
		uint16_t attempt = history_attempt(&s->history, step->dev->id, step->comp->id);
		struct journal_record record = step_record(s->run_id, s->step_base, step, attempt);

		record.state = STEP_PLANNED;
		rc = journal_append(s->journal, &record, err);
	}
	return rc;
}

static int reserve(struct session *s, struct err *err)
{
	struct schedule_options options = {
		.proven = s->history.proven,
		.proven_count = s->history.proven_count,
		.stop_on_error = s->options->stop_on_error,
	};
	size_t at_once = SCHEDULE_MAX_AT_ONCE;
	/* The way into the BMC may become one more (session_bmc.c). */
	size_t steps = s->plan.step_count + session_needs_bmc(s);
	int rc = journal_reserve_run(s->journal, steps, at_once, &at_once, err);

	if (rc || at_once == SCHEDULE_MAX_AT_ONCE)
		return rc;
	options.at_once = (unsigned int)at_once;
	schedule_free(s->schedule);
	s->schedule = NULL;
	return schedule_make(&s->plan, &s->inv, &options, &s->schedule, err);
}

/* DESIGN 8: a UEFI variable, else the policy or a person must allow a run that leaves no trace. */
static int do_without_medium(struct session *s, struct err *err)
{
	struct err cause = { 0 };

	if (session_save_efi(s, &cause) == 0) {
		events_emit(s->events, "ShortJournal", EVENT_S("run", s->run_id));
		console_say(s->console,
			    "There is no medium to keep the journal on: a UEFI variable says that "
			    "this run has begun, and on what.");
		return 0;
	}
	if (s->options->unattended && !s->policy.allow_volatile)
		return err_set(err, ERR_POLICY,
			       "there is no medium to keep the journal on, no UEFI variable (%s), "
			       "and the policy does not allow a run without. Nothing was changed",
			       cause.text);
	console_say(s->console,
		    "THE JOURNAL IS ONLY IN RAM (%s): after a power cut nobody can tell what was "
		    "done.",
		    cause.text);
	return 0;
}

int session_begin_journal(struct session *s, struct err *err)
{
	int rc;

	if (journal_is_volatile(s->journal)) {
		rc = do_without_medium(s, err);
		if (rc)
			return rc;
	}
	rc = reserve(s, err);
	if (!rc)
		rc = append_begin(s, err);
	s->run_begun = rc == 0;
	if (!rc)
		rc = append_steps(s, err);
	return rc ? journal_blocks(err) : 0;
}

void session_end_journal(struct session *s, enum exit_status status, const char *text)
{
	struct journal_record record = {
		.type = s->reboot_arranged ? JOURNAL_RUN_REBOOT : JOURNAL_RUN_END,
		.time = (uint64_t)time(NULL),
		.exit_status = (uint16_t)status,
	};
	struct err err = { 0 };

	events_emit(s->events, s->reboot_arranged ? "RunReboot" : "RunEnd", EVENT_U("exit", status),
		    EVENT_S("text", text));
	/*
	 * A run that goes on after a reboot has begun already: when nothing is left to do it ends
	 * here. What went wrong before it could go on (text) must not end it: the next boot does.
	 */
	if (!s->run_begun && (!s->goes_on || !s->journal || text[0]))
		return;
	if (!s->reboot_arranged)
		session_drop_efi(s);
	snprintf(record.run_id, sizeof(record.run_id), "%s", s->run_id);
	if (journal_append(s->journal, &record, &err))
		console_say(s->console, "The end of the run is not in the journal: %s", err.text);
}
