/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run of `apply` or `resume`, from the first line of its log to its report:
 *
 *     session_open      consoles, logs, the seam
 *     session_plan      inventory, policy, repository, journal, what earlier boots left, plan
 *     session_begin     watchdogs, room in the journal, the run and all its steps in it
 *     session_apply     payloads to RAM, the steps, the inventory after them
 *     session_close     a reboot that belongs to the plan, or the end; the report
 */
#ifndef DRYDOCK_SESSION_H
#define DRYDOCK_SESSION_H

#include "run/apply.h"
#include "run/bmc_door.h"
#include "run/choices.h"
#include "run/history.h"
#include "run/logs.h"
#include "run/medium.h"
#include "run/settle.h"
#include "run/store.h"
#include "run/watchdog.h"

struct session_options {
	struct choices choices;
	struct opt_list consoles;
	struct opt_list other_journals; /* of other media: only read */
	const char *log_dir;		/* the log folder on the medium; NULL = none */
	const char *log_ram;		/* the log folder in RAM; NULL = one is chosen */
	const char *journal_path;	/* NULL = only in memory */
	const char *boot_disk;
	const char *ram_dir;	 /* where payloads are copied to; NULL = read from the medium */
	const char *medium_file; /* what is known of the media (medium.h); NULL = they stay */
	const char *reboot_file; /* a reboot may follow; made when it is arranged; NULL = none */
	bool dry_run;
	bool stop_on_error;
	bool yes;	 /* do not ask */
	bool unattended; /* nobody is there: the policy decides alone */
	bool resume;	 /* only what the unfinished run had planned */
};

struct session {
	const struct session_options *options;
	struct console *console;
	struct logs *logs;
	struct events *events;
	struct hwio *real;
	struct hwio *hw; /* records what goes through to real; or real itself */
	struct policy policy;
	struct inventory inv;
	struct catalog cat;
	struct plan_options plan_options;
	struct plan_bars bars; /* what must not be written, found out before the plan */
	struct plan plan;
	struct schedule *schedule;
	struct journal *journal;
	struct history history; /* of earlier boots */
	struct settled settled; /* what asking the devices about them has shown */
	struct store *store;
	struct watchdog *watchdog;
	struct bmc_door door; /* the way into the BMC */

	bool run_begun;		/* in the journal */
	bool nothing_to_resume; /* why session_plan() failed */
	bool goes_on;		/* the run of an earlier boot, after a reboot that belonged to it */
	char run_id[33];
	char continues[33]; /* the interrupted run that this one goes on with; "" = none */
	unsigned int step_base;
	bool efi_found; /* the UEFI variable of a run is there, an earlier one's or ours */
	bool efi_saved; /* it is ours: the journal of a run without a medium */
	bool reboot_arranged;
	char serial[65];

	/* What was last said of the medium. */
	struct medium medium;
	uint64_t medium_change, first_change;
	uint64_t looked_ms;
	bool medium_gone;
};

int session_open(struct session *s, const struct session_options *options, struct err *err);

/*
 * Reads the hardware only. What an earlier boot left behind is settled first. Prints and saves the
 * plan. ERR_NOT_FOUND, and nothing_to_resume set, when resume finds no unfinished run.
 */
int session_plan(struct session *s, struct err *err);

int session_begin(struct session *s, struct err *err);

/*
 * Does the plan. Steps that are overdue are waited for after the first report. *ret_status as
 * DESIGN 10 says.
 */
int session_apply(struct session *s, enum exit_status *ret_status, struct err *err);

/* The end of a run without steps: what earlier boots have left open is closed, and decides, too. */
enum exit_status session_without_steps(struct session *s);

/* The last word on the consoles. Frees everything. */
void session_close(struct session *s, enum exit_status status, const struct err *err);

#endif
