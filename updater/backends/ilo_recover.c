/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interrupted step has left in an iLO. */
#include <stdio.h>
#include <string.h>

#include "backends/ilo_job.h"
#include "hw/ilo_settings.h"

#define OPEN_WAIT_MS 60000u
#define END_WAIT_MS  (15u * 60 * 1000) /* what it still flashes comes to an end */
#define END_POLL_MS  5000u

static bool is_own_upload(const struct ilo_job *job)
{
	return strncmp(job->facts.update.etag, job->etag, strlen(job->etag)) == 0;
}

/* One that still waits after a restart had its chance, and was not done. */
static bool waits(const struct ilo_job *job)
{
	const struct redfish_task *task = &job->facts.queue.task;
	size_t len = strlen(task->name), boot = strlen(job->boot);

	return job->facts.queue.has_task && (task->state == REDFISH_TASK_IN_PROGRESS ||
					     (task->state == REDFISH_TASK_PENDING && len >= boot &&
					      strcmp(task->name + len - boot, job->boot) == 0));
}

static void say_result(const struct redfish_message *result, const char *who, struct err *err)
{
	if (err && result->id[0])
		snprintf(err->text, sizeof(err->text), "%s: %s%s%s", who, result->id,
			 result->words[0] ? ": " : "", result->words);
}

/*
 * Flashed by the iLO and not running: that waits for a restart, if there was none since. An upload
 * is marked with the boot it was made in.
 */
static bool waits_for_restart(const struct ilo_job *job)
{
	return is_own_upload(job) && job->facts.update.state == REDFISH_STATE_COMPLETE &&
	       job->plan.way == ILO_NOW && job->plan.result != BACKEND_DONE;
}

/* Neither what ran before nor what was written. */
static bool runs_another(const struct ilo_job *job)
{
	const struct device *dev = job->io->dev;
	const char *now = job->facts.is_ilo ? job->ilo.manager.version : job->running;

	return dev->version[0] && dev->kind != DEVICE_SYSTEM && strcmp(dev->version, now) != 0;
}

static enum backend_recovery settle(const struct ilo_job *job, struct err *err)
{
	const struct ilo_queue *queue = &job->facts.queue;
	const char *field = job->io->comp->proof.field;

	if (backend_is_wanted(job->io->comp, field[0] ? field : "redfish.", ilo_job_reads(job)))
		return RECOVER_NEW_RUNS;
	if (waits(job) || waits_for_restart(job))
		return RECOVER_PENDING;
	if (queue->has_task)
		say_result(&queue->task.result, "the system ROM could not write it", err);
	else if (is_own_upload(job) && job->facts.update.state == REDFISH_STATE_ERROR)
		say_result(&job->facts.update.result, "the iLO refused it", err);
	return runs_another(job) ? RECOVER_NEEDS_HUMAN : RECOVER_OLD_RUNS;
}

/* Its own restart, or what it still flashes. */
static int wait_for_end(struct ilo_job *job, struct err *err)
{
	struct hwio *hw = job->io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + END_WAIT_MS;

	while (!redfish_update_is_free(&job->facts.update)) {
		if (hw->ops->now_ms(hw) >= end_ms)
			return err_set(err, ERR_BUSY, "the iLO is still at work: it says \"%s\"",
				       job->facts.update.state_word);
		hw->ops->sleep_ms(hw, END_POLL_MS);
		if (ilo_job_look(job, REDFISH_ASK, OPEN_WAIT_MS, err) &&
		    hw->ops->now_ms(hw) >= end_ms)
			return err->code;
	}
	return 0;
}

static int look(struct ilo_job *job, struct backend_io *io, struct err *err)
{
	int rc = ilo_job_open(job, io, REDFISH_ASK, OPEN_WAIT_MS, err);

	if (!rc)
		ilo_plan_make(&job->facts, io->comp, 1, &job->plan, NULL);
	return rc;
}

int ilo_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct ilo_job job;
	int rc = look(&job, io, err);

	if (rc == ERR_DEVICE_GONE || rc == ERR_BUSY || rc == ERR_OVERDUE) {
		ilo_job_close(&job);
		rc = ilo_wait_back(io->hw, io->hw->ops->now_ms(io->hw) + END_WAIT_MS, NULL, NULL,
				   err);
		rc = rc ? rc : look(&job, io, err);
	}
	if (!rc && !redfish_update_is_free(&job.facts.update)) {
		rc = wait_for_end(&job, err);
		ilo_job_close(&job);
		rc = rc ? rc : look(&job, io, err);
	}
	if (!rc)
		*ret = settle(&job, err);
	ilo_job_close(&job);
	return rc;
}
