/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the lines of events.jsonl to what a report knows. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "report/report.h"
#include "report/report_lines.h"

struct line {
	struct report *report;
	yyjson_val *obj;
	double time;
};

static struct report_step *step_member(struct line *line)
{
	struct report_step *step = report_step(line->report, report_line_number(line->obj, "step"));

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

static void take_seen(struct line *line, struct report_seen *seen, enum step_state state)
{
	if (!seen->state || state == STEP_BEGUN)
		seen->began = line->time;
	seen->state = state;
	seen->time = line->time;
	seen->found[0] = seen->reason[0] = seen->text[0] = '\0';
	report_line_text(line->obj, "found", seen->found, sizeof(seen->found));
	report_line_text(line->obj, "reason", seen->reason, sizeof(seen->reason));
	report_line_text(line->obj, "text", seen->text, sizeof(seen->text));
}

static void on_run_begin(struct line *line)
{
	struct report *report = line->report;

	if (report->run_id[0] || report->step_count)
		forget_run(report);
	report_line_text(line->obj, "run", report->run_id, sizeof(report->run_id));
	report_line_text(line->obj, "version", report->version, sizeof(report->version));
	report_line_text(line->obj, "serial", report->serial, sizeof(report->serial));
	report_line_text(line->obj, "mode", report->mode, sizeof(report->mode));
	report_line_text(line->obj, "repo_id", report->repo_id, sizeof(report->repo_id));
	report_line_text(line->obj, "signers", report->signers, sizeof(report->signers));
	report_line_text(line->obj, "min_evidence", report->min_evidence,
			 sizeof(report->min_evidence));
	report_line_text(line->obj, "journal", report->journal_kind, sizeof(report->journal_kind));
	report_line_text(line->obj, "continues", report->continues, sizeof(report->continues));
	report->repo_serial = report_line_number(line->obj, "repo_serial");
	report->began = line->time;
}

static enum step_state state_member(struct line *line)
{
	char name[32] = "";

