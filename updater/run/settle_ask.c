/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device says about one step, and what that means for the step. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backends/backend.h"
#include "run/history_internal.h"
#include "run/settle_internal.h"

struct question {
	const struct settle *settle;
	const struct history *history;
	const struct history_step *step;
	const struct journal_record *last;
	const struct component *comp; /* NULL = not in this repository */
	struct device dev;	      /* as it reads now; {0} = it does not answer */
	struct err cause;	      /* why not, or why recover() could not tell */
	struct err note;	      /* what recover() said beside its answer */
	enum backend_recovery answer;
};

/* What the field that proves the component reads, or else the device's version. */
static const char *reads(const struct question *q)
{
	const char *value = q->comp ? plan_proof_value(q->comp, &q->dev) : NULL;

	return value ? value : q->dev.version;
}

static bool same_version(const char *version, const char *recorded)
{
	const size_t room = sizeof(((struct journal_record *)0)->from) - 1;

	return strncmp(version, recorded, room) == 0;
}

/*
 * Did the device read as wanted before the step, too (--rewrite)? Then nothing that it reads now
 * tells whether it was written.
 */
static bool tells_nothing(const struct question *q)
{
	if (q->comp && q->comp->proof.field[0])
		return plan_proof_holds(q->comp, q->last->from);
	return same_version(q->comp ? q->comp->version : q->last->to, q->last->from);
}

/* Without the component the versions alone must tell. */
static enum backend_recovery compare_versions(const struct question *q)
{
	if (same_version(q->dev.version, q->last->from))
		return RECOVER_OLD_RUNS;
	if (same_version(q->dev.version, q->last->to))
		return RECOVER_NEW_RUNS;
	return RECOVER_NEEDS_HUMAN;
}

/*
 * The backend is to compare with what ran before that step, not with what runs now. Where the
 * record speaks of another field than the version, that is not known.
 */
static void set_version_before(const struct question *q, struct device *before)
{
	if (same_version(before->version, q->last->from))
		return;
	if (strcmp(reads(q), before->version) != 0)
		before->version[0] = '\0';
	else
		snprintf(before->version, sizeof(before->version), "%s", q->last->from);
}

static int ask_backend(struct question *q, const struct backend *backend, struct device *before,
		       struct err *err)
{
	struct backend_io io = { .hw = q->settle->hw, .dev = before, .comp = q->comp };
	int rc = backend->refresh(q->settle->hw, &q->dev, err);

	if (rc) {
		device_free(&q->dev);
		return rc;
	}
	if (!q->comp) {
		q->answer = compare_versions(q);
		return 0;
	}
	snprintf(before->version, sizeof(before->version), "%s", q->dev.version);
	set_version_before(q, before);
	rc = backend->recover(&io, &q->answer, &q->note);
	if (rc)
		*err = q->note;
	else /* it may have waited for a write that went on without us */
		rc = backend->refresh(q->settle->hw, &q->dev, err);
	if (rc)
		q->answer = RECOVER_NEEDS_HUMAN;
	return rc;
}

/* The plan decides by what was just read, not by what the inventory saw before the question. */
static void renew(struct question *q, struct device *dev)
{
	struct device now = { 0 };

	if (!q->dev.id[0] || device_copy(&q->dev, &now))
		return;
	device_free(dev);
	*dev = now;
}

/* The device's own; a vendor's tool goes past it, and to devices that have none. */
static const struct backend *backend_of(const struct question *q, const struct device *dev)
{
	return backend_find(q->comp && q->comp->tool ? q->comp->backend : dev->backend);
}

/* Fills in dev and answer; when the device cannot tell, cause. */
static void ask_device(struct question *q)
{
	struct device *dev = history_device(q->settle->inv, q->last->device);
	const struct backend *backend = dev ? backend_of(q, dev) : NULL;
	struct device before = { 0 };
	struct err err = { 0 };

	q->answer = RECOVER_NEEDS_HUMAN;
	if (!backend) {
		err_set(&q->cause, ERR_DEVICE_GONE, "it is not there or does not answer");
		return;
	}
	if (device_copy(dev, &q->dev) || device_copy(dev, &before))
		err_set(&q->cause, ERR_NOMEM, "out of memory");
	else if (ask_backend(q, backend, &before, &err))
		q->cause = err;
	else
		renew(q, dev);
	device_free(&before);
}

