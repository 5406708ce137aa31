/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "report/report.h"
#include "report/report_lines.h"
#include "report/report_wrap.h"

#define TOLD_MAX 64 /* reasons whose meaning was said already */

struct named_step {
	char device[97];
	char component[97];
	char name[129];
};

struct story {
	FILE *out;
	const char *about;
	struct named_step *steps; /* by number - 1 */
	size_t step_count;
	char told[TOLD_MAX][49];
	size_t told_count;
	size_t lines; /* that are about what was asked for */
};

/* One event while it is told. */
struct event {
	struct story *story;
	yyjson_val *obj;
	char device[97], component[97], reason[49], text[513], state[33], found[129];
	uint64_t step;
};

static bool is_about(const struct event *event)
{
	const char *about = event->story->about;

	return !about || strcmp(about, event->device) == 0 || strcmp(about, event->component) == 0;
}

#define WHEN_COLUMNS 21 /* "2026-11-22 18:00:14  " */
#define MORE_COLUMNS 23

/* A line at its time; with more than fits it goes on below. */
static void tell(struct event *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct event *event, const char *fmt, ...)
{
	char when[64], text[2048];
	va_list ap;

	report_time(report_line_time(event->obj), when, sizeof(when));
	fprintf(event->story->out, "%-19.19s  ", when);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report_wrap(event->story->out, text, WHEN_COLUMNS, MORE_COLUMNS);
}

/* What belongs to the line before. */
static void tell_more(struct event *event, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void tell_more(struct event *event, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!text[0])
		return;
	fprintf(event->story->out, "%*s", MORE_COLUMNS, "");
	report_wrap(event->story->out, text, MORE_COLUMNS, MORE_COLUMNS);
}

/* "[HASH]" says it to those who know; what it means is said once. */
static void tell_reason(struct event *event)
{
	struct story *story = event->story;
	const char *words = report_reason_words(event->reason);

	if (!words[0] || story->told_count == TOLD_MAX)
		return;
	for (size_t i = 0; i < story->told_count; i++)
		if (strcmp(story->told[i], event->reason) == 0)
			return;
	memcpy(story->told[story->told_count++], event->reason, sizeof(event->reason));
	tell_more(event, "(%s means: %s)", event->reason, words);
}

static struct named_step *named(struct story *story, uint64_t number)
{
	struct named_step *steps;

	if (number == 0 || number > REPORT_MAX_STEPS)
		return NULL;
	if (number > story->step_count) {
		steps = realloc(story->steps, (size_t)number * sizeof(*steps));
		if (!steps)
			return NULL;
		memset(steps + story->step_count, 0,
		       ((size_t)number - story->step_count) * sizeof(*steps));
		story->steps = steps;
		story->step_count = (size_t)number;
	}
	return &story->steps[number - 1];
}

/* Events of a step name its number; who it is was said when it was planned. */
static void take_names(struct event *event)
{
	const struct named_step *step = named(event->story, event->step);

	if (!step || event->device[0])
		return;
	memcpy(event->device, step->device, sizeof(event->device));
	memcpy(event->component, step->component, sizeof(event->component));
}

static const char *name_of(const struct event *event)
{
	const struct named_step *step = named(event->story, event->step);

	return step && step->name[0] ? step->name : event->device;
}

static void on_run_begin(struct event *event)
{
	char run[33] = "", repo[65] = "", mode[17] = "", version[33] = "", continues[33] = "";

	report_line_text(event->obj, "run", run, sizeof(run));
	report_line_text(event->obj, "repo_id", repo, sizeof(repo));
	report_line_text(event->obj, "mode", mode, sizeof(mode));
	report_line_text(event->obj, "version", version, sizeof(version));
	report_line_text(event->obj, "continues", continues, sizeof(continues));
	tell(event, "Run %.8s of Drydock %s begins (%s), repository \"%s\", serial %llu", run,
	     version, mode, repo,
	     (unsigned long long)report_line_number(event->obj, "repo_serial"));
	if (continues[0] && strcmp(continues, run) == 0)
		tell_more(event, "It goes on after a reboot that belonged to it.");
	else if (continues[0])
		tell_more(event, "It goes on with run %.8s, which was cut off.", continues);
}

static void on_earlier(struct event *event)
{
	struct named_step *step = named(event->story, event->step);
	char from[129] = "", to[129] = "";

	report_line_text(event->obj, "from", from, sizeof(from));
	report_line_text(event->obj, "to", to, sizeof(to));
	if (step) {
		memcpy(step->device, event->device, sizeof(step->device));
		memcpy(step->component, event->component, sizeof(step->component));
	}
	if (!is_about(event))
		return;
	tell(event, "Earlier, step %llu: %s, %s -> %s was left as \"%s\"%s%s%s",
	     (unsigned long long)event->step, event->device, from, to, event->state,
	     event->reason[0] ? " [" : "", event->reason, event->reason[0] ? "]" : "");
	tell_more(event, "%s", event->text);
	tell_reason(event);
	event->story->lines++;
}

static void on_settled(struct event *event)
{
	if (!is_about(event))
		return;
	tell(event, "Asked %s what it was left with: %s%s%s", event->device, event->text,
	     event->found[0] ? "; it reads " : "", event->found);
	event->story->lines++;
}

