/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.json: members are added in later versions, never renamed or given another meaning. */
#include "base/json.h"
#include "report/report.h"

/* As in RFC 3339: "2026-11-22T18:00:04Z"; null when not known. */
static void add_time(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, double time)
{
	char text[64];

	report_time(time, text, sizeof(text));
	if (!text[0]) {
		yyjson_mut_obj_add_null(doc, obj, key);
		return;
	}
	text[10] = 'T';
	text[19] = 'Z';
	text[20] = '\0';
	yyjson_mut_obj_add_strcpy(doc, obj, key, text);
}

static void add_run(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct report *report)
{
	yyjson_mut_obj_add_str(doc, root, "verdict", report->verdict);
	yyjson_mut_obj_add_int(doc, root, "exit_status", report->exit_status);
	yyjson_mut_obj_add_bool(doc, root, "ended", report->ended);
	yyjson_mut_obj_add_str(doc, root, "text", report->end_text);
	yyjson_mut_obj_add_bool(doc, root, "safe_to_power_off", report->power == POWER_SAFE);
	yyjson_mut_obj_add_str(doc, root, "power_text", report->power_text);
	yyjson_mut_obj_add_str(doc, root, "run", report->run_id);
	yyjson_mut_obj_add_str(doc, root, "machine", report->serial);
	yyjson_mut_obj_add_str(doc, root, "mode", report->mode);
	yyjson_mut_obj_add_str(doc, root, "drydock", report->version);
	yyjson_mut_obj_add_str(doc, root, "continues", report->continues);
	yyjson_mut_obj_add_bool(doc, root, "reboot_arranged", report->reboots);
	add_time(doc, root, "began", report->began);
	add_time(doc, root, "last", report->last);
	yyjson_mut_obj_add_uint(doc, root, "expected_seconds", report->forecast_seconds);
	yyjson_mut_obj_add_uint(doc, root, "one_by_one_seconds", report->one_by_one_seconds);
	yyjson_mut_obj_add_uint(doc, root, "worked_seconds", (uint64_t)report->worked);
	yyjson_mut_obj_add_str(doc, root, "min_evidence", report->min_evidence);
}

static void add_origin(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct report *report)
{
	yyjson_mut_val *repo = yyjson_mut_obj_add_obj(doc, root, "repository");
	yyjson_mut_val *journal = yyjson_mut_obj_add_obj(doc, root, "journal");
	yyjson_mut_val *sources = yyjson_mut_obj_add_obj(doc, root, "sources");

	yyjson_mut_obj_add_str(doc, repo, "id", report->repo_id);
	yyjson_mut_obj_add_uint(doc, repo, "serial", report->repo_serial);
	yyjson_mut_obj_add_str(doc, repo, "signers", report->signers);
	yyjson_mut_obj_add_str(doc, journal, "kind", report->journal_kind);
	yyjson_mut_obj_add_bool(doc, journal, "degraded", report->journal_degraded);
	yyjson_mut_obj_add_bool(doc, sources, "events", report->has_events);
	yyjson_mut_obj_add_bool(doc, sources, "journal", report->has_journal);
	yyjson_mut_obj_add_uint(doc, sources, "bad_lines", report->bad_lines);
	yyjson_mut_obj_add_uint(doc, sources, "not_shown", report->beyond_maximum);
	yyjson_mut_obj_add_uint(doc, sources, "earlier_runs", report->earlier_runs);
}

static void add_counts(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct report *report)
{
	yyjson_mut_val *counts = yyjson_mut_obj_add_obj(doc, root, "counts");

	yyjson_mut_obj_add_uint(doc, counts, "steps", report->step_count);
	yyjson_mut_obj_add_uint(doc, counts, "verified", report->verified);
	yyjson_mut_obj_add_uint(doc, counts, "accepted", report->accepted);
	yyjson_mut_obj_add_uint(doc, counts, "pending", report->pending);
	yyjson_mut_obj_add_uint(doc, counts, "failed", report->failed);
	yyjson_mut_obj_add_uint(doc, counts, "withdrawn", report->withdrawn);
	yyjson_mut_obj_add_uint(doc, counts, "unfinished", report->unfinished);
	yyjson_mut_obj_add_uint(doc, counts, "not_begun", report->not_begun);
}

