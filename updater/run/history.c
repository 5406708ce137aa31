/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From records to the chain's steps; what follows from them is in history_facts.c. */
#include "run/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "drydock.h"
#include "run/history_internal.h"

/* A field keeps as many whole characters (UTF-8) of an id as fit into it. */
bool history_same_id(const char *id, const char *recorded)
{
	size_t len = strlen(id);
	const size_t room = sizeof(((struct journal_record *)0)->device) - 1;

	if (len > room)
		for (len = room; len && ((unsigned char)id[len] & 0xc0) == 0x80;)
			len--;
	return strlen(recorded) == len && memcmp(id, recorded, len) == 0;
}

struct device *history_device(const struct inventory *inv, const char *recorded)
{
	for (size_t i = 0; i < inv->count; i++)
		if (history_same_id(inv->devices[i].id, recorded))
			return &inv->devices[i];
	return NULL;
}

const struct component *history_component(const struct catalog *cat, const char *recorded)
{
	for (size_t i = 0; i < cat->count; i++)
		if (history_same_id(cat->components[i].id, recorded))
			return &cat->components[i];
	return NULL;
}

bool history_is_begun(enum step_state state)
{
	return state == STEP_BEGUN || state == STEP_WRITING || state == STEP_WRITTEN ||
	       state == STEP_ACTIVATED || state == STEP_OVERDUE;
}

bool history_same_pair(const struct journal_record *a, const struct journal_record *b)
{
	return strcmp(a->device, b->device) == 0 && strcmp(a->component, b->component) == 0;
}

/* The records of one run, and what they say about the run as a whole. */
struct run {
	const struct journal_record *begin, *end; /* NULL = not there */
	bool in_ram;				  /* since its last reboot */
	bool paused;				  /* nothing was begun since its last reboot */
	unsigned int reboots;
};

static void note_step(struct run *run, enum step_state state)
{
	/* What a reboot left behind may be settled already: that begins nothing. */
	if (history_is_begun(state) || state == STEP_PLANNED)
		run->paused = false;
}

static struct run look_at_run(const struct journal_record *records, size_t count,
			      const char *run_id)
{
	struct run run = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (strcmp(records[i].run_id, run_id) != 0)
			continue;
		switch (records[i].type) {
		case JOURNAL_RUN_BEGIN:
			run.begin = &records[i];
			break;
		case JOURNAL_STEP:
			note_step(&run, records[i].state);
			break;
		case JOURNAL_RUN_END:
			run.end = &records[i];
			break;
		case JOURNAL_RUN_IN_RAM:
			run.in_ram = true;
			run.paused = false;
			break;
		case JOURNAL_RUN_REBOOT:
			/* It is only on the medium when everything before it is. */
			run.in_ram = false;
			run.paused = true;
			run.reboots++;
			break;
		}
	}
	return run;
}

static enum history_end end_of(const struct run *run)
{
	if (run->end)
		return run->end->exit_status == EXIT_INTERRUPTED ? HISTORY_INTERRUPTED
								 : HISTORY_ENDED;
	return run->paused ? HISTORY_REBOOT : HISTORY_INTERRUPTED;
}

static void describe_run(struct history *ret, const struct run *run)
{
	ret->end = end_of(run);
	ret->closed = run->end != NULL;
	ret->in_ram = run->in_ram && !run->end;
	ret->boots = 1 + run->reboots;
	if (run->begin)
		memcpy(ret->continues, run->begin->component, sizeof(ret->continues) - 1);
}

/* Adds the last record of each step of a run; they stay in the order of the journal. */
static void add_steps(const struct journal_record *records, size_t count, const char *run_id,
		      struct history *ret)
{
	bool earlier = strcmp(run_id, ret->run_id) != 0;

	for (size_t i = 0; i < count; i++) {
		struct history_step step = { .last = records[i], .earlier = earlier };
		bool is_last = true;

		if (records[i].type != JOURNAL_STEP || strcmp(records[i].run_id, run_id) != 0)
			continue;
		for (size_t j = i + 1; j < count && is_last; j++)
			is_last = records[j].type != JOURNAL_STEP ||
				  records[j].step != records[i].step ||
				  strcmp(records[j].run_id, run_id) != 0;
		if (!is_last)
			continue;
		if (!earlier && records[i].step > ret->last_step)
			ret->last_step = records[i].step;
		ret->steps[ret->step_count++] = step;
	}
}

static int by_seq(const void *a, const void *b)
{
	const struct history_step *left = a, *right = b;

	return (left->last.seq > right->last.seq) - (left->last.seq < right->last.seq);
}

/*
 * The last run and those it continues. A predecessor that did not end as interrupted is none; a
 * chain that bites its tail ends there. visited: zeroes, one for each record.
 */
static void add_chain(const struct journal_record *records, size_t count, bool *visited,
		      struct history *ret)
{
	struct run run = look_at_run(records, count, ret->run_id);
	const char *run_id = ret->run_id;

	describe_run(ret, &run);
	if (ret->end == HISTORY_ENDED)
		return;
	for (;;) {
		add_steps(records, count, run_id, ret);
		if (!run.begin || !run.begin->component[0])
			break;
		visited[run.begin - records] = true;
		run_id = run.begin->component;
		run = look_at_run(records, count, run_id);
		if (end_of(&run) != HISTORY_INTERRUPTED ||
		    (run.begin && visited[run.begin - records]))
			break;
	}
	qsort(ret->steps, ret->step_count, sizeof(*ret->steps), by_seq);
}

int history_read(const struct journal_record *records, size_t count, const struct inventory *inv,
		 const struct catalog *cat, struct history *ret, struct err *err)
{
	CLEANUP_FREE bool *visited = calloc(count + 1, sizeof(*visited));
	int rc;

	ret->end = HISTORY_NONE;
	if (!count)
		return 0;
	ret->steps = calloc(count, sizeof(*ret->steps));
	if (!visited || !ret->steps) {
		history_free(ret);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	memcpy(ret->run_id, records[count - 1].run_id, sizeof(ret->run_id));
	add_chain(records, count, visited, ret);
	rc = history_add_facts(ret, inv, cat, err);
	if (rc)
		history_free(ret);
	return rc;
}

void history_free(struct history *history)
{
	free(history->steps);
	free(history->proven);
	plan_bars_free(&history->bars);
	*history = (struct history){ 0 };
}

/* The newest step of a pair, by whole ids; NULL when the chain has none. */
static const struct history_step *find_pair(const struct history *history, const char *device,
					    const char *component)
{
	for (size_t i = history->step_count; i-- > 0;) {
		const struct journal_record *last = &history->steps[i].last;

		if (history_same_id(device, last->device) &&
		    history_same_id(component, last->component))
			return &history->steps[i];
	}
	return NULL;
}

uint16_t history_attempt(const struct history *history, const char *device, const char *component)
{
	const struct history_step *step = find_pair(history, device, component);

	return step ? (uint16_t)(step->deaths + 1) : 1;
}

bool history_planned(const struct history *history, const char *device, const char *component)
{
	return find_pair(history, device, component) != NULL;
}
