/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fsio.h"

void report_free(struct report *report)
{
	free(report->steps);
	free(report->left);
	free(report->devices);
	free(report->settled);
	free(report->earlier);
	free(report->warnings);
	memset(report, 0, sizeof(*report));
}

struct report_step *report_step(struct report *report, uint64_t number)
{
	struct report_step *bigger;
	size_t at = 0;

	if (number < 1 || number > REPORT_MAX_STEPS)
		return NULL;
	while (at < report->step_count && report->steps[at].number < number)
		at++;
	if (at < report->step_count && report->steps[at].number == number)
		return &report->steps[at];
	bigger = realloc(report->steps, (report->step_count + 1) * sizeof(*bigger));
	if (!bigger)
		return NULL;
	report->steps = bigger;
	memmove(&bigger[at + 1], &bigger[at], (report->step_count - at) * sizeof(*bigger));
	memset(&bigger[at], 0, sizeof(*bigger));
	bigger[at].number = (unsigned int)number;
	report->step_count++;
	return &bigger[at];
}

/* The length of the UTF-8 character at text, 0 when it is none (RFC 3629 section 4). */
static size_t character(const uint8_t *text, size_t len, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need;

	if (len == 0)
		return 0;
	if (text[0] < 0x80) {
		*ret = text[0];
		return 1;
	}
	need = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4 || need > len)
		return 0;
	*ret = text[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*ret = *ret << 6 | (text[i] & 0x3fu);
	}
	if (*ret < smallest[need] || *ret > 0x10ffff || (*ret >= 0xd800 && *ret <= 0xdfff))
		return 0;
	return need;
}

/* Would it move the cursor, colour the terminal, or show what follows in another order? */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void report_copy_text(char *ret, size_t size, const char *text, size_t len)
{
	size_t used = 0;

	for (size_t pos = 0; pos < len;) {
		uint32_t c = 0;
		size_t n = character((const uint8_t *)text + pos, len - pos, &c);
		bool shown = n > 0 && !is_control(c);
		bool space = c == '\t' || c == '\n' || c == '\r';
		size_t need = shown ? n : 1;

		if (used + need >= size)
			break;
		if (shown)
			memcpy(ret + used, text + pos, n);
		else
			ret[used] = space ? ' ' : '?';
		used += need;
		pos += n ? n : 1;
	}
	ret[used] = '\0';
}

const char *report_state_words(enum step_state state)
{
	static const char *const words[] = {
		[0] = "not begun",
		[STEP_PLANNED] = "planned, not begun",
		[STEP_BEGUN] = "begun; nothing was written yet",
		[STEP_WRITING] = "being written when the record ends",
		[STEP_WRITTEN] = "written, not yet proven when the record ends",
		[STEP_ACTIVATED] = "activated, not yet proven when the record ends",
		[STEP_VERIFIED] = "read back and proven",
		[STEP_ACCEPTED] = "the device took it; it cannot be proven",
		[STEP_FAILED] = "it did not succeed",
		[STEP_OVERDUE] = "the write may still be going on",
		[STEP_WITHDRAWN] = "left out of this run",
		[STEP_NEEDS_REBOOT] = "written, takes effect after a reboot",
		[STEP_NEEDS_POWER_CYCLE] = "written, takes effect after a power cycle",
		[STEP_UNKNOWN] = "interrupted; what the device runs is not known",
	};

	assert((unsigned int)state <= STEP_STATE_LAST);
	return words[state];
}

bool report_state_is_final(enum step_state state)
{
	return state >= STEP_VERIFIED;
}

