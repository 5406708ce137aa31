/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal says about a run; it is cut short to fit its records, but it is durable. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/report.h"

static void fill(char *ret, size_t size, const char *text)
{
	if (!ret[0])
		report_copy_text(ret, size, text, strlen(text));
}

static void set(char *ret, size_t size, const char *text)
{
	report_copy_text(ret, size, text, strlen(text));
}

static void take_step(struct report *report, const struct journal_record *record)
{
	struct report_step *step = report_step(report, record->step);
	struct report_seen *seen;

	if (!step)
		return;
	fill(step->device, sizeof(step->device), record->device);
	fill(step->component, sizeof(step->component), record->component);
	fill(step->from, sizeof(step->from), record->from);
	fill(step->to, sizeof(step->to), record->to);
	seen = &step->by_journal;
	if (!seen->state || record->state == STEP_BEGUN)
		seen->began = (double)record->time;
	seen->state = record->state;
	seen->time = (double)record->time;
	set(seen->found, sizeof(seen->found), record->found);
	set(seen->reason, sizeof(seen->reason), record->reason);
	set(seen->text, sizeof(seen->text), record->text);
}

static void take_record(struct report *report, const struct journal_record *record)
{
	switch (record->type) {
	case JOURNAL_RUN_BEGIN:
		report->ended = false;
		if (report->began <= 0)
			report->began = (double)record->time;
		fill(report->continues, sizeof(report->continues), record->component);
		for (unsigned int i = 1; i <= record->step_count; i++)
			report_step(report, i);
		break;
	case JOURNAL_STEP:
		take_step(report, record);
		break;
	case JOURNAL_RUN_IN_RAM:
		report->in_ram = true;
		break;
	case JOURNAL_RUN_REBOOT:
		report->reboots = true;
		report->ended = true;
		report->exit_status = record->exit_status;
		break;
	case JOURNAL_RUN_END:
		report->reboots = false;
		report->ended = true;
		report->exit_status = record->exit_status;
		break;
	}
	if ((double)record->time > report->last)
		report->last = (double)record->time;
}

static bool has_run(const struct journal_record *list, size_t count, const char *run_id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].run_id, run_id) == 0)
			return true;
	return false;
}

int report_add_journal(struct report *report, struct journal *journal, struct err *err)
{
	CLEANUP_FREE struct journal_record *list = NULL;
	bool ended_by_events = report->ended;
	int exit_by_events = report->exit_status;
	size_t count = 0;
	bool is_open;
	int rc = journal_read(journal, &list, &count, err);

	if (rc)
		return rc;
	report->journal_degraded = journal_is_degraded(journal);
	if (journal_is_volatile(journal) && strcmp(report->journal_kind, "efi") != 0)
		set(report->journal_kind, sizeof(report->journal_kind), "volatile");
	if (!report->run_id[0] && report->good_lines)
		return err_set(err, ERR_NOT_FOUND, "journal: the events name no run to look for");
	if (!report->run_id[0]) {
		rc = journal_last_run(journal, report->run_id, &is_open, err);
		if (rc)
			return rc;
	}
	if (!has_run(list, count, report->run_id))
		return err_set(err, ERR_NOT_FOUND, "journal: nothing about run %s", report->run_id);
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].run_id, report->run_id) == 0)
			take_record(report, &list[i]);
	report->has_journal = true;
	/* When the journal could no longer be written, the events know how it ended. */
	if (!report->ended && ended_by_events) {
		report->ended = true;
		report->exit_status = exit_by_events;
	}
	return 0;
}
