/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report as a page for the file with the server's papers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "ui/html.h"

/* The class that underlines a word; the word and its sign say the same. */
static const char *state_class(enum step_state state)
{
	switch (state) {
	case STEP_VERIFIED:
		return "state good";
	case STEP_FAILED:
	case STEP_OVERDUE:
	case STEP_UNKNOWN:
	case STEP_WRITING:
		return "state bad";
	default:
		return "state warn";
	}
}

static const char *verdict_class(const struct report *report)
{
	switch (report->exit_status) {
	case EXIT_CHANGED:
	case EXIT_NOTHING_NEEDED:
		return "verdict good";
	case EXIT_NEEDS_REBOOT:
	case EXIT_NO_DEVICE:
	case EXIT_DEPENDENCY:
	case EXIT_POLICY:
	case EXIT_INTERRUPTED:
		return "verdict warn";
	default:
		return "verdict bad";
	}
}

static void write_verdict(FILE *out, const struct report *report)
{
	fprintf(out, "<div class=\"%s\">", verdict_class(report));
	html_element(out, "p", "say", report->verdict);
	if (report->end_text[0])
		html_element(out, "p", NULL, report->end_text);
	fputs("<p class=\"power\">", out);
	fputs("Power off: ", out);
	html_element(out, "strong", NULL, report_power_words(report));
	if (report->power_text[0]) {
		fputs(": ", out);
		html_text(out, report->power_text);
	}
	fprintf(out, ". Exit status %d.</p></div>\n", report->exit_status);
}

static void fact(FILE *out, const char *name, const char *text)
{
	if (!text[0])
		return;
	html_element(out, "dt", NULL, name);
	html_element(out, "dd", NULL, text);
	fputc('\n', out);
}

static void write_times(FILE *out, const struct report *report)
{
	char began[64], last[64], took[64], text[160];

	report_time(report->began, began, sizeof(began));
	report_time(report->last, last, sizeof(last));
	report_duration(report->began, report->last, took, sizeof(took));
	fact(out, "Began", began);
	snprintf(text, sizeof(text), "%s%s%s%s", last, took[0] ? " (" : "", took,
		 took[0] ? ")" : "");
	fact(out, report->ended ? "Ended" : "Last heard", text);
}

static void write_facts(FILE *out, const struct report *report)
{
	char text[512];

	fputs("<dl>\n", out);
	fact(out, "Machine", report->serial);
	snprintf(text, sizeof(text), "%s%s%s%s%s", report->run_id, report->mode[0] ? ", mode " : "",
		 report->mode, report->version[0] ? ", Drydock " : "", report->version);
	fact(out, "Run", text);
	fact(out, "Goes on with", report->continues);
	write_times(out, report);
	report_forecast_words(report, text, sizeof(text));
	fact(out, "Time", text);
	text[0] = '\0';
	if (report->repo_id[0])
		snprintf(text, sizeof(text), "%s, serial %llu%s%s", report->repo_id,
			 (unsigned long long)report->repo_serial,
			 report->signers[0] ? ", signed by " : "", report->signers);
	fact(out, "Repository", text);
	text[0] = '\0';
	if (report->min_evidence[0])
		snprintf(text, sizeof(text), "accepted on evidence: %s", report->min_evidence);
	fact(out, "Evidence", text);
	fact(out, "Journal", report_journal_words(report));
	report_source_words(report, text, sizeof(text));
	fact(out, "Sources", text);
	fputs("</dl>\n", out);
}

struct column {
	const char *name;	/* NULL ends a list */
	const char *class_name; /* of its width; "" = what is left */
};

static void table(FILE *out, const char *title, const struct column *columns)
{
	html_element(out, "h2", NULL, title);
	fputs("\n<table>\n<thead><tr>", out);
	for (; columns->name; columns++)
		fprintf(out, "<th scope=\"col\" class=\"%s\">%s</th>", columns->class_name,
			columns->name);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void more(FILE *out, const char *text)
{
	if (text[0])
		html_element(out, "span", "more", text);
}

/* A name and under it what identifies it; the id alone when there is no name. */
static void name_cell(FILE *out, const char *name, const char *id)
{
	fputs("<td>", out);
	html_text(out, name[0] ? name : id);
	if (name[0])
		more(out, id);
	fputs("</td>", out);
}

static void version_cell(FILE *out, const char *class_name, const char *version)
{
	html_element(out, "td", class_name, version[0] ? version : "?");
}

/* "nvme, evidence: emulator; 18:40:05 UTC, took 21 s": the date is in the head of the page. */
static void step_origin(FILE *out, const struct report_step *step)
{
	char began[64], took[64], text[256];

	report_time(step->last->began, began, sizeof(began));
	report_duration(step->last->began, step->last->time, took, sizeof(took));
	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", step->backend,
		 step->backend[0] ? ", evidence: " : "",
		 step->backend[0] && !step->evidence[0] ? "not known" : step->evidence,
		 step->backend[0] && began[0] ? "; " : "",
		 began[0] ? began + strlen("2026-11-22 ") : "", took[0] ? ", took " : "", took);
	more(out, text);
}

static void what_cell(FILE *out, const struct report_step *step)
{
	fputs("<td>", out);
	html_text(out, step->device_name[0] ? step->device_name : step->device);
	if (step->device_name[0])
		more(out, step->device);
	more(out, step->component_name);
	more(out, step->component);
	fputs("</td>", out);
}

