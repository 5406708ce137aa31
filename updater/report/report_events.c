/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of events.jsonl. Each line stands for itself: after a power cut the last one may be
 * half there, followed by whatever the file system left.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/json.h"
#include "report/report.h"

struct line {
	struct report *report;
	yyjson_val *obj;
	double time;
};

/* Absent or not a text: what was there stays. */
static void text_member(yyjson_val *obj, const char *key, char *ret, size_t size)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	if (yyjson_is_str(val))
		report_copy_text(ret, size, yyjson_get_str(val), yyjson_get_len(val));
}

static uint64_t number_member(yyjson_val *obj, const char *key)
{
	return yyjson_get_uint(yyjson_obj_get(obj, key));
}

static struct report_step *step_member(struct line *line)
{
	struct report_step *step = report_step(line->report, number_member(line->obj, "step"));

	if (!step)
		line->report->beyond_maximum++;
	return step;
}

/* One more entry at the end of a list that grows in steps; NULL beyond the maximum. */
static void *grow(struct report *report, void **list, size_t *count, size_t size, size_t max)
{
	char *bigger;

	if (*count >= max) {
		report->beyond_maximum++;
		return NULL;
	}
	if (*count % 64 == 0) {
		bigger = realloc(*list, (*count + 64) * size);
		if (!bigger) {
			report->beyond_maximum++;
			return NULL;
		}
		*list = bigger;
	}
	bigger = (char *)*list + *count * size;
	memset(bigger, 0, size);
	(*count)++;
	return bigger;
}

/* A log folder belongs to one run; when there are more the last one counts. */
static void forget_run(struct report *report)
{
	struct report empty = {
		.has_events = report->has_events,
		.good_lines = report->good_lines,
		.bad_lines = report->bad_lines,
		.earlier_runs = report->earlier_runs + 1,
	};

	report_free(report);
	*report = empty;
}

static void on_run_begin(struct line *line)
{
	struct report *report = line->report;

	if (report->run_id[0] || report->step_count)
		forget_run(report);
	text_member(line->obj, "run", report->run_id, sizeof(report->run_id));
	text_member(line->obj, "version", report->version, sizeof(report->version));
	text_member(line->obj, "serial", report->serial, sizeof(report->serial));
	text_member(line->obj, "mode", report->mode, sizeof(report->mode));
	text_member(line->obj, "repo_id", report->repo_id, sizeof(report->repo_id));
	text_member(line->obj, "signers", report->signers, sizeof(report->signers));
	text_member(line->obj, "min_evidence", report->min_evidence, sizeof(report->min_evidence));
	text_member(line->obj, "journal", report->journal_kind, sizeof(report->journal_kind));
	report->repo_serial = number_member(line->obj, "repo_serial");
	report->began = line->time;
}

static void on_device(struct line *line)
{
	struct report *report = line->report;
	void *list = report->devices;
	struct report_device *device =
		grow(report, &list, &report->device_count, sizeof(*device), REPORT_MAX_DEVICES);

	report->devices = list;
	if (!device)
		return;
	text_member(line->obj, "id", device->id, sizeof(device->id));
	text_member(line->obj, "name", device->name, sizeof(device->name));
	text_member(line->obj, "kind", device->kind, sizeof(device->kind));
	text_member(line->obj, "version", device->version, sizeof(device->version));
}

static void on_step(struct line *line)
{
	struct report_step *step = step_member(line);

	if (!step)
		return;
	text_member(line->obj, "component", step->component, sizeof(step->component));
	text_member(line->obj, "component_name", step->component_name,
		    sizeof(step->component_name));
	text_member(line->obj, "device", step->device, sizeof(step->device));
	text_member(line->obj, "device_name", step->device_name, sizeof(step->device_name));
	text_member(line->obj, "from", step->from, sizeof(step->from));
	text_member(line->obj, "to", step->to, sizeof(step->to));
	text_member(line->obj, "backend", step->backend, sizeof(step->backend));
	text_member(line->obj, "evidence", step->evidence, sizeof(step->evidence));
}

static void on_left_alone(struct line *line)
{
	struct report *report = line->report;
	void *list = report->left;
	struct report_left *left =
		grow(report, &list, &report->left_count, sizeof(*left), REPORT_MAX_LEFT);

	report->left = list;
	if (!left)
		return;
	text_member(line->obj, "component", left->component, sizeof(left->component));
	text_member(line->obj, "device", left->device, sizeof(left->device));
	text_member(line->obj, "reason", left->reason, sizeof(left->reason));
	text_member(line->obj, "text", left->text, sizeof(left->text));
}

static void on_step_state(struct line *line)
{
	struct report_step *step;
	struct report_seen *seen;
	char name[32] = "";
	enum step_state state;

	text_member(line->obj, "state", name, sizeof(name));
	state = step_state_from_name(name);
	if (!state) {
		line->report->bad_lines++;
		return;
	}
	step = step_member(line);
	if (!step)
		return;
	seen = &step->by_events;
	if (!seen->state || state == STEP_BEGUN)
		seen->began = line->time;
	seen->state = state;
	seen->time = line->time;
	seen->found[0] = seen->reason[0] = seen->text[0] = '\0';
	text_member(line->obj, "found", seen->found, sizeof(seen->found));
	text_member(line->obj, "reason", seen->reason, sizeof(seen->reason));
	text_member(line->obj, "text", seen->text, sizeof(seen->text));
}