__attribute__((format(printf, 5, 6))) static void
set_finding(struct finding *f, enum outcome outcome, enum step_state state, const char *reason,
	    const char *fmt, ...)
{
	va_list ap;

	f->outcome = outcome;
	f->state = state;
	f->reason = reason;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

static const char *interrupted(const struct question *q)
{
	return q->step->open ? err_id(ERR_INTERRUPTED) : "";
}

/* Law 5: what the proof's field reads decides, and where it cannot, nothing is called verified. */
static void judge_new(const struct question *q, struct finding *f)
{
	enum step_state state = q->last->state;
	bool has_proof = q->comp && q->comp->proof.field[0];
	const char *proof = has_proof ? plan_proof_value(q->comp, &q->dev) : NULL;

	if (tells_nothing(q) &&
	    (state == STEP_BEGUN || state == STEP_WRITING || state == STEP_OVERDUE))
		set_finding(f, FOUND_OLD, STEP_FAILED, err_id(ERR_INTERRUPTED),
			    "it runs %s as before; whether it was written anew cannot be told",
			    f->found);
	else if (has_proof && !plan_proof_holds(q->comp, proof))
		set_finding(f, FOUND_FAILED, STEP_FAILED, err_id(ERR_PROOF),
			    "it says that the new firmware runs, but %s reads \"%s\"",
			    q->comp->proof.field, proof ? proof : "");
	else if (has_proof && !tells_nothing(q))
		set_finding(f, FOUND_NEW, STEP_VERIFIED, interrupted(q),
			    "the new firmware runs, read back: %s", f->found);
	else
		set_finding(f, FOUND_NEW, STEP_ACCEPTED, interrupted(q),
			    "it runs %s, but that does not prove that it was written", f->found);
}

static const char *why_not_active(const struct question *q)
{
	if (q->answer == RECOVER_WRITE_AGAIN)
		return "the new firmware is stored without being active";
	return q->note.text[0] ? q->note.text : "nothing waits to run instead";
}

/* A step that waited, and the old firmware still runs with nothing pending. */
static void judge_not_active(const struct question *q, struct finding *f)
{
	bool rebooted = q->history->end == HISTORY_REBOOT;

	if (rebooted && q->last->state == STEP_NEEDS_POWER_CYCLE)
		set_finding(f, FOUND_PENDING, STEP_NEEDS_POWER_CYCLE, "",
			    "a reboot is not enough, it still runs %s: power the server off and on "
			    "to bring the new firmware into effect",
			    f->found);
	else
		set_finding(f, FOUND_FAILED, STEP_FAILED, err_id(ERR_PROOF), "%s runs %s, and %s",
			    rebooted ? "after the reboot it still" : "it still", f->found,
			    why_not_active(q));
}

static void judge_old(const struct question *q, struct finding *f)
{
	if (q->step->waits)
		judge_not_active(q, f);
	else if (q->last->state == STEP_PLANNED && q->answer == RECOVER_OLD_RUNS)
		set_finding(f, FOUND_NOT_BEGUN, STEP_PLANNED, "", "not begun");
	else if (q->answer == RECOVER_OLD_RUNS)
		set_finding(f, FOUND_OLD, STEP_FAILED, err_id(ERR_INTERRUPTED),
			    "the old firmware runs: %s. It can be written again", f->found);
	else
		set_finding(f, FOUND_AGAIN, STEP_FAILED, err_id(ERR_INTERRUPTED),
			    "it must be written again: the new firmware is there but not complete "
			    "or not active, and %s runs",
			    f->found[0] ? f->found : "something unreadable");
}

static void judge_pending(const struct question *q, struct finding *f)
{
	bool rebooted = q->history->end == HISTORY_REBOOT;
	enum step_state state = q->last->state;

	if (q->step->waits && !(rebooted && state == STEP_NEEDS_REBOOT))
		; /* it waits as before, for what it waited for */
	else if (q->step->waits || q->comp->activation == ACTIVATION_POWER_CYCLE)
		state = STEP_NEEDS_POWER_CYCLE;
	else
		state = STEP_NEEDS_REBOOT;
	set_finding(f, FOUND_PENDING, state, interrupted(q),
		    "the new firmware is stored and %s runs %s: %s",
		    q->step->waits && rebooted ? "after the reboot it still" : "it", f->found,
		    state == STEP_NEEDS_REBOOT
			    ? "it comes into effect with a reboot"
			    : "power the server off and on to bring it into effect");
}

/* Why a person is needed, and what to do. */
static void judge_human(const struct question *q, struct finding *f)
{
	const char *reason = q->cause.code ? err_id(q->cause.code) : err_id(ERR_PROOF);
	const char *advice = "Find out who has written it; a new run plans it afresh";

	if (q->cause.code) {
		snprintf(f->why, sizeof(f->why), "%s", q->cause.text);
		advice = "Power the server off and on (a reboot is not enough) and boot this "
			 "medium again; if it stays like this, its vendor must help";
	} else if (same_version(f->found, q->last->from)) {
		snprintf(f->why, sizeof(f->why),
			 "it runs %s, but an update that is not this one "
			 "waits in it",
			 f->found);
		advice = "Power the server off and on, then boot this medium again";
	} else {
		snprintf(f->why, sizeof(f->why), "it runs \"%s\", neither %s nor %s", f->found,
			 q->last->from, q->last->to);
	}
	set_finding(f, FOUND_HUMAN, STEP_UNKNOWN, q->step->open ? err_id(ERR_INTERRUPTED) : reason,
		    "it needs a person: %s. %s", f->why, advice);
}

/* In RAM: a step that begins where another one of its device was to end, and that did not. */
static bool stands_on_unfinished(const struct question *q)
{
	for (size_t i = 0; i < q->history->step_count; i++) {
		const struct history_step *other = &q->history->steps[i];

		if (other->earlier || other->last.step >= q->last->step ||
		    strcmp(other->last.device, q->last->device) != 0 ||
		    strcmp(other->last.to, q->last->from) != 0)
			continue;
		if (other->last.state != STEP_VERIFIED && other->last.state != STEP_ACCEPTED)
			return true;
	}
	return false;
}

/* In RAM: does the device run what a later step of the same run was to bring? */
static const struct history_step *passed_by(const struct question *q)
{
	for (size_t i = 0; i < q->history->step_count; i++) {
		const struct history_step *other = &q->history->steps[i];
		struct question later = { .settle = q->settle, .history = q->history };

		if (other->earlier || !other->open || other->last.step <= q->last->step ||
		    strcmp(other->last.device, q->last->device) != 0)
			continue;
		later.step = other;
		later.last = &other->last;
		later.comp = history_component(q->settle->cat, other->last.component);
		ask_device(&later);
		device_free(&later.dev);
		if (later.answer == RECOVER_NEW_RUNS)
			return other;
	}
	return NULL;
}

static void judge(struct question *q, struct finding *f)
{
	const struct history_step *later;

	switch (q->answer) {
	case RECOVER_OLD_RUNS:
	case RECOVER_WRITE_AGAIN:
		judge_old(q, f);
		return;
	case RECOVER_NEW_RUNS:
		if (q->last->state == STEP_PLANNED && tells_nothing(q))
			set_finding(f, FOUND_NOT_BEGUN, STEP_PLANNED, "", "not begun");
		else
			judge_new(q, f);
		return;
	case RECOVER_PENDING:
		judge_pending(q, f);
		return;
	case RECOVER_NEEDS_HUMAN:
		break;
	}
	later = q->history->in_ram && q->step->open ? passed_by(q) : NULL;
	if (later)
		set_finding(f, FOUND_NEW, STEP_ACCEPTED, err_id(ERR_INTERRUPTED),
			    "it runs %s already, which came after it", later->last.to);
	else
		judge_human(q, f);
}

void settle_ask(const struct settle *settle, const struct history *history, size_t index,
		struct finding *ret)
{
	const struct history_step *step = &history->steps[index];
	struct question q = {
		.settle = settle,
		.history = history,
		.step = step,
		.last = &step->last,
		.comp = history_component(settle->cat, step->last.component),
	};

	*ret = (struct finding){ .reason = "" };
	if (step->last.state == STEP_PLANNED && stands_on_unfinished(&q)) {
		set_finding(ret, FOUND_NOT_BEGUN, STEP_PLANNED, "", "not begun");
		return;
	}
	ask_device(&q);
	snprintf(ret->found, sizeof(ret->found), "%s", reads(&q));
	judge(&q, ret);
	device_free(&q.dev);
}
