/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which records of a region must be kept and which slots may be written. Of the open run the last
 * record of each step is never given up, nor is what the run itself says. When a step has come to
 * its end, what came before it may go: so a plan of many steps needs few slots for each.
 */
#include <string.h>

#include "journal/journal_internal.h"

/* How much a record is worth; a slot is taken from the first kind that there is. */
enum keep {
	KEEP_NOT = 1, /* nothing, another run's, or of a step that has an end behind it */
	KEEP_BETTER,  /* there is a later one of its step, which is not its end */
	KEEP,
};

static bool is_about_run(const struct journal_record *record)
{
	return journal_is_known(record) && record->run_id[0];
}

static bool is_boundary(const struct journal_record *record)
{
	return record->type == JOURNAL_RUN_BEGIN || record->type == JOURNAL_RUN_END;
}

bool journal_newest_run(const struct journal_record records[JOURNAL_RECORDS], char run_id[33],
			bool *ret_open)
{
	const struct journal_record *newest = NULL;
	const struct journal_record *boundary = NULL;

	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		const struct journal_record *rec = &records[i];

		if (is_about_run(rec) && (!newest || rec->seq > newest->seq))
			newest = rec;
	}
	if (!newest)
		return false;
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		const struct journal_record *rec = &records[i];

		if (rec->seq && is_boundary(rec) && strcmp(rec->run_id, newest->run_id) == 0 &&
		    (!boundary || rec->seq > boundary->seq))
			boundary = rec;
	}
	memcpy(run_id, newest->run_id, sizeof(newest->run_id));
	*ret_open = !boundary || boundary->type != JOURNAL_RUN_END;
	return true;
}

/* Nothing more is to be expected of the step; an overdue one may still come to its end. */
static bool is_end(enum step_state state)
{
	return state >= STEP_VERIFIED && state != STEP_OVERDUE;
}

/* open_run: "" when none is open. */
static enum keep worth(const struct journal_record records[JOURNAL_RECORDS],
		       const struct journal_record *record, const char *open_run)
{
	enum keep keep = KEEP;

	if (!record->seq || !open_run[0] || strcmp(record->run_id, open_run) != 0)
		return KEEP_NOT;
	if (record->type != JOURNAL_STEP)
		return KEEP;
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		const struct journal_record *other = &records[i];

		if (other->seq <= record->seq || other->step != record->step ||
		    other->type != JOURNAL_STEP || !journal_is_known(other) ||
		    strcmp(other->run_id, open_run) != 0)
			continue;
		if (is_end(other->state))
			return KEEP_NOT;
		keep = KEEP_BETTER;
	}
	return keep;
}

static void find_open_run(const struct journal *journal, char ret[33])
{
	bool is_open;

	if (!journal_newest_run(journal->records, ret, &is_open) || !is_open)
		ret[0] = '\0';
}

/* What has already happened is worth more than how it came to that. */
static bool is_fact(const struct journal_record *record)
{
	return record->type == JOURNAL_RUN_END ||
	       (record->type == JOURNAL_STEP && record->state > STEP_WRITING);
}

int journal_choose_slot(const struct journal *journal, const struct journal_record *record)
{
	char open_run[33] = "";
	int better = -1, oldest = -1;

	find_open_run(journal, open_run);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		unsigned int index = (journal->next + i) % JOURNAL_RECORDS;
		const struct journal_record *there = &journal->records[index];
		enum keep keep = worth(journal->records, there, open_run);

		if (keep == KEEP_NOT)
			return (int)index;
		if (keep == KEEP_BETTER && better < 0)
			better = (int)index;
		if (oldest < 0 || there->seq < journal->records[oldest].seq)
			oldest = (int)index;
	}
	if (!is_fact(record))
		return -1;
	if (better < 0 && record->type == JOURNAL_RUN_END)
		return oldest;
	return better;
}

static size_t free_slots(struct journal *journal)
{
	char open_run[33] = "";
	size_t count = 0;

	pthread_mutex_lock(&journal->lock);
	find_open_run(journal, open_run);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		if (worth(journal->records, &journal->records[i], open_run) == KEEP_NOT)
			count++;
	pthread_mutex_unlock(&journal->lock);
	return count;
}

int journal_reserve(struct journal *journal, size_t count, struct err *err)
{
	size_t available = free_slots(journal);

	available -= available < JOURNAL_SPARE ? available : JOURNAL_SPARE;
	if (count > available)
		return err_set(err, ERR_FULL,
			       "journal: %zu records are needed and there is room for %zu", count,
			       available);
	return 0;
}

int journal_reserve_run(struct journal *journal, size_t steps, size_t at_once, size_t *ret_at_once,
			struct err *err)
{
	size_t available = free_slots(journal);
	size_t room;

	if (steps > available || available - steps < JOURNAL_RUN_RECORDS + JOURNAL_STEP_RECORDS - 1)
		return err_set(err, ERR_FULL,
			       "journal: a run of %zu steps needs %zu records and there is room "
			       "for %zu",
			       steps, steps + JOURNAL_RUN_RECORDS + JOURNAL_STEP_RECORDS - 1,
			       available);
	room = (available - steps - JOURNAL_RUN_RECORDS) / (JOURNAL_STEP_RECORDS - 1);
	*ret_at_once = room < at_once ? room : at_once;
	return 0;
}
