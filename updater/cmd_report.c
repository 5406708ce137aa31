/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "drydock.h"
#include "report/report.h"
#include "report/report_story.h"

struct report_command {
	const char *log_dir;
	const char *journal;
	const char *serial;
	const char *html;
	const char *about;
	bool json;
	bool explain;
};

/* The machines of a journal, for the message that asks for one of them. */
struct machines {
	size_t count;
	char first[65];
	char names[384];
};

static void note_machine(void *ctx, const char *serial)
{
	struct machines *machines = ctx;
	size_t len = strlen(machines->names);
	char clean[65];

	report_copy_text(clean, sizeof(clean), serial, strlen(serial));
	if (machines->count++ == 0)
		snprintf(machines->first, sizeof(machines->first), "%s", serial);
	snprintf(machines->names + len, sizeof(machines->names) - len, "%s\"%s\"", len ? ", " : "",
		 clean);
}

/* Whose records: as told, as the events say, or those of the only machine there is. */
static int choose_serial(const struct report_command *command, const struct report *report,
			 char serial[65], struct err *err)
{
	struct machines machines = { 0 };
	int rc;

	if (command->serial || report->serial[0]) {
		snprintf(serial, 65, "%s", command->serial ? command->serial : report->serial);
		return 0;
	}
	rc = journal_machines(command->journal, note_machine, &machines, err);
	if (rc)
		return rc;
	if (machines.count == 0)
		return err_set(err, ERR_NOT_FOUND, "%s: no machine has used this journal yet",
			       command->journal);
	if (machines.count > 1)
		return err_set(err, ERR_USAGE,
			       "%s holds several machines, choose with --serial: %s",
			       command->journal, machines.names);
	snprintf(serial, 65, "%s", machines.first);
	return 0;
}

static int read_journal(const struct report_command *command, struct report *report,
			struct err *err)
{
	struct journal *journal = NULL;
	char serial[65];
	int rc = choose_serial(command, report, serial, err);

	if (!rc)
		rc = journal_open(command->journal, serial, true, &journal, err);
	if (!rc)
		rc = report_add_journal(report, journal, err);
	journal_close(journal);
	if (!rc && !report->serial[0])
		report_copy_text(report->serial, sizeof(report->serial), serial, strlen(serial));
	return rc;
}

/* One of the two is enough; that the other is missing is said. */
static int read_sources(const struct report_command *command, struct report *report,
			struct err *err)
{
	int rc_log = ERR_NOT_FOUND;
	int rc = 0;

	if (command->log_dir) {
		rc_log = rc = report_read_log(report, command->log_dir, err);
		if (rc && command->journal)
			fprintf(stderr, "drydock report: %s\n", err->text);
	}
	if (command->journal) {
		rc = read_journal(command, report, err);
		if (rc && rc_log == 0) {
			fprintf(stderr, "drydock report: %s\n", err->text);
			rc = 0;
		}
	}
	return rc;
}

static int write_html(const struct report_command *command, const struct report *report,
		      struct err *err)
{
	CLEANUP_FREE char *html = NULL;
	int rc = report_to_html(report, &html, err);

	return rc ? rc : fsio_write_atomic(command->html, html, strlen(html), 0644, err);
}

static int print(const struct report_command *command, const struct report *report, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc;

	if (command->json)
		rc = report_to_json(report, &text, &len, err);
	else
		rc = report_to_text(report, &text, err);
	if (!rc && (fputs(text, stdout) < 0 || (command->json && putchar('\n') < 0) ||
		    fflush(stdout) != 0))
		rc = err_set(err, ERR_IO, "standard output cannot be written");
	return rc;
}

/* What happened and why, from the log folder alone. */
static int explain(const struct report_command *command, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	int rc = command->log_dir
			 ? report_story_of_log(command->log_dir, command->about, &text, err)
			 : err_set(err, ERR_USAGE, "--explain needs --log-dir");

	if (!rc && (fputs(text, stdout) < 0 || fflush(stdout) != 0))
		rc = err_set(err, ERR_IO, "standard output cannot be written");
	return rc;
}

int cmd_report(int argc, char **argv)
{
	struct report_command command = { 0 };
	struct report report = { 0 };
	struct err err = { 0 };
	const struct opt opts[] = {
		{ "log-dir", OPT_TEXT, &command.log_dir, "DIR",
		  "the log folder of the run: it holds events.jsonl" },
		{ "journal", OPT_TEXT, &command.journal, "FILE",
		  "the journal, a partition or a file; enough even without a log folder" },
		{ "serial", OPT_TEXT, &command.serial, "S",
		  "the machine to look for in the journal, by its serial number" },
		{ "html", OPT_TEXT, &command.html, "FILE", "write a page for printing, too" },
		{ "json", OPT_FLAG, &command.json, NULL, "print JSON instead of text" },
		{ "explain", OPT_FLAG, &command.explain, NULL,
		  "tell what happened and why, in the order in which it happened" },
		{ "about", OPT_TEXT, &command.about, "ID",
		  "with --explain: only about this device or component" },
		{ 0 },
	};
	int first = 0;
	int rc = opts_parse(&drydock_program, opts, argc, argv, &first, &err);

	if (rc > 0)
		return 0;
	if (!rc && (command.explain || command.about)) {
		rc = explain(&command, &err);
		return rc ? opts_fail(&drydock_program, "report", &err) : 0;
	}
	if (!rc && !command.log_dir && !command.journal)
		rc = err_set(&err, ERR_USAGE, "--log-dir or --journal is needed (try --help)");
	if (!rc)
		rc = read_sources(&command, &report, &err);
	if (!rc) {
		report_settle(&report);
		rc = command.html ? write_html(&command, &report, &err) : 0;
	}
	if (!rc)
		rc = print(&command, &report, &err);
	report_free(&report);
	return rc ? opts_fail(&drydock_program, "report", &err) : 0;
}