	report_line_text(line->obj, "state", name, sizeof(name));
	return step_state_from_name(name);
}

/* A step of this run's boot before its reboot is one of its own steps. */
static void take_own_step(struct line *line)
{
	struct report_step *step = step_member(line);

	if (!step)
		return;
	report_line_text(line->obj, "component", step->component, sizeof(step->component));
	report_line_text(line->obj, "device", step->device, sizeof(step->device));
	report_line_text(line->obj, "from", step->from, sizeof(step->from));
	report_line_text(line->obj, "to", step->to, sizeof(step->to));
	take_seen(line, &step->by_events, state_member(line));
}

static void on_earlier(struct line *line)
{
	struct report *report = line->report;
	void *list = report->earlier;
	struct report_earlier *earlier;
	char run_id[33] = "";

	report_line_text(line->obj, "run", run_id, sizeof(run_id));
	if (strcmp(run_id, report->run_id) == 0) {
		take_own_step(line);
		return;
	}
	earlier = grow(report, &list, &report->earlier_count, sizeof(*earlier), REPORT_MAX_EARLIER);
	report->earlier = list;
	if (!earlier)
		return;
	memcpy(earlier->run_id, run_id, sizeof(run_id));
	earlier->number = (unsigned int)(report_line_number(line->obj, "step") & 0xffff);
	earlier->state = state_member(line);
	report_line_text(line->obj, "device", earlier->device, sizeof(earlier->device));
	report_line_text(line->obj, "component", earlier->component, sizeof(earlier->component));
	report_line_text(line->obj, "from", earlier->from, sizeof(earlier->from));
	report_line_text(line->obj, "to", earlier->to, sizeof(earlier->to));
	report_line_text(line->obj, "found", earlier->found, sizeof(earlier->found));
	report_line_text(line->obj, "reason", earlier->reason, sizeof(earlier->reason));
	report_line_text(line->obj, "text", earlier->text, sizeof(earlier->text));
}

static void on_forecast(struct line *line)
{
	line->report->forecast_seconds = report_line_number(line->obj, "seconds");
	line->report->one_by_one_seconds = report_line_number(line->obj, "one_by_one");
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
	report_line_text(line->obj, "id", device->id, sizeof(device->id));
	report_line_text(line->obj, "name", device->name, sizeof(device->name));
	report_line_text(line->obj, "kind", device->kind, sizeof(device->kind));
	report_line_text(line->obj, "version", device->version, sizeof(device->version));
}

static void on_step(struct line *line)
{
	struct report_step *step = step_member(line);

	if (!step)
		return;
	report_line_text(line->obj, "component", step->component, sizeof(step->component));
	report_line_text(line->obj, "component_name", step->component_name,
			 sizeof(step->component_name));
	report_line_text(line->obj, "device", step->device, sizeof(step->device));
	report_line_text(line->obj, "device_name", step->device_name, sizeof(step->device_name));
	report_line_text(line->obj, "from", step->from, sizeof(step->from));
	report_line_text(line->obj, "to", step->to, sizeof(step->to));
	report_line_text(line->obj, "backend", step->backend, sizeof(step->backend));
	report_line_text(line->obj, "evidence", step->evidence, sizeof(step->evidence));
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
	report_line_text(line->obj, "component", left->component, sizeof(left->component));
	report_line_text(line->obj, "device", left->device, sizeof(left->device));
	report_line_text(line->obj, "reason", left->reason, sizeof(left->reason));
	report_line_text(line->obj, "text", left->text, sizeof(left->text));
}

static void on_step_state(struct line *line)
{
	enum step_state state = state_member(line);
	struct report_step *step;

	if (!state) {
		line->report->bad_lines++;
		return;
	}
	step = step_member(line);
	if (step)
		take_seen(line, &step->by_events, state);
}

static void on_progress(struct line *line)
{
	struct report_step *step;
	uint64_t percent = report_line_number(line->obj, "percent");

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

	report->settled = list;
	if (!settled)
		return;
	settled->state = state_member(line);
	report_line_text(line->obj, "run", settled->run_id, sizeof(settled->run_id));
	report_line_text(line->obj, "device", settled->device, sizeof(settled->device));
	report_line_text(line->obj, "component", settled->component, sizeof(settled->component));
	report_line_text(line->obj, "found", settled->found, sizeof(settled->found));
	report_line_text(line->obj, "text", settled->text, sizeof(settled->text));
}

static void on_warning(struct line *line)
{
	struct report *report = line->report;
	void *list = report->warnings;
	char *text = grow(report, &list, &report->warning_count, sizeof(*report->warnings),
			  REPORT_MAX_WARNINGS);

	report->warnings = list;
	if (text)
		report_line_text(line->obj, "text", text, sizeof(*report->warnings));
}

static void on_run_end(struct line *line)
{
	struct report *report = line->report;
	uint64_t status = report_line_number(line->obj, "exit");

	report->ended = true;
	report->exit_status = status <= 255 ? (int)status : EXIT_INTERNAL;
	report_line_text(line->obj, "text", report->end_text, sizeof(report->end_text));
}

static void on_run_in_ram(struct line *line)
{
	line->report->in_ram = true;
}

static void on_short_journal(struct line *line)
{
	report_copy_text(line->report->journal_kind, sizeof(line->report->journal_kind), "efi", 3);
}

static void on_run_reboot(struct line *line)
{
	on_run_end(line);
	line->report->reboots = true;
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
	{ "Earlier", on_earlier },
	{ "Forecast", on_forecast },
	{ "RunInRam", on_run_in_ram },
	{ "ShortJournal", on_short_journal },
	{ "RunEnd", on_run_end },
	{ "RunReboot", on_run_reboot },
};

static void take_object(void *ctx, yyjson_val *obj)
{
	struct report *report = ctx;
	const char *name = yyjson_get_str(yyjson_obj_get(obj, "event"));
	struct line line = { report, obj, report_line_time(obj) };

	if (!name) {
		report->bad_lines++;
		return;
	}
	report->good_lines++;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++)
		if (strcmp(handlers[i].name, name) == 0)
			handlers[i].handle(&line);
	if (line.time > 0)
		report->last = line.time;
}

static void count_bad(void *ctx)
{
	struct report *report = ctx;

	report->bad_lines++;
}

int report_add_events(struct report *report, const uint8_t *buf, size_t len, struct err *err)
{
	int rc = report_lines(buf, len, take_object, count_bad, report, err);

	report->has_events = report->has_events || !rc;
	return rc;
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
