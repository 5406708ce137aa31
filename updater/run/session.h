/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of `apply`, from the first line of its log to its report. */
#ifndef DRYDOCK_SESSION_H
#define DRYDOCK_SESSION_H

#include "run/apply.h"
#include "run/choices.h"
#include "run/settle.h"

struct session_options {
	struct choices choices;
	struct opt_list consoles;
	const char *log_dir;	  /* NULL = no log folder */
	const char *journal_path; /* NULL = only in memory */
	const char *boot_disk;
	bool dry_run;
	bool stop_on_error;
	bool yes;	 /* do not ask */
	bool unattended; /* nobody is there: the policy decides alone */
};

struct session {
	const struct session_options *options;
	struct console *console;
	struct logs *logs; /* NULL = no log folder */
	struct events *events;
	struct hwio *real;
	struct hwio *hw; /* records what goes through to real; or real itself */
	struct policy policy;
	struct inventory inv;
	struct catalog cat;
	struct plan_options plan_options;
	struct plan plan;
	struct journal *journal;
	struct plan_bars bars; /* what must not be written, found out before the plan */
	bool run_begun;	       /* in the journal */
	char run_id[33];
	char serial[65];
};

/* Consoles, log folder, events, the seam. From here on everything is logged. */
int session_open(struct session *s, const struct session_options *options, struct err *err);

/*
 * Inventory, policy, repository, journal, plan: reads the hardware only. Prints and saves the plan.
 * What an earlier run left behind is settled first.
 */
int session_plan(struct session *s, struct err *err);

/* Makes sure that the journal has room for the whole plan, and begins the run in it. */
int session_begin(struct session *s, struct err *err);

/* The inventory once more, saved as inventory-after.json. */
int session_probe_after(struct session *s, struct err *err);

/*
 * Does the plan. The inventory after it is saved. Steps that are overdue are waited for after the
 * first report. *ret_status as DESIGN 10 says.
 */
int session_apply(struct session *s, enum exit_status *ret_status, struct err *err);

/* Ends the run: journal, events, report, the last word on the consoles. Frees everything. */
void session_close(struct session *s, enum exit_status status, const struct err *err);

#endif
