/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_work.h"

#include <stdio.h>
#include <string.h>

#include "base/thread.h"
#include "inventory/target.h"
#include "run/apply_internal.h"
#include "run/interlock.h"
#include "run/step_files.h"
#include "run/step_note.h"
#include "run/step_payload.h"
#include "run/step_record.h"

/* Everything one step holds while it is worked on. */
struct job {
	struct step_work *work;
	struct step_flow flow;
	struct step_payload payload, runtime;
	struct step_files files;
};

int step_work_record(struct step_work *work, const struct step_result *result, struct err *err)
{
	const struct apply *apply = work->apply;
	struct journal_record record =
		step_record(apply->run_id, apply->step_base, work->step, work->attempt);
	int rc;

	record.state = result->state;
	snprintf(record.found, sizeof(record.found), "%s", result->found);
	snprintf(record.reason, sizeof(record.reason), "%s", result->reason);
	snprintf(record.text, sizeof(record.text), "%s", result->text);
	rc = journal_append(apply->journal, &record, err);
	events_emit(apply->events, "StepState", EVENT_U("step", record.step),
		    EVENT_S("state", step_state_name(result->state)),
		    EVENT_S("found", result->found), EVENT_S("reason", result->reason),
		    EVENT_S("text", result->text));
	return rc;
}

/* The step's number in the whole run, for the events. */
static unsigned int number_of(const struct step_work *work)
{
	return work->apply->step_base + work->step->number;
}

static int record_state(struct step_work *work, enum step_state state, struct err *err)
{
	struct step_result result = { .state = state };

	return step_work_record(work, &result, err);
}

/* A state the device is in already: when the journal does not take it the run must not go on. */
static void record_reached(struct step_work *work, enum step_state state)
{
	struct err err = { 0 };

	if (record_state(work, state, &err)) {
		work->journal_failed = true;
		events_emit(work->apply->events, "Warning", EVENT_S("text", err.text));
	}
}

/* What was called overdue before anything was written is not written behind everybody's back. */
static int may_intend(struct step_work *work, struct err *err)
{
	bool overdue;

	pthread_mutex_lock(&work->signal->lock);
	overdue = work->overdue;
	work->intending = !overdue;
	pthread_mutex_unlock(&work->signal->lock);
	if (overdue)
		return err_set(err, ERR_OVERDUE, "it answers again, too late: it was given up");
	return 0;
}

/* Law 4: called by the backend before the first byte goes out. */
static int intent(void *ctx, struct err *err)
{
	struct job *job = ctx;
	struct step_work *work = job->work;
	int rc;

	if (work->intent_ms)
		return 0;
	rc = may_intend(work, err);
	if (rc)
		return rc;
	rc = record_state(work, STEP_WRITING, err);
	if (rc)
		return err_prefix(err, "the intent could not be recorded, so nothing was written");
	/* Whatever the clock reads: 0 means that nothing was written. */
	work->intent_ms = apply_now_ms(work->apply) | 1;
	show_power(work->run);
	events_emit(work->apply->events, "TransferringToComponent",
		    EVENT_U("step", number_of(work)), EVENT_U("percent", 0));
	return 0;
}

static void moved(struct step_work *work, uint64_t done_bytes)
{
	work->done_bytes = done_bytes;
	work->moved_ms = work->apply->hw->ops->now_ms(work->apply->hw);
}

static void progress(void *ctx, uint64_t done_bytes)
{
	struct job *job = ctx;

	moved(job->work, done_bytes);
}

static void verify_progress(void *ctx, uint64_t done_bytes)
{
	moved(ctx, done_bytes);
}

static void enter(void *ctx, enum work_phase phase)
{
	struct job *job = ctx;
	struct step_work *work = job->work;

	work->phase = phase;
	moved(work, 0);
	if (phase == PHASE_VERIFYING || phase == PHASE_ACTIVATING)
		events_emit(work->apply->events,
			    phase == PHASE_VERIFYING ? "VerifyingAtComponent"
						     : "ApplyingOnComponent",
			    EVENT_U("step", number_of(work)));
}

static void reached(void *ctx, enum step_state state)
{
	struct job *job = ctx;

	record_reached(job->work, state);
}

/* From RAM, when it lies there. */
static int open_payload(struct job *job, struct err *err)
{
	const struct apply *apply = job->work->apply;
	const struct payload_ref *ref = &job->work->step->comp->payload;
	const char *dir = apply->store ? store_dir(apply->store, ref) : apply->repo_dir;

	/* Law 7: in mid-write it would take away what it is written from. */
	if (apply->store && strcmp(dir, apply->repo_dir) == 0 &&
	    store_disturbs_medium(apply->hw, job->work->step, apply->boot_disk))
		return err_set(err, ERR_IO,
			       "its payload could not be copied into RAM, and writing it may "
			       "take the medium away");
	return step_payload_open(&job->payload, dir, ref, err);
}

/* What a vendor's tool runs in is copied into RAM before anything is written, as its payload is. */
static int open_runtime(struct job *job, struct err *err)
{
	const struct apply *apply = job->work->apply;
	const struct tool *tool = job->work->step->comp->tool;
	int rc;

	if (!tool || !tool->runtime_ref.size)
		return 0;
	step_payload_init(&job->runtime, &tool->runtime_ref);
	job->flow.io.runtime = &job->runtime.source;
	rc = step_payload_open(&job->runtime,
			       apply->store ? store_dir(apply->store, &tool->runtime_ref)
					    : apply->repo_dir,
			       &tool->runtime_ref, err);
	return rc ? err_prefix(err, "the runtime %s", tool->runtime) : 0;
}

static const char *folder_of(const void *ctx, const struct payload_ref *ref)
{
	const struct apply *apply = ctx;

	return apply->store ? store_dir(apply->store, ref) : apply->repo_dir;
}