static void on_progress(struct line *line)
{
	struct report_step *step;
	uint64_t percent = number_member(line->obj, "percent");

	if (!yyjson_obj_get(line->obj, "percent") || percent > 100)
		return;
	step = step_member(line);
	if (step)
		step->percent = (unsigned int)percent;
}

static void on_settled(struct line *line)
{
	struct report *report = line->report;
	void *list = report->settled;
	struct report_settled *settled =
		grow(report, &list, &report->settled_count, sizeof(*settled), REPORT_MAX_SETTLED);
	char state[32] = "";

	report->settled = list;
	if (!settled)
		return;
	text_member(line->obj, "state", state, sizeof(state));
	settled->state = step_state_from_name(state);
	text_member(line->obj, "run", settled->run_id, sizeof(settled->run_id));
	text_member(line->obj, "device", settled->device, sizeof(settled->device));
	text_member(line->obj, "component", settled->component, sizeof(settled->component));
	text_member(line->obj, "found", settled->found, sizeof(settled->found));
	text_member(line->obj, "text", settled->text, sizeof(settled->text));
}

static void on_warning(struct line *line)
{
	struct report *report = line->report;
	void *list = report->warnings;
	char *text = grow(report, &list, &report->warning_count, sizeof(*report->warnings),
			  REPORT_MAX_WARNINGS);

	report->warnings = list;
	if (text)
		text_member(line->obj, "text", text, sizeof(*report->warnings));
}

static void on_run_end(struct line *line)
{
	struct report *report = line->report;
	uint64_t status = number_member(line->obj, "exit");

	report->ended = true;
	report->exit_status = status <= 255 ? (int)status : EXIT_INTERNAL;
	text_member(line->obj, "text", report->end_text, sizeof(report->end_text));
}

static const struct {
	const char *name;
	void (*handle)(struct line *line);
} handlers[] = {
	{ "RunBegin", on_run_begin },
	{ "Device", on_device },
	{ "Step", on_step },
	{ "LeftAlone", on_left_alone },
	{ "StepState", on_step_state },
	{ "TransferringToComponent", on_progress },
	{ "InstallingOnComponent", on_progress },
	{ "Settled", on_settled },
	{ "Warning", on_warning },
	{ "RunEnd", on_run_end },
};

static void take_object(struct report *report, yyjson_val *obj)
{
	const char *name = yyjson_get_str(yyjson_obj_get(obj, "event"));
	struct line line = { report, obj, yyjson_get_num(yyjson_obj_get(obj, "t")) };

	if (!name) {
		report->bad_lines++;
		return;
	}
	report->good_lines++;
	/* Also false for NaN; the year 9999 is the last that is written in four digits. */
	if (!(line.time >= 0 && line.time < 253402300800.0))
		line.time = 0;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++)
		if (strcmp(handlers[i].name, name) == 0)
			handlers[i].handle(&line);
	if (line.time > 0)
		report->last = line.time;
}

/* What a device calls itself need not be UTF-8, but JSON must be. */
static void take_line(struct report *report, const uint8_t *text, size_t len)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	CLEANUP_FREE char *clean = NULL;

	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0)
		return;
	if (len < REPORT_LINE_MAX_BYTES)
		clean = malloc(len + 1);
	if (!clean || memchr(text, '\0', len)) {
		report->bad_lines++;
		return;
	}
	report_copy_text(clean, len + 1, (const char *)text, len);
	if (json_parse((const uint8_t *)clean, strlen(clean), REPORT_LINE_MAX_BYTES, &doc, NULL))
		report->bad_lines++;
	else
		take_object(report, yyjson_doc_get_root(doc));
}

int report_add_events(struct report *report, const uint8_t *buf, size_t len, struct err *err)
{
	size_t pos = 0;

	if (len > REPORT_EVENTS_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%zu bytes of events, at most %u are read", len,
			       REPORT_EVENTS_MAX_BYTES);
	report->has_events = true;
	while (pos < len) {
		const uint8_t *end = memchr(buf + pos, '\n', len - pos);
		size_t line_len = end ? (size_t)(end - (buf + pos)) : len - pos;

		/* The whole line is there only when its end is. */
		if (end)
			take_line(report, buf + pos, line_len);
		else
			report->bad_lines++;
		pos += line_len + 1;
	}
	return 0;
}

int report_read_log(struct report *report, const char *log_dir, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	char path[FSIO_PATH_MAX];
	size_t len = 0;
	int rc = fsio_join(path, log_dir, "events.jsonl", err);

	if (rc == 0)
		rc = fsio_read_file(path, REPORT_EVENTS_MAX_BYTES, &buf, &len, err);
	return rc ? rc : report_add_events(report, buf, len, err);
}
