/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever records a journal holds, in whatever order: the history ends, and what it says holds
 * together. Eight bytes of input are one record.
 */
#include <stdlib.h>
#include <string.h>

#include "run/history.h"

#define RECORD_BYTES 8
#define RECORDS_MAX  255

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const devices[] = { "nvme:A", "nvme:B", "nvme:elsewhere" };
static const char *const components[] = { "one", "two", "not-in-the-repository" };
static const char *const reasons[] = { "", "INTERRUPTED", "PROOF", "IO", "STOPPED" };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void set_run(char run_id[33], unsigned int which)
{
	memset(run_id, 'a' + (int)(which % 4), 32);
}

static struct journal_record make_record(const uint8_t *bytes, uint64_t seq)
{
	struct journal_record record = {
		.seq = seq,
		.type = (enum journal_type)(1 + bytes[0] % JOURNAL_TYPE_LAST),
		.step = bytes[2] % 8,
		.attempt = bytes[5],
		.exit_status = bytes[6] % 12,
	};

	set_run(record.run_id, bytes[1]);
	if (record.type == JOURNAL_RUN_BEGIN) {
		if (bytes[7] % 5)
			set_run(record.component, bytes[7] % 5);
		return record;
	}
	record.state = (enum step_state)(1 + bytes[3] % STEP_STATE_LAST);
	strncpy(record.device, devices[bytes[4] % 3], sizeof(record.device) - 1);
	strncpy(record.component, components[bytes[4] / 3 % 3], sizeof(record.component) - 1);
	strncpy(record.reason, reasons[bytes[7] % 5], sizeof(record.reason) - 1);
	return record;
}

static void check_steps(const struct history *history, size_t count)
{
	must(history->step_count <= count);
	for (size_t i = 0; i < history->step_count; i++) {
		const struct history_step *step = &history->steps[i];

		must(step->open + step->waits + step->unknown <= 1);
		must(step->earlier == (strcmp(step->last.run_id, history->run_id) != 0));
		must(step->earlier || step->last.step <= history->last_step);
		must(i == 0 || step[-1].last.seq < step->last.seq);
		must(step->deaths <= count + step->last.attempt + 255u);
	}
}

/* Bars and proofs name what is there. */
static void check_facts(const struct history *history, const struct inventory *inv,
			const struct catalog *cat)
{
	for (size_t i = 0; i < history->bars.count; i++) {
		const struct plan_bar *bar = &history->bars.list[i];

		must(bar->device[0] || bar->component[0]);
		must(!bar->device[0] || inventory_find(inv, bar->device));
		must(!bar->component[0] || history_component(cat, bar->component));
		must(bar->text[0] != '\0');
	}
	for (size_t i = 0; i < history->proven_count; i++)
		must(history_component(cat, history->proven[i].component) != NULL);
	for (size_t i = 0; i < 2; i++)
		must(history_attempt(history, devices[i], components[i]) >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct journal_record records[RECORDS_MAX];
	struct component comps[2] = { { .id = "one" }, { .id = "two" } };
	const struct catalog cat = { .components = comps, .count = 2 };
	struct inventory inv = { 0 };
	struct history history = { 0 };
	struct err err = { 0 };
	struct device *dev;
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		must(inventory_add(&inv, DEVICE_NVME, devices[i], &dev, &err) == 0);
	for (; count < RECORDS_MAX && (count + 1) * RECORD_BYTES <= size; count++)
		records[count] = make_record(data + count * RECORD_BYTES, count + 1);
	for (size_t i = 0; i < 2; i++)
		component_complete(&comps[i]);
	must(history_read(records, count, &inv, &cat, &history, &err) == 0);
	must((history.end == HISTORY_NONE) == (count == 0));
	if (history.end == HISTORY_ENDED)
		must(!history.step_count && !history.bars.count && !history.proven_count);
	check_steps(&history, count);
	check_facts(&history, &inv, &cat);
	history_free(&history);
	must(!history.steps && !history.proven && !history.bars.list);
	inventory_free(&inv);
	return 0;
}