static void on_step(struct event *event)
{
	struct named_step *step = named(event->story, event->step);
	char from[129] = "", to[129] = "";

	report_line_text(event->obj, "from", from, sizeof(from));
	report_line_text(event->obj, "to", to, sizeof(to));
	if (step) {
		memcpy(step->device, event->device, sizeof(step->device));
		memcpy(step->component, event->component, sizeof(step->component));
		report_line_text(event->obj, "device_name", step->name, sizeof(step->name));
	}
	if (!is_about(event))
		return;
	tell(event, "Planned as step %llu: %s", (unsigned long long)event->step, name_of(event));
	tell_more(event, "%s -> %s by %s, about %llu s", from[0] ? from : "?", to, event->component,
		  (unsigned long long)report_line_number(event->obj, "expected_seconds"));
	event->story->lines++;
}

static void on_left_alone(struct event *event)
{
	if (!is_about(event))
		return;
	tell(event, "Left alone [%s]: %s%s%s", event->reason, event->device,
	     event->device[0] && event->component[0] ? ", " : "", event->component);
	tell_more(event, "%s", event->text);
	tell_reason(event);
	event->story->lines++;
}

static void on_step_state(struct event *event)
{
	if (!is_about(event))
		return;
	tell(event, "Step %llu (%.128s): %s%s%s%s", (unsigned long long)event->step, name_of(event),
	     event->state, event->found[0] ? ", it reads " : "", event->found,
	     event->reason[0] ? "" : ".");
	if (event->reason[0])
		tell_more(event, "[%s] %s", event->reason, event->text);
	else
		tell_more(event, "%s", event->text);
	tell_reason(event);
	event->story->lines++;
}

static void on_forecast(struct event *event)
{
	tell(event, "Expected: %llu s side by side, %llu s one after another",
	     (unsigned long long)report_line_number(event->obj, "seconds"),
	     (unsigned long long)report_line_number(event->obj, "one_by_one"));
}

static void on_run_in_ram(struct event *event)
{
	tell(event, "All that is needed is in RAM and verified: the medium may be removed");
}

static void on_returned(struct event *event)
{
	tell(event, "The medium is back");
}

static void on_reboot_arranged(struct event *event)
{
	tell(event, "The next boot is set to come back here");
}

static void on_short_journal(struct event *event)
{
	tell(event, "No medium takes the journal: a UEFI variable says what was begun");
}

static void on_warning(struct event *event)
{
	tell(event, "ATTENTION: %s", event->text);
}

static void on_run_reboot(struct event *event)
{
	tell(event, "The run pauses for a reboot that belongs to it");
}

static void on_run_end(struct event *event)
{
	tell(event, "The run ends with exit status %llu%s%s",
	     (unsigned long long)report_line_number(event->obj, "exit"), event->text[0] ? ": " : "",
	     event->text);
}

static const struct {
	const char *name;
	void (*tell)(struct event *event);
} tellers[] = {
	{ "RunBegin", on_run_begin },
	{ "Earlier", on_earlier },
	{ "Settled", on_settled },
	{ "Step", on_step },
	{ "LeftAlone", on_left_alone },
	{ "Forecast", on_forecast },
	{ "RunInRam", on_run_in_ram },
	{ "ShortJournal", on_short_journal },
	{ "StepState", on_step_state },
	{ "MediumReturned", on_returned },
	{ "RebootArranged", on_reboot_arranged },
	{ "Warning", on_warning },
	{ "RunReboot", on_run_reboot },
	{ "RunEnd", on_run_end },
};

static void take_event(void *ctx, yyjson_val *obj)
{
	struct event event = { .story = ctx, .obj = obj };
	char name[49] = "";

	report_line_text(obj, "event", name, sizeof(name));
	report_line_text(obj, "device", event.device, sizeof(event.device));
	report_line_text(obj, "component", event.component, sizeof(event.component));
	report_line_text(obj, "reason", event.reason, sizeof(event.reason));
	report_line_text(obj, "text", event.text, sizeof(event.text));
	report_line_text(obj, "state", event.state, sizeof(event.state));
	report_line_text(obj, "found", event.found, sizeof(event.found));
	event.step = report_line_number(obj, "step");
	take_names(&event);
	for (size_t i = 0; i < sizeof(tellers) / sizeof(*tellers); i++)
		if (strcmp(tellers[i].name, name) == 0)
			tellers[i].tell(&event);
}

static void tell_of_bad_line(void *ctx)
{
	struct story *story = ctx;

	fprintf(story->out, "%*s(a line of the events is cut or damaged)\n", MORE_COLUMNS, "");
}

int report_story(const uint8_t *buf, size_t len, const char *about, char **ret_text,
		 struct err *err)
{
	struct story story = { .about = about };
	size_t text_len;
	int rc;

	story.out = open_memstream(ret_text, &text_len);
	if (!story.out)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = report_lines(buf, len, take_event, tell_of_bad_line, &story, err);
	free(story.steps);
	if (fclose(story.out) != 0 && !rc)
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (!rc && about && !story.lines)
		rc = err_set(err, ERR_NOT_FOUND, "the events say nothing about \"%s\"", about);
	if (rc) {
		free(*ret_text);
		*ret_text = NULL;
	}
	return rc;
}

int report_story_of_log(const char *log_dir, const char *about, char **ret_text, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	char path[FSIO_PATH_MAX];
	size_t len = 0;
	int rc = fsio_join(path, log_dir, "events.jsonl", err);

	if (!rc)
		rc = fsio_read_file(path, REPORT_EVENTS_MAX_BYTES, &buf, &len, err);
	return rc ? rc : report_story(buf, len, about, ret_text, err);
}
