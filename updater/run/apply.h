/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking the plan: the only caller of a backend's write and activate. Each step is worked on by a
 * thread of its own, side by side with others as the schedule allows, while this one keeps saying
 * what goes on; past its deadline a step is called overdue and its thread is left alone.
 *
 * Threads, not processes: a hung ioctl holds up its thread only, and a process in uninterruptible
 * sleep could not be killed either; with one address space there is one journal, one recorder, and
 * nothing to be passed between them.
 */
#ifndef DRYDOCK_APPLY_H
#define DRYDOCK_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "drydock.h"
#include "hw/hwio.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "run/events.h"
#include "run/history.h"
#include "run/store.h"
#include "ui/console.h"

struct apply {
	struct hwio *hw;
	const char *repo_dir;
	const struct store *store; /* payloads that lie in RAM; NULL = none */
	const struct plan *plan;
	struct schedule *schedule; /* of that plan, nothing of it begun */
	struct journal *journal;   /* open, the run begun */
	struct events *events;
	struct console *console;
	const char *run_id;
	const struct history *history; /* of earlier boots; NULL = none */
	unsigned int step_base; /* steps of earlier boots of this run; the plan's 1 is base + 1 */
	const char *boot_disk;	/* NULL = unknown */
	const char *work_dir;	/* in RAM, for the backends; NULL = none */
	bool tpm_consent;	/* what changes TPM measurements may be forced */

	/* Asked all the time: true lets nothing more begin. NULL = never. */
	bool (*interrupted)(void *ctx);
	/* Called several times a second from the thread that called apply_steps(). NULL = not. */
	void (*tick)(void *ctx);
	void *ctx;
};

struct step_result {
	enum step_state state; /* 0 = not ended yet */
	char reason[25];       /* stable id, "" = none */
	char text[512];
	char found[DEVICE_VERSION_MAX]; /* read back; "" = not read */
};

struct apply_run;

/*
 * Works through the plan. Returns when every step has ended, is overdue or was left out:
 * apply_overdue() tells how many are still being worked on. *ret has results for every step.
 * ERR_NOMEM; what goes wrong with a step is in its result.
 */
int apply_steps(const struct apply *apply, struct apply_run **ret, struct err *err);

/* The result of plan step number (1..). */
struct step_result apply_result(struct apply_run *run, unsigned int number);

/* Steps whose thread has not come back. */
size_t apply_overdue(struct apply_run *run);

/*
 * Waits for the overdue steps, without an end, saying so every minute; their results change as
 * they come back.
 */
void apply_wait(struct apply_run *run);

/* Of the whole plan, including what was left alone (DESIGN 10). */
enum exit_status apply_exit_status(struct apply_run *run, const struct plan *plan);

/* A run with overdue steps is never freed: their threads still use it. */
void apply_free(struct apply_run *run);

/* When both hold, the one to tell (DESIGN 10). */
enum exit_status apply_worse_status(enum exit_status a, enum exit_status b);

/* For a plan without steps: 3, 4, 5 or 7. has_devices: there is one that could be written. */
enum exit_status apply_left_status(const struct plan *plan, bool has_devices);

#endif
