/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backends/backend.h"
#include "base/thread.h"
#include "base/cleanup.h"
#include "run/apply_internal.h"
#include "run/interlock.h"
#include "run/step_payload.h"
#include "run/step_record.h"
#include "plan/plan_match.h"

/* Everything one step holds while it is worked on. */
struct job {
	struct step_work *work;
	const struct backend *backend;
	struct device dev; /* a copy that refresh() keeps current */
	struct step_payload payload, runtime;
	struct backend_io io;
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

static void enter(struct step_work *work, enum work_phase phase)
{
	work->phase = phase;
	moved(work, 0);
}

/* What the device runs now, by asking it; "" when it does not answer. */
static int read_back(struct job *job, char *found, size_t size, struct err *err)
{
	const char *value;
	int rc = job->backend->refresh(job->io.hw, &job->dev, err);

	found[0] = '\0';
	if (rc)
		return rc;
	value = plan_proof_value(job->work->step->comp, &job->dev);
	snprintf(found, size, "%s", value ? value : job->dev.version);
	return 0;
}

/* The device is what the plan was made for, and would not refuse. */
static int check(struct job *job, struct err *err)
{
	const struct step *step = job->work->step;
	char found[DEVICE_VERSION_MAX];
	int rc = read_back(job, found, sizeof(found), err);

	if (rc)
		return rc;
	/* Newer by now, say: what was an upgrade in the plan would go back, and nobody allowed
	 * that. */
	if (match_order(step->comp, &job->dev) != match_order(step->comp, step->dev))
		return err_set(err, ERR_BUSY, "it runs %s by now: somebody else has updated it",
			       found);
	return job->backend->check(&job->io, err);
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
	job->io.runtime = &job->runtime.source;
	rc = step_payload_open(&job->runtime,
			       apply->store ? store_dir(apply->store, &tool->runtime_ref)
					    : apply->repo_dir,
			       &tool->runtime_ref, err);
	return rc ? err_prefix(err, "the runtime %s", tool->runtime) : 0;
}

/* Law 3: the whole payload is verified before the first byte goes out. */
static int verify(struct job *job, struct err *err)
{
	enter(job->work, PHASE_VERIFYING);
	events_emit(job->work->apply->events, "VerifyingAtComponent",
		    EVENT_U("step", number_of(job->work)));
	return payload_verify(job->payload.payload, 0, verify_progress, job->work, err);
}

static int write_and_activate(struct job *job, enum backend_result *ret, struct err *err)
{
	int rc;

	enter(job->work, PHASE_WRITING);
	rc = job->backend->write(&job->io, ret, err);
	if (rc)
		return rc;
	record_reached(job->work, STEP_WRITTEN);
	if (*ret != BACKEND_NEEDS_ACTIVATE)
		return 0;
	enter(job->work, PHASE_ACTIVATING);
	events_emit(job->work->apply->events, "ApplyingOnComponent",
		    EVENT_U("step", number_of(job->work)));
	rc = job->backend->activate(&job->io, ret, err);
	if (rc)
		return rc;
	if (*ret == BACKEND_NEEDS_ACTIVATE)
		return err_set(err, ERR_INTERNAL, "the backend did not activate");
	record_reached(job->work, STEP_ACTIVATED);
	return 0;
}

static enum step_state pending_state(enum backend_result result)
{
	if (result == BACKEND_NEEDS_REBOOT)
		return STEP_NEEDS_REBOOT;
	if (result == BACKEND_NEEDS_POWER_CYCLE)
		return STEP_NEEDS_POWER_CYCLE;
	return 0;
}

/* Law 5: what the device shows decides, nothing else. */
static int prove(struct job *job, enum backend_result written, struct step_result *result,
		 struct err *err)
{
	const struct component *comp = job->work->step->comp;
	int rc;

	enter(job->work, PHASE_READING_BACK);
	rc = read_back(job, result->found, sizeof(result->found), err);
	if (rc)
		return err_prefix(err, "written, but it could not be read back");
	result->state = pending_state(written);
	if (result->state) {
		snprintf(result->text, sizeof(result->text), "%s runs after a %s; it runs %s now",
			 comp->version,
			 result->state == STEP_NEEDS_REBOOT ? "reboot" : "power cycle",
			 result->found);
		return 0;
	}
	if (!job->work->step->provable) {
		result->state = STEP_ACCEPTED;
		snprintf(result->text, sizeof(result->text),
			 "accepted, not provable: what it shows cannot tell the old from the new");
		return 0;
	}
	if (!plan_proof_holds(comp, result->found))
		return err_set(err, ERR_PROOF,
			       "it took the update without an error, but %s reads "
			       "\"%s\", not \"%s\"",
			       comp->proof.field, result->found, comp->proof.value);
	result->state = STEP_VERIFIED;
	return 0;
}

/* Appends one sentence to a text that may end with a full stop already. */
__attribute__((format(printf, 3, 4))) static void add_sentence(char *text, size_t size,
							       const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	while (len && (text[len - 1] == '.' || text[len - 1] == ' '))
		len--;
	len += (size_t)snprintf(text + len, size - len, ". ");
	if (len >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

/* After an error: failed when the device still answers, unknown when nobody can tell. */
static void fail(struct job *job, struct step_result *result, const struct err *cause)
{
	bool touched = job->work->intent_ms != 0;
	struct err err = { 0 };

	result->state = STEP_FAILED;
	snprintf(result->reason, sizeof(result->reason), "%s", err_id(cause->code));
	snprintf(result->text, sizeof(result->text), "%s", cause->text);
	if (read_back(job, result->found, sizeof(result->found), &err) == 0) {
		add_sentence(result->text, sizeof(result->text), "Read back: it runs %s%s.",
			     result->found, touched ? "" : "; nothing was written to it");
		return;
	}
	if (touched)
		result->state = STEP_UNKNOWN;
	add_sentence(result->text, sizeof(result->text), "It does not answer (%s); %s.", err.text,
		     touched ? "what it runs is not known" : "nothing was written to it");
}

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
	enum backend_result written = 0;
	int rc;

	enter(job->work, PHASE_CHECKING);
	rc = record_state(job->work, STEP_BEGUN, err);
	if (!rc)
		rc = check(job, err);
	if (!rc)
		rc = open_payload(job, err);
	if (!rc)
		rc = open_runtime(job, err);
	if (!rc)
		rc = verify(job, err);
	if (!rc)
		rc = write_and_activate(job, &written, err);
	return rc ? rc : prove(job, written, result, err);
}

static int prepare(struct job *job, struct step_work *work, struct err *err)
{
	const struct step *step = work->step;
	char why[256];

	job->work = work;
	job->backend = backend_find(step->comp->backend);
	if (!job->backend)
		return err_set(err, ERR_INTERNAL, "no backend \"%s\"", step->comp->backend);
	if (device_copy(step->dev, &job->dev))
		return err_set(err, ERR_NOMEM, "out of memory");
	step_payload_init(&job->payload, &step->comp->payload);
	job->io = (struct backend_io){
		.hw = work->apply->hw,
		.dev = &job->dev,
		.comp = step->comp,
		.payload = &job->payload.source,
		.intent = intent,
		.progress = progress,
		.ctx = job,
		.ram_dir = work->apply->work_dir,
		.boot_disk = work->apply->boot_disk,
	};
	job->io.reset_allowed = !interlock_in_use(work->apply->hw, step->dev,
						  work->apply->boot_disk, why, sizeof(why));
	if (!job->io.reset_allowed)
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
		fail(&job, &result, &err);
	}
	step_payload_close(&job.payload);
	step_payload_close(&job.runtime);
	device_free(&job.dev);
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
