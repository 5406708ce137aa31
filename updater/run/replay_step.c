/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of a recorded run, from its check to its proof. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "inventory/target.h"
#include "run/interlock.h"
#include "run/replay_internal.h"
#include "run/step_flow.h"
#include "run/step_note.h"
#include "run/step_payload.h"

struct job {
	struct replaying *r;
	struct step_note note;
	struct step step;
	struct step_flow flow;
	struct step_payload payload;
	struct payload_source zeros;   /* of the payload's length, when its bytes are not there */
	struct payload_source runtime; /* a byte: no program is run in it */
	bool touched;
};

static int read_zeros(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	if (offset > src->size || len > src->size - offset)
		return err_set(err, ERR_INTERNAL, "read beyond the end of the payload");
	memset(buf, 0, len);
	return 0;
}

static int intent(void *ctx, struct err *err)
{
	struct job *job = ctx;

	(void)err;
	job->touched = true;
	return 0;
}

static void progress(void *ctx, uint64_t done_bytes)
{
	(void)ctx;
	(void)done_bytes;
}

static void enter(void *ctx, enum work_phase phase)
{
	(void)ctx;
	(void)phase;
}

static void reached(void *ctx, enum step_state state)
{
	(void)ctx;
	(void)state;
}

static int payload(void *ctx, struct err *err)
{
	struct job *job = ctx;

	if (!job->r->repo_dir)
		return 0;
	return step_payload_open(&job->payload, job->r->repo_dir, &job->note.comp.payload, err);
}

static const struct step_flow_hooks hooks = {
	.enter = enter,
	.payload = payload,
	.reached = reached,
};

/* Why a step cannot be replayed; "" = it can. */
static const char *why_not(const struct job *job)
{
	if (!job->step.dev)
		return "its device is not in inventory-before.json";
	if (!job->flow.backend)
		return "this program has no such backend";
	return "";
}

static bool has_runtime(const struct component *comp)
{
	return comp->tool && comp->tool->runtime[0];
}

static int prepare(struct job *job, struct err *err)
{
	struct hwio *hw = job->r->hw;
	const char *boot_disk = job->note.boot_disk[0] ? job->note.boot_disk : NULL;
	char why[256];

	if (device_copy(job->step.dev, &job->flow.dev))
		return err_set(err, ERR_NOMEM, "out of memory");
	step_payload_init(&job->payload, &job->note.comp.payload);
	job->zeros = (struct payload_source){ job->note.comp.payload.size, read_zeros };
	job->runtime = (struct payload_source){ 1, read_zeros };
	job->flow.hooks = &hooks;
	job->flow.step = &job->step;
	job->flow.io = (struct backend_io){
		.hw = hw,
		.dev = &job->flow.dev,
		.comp = &job->note.comp,
		.payload = job->r->repo_dir ? &job->payload.source : &job->zeros,
		.runtime = has_runtime(&job->note.comp) ? &job->runtime : NULL,
		.intent = intent,
		.progress = progress,
		.ctx = job,
		.tpm_consent = job->note.tpm_consent,
		.ram_dir = job->note.work_dir[0] ? job->note.work_dir : NULL,
		.reset_allowed = backend_is_by_bmc(job->note.comp.backend) ||
				 !interlock_in_use(hw, job->step.dev, boot_disk, why, sizeof(why)),
	};
	return 0;
}

static void say_end(char *text, size_t size, enum step_state state, const char *found,
		    const char *reason)
{
	snprintf(text, size, "%s%s%s%s%s", step_state_name(state), reason[0] ? " " : "", reason,
		 found[0] ? ", runs " : "", found);
}

/* The state, its reason and what was read back must be the same; words may change. */
static void judge(struct replay_row *row, const struct report_seen *recorded,
		  const struct step_result *result, const struct err *deviation)
{
	row->verdict = REPLAY_DEVIATES;
	say_end(row->replayed, sizeof(row->replayed), result->state, result->found, result->reason);
	if (deviation->code)
		snprintf(row->text, sizeof(row->text), "%s", deviation->text);
	else if (!row->recorded[0])
		snprintf(row->text, sizeof(row->text), "the events do not say how it ended");
	else if (strcmp(row->recorded, row->replayed) != 0)
		snprintf(row->text, sizeof(row->text), "replayed: %s; recorded: %s",
			 result->text[0] ? result->text : "no text",
			 recorded->text[0] ? recorded->text : "no text");
	else
		row->verdict = REPLAY_SAME;
}

static int go_through(struct job *job, const struct report_seen *recorded, struct replay_row *row,
		      struct err *err)
{
	size_t before = hwio_replay_answered(job->r->hw);
	struct step_result result = { 0 };
	struct err deviation = { 0 }, cause = { 0 };
	int rc = prepare(job, err);

	if (rc)
		return rc;
	if (step_flow_run(&job->flow, &result, &cause))
		step_flow_fail(&job->flow, job->touched, &cause, &result);
	(void)hwio_replay_check(job->r->hw, &deviation);
	row->calls = hwio_replay_answered(job->r->hw) - before;
	judge(row, recorded, &result, &deviation);
	return 0;
}

static bool has_ended(const struct report_seen *seen)
{
	return seen->state && seen->state != STEP_BEGUN && seen->state != STEP_WRITING &&
	       seen->state != STEP_WRITTEN && seen->state != STEP_ACTIVATED;
}

static int replay_noted(struct job *job, const struct report_seen *recorded, struct replay_row *row,
			struct err *err)
{
	const char *why;

	job->step = (struct step){
		.number = job->note.number,
		.dev = inventory_find(&job->r->before, job->note.device),
		.comp = &job->note.comp,
		.provable = job->note.provable,
	};
	snprintf(job->step.from, sizeof(job->step.from), "%s", job->note.from);
	job->flow.backend = backend_find(job->note.comp.backend);
	snprintf(row->device, sizeof(row->device), "%s", job->note.device);
	if (has_ended(recorded))
		say_end(row->recorded, sizeof(row->recorded), recorded->state, recorded->found,
			recorded->reason);
	why = why_not(job);
	if (!why[0])
		return go_through(job, recorded, row, err);
	row->verdict = REPLAY_LEFT_OUT;
	snprintf(row->text, sizeof(row->text), "%s", why);
	return 0;
}

int replay_step(struct replaying *r, const struct report_step *recorded, struct err *err)
{
	char phase[HWIO_PHASE_MAX];
	struct job job = { .r = r };
	struct replay_row *row;
	int rc;

	step_note_phase(recorded->number, phase);
	row = replay_add_row(r, phase);
	if (!row)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = step_note_read(r->hw, recorded->number, &job.note, err);
	rc = rc ? rc : replay_noted(&job, &recorded->by_events, row, err);
	step_payload_close(&job.payload);
	device_free(&job.flow.dev);
	step_note_free(&job.note);
	return rc;
}
