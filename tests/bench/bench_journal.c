/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_journal FILE STEPS: makes a journal in FILE and writes the records of so many steps into
 * it, each as a step that goes well writes them. The last line says how many microseconds one step
 * took and how many records it has.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "journal/journal.h"

static const enum step_state states[] = { STEP_PLANNED, STEP_BEGUN,	STEP_WRITING,
					  STEP_WRITTEN, STEP_ACTIVATED, STEP_VERIFIED };
#define STATES (sizeof(states) / sizeof(*states))

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct journal_record record_of(enum journal_type type)
{
	struct journal_record record = { .type = type, .time = (uint64_t)time(NULL) };

	snprintf(record.run_id, sizeof(record.run_id), "0123456789abcdef0123456789abcdef");
	return record;
}

static int add_step(struct journal *journal, uint16_t number, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < STATES && !rc; i++) {
		struct journal_record record = record_of(JOURNAL_STEP);

		record.step = number;
		record.attempt = 1;
		record.state = states[i];
		snprintf(record.device, sizeof(record.device), "nvme:S%u", (unsigned int)number);
		snprintf(record.component, sizeof(record.component), "bench-2.0");
		snprintf(record.from, sizeof(record.from), "1.0");
		snprintf(record.to, sizeof(record.to), "2.0");
		rc = journal_append(journal, &record, err);
	}
	return rc;
}

static int measure(const char *path, uint16_t steps, uint64_t *ret_us, struct err *err)
{
	static const uint8_t medium_id[16] = { 1 };
	struct journal_record begin = record_of(JOURNAL_RUN_BEGIN);
	struct journal *journal = NULL;
	int rc = journal_format(path, medium_id, err);
	uint64_t from;

	rc = rc ? rc : journal_open(path, "BENCH", false, &journal, err);
	rc = rc ? rc : journal_append(journal, &begin, err);
	from = now_us();
	for (uint16_t i = 1; i <= steps && !rc; i++)
		rc = add_step(journal, i, err);
	*ret_us = (now_us() - from) / steps;
	journal_close(journal);
	return rc;
}

int main(int argc, char **argv)
{
	uint16_t steps = argc == 3 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0;
	struct err err = { 0 };
	uint64_t us;

	if (!steps) {
		fprintf(stderr, "usage: bench_journal FILE STEPS\n");
		return 2;
	}
	if (measure(argv[1], steps, &us, &err)) {
		fprintf(stderr, "bench_journal: %s\n", err.text);
		return 1;
	}
	printf("step %" PRIu64 " records %zu\n", us, STATES);
	return 0;
}
