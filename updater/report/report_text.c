/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report for people at a terminal: 80 columns, the verdict first. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/report_wrap.h"

static void line(FILE *out, unsigned int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void line(FILE *out, unsigned int indent, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(out, "%*s", (int)indent, "");
	report_wrap(out, text, indent, indent);
}

/* "Machine:     CZ1234": left out when there is nothing to say. */
static void fact(FILE *out, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void fact(FILE *out, const char *name, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!text[0])
		return;
	fprintf(out, "%-14s", name);
	report_wrap(out, text, 14, 14);
}

static void heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n", text);
	for (size_t i = 0; text[i]; i++)
		fputc('-', out);
	fputc('\n', out);
}

static const char *shown(const char *version)
{
	return version[0] ? version : "?";
}

static void write_times(FILE *out, const struct report *report)
{
	char began[64], last[64], took[64];

	report_time(report->began, began, sizeof(began));
	report_time(report->last, last, sizeof(last));
	report_duration(report->began, report->last, took, sizeof(took));
	fact(out, "Began:", "%s", began);
	fact(out, report->ended ? "Ended:" : "Last heard:", "%s%s%s%s", last, took[0] ? " (" : "",
	     took, took[0] ? ")" : "");
}

static void write_facts(FILE *out, const struct report *report)
{
	char forecast[256];

	fact(out, "Power off:", "%s%s%s", report_power_words(report),
	     report->power == POWER_SAFE ? "" : ": ", report->power_text);
	fact(out, "Exit status:", "%d%s", report->exit_status,
	     report->ended ? "" : " (what it amounts to: the run did not end)");
	fact(out, "Machine:", "%s", report->serial);
	fact(out, "Run:", "%s%s%s%s%s", report->run_id, report->mode[0] ? ", mode " : "",
	     report->mode, report->version[0] ? ", Drydock " : "", report->version);
	if (report->continues[0])
		fact(out, "Goes on with:", "%s",
		     strcmp(report->continues, report->run_id) == 0
			     ? "its own boot before a planned reboot"
			     : report->continues);
	write_times(out, report);
	report_forecast_words(report, forecast, sizeof(forecast));
	fact(out, "Time:", "%s", forecast);
	if (report->repo_id[0])
		fact(out, "Repository:", "%s, serial %llu%s%s", report->repo_id,
		     (unsigned long long)report->repo_serial,
		     report->signers[0] ? ", signed by " : "", report->signers);
	if (report->min_evidence[0])
		fact(out, "Evidence:", "accepted on evidence: %s", report->min_evidence);
	fact(out, "Journal:", "%s", report_journal_words(report));
}

static void write_step_times(FILE *out, const struct report_step *step)
{
	char began[64], ended[64], took[64];

	report_time(step->last->began, began, sizeof(began));
	report_time(step->last->time, ended, sizeof(ended));
	report_duration(step->last->began, step->last->time, took, sizeof(took));
	if (!began[0])
		return;
	line(out, 4, "%s to %s%s%s%s", began, ended, took[0] ? " (" : "", took, took[0] ? ")" : "");
}

static void write_step(FILE *out, const struct report_step *step)
{
	const struct report_seen *last = step->last;

	if (step->number > 1)
		fputc('\n', out);
	line(out, 0, "%2u. %s%s%s%s", step->number, step->device_name,
	     step->device_name[0] ? " (" : "", step->device[0] ? step->device : "device not named",
	     step->device_name[0] ? ")" : "");
	line(out, 4, "before %s, wanted %s, read back %s", shown(step->from), shown(step->to),
	     shown(last->found));
	line(out, 4, "%s: %s%s%s%s", last->state ? step_state_name(last->state) : "no record",
	     report_state_words(last->state), last->reason[0] ? " [" : "", last->reason,
	     last->reason[0] ? "]" : "");
	if (last->text[0])
		line(out, 4, "%s", last->text);
	if (step->component[0])
		line(out, 4, "component %s%s%s", step->component,
		     step->component_name[0] ? ": " : "", step->component_name);
	if (step->backend[0])
		line(out, 4, "backend %s, evidence %s", step->backend, shown(step->evidence));
	write_step_times(out, step);
}

static void write_left(FILE *out, const struct report_left *left)
{
	line(out, 0, "%s%s%s [%s]", left->device,
	     left->device[0] && left->component[0] ? " - " : "", left->component, left->reason);
	if (left->text[0])
		line(out, 4, "%s", left->text);
}

static void write_earlier(FILE *out, const struct report_earlier *earlier)
{
	line(out, 0, "%2u. %s - %s: %s -> %s, %s%s%s%s", earlier->number, earlier->device,
	     earlier->component, shown(earlier->from), shown(earlier->to),
	     earlier->state ? step_state_name(earlier->state) : "no record",
	     earlier->reason[0] ? " [" : "", earlier->reason, earlier->reason[0] ? "]" : "");
	if (earlier->text[0])
		line(out, 4, "%s", earlier->text);
}

static void write_settled(FILE *out, const struct report_settled *settled)
{
	line(out, 0, "%s - %s: %s, read back %s", settled->device, settled->component,
	     step_state_name(settled->state), shown(settled->found));
	if (settled->text[0])
		line(out, 4, "%s", settled->text);
}

static void write_sections(FILE *out, const struct report *report)
{
	if (report->step_count)
		heading(out, "Steps");
	for (size_t i = 0; i < report->step_count; i++)
		write_step(out, &report->steps[i]);
	if (report->earlier_count)
		heading(out, "The run that was cut off, as it had left its steps");
	for (size_t i = 0; i < report->earlier_count; i++)
		write_earlier(out, &report->earlier[i]);
	if (report->settled_count)
		heading(out, "Settled first: steps of an earlier run that was interrupted");
	for (size_t i = 0; i < report->settled_count; i++)
		write_settled(out, &report->settled[i]);
	if (report->left_count)
		heading(out, "Left alone, and why");
	for (size_t i = 0; i < report->left_count; i++)
		write_left(out, &report->left[i]);
	if (report->device_count)
		heading(out, "Devices that can be updated, as they were found");
	for (size_t i = 0; i < report->device_count; i++)
		line(out, 0, "%s (%s) %s", report->devices[i].name, report->devices[i].id,
		     shown(report->devices[i].version));
	if (report->warning_count)
		heading(out, "Warnings");
	for (size_t i = 0; i < report->warning_count; i++)
		line(out, 0, "%s", report->warnings[i]);
}

int report_to_text(const struct report *report, char **ret_text, struct err *err)
{
	char sources[512];
	size_t len;
	FILE *out = open_memstream(ret_text, &len);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	report_source_words(report, sources, sizeof(sources));
	report_wrap(out, report->verdict, 0, 0);
	if (report->end_text[0])
		report_wrap(out, report->end_text, 0, 0);
	fputc('\n', out);
	write_facts(out, report);
	fact(out, "Sources:", "%s", sources);
	write_sections(out, report);
	if (fclose(out) != 0) {
		free(*ret_text);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	return 0;
}