static void state_cell(FILE *out, const struct report_step *step)
{
	const struct report_seen *last = step->last;

	fputs("<td>", out);
	html_element(out, "span", state_class(last->state),
		     last->state ? step_state_name(last->state) : "no record");
	fputs(": ", out);
	html_text(out, report_state_words(last->state));
	if (last->reason[0]) {
		fputs(" ", out);
		html_element(out, "code", NULL, last->reason);
	}
	more(out, last->text);
	step_origin(out, step);
	fputs("</td>", out);
}

static void write_steps(FILE *out, const struct report *report)
{
	static const struct column columns[] = {
		{ "#", "number" },
		{ "Device and component", "wide" },
		{ "Before", "version" },
		{ "Wanted", "version" },
		{ "Read back", "version" },
		{ "Result", "" },
		{ 0 },
	};

	if (!report->step_count)
		return;
	table(out, "Steps", columns);
	for (size_t i = 0; i < report->step_count; i++) {
		const struct report_step *step = &report->steps[i];

		fprintf(out, "<tr><td>%u</td>", step->number);
		what_cell(out, step);
		version_cell(out, "version", step->from);
		version_cell(out, "version", step->to);
		version_cell(out, "version proof", step->last->found);
		state_cell(out, step);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_earlier(FILE *out, const struct report *report)
{
	static const struct column columns[] = {
		{ "Step", "" },
		{ "Device", "wide" },
		{ "Component", "wide" },
		{ "Before", "version" },
		{ "Wanted", "version" },
		{ "Left as", "" },
		{ 0 },
	};

	if (!report->earlier_count)
		return;
	table(out, "The run that was cut off, as it had left its steps", columns);
	for (size_t i = 0; i < report->earlier_count; i++) {
		const struct report_earlier *earlier = &report->earlier[i];

		fprintf(out, "<tr><td>%u</td>", earlier->number);
		html_element(out, "td", NULL, earlier->device);
		html_element(out, "td", NULL, earlier->component);
		version_cell(out, "version", earlier->from);
		version_cell(out, "version", earlier->to);
		fputs("<td>", out);
		html_element(out, "span", state_class(earlier->state),
			     step_state_name(earlier->state));
		more(out, earlier->text);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_settled(FILE *out, const struct report *report)
{
	static const struct column columns[] = {
		{ "Device", "wide" },
		{ "Component", "wide" },
		{ "Read back", "version" },
		{ "Result", "" },
		{ 0 },
	};

	if (!report->settled_count)
		return;
	table(out, "Settled first: steps of an earlier run that was interrupted", columns);
	for (size_t i = 0; i < report->settled_count; i++) {
		const struct report_settled *settled = &report->settled[i];

		fputs("<tr>", out);
		html_element(out, "td", NULL, settled->device);
		html_element(out, "td", NULL, settled->component);
		version_cell(out, "version proof", settled->found);
		fputs("<td>", out);
		html_element(out, "span", state_class(settled->state),
			     step_state_name(settled->state));
		more(out, settled->text);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_left(FILE *out, const struct report *report)
{
	static const struct column columns[] = {
		{ "Device", "wide" },
		{ "Component", "wide" },
		{ "Why", "" },
		{ 0 },
	};

	if (!report->left_count)
		return;
	table(out, "Left alone, and why", columns);
	for (size_t i = 0; i < report->left_count; i++) {
		const struct report_left *left = &report->left[i];

		fputs("<tr>", out);
		html_element(out, "td", NULL, left->device[0] ? left->device : "none");
		html_element(out, "td", NULL, left->component[0] ? left->component : "none");
		fputs("<td>", out);
		html_element(out, "code", NULL, left->reason);
		more(out, left->text);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_devices(FILE *out, const struct report *report)
{
	static const struct column columns[] = {
		{ "Device", "" },
		{ "Kind", "version" },
		{ "Version found", "wide" },
		{ 0 },
	};

	if (!report->device_count)
		return;
	table(out, "Devices that can be updated, as they were found", columns);
	for (size_t i = 0; i < report->device_count; i++) {
		const struct report_device *device = &report->devices[i];

		fputs("<tr>", out);
		name_cell(out, device->name, device->id);
		html_element(out, "td", NULL, device->kind);
		version_cell(out, "version", device->version);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_warnings(FILE *out, const struct report *report)
{
	if (!report->warning_count)
		return;
	fputs("<h2>Warnings</h2>\n<ul>\n", out);
	for (size_t i = 0; i < report->warning_count; i++) {
		html_element(out, "li", NULL, report->warnings[i]);
		fputc('\n', out);
	}
	fputs("</ul>\n", out);
}

int report_to_html(const struct report *report, char **ret_text, struct err *err)
{
	char title[160];
	size_t len;
	FILE *out = open_memstream(ret_text, &len);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	snprintf(title, sizeof(title), "Firmware report%s%s", report->serial[0] ? ": machine " : "",
		 report->serial);
	html_begin(out, title);
	html_element(out, "h1", NULL, title);
	fputc('\n', out);
	write_verdict(out, report);
	write_facts(out, report);
	write_steps(out, report);
	write_earlier(out, report);
	write_settled(out, report);
	write_left(out, report);
	write_warnings(out, report);
	write_devices(out, report);
	fputs("<footer>\"Read back\" is what the device itself showed afterwards. Times are those "
	      "of the machine's clock.</footer>\n",
	      out);
	html_end(out);
	if (fclose(out) != 0) {
		free(*ret_text);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	return 0;
}