void report_time(double time, char *text, size_t size)
{
	time_t seconds = (time_t)time;
	struct tm tm;

	text[0] = '\0';
	if (time > 0 && gmtime_r(&seconds, &tm))
		strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

void report_duration(double from, double until, char *text, size_t size)
{
	unsigned long long seconds;

	text[0] = '\0';
	if (from <= 0 || until < from)
		return;
	seconds = (unsigned long long)(until - from);
	if (seconds >= 3600)
		snprintf(text, size, "%llu h %llu min", seconds / 3600, seconds % 3600 / 60);
	else if (seconds >= 60)
		snprintf(text, size, "%llu min %llu s", seconds / 60, seconds % 60);
	else
		snprintf(text, size, "%llu s", seconds);
}

const char *report_power_words(const struct report *report)
{
	if (report->power != POWER_SAFE)
		return "NOT SAFE";
	return report->ended ? "safe" : "safe, as far as the record goes";
}

const char *report_journal_words(const struct report *report)
{
	if (strcmp(report->journal_kind, "volatile") == 0)
		return "VOLATILE: kept in memory only; a power cut would have lost it";
	if (strcmp(report->journal_kind, "efi") == 0)
		return "a UEFI variable: that the run was begun, and on what";
	if (report->journal_degraded)
		return "DEGRADED: one of its two copies could not be read or written";
	if (strcmp(report->journal_kind, "raw") == 0)
		return "raw partition on the boot medium, two copies";
	if (strcmp(report->journal_kind, "file") == 0)
		return "file on the boot medium, two copies";
	return report->has_journal ? "two copies, both good" : "not given to this report";
}

void report_forecast_words(const struct report *report, char *text, size_t size)
{
	char expected[64], took[64], alone[64];
	double off;

	text[0] = '\0';
	if (!report->forecast_seconds)
		return;
	report_duration(1, 1 + (double)report->forecast_seconds, expected, sizeof(expected));
	report_duration(1, 1 + report->worked, took, sizeof(took));
	report_duration(1, 1 + (double)report->one_by_one_seconds, alone, sizeof(alone));
	snprintf(text, size, "expected %s side by side (%s one after another)", expected, alone);
	if (!report->ended || report->worked <= 0)
		return;
	off = report->worked * 100 / (double)report->forecast_seconds - 100;
	snprintf(text + strlen(text), size - strlen(text), "; the steps took %s (%+.0f %%)", took,
		 off);
}

void report_source_words(const struct report *report, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	if (!report->has_events)
		len += (size_t)snprintf(text + len, size - len,
					"There are no events: this is made from the journal "
					"alone. ");
	if (report->bad_lines)
		len += (size_t)snprintf(text + len, size - len,
					"Lines of the events that are cut or damaged and were "
					"skipped: %zu. ",
					report->bad_lines);
	if (report->beyond_maximum)
		len += (size_t)snprintf(text + len, size - len,
					"Entries beyond the maximum that are not shown: %zu. ",
					report->beyond_maximum);
	if (report->earlier_runs)
		len += (size_t)snprintf(text + len, size - len,
					"Earlier runs in the same events, not shown: %zu. ",
					report->earlier_runs);
	assert(len < size);
	if (len)
		text[len - 1] = '\0';
}

/* The forms that report_write() makes; the order is that of their worth. */
static int write_forms(const struct report *report, const char *log_dir, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *json = NULL;
	CLEANUP_FREE char *html = NULL;
	const char *names[] = { "summary.txt", "report.json", "report.html" };
	size_t json_len;
	int rc = report_to_text(report, &text, err);

	if (!rc)
		rc = report_to_json(report, &json, &json_len, err);
	if (!rc)
		rc = report_to_html(report, &html, err);
	for (size_t i = 0; rc == 0 && i < 3; i++) {
		const char *content = i == 0 ? text : i == 1 ? json : html;
		char path[FSIO_PATH_MAX];

		rc = fsio_join(path, log_dir, names[i], err);
		if (!rc)
			rc = fsio_write_atomic(path, content, strlen(content), 0644, err);
	}
	return rc;
}

int report_write(const char *log_dir, struct journal *journal, struct err *err)
{
	struct report report = { 0 };
	int rc_log = report_read_log(&report, log_dir, err);
	int rc_journal = journal ? report_add_journal(&report, journal, NULL) : ERR_NOT_FOUND;
	int rc = rc_log && rc_journal ? rc_log : 0;

	if (!rc) {
		report_settle(&report);
		rc = write_forms(&report, log_dir, err);
	}
	report_free(&report);
	return rc;
}