static void add_step(yyjson_mut_doc *doc, yyjson_mut_val *list, const struct report_step *step)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);
	const char *state = step_state_name(step->last->state);

	yyjson_mut_obj_add_uint(doc, obj, "step", step->number);
	yyjson_mut_obj_add_str(doc, obj, "device", step->device);
	yyjson_mut_obj_add_str(doc, obj, "device_name", step->device_name);
	yyjson_mut_obj_add_str(doc, obj, "component", step->component);
	yyjson_mut_obj_add_str(doc, obj, "component_name", step->component_name);
	yyjson_mut_obj_add_str(doc, obj, "from", step->from);
	yyjson_mut_obj_add_str(doc, obj, "to", step->to);
	yyjson_mut_obj_add_str(doc, obj, "found", step->last->found);
	yyjson_mut_obj_add_str(doc, obj, "state", state);
	yyjson_mut_obj_add_str(doc, obj, "reason", step->last->reason);
	yyjson_mut_obj_add_str(doc, obj, "text", step->last->text);
	yyjson_mut_obj_add_str(doc, obj, "backend", step->backend);
	yyjson_mut_obj_add_str(doc, obj, "evidence", step->evidence);
	yyjson_mut_obj_add_uint(doc, obj, "percent", step->percent);
	add_time(doc, obj, "began", step->last->began);
	add_time(doc, obj, "last", step->last->time);
}

static void add_earlier(yyjson_mut_doc *doc, yyjson_mut_val *list,
			const struct report_earlier *earlier)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

	yyjson_mut_obj_add_str(doc, obj, "run", earlier->run_id);
	yyjson_mut_obj_add_uint(doc, obj, "step", earlier->number);
	yyjson_mut_obj_add_str(doc, obj, "device", earlier->device);
	yyjson_mut_obj_add_str(doc, obj, "component", earlier->component);
	yyjson_mut_obj_add_str(doc, obj, "from", earlier->from);
	yyjson_mut_obj_add_str(doc, obj, "to", earlier->to);
	yyjson_mut_obj_add_str(doc, obj, "state", step_state_name(earlier->state));
	yyjson_mut_obj_add_str(doc, obj, "found", earlier->found);
	yyjson_mut_obj_add_str(doc, obj, "reason", earlier->reason);
	yyjson_mut_obj_add_str(doc, obj, "text", earlier->text);
}

static void add_settled(yyjson_mut_doc *doc, yyjson_mut_val *list,
			const struct report_settled *settled)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

	yyjson_mut_obj_add_str(doc, obj, "run", settled->run_id);
	yyjson_mut_obj_add_str(doc, obj, "device", settled->device);
	yyjson_mut_obj_add_str(doc, obj, "component", settled->component);
	yyjson_mut_obj_add_str(doc, obj, "state", step_state_name(settled->state));
	yyjson_mut_obj_add_str(doc, obj, "found", settled->found);
	yyjson_mut_obj_add_str(doc, obj, "text", settled->text);
}

static void add_lists(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct report *report)
{
	yyjson_mut_val *list = yyjson_mut_obj_add_arr(doc, root, "steps");

	for (size_t i = 0; i < report->step_count; i++)
		add_step(doc, list, &report->steps[i]);
	list = yyjson_mut_obj_add_arr(doc, root, "earlier");
	for (size_t i = 0; i < report->earlier_count; i++)
		add_earlier(doc, list, &report->earlier[i]);
	list = yyjson_mut_obj_add_arr(doc, root, "settled");
	for (size_t i = 0; i < report->settled_count; i++)
		add_settled(doc, list, &report->settled[i]);
	list = yyjson_mut_obj_add_arr(doc, root, "left_alone");
	for (size_t i = 0; i < report->left_count; i++) {
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, obj, "component", report->left[i].component);
		yyjson_mut_obj_add_str(doc, obj, "device", report->left[i].device);
		yyjson_mut_obj_add_str(doc, obj, "reason", report->left[i].reason);
		yyjson_mut_obj_add_str(doc, obj, "text", report->left[i].text);
	}
	list = yyjson_mut_obj_add_arr(doc, root, "devices");
	for (size_t i = 0; i < report->device_count; i++) {
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, obj, "id", report->devices[i].id);
		yyjson_mut_obj_add_str(doc, obj, "name", report->devices[i].name);
		yyjson_mut_obj_add_str(doc, obj, "kind", report->devices[i].kind);
		yyjson_mut_obj_add_str(doc, obj, "version", report->devices[i].version);
	}
	list = yyjson_mut_obj_add_arr(doc, root, "warnings");
	for (size_t i = 0; i < report->warning_count; i++)
		yyjson_mut_arr_add_str(doc, list, report->warnings[i]);
}

int report_to_json(const struct report *report, char **ret_text, size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	if (!root)
		return err_set(err, ERR_NOMEM, "out of memory");
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "format", "drydock-report");
	yyjson_mut_obj_add_uint(doc, root, "version", 1);
	add_run(doc, root, report);
	add_origin(doc, root, report);
	add_counts(doc, root, report);
	add_lists(doc, root, report);
	return json_write_pretty(doc, ret_text, ret_len, err);
}