static int open_files(struct job *job, struct err *err)
{
	int rc = step_files_load(&job->files, job->work->step->comp, folder_of, job->work->apply,
				 err);

	job->flow.io.files = job->files.items;
	job->flow.io.file_count = job->files.count;
	return rc;
}

/* Law 3: the whole payload is verified before the first byte goes out. */
static int payload(void *ctx, struct err *err)
{
	struct job *job = ctx;
	struct hwio *hw = job->flow.io.hw;
	char phase[HWIO_PHASE_MAX];
	int rc;

	/* What it asks of the machine is no part of the step when that is replayed. */
	hwio_note(hw, HWIO_PHASE, "payload");
	rc = open_payload(job, err);
	rc = rc ? rc : open_runtime(job, err);
	rc = rc ? rc : open_files(job, err);
	step_note_phase(number_of(job->work), phase);
	hwio_note(hw, HWIO_PHASE, phase);
	if (rc)
		return rc;
	enter(job, PHASE_VERIFYING);
	return payload_verify(job->payload.payload, 0, verify_progress, job->work, err);
}

static const struct step_flow_hooks hooks = {
	.enter = enter,
	.payload = payload,
	.reached = reached,
};

static const char *end_event(const struct step_work *work, enum step_state state)
{
	enum work_phase phase = work->phase;

	if (state == STEP_VERIFIED || state == STEP_ACCEPTED)
		return "UpdateSuccessful";
	if (state == STEP_NEEDS_REBOOT || state == STEP_NEEDS_POWER_CYCLE)
		return "AwaitToActivate";
	switch (phase) {
	case PHASE_WRITING:
		return "TransferFailed";
	case PHASE_ACTIVATING:
		return "ActivateFailed";
	case PHASE_READING_BACK:
		return "ApplyFailed";
	case PHASE_CHECKING:
	case PHASE_VERIFYING:
		break;
	}
	return "VerificationFailed";
}

/*
 * The end of a step and "overdue" are recorded one after the other, never the wrong way round:
 * once it is ending nobody calls it overdue any more (apply.c).
 */
static void finish(struct step_work *work, const struct step_result *result)
{
	struct err err = { 0 };

	pthread_mutex_lock(&work->signal->lock);
	work->ending = true;
	pthread_mutex_unlock(&work->signal->lock);
	if (step_work_record(work, result, &err)) {
		work->journal_failed = true;
		events_emit(work->apply->events, "Warning", EVENT_S("text", err.text));
	}
	events_emit(work->apply->events, end_event(work, result->state),
		    EVENT_U("step", number_of(work)));
	pthread_mutex_lock(&work->signal->lock);
	work->result = *result;
	work->finished = true;
	pthread_cond_broadcast(&work->signal->changed);
	pthread_mutex_unlock(&work->signal->lock);
}

static int run_job(struct job *job, struct step_result *result, struct err *err)
{
	int rc;

	enter(job, PHASE_CHECKING);
	rc = record_state(job->work, STEP_BEGUN, err);
	return rc ? rc : step_flow_run(&job->flow, result, err);
}

static int prepare(struct job *job, struct step_work *work, struct err *err)
{
	const struct step *step = work->step;
	char why[256];

	step_note_begin(work->apply->hw, step, number_of(work), work->apply->boot_disk,
			work->apply->work_dir, work->apply->tpm_consent);
	job->work = work;
	job->flow.step = step;
	job->flow.hooks = &hooks;
	job->flow.backend = backend_find(step->comp->backend);
	if (!job->flow.backend)
		return err_set(err, ERR_INTERNAL, "no backend \"%s\"", step->comp->backend);
	if (device_copy(step->dev, &job->flow.dev))
		return err_set(err, ERR_NOMEM, "out of memory");
	step_payload_init(&job->payload, &step->comp->payload);
	job->flow.io = (struct backend_io){
		.hw = work->apply->hw,
		.dev = &job->flow.dev,
		.comp = step->comp,
		.payload = &job->payload.source,
		.intent = intent,
		.progress = progress,
		.ctx = job,
		.ram_dir = work->apply->work_dir,
		.boot_disk = work->apply->boot_disk,
		.tpm_consent = work->apply->tpm_consent,
	};
	/* What the BMC writes has no place in /dev, and is reset by the BMC or a reboot alone. */
	job->flow.io.reset_allowed = backend_is_by_bmc(step->comp->backend) ||
				     !interlock_in_use(work->apply->hw, step->dev,
						       work->apply->boot_disk, why, sizeof(why));
	if (!job->flow.io.reset_allowed)
		events_emit(work->apply->events, "Warning", EVENT_U("step", number_of(work)),
			    EVENT_S("text", why));
	return 0;
}

static void *work_thread(void *arg)
{
	struct step_work *work = arg;
	struct step_result result = { 0 };
	struct err err = { 0 };
	struct job job = { 0 };

	if (prepare(&job, work, &err)) {
		result.state = STEP_FAILED;
		snprintf(result.reason, sizeof(result.reason), "%s", err_id(err.code));
		snprintf(result.text, sizeof(result.text), "%s", err.text);
	} else if (run_job(&job, &result, &err)) {
		step_flow_fail(&job.flow, work->intent_ms != 0, &err, &result);
	}
	step_payload_close(&job.payload);
	step_payload_close(&job.runtime);
	step_files_free(&job.files);
	device_free(&job.flow.dev);
	finish(work, &result);
	return NULL;
}

int step_work_start(struct step_work *work, struct err *err)
{
	int rc;

	work->started = true;
	rc = thread_start(&work->thread, work_thread, work);
	if (rc)
		return err_set_errno(err, ERR_INTERNAL, rc, "no thread for step %u",
				     work->step->number);
	return 0;
}
