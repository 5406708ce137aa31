/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backends/backend.h"
#include "base/cleanup.h"
#include "drydock.h"

static bool is_open(enum step_state state)
{
	return state == STEP_BEGUN || state == STEP_WRITING || state == STEP_WRITTEN ||
	       state == STEP_ACTIVATED || state == STEP_OVERDUE;
}

/* Ids in the journal are cut to its fields. */
static bool same_id(const char *id, const char *recorded)
{
	return strncmp(id, recorded, sizeof(((struct journal_record *)0)->device) - 1) == 0;
}

static const struct device *find_device(const struct settle *settle, const char *recorded)
{
	for (size_t i = 0; i < settle->inv->count; i++)
		if (same_id(settle->inv->devices[i].id, recorded))
			return &settle->inv->devices[i];
	return NULL;
}

static const struct component *find_component(const struct settle *settle, const char *recorded)
{
	for (size_t i = 0; i < settle->cat->count; i++)
		if (same_id(settle->cat->components[i].id, recorded))
			return &settle->cat->components[i];
	return NULL;
}

/* Without the component the versions alone must tell. */
static enum backend_recovery compare_versions(const struct device *dev,
					      const struct journal_record *open)
{
	if (strncmp(dev->version, open->from, sizeof(open->from) - 1) == 0)
		return RECOVER_OLD_RUNS;
	if (strncmp(dev->version, open->to, sizeof(open->to) - 1) == 0)
		return RECOVER_NEW_RUNS;
	return RECOVER_NEEDS_HUMAN;
}

/* Asks the device; when that fails a person is needed, and err says why. */
static int ask(const struct settle *settle, const struct journal_record *open,
	       const struct device *dev, enum backend_recovery *ret, struct err *err)
{
	const struct component *comp = find_component(settle, open->component);
	const struct backend *backend = dev ? backend_find(dev->backend) : NULL;
	struct device before;
	struct backend_io io;
	int rc;

	*ret = RECOVER_NEEDS_HUMAN;
	if (!backend)
		return err_set(err, ERR_DEVICE_GONE, "it is not there or does not answer");
	if (!comp) {
		*ret = compare_versions(dev, open);
		return 0;
	}
	/* The backend is to compare with what ran before that step, not with what runs now. */
	before = *dev;
	snprintf(before.version, sizeof(before.version), "%s", open->from);
	io = (struct backend_io){ .hw = settle->hw, .dev = &before, .comp = comp };
	rc = backend->recover(&io, ret, err);
	if (rc)
		*ret = RECOVER_NEEDS_HUMAN;
	return rc;
}

/* What an answer means for the step, for people and as its last state. */
static const struct {
	enum step_state state;
	const char *text;
} meanings[] = {
	[RECOVER_OLD_RUNS] = { STEP_FAILED, "interrupted; the old firmware runs" },
	[RECOVER_NEW_RUNS] = { STEP_VERIFIED, "interrupted, but the new firmware runs" },
	[RECOVER_PENDING] = { STEP_NEEDS_REBOOT,
			      "interrupted; the new firmware is stored and runs after a reboot" },
	[RECOVER_WRITE_AGAIN] = { STEP_FAILED, "interrupted; it must be written again" },
	[RECOVER_NEEDS_HUMAN] = { STEP_UNKNOWN, "interrupted; a person must look at it" },
};

/* What is not there cannot be written, so it needs no bar. */
static int bar(struct plan_bars *bars, const struct device *dev, struct err *err)
{
	if (!dev)
		return 0;
	return plan_bars_add(bars, dev->id, NULL, REASON_NEEDS_HUMAN, err,
			     "an earlier run was cut off while writing it, and what it runs "
			     "cannot be told");
}

static int settle_step(const struct settle *settle, const struct journal_record *open,
		       struct plan_bars *bars, struct err *err)
{
	const struct device *dev = find_device(settle, open->device);
	struct journal_record record = *open;
	struct err cause = { 0 };
	enum backend_recovery found;
	int unanswered = ask(settle, open, dev, &found, &cause);

	if (found == RECOVER_NEEDS_HUMAN && bar(bars, dev, err))
		return err->code;
	record.time = (uint64_t)time(NULL);
	record.state = meanings[found].state;
	snprintf(record.found, sizeof(record.found), "%s", dev ? dev->version : "");
	snprintf(record.reason, sizeof(record.reason), "%s", err_id(ERR_INTERRUPTED));
	snprintf(record.text, sizeof(record.text), "%s%s%s", meanings[found].text,
		 unanswered ? ": " : "", unanswered ? cause.text : "");
	console_say(settle->console, "  %s, %s -> %s: was \"%s\": %s%s%s.",
		    dev ? dev->name : open->device, open->from, open->to,
		    step_state_name(open->state), record.text, dev ? "; it reads " : "",
		    record.found);
	events_emit(settle->events, "Settled", EVENT_S("run", open->run_id),
		    EVENT_U("step", open->step), EVENT_S("device", open->device),
		    EVENT_S("component", open->component),
		    EVENT_S("state", step_state_name(record.state)), EVENT_S("found", record.found),
		    EVENT_S("text", record.text));
	return journal_append(settle->journal, &record, err);
}

/* Is this the last record of its step? */
static bool is_last(const struct journal_record *records, size_t count, size_t index)
{
	for (size_t i = index + 1; i < count; i++)
		if (records[i].type == JOURNAL_STEP && records[i].step == records[index].step &&
		    strcmp(records[i].run_id, records[index].run_id) == 0)
			return false;
	return true;
}

static int settle_steps(const struct settle *settle, const char *run_id, size_t *count,
			struct plan_bars *bars, struct err *err)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	size_t record_count;
	int rc = journal_read(settle->journal, &records, &record_count, err);

	for (size_t i = 0; i < record_count && !rc; i++) {
		if (records[i].type != JOURNAL_STEP || strcmp(records[i].run_id, run_id) != 0 ||
		    !is_open(records[i].state) || !is_last(records, record_count, i))
			continue;
		rc = settle_step(settle, &records[i], bars, err);
		*count += 1;
	}
	return rc;
}

int settle_last_run(const struct settle *settle, struct plan_bars *bars, struct err *err)
{
	struct journal_record end = { .type = JOURNAL_RUN_END, .exit_status = EXIT_INTERRUPTED };
	bool open = false;
	size_t count = 0;
	int rc = journal_last_run(settle->journal, end.run_id, &open, err);

	if (rc == ERR_NOT_FOUND || (!rc && !open))
		return 0;
	if (rc)
		return rc;
	console_say(settle->console,
		    "An earlier run (%.8s) was cut off. What it left behind:", end.run_id);
	rc = settle_steps(settle, end.run_id, &count, bars, err);
	if (rc)
		return rc;
	if (count == 0)
		console_say(settle->console, "  nothing: no device was being worked on.");
	end.time = (uint64_t)time(NULL);
	return journal_append(settle->journal, &end, err);
}
