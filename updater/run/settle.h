/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier run has left behind: asked of the devices, said, and written down. */
#ifndef DRYDOCK_SETTLE_H
#define DRYDOCK_SETTLE_H

#include "repo/catalog.h"
#include "run/events.h"
#include "run/history.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "ui/console.h"

struct settle {
	struct hwio *hw;
	struct inventory *inv; /* devices that were asked are in it as they read then */
	const struct catalog *cat;
	struct journal *journal;
	struct events *events;
	struct console *console;
};

/* How many steps came out as what. */
struct settled {
	size_t old_runs;  /* nothing has changed: they may be written again */
	size_t new_runs;  /* verified, or accepted where that cannot be proven */
	size_t pending;	  /* stored, waiting for a reboot or power cycle */
	size_t again;	  /* half written: they must be written again */
	size_t failed;	  /* the reboot they waited for did not bring the new firmware */
	size_t human;	  /* a person must look */
	size_t not_begun; /* planned by a run that went on in RAM, and not begun */
};

/*
 * Asks the devices what the last chain of runs in the journal left: steps that were begun and not
 * ended, that wait for a reboot, or whose device was not known. Read-only questions
 * (backend->recover, then the proof's field read back); each answer goes to the consoles, the
 * events and the journal, and a run that was cut off is closed as interrupted (exit 10). One that
 * paused for its own reboot stays open: the session goes on under its id.
 *
 * ret is the history after that, its bars with those that follow from the answers (NEEDS_HUMAN;
 * ALREADY_CURRENT for what is stored and waits); history_free() it. Errors: the journal's;
 * ERR_NOMEM.
 */
int settle_chain(const struct settle *settle, struct history *ret, struct settled *ret_settled,
		 struct err *err);

/*
 * The same questions for the journal of another medium, opened read-only; medium names it for
 * people. Nothing is written to it. bars gains NEEDS_HUMAN alone: what else that run decided is
 * not this one's business. A run that has ended there is no reason to say anything.
 */
int settle_other_medium(const struct settle *settle, const char *medium, struct plan_bars *bars,
			struct settled *ret_settled, struct err *err);

#endif
