/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media that go and come back while a run goes on. */
#include <stdio.h>

#include "run/session_internal.h"

#define LOOK_EVERY_MS 1000
/* An iLO's virtual media are there again some seconds after the iLO itself. */
#define BACK_WITHIN_MS 60000

static void say_gone(struct session *s, const char *why)
{
	char text[320];

	if (s->medium_gone)
		return;
	s->medium_gone = true;
	snprintf(text, sizeof(text), "THE MEDIUM IS GONE (%s): the run goes on, its logs%s in RAM",
		 why, s->journal && journal_owed(s->journal) ? " and its journal are" : " are");
	session_warn(s, text);
}

/* Is anything of this run not on a medium? */
static bool lacks_medium(struct session *s)
{
	char why[256];

	return s->medium_gone || (s->logs && logs_away(s->logs, why, sizeof(why))) ||
	       (s->journal && (journal_is_volatile(s->journal) || journal_owed(s->journal)));
}

/* A journal that began in RAM was never on the medium. */
static bool owes_journal(struct session *s)
{
	return s->journal && !journal_is_volatile(s->journal) && journal_owed(s->journal);
}

/* What people may rely on when they pull it out again. */
static const char *what_is_there(struct session *s)
{
	char why[256];

	if (s->journal && (journal_is_volatile(s->journal) || journal_owed(s->journal)))
		return ": it takes the logs, the journal stays in RAM";
	if (s->logs && logs_away(s->logs, why, sizeof(why)))
		return ": it is taking the logs";
	return ": logs and journal are on it";
}

static int take_back_journal(struct session *s, const struct medium *medium)
{
	struct err err = { 0 };
	int rc;

	if (!s->journal || !medium->journal[0])
		return 0;
	/* Also when nothing is owed: what was open is gone with the medium that was pulled. */
	rc = journal_return(s->journal, medium->journal, &err);
	if (!rc)
		return 0;
	err_prefix(&err, "the journal stays in RAM");
	session_warn(s, err.text);
	return rc;
}

static void take_back(struct session *s, const struct medium *medium)
{
	bool lacked = lacks_medium(s);
	struct err err = { 0 };
	int rc = 0;

	/* What is said first is what the run began with. */
	if (medium->change == s->first_change && !lacked)
		return;
	if (s->logs && medium->log[0])
		rc = logs_return(s->logs, medium->log, &err);
	if (rc)
		session_warn(s, err.text);
	rc = take_back_journal(s, medium) || rc;
	s->medium_gone = rc != 0 || owes_journal(s);
	if (!lacked)
		return;
	events_emit(s->events, "MediumReturned", EVENT_S("disk", medium->disk),
		    EVENT_S("log", medium->log));
	console_say(s->console, "The medium is back (%s)%s.", medium->disk,
		    rc ? ", but it does not take everything" : what_is_there(s));
}

static void look_at_file(struct session *s)
{
	struct medium medium;
	struct err err = { 0 };

	if (!s->options->medium_file ||
	    medium_look(s->options->medium_file, s->medium_change, &medium, &err) != 1)
		return;
	s->medium_change = medium.change;
	if (!s->first_change)
		s->first_change = medium.change;
	s->medium = medium;
	if (medium.here) {
		take_back(s, &medium);
		return;
	}
	/* There was none to begin with, and that was said. */
	if (medium.change == s->first_change && !s->options->log_dir)
		return;
	if (s->logs)
		logs_lost(s->logs, "it was removed, or takes nothing");
	say_gone(s, "it was removed, or takes nothing");
}

/* A last try: what failed a moment ago may have been the medium's first second. */
void session_repay_journal(struct session *s)
{
	struct err err = { 0 };

	if (s->medium.here && s->medium.journal[0] && owes_journal(s) &&
	    journal_return(s->journal, s->medium.journal, &err))
		session_warn(s, err.text);
}

void session_look_at_medium(struct session *s)
{
	uint64_t now = s->hw->ops->now_ms(s->hw);
	char why[256];

	if (s->looked_ms && now - s->looked_ms < LOOK_EVERY_MS)
		return;
	s->looked_ms = now;
	look_at_file(s);
	if (s->logs)
		logs_sync(s->logs);
	/* What fails to take a byte is gone, whatever the watcher says. */
	if (s->logs && s->options->log_dir && logs_gone(s->logs, why, sizeof(why)))
		say_gone(s, why);
	else if (owes_journal(s))
		say_gone(s, "the journal cannot be written");
}

void session_await_medium(struct session *s)
{
	uint64_t until = s->hw->ops->now_ms(s->hw) + BACK_WITHIN_MS;

	session_look_at_medium(s);
	if (!s->medium_gone || !s->options->medium_file)
		return;
	console_say(s->console,
		    "The medium may come back as the management controller does: waiting for it, "
		    "%d s at most.",
		    BACK_WITHIN_MS / 1000);
	while (s->medium_gone && !session_stop_wished(NULL) && s->hw->ops->now_ms(s->hw) < until) {
		s->hw->ops->sleep_ms(s->hw, LOOK_EVERY_MS);
		session_look_at_medium(s);
	}
}
