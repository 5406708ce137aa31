/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ring of records in a machine's region. It only ever writes at `next`, first to copy A and
 * then to copy B, so a cut can harm one slot of one copy; and that slot never held a record of the
 * open run.
 */
#include "journal/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_internal.h"

int journal_write_copy(struct journal *journal, unsigned int copy, uint64_t offset)
{
	int rc = journal->io.write(journal->io.ctx, (uint64_t)copy * JOURNAL_COPY_BYTES + offset,
				   journal->slot, JOURNAL_SLOT_BYTES);

	if (rc)
		journal->degraded = true;
	return rc;
}

int journal_write_slot(struct journal *journal, unsigned int slot, unsigned int first_copy,
		       struct err *err)
{
	uint64_t offset =
		journal_region_offset(journal->region) + (uint64_t)slot * JOURNAL_SLOT_BYTES;
	int rc[JOURNAL_COPIES];

	if (journal_is_volatile(journal))
		return 0;
	for (unsigned int i = 0; i < JOURNAL_COPIES; i++)
		rc[i] = journal_write_copy(journal, (first_copy + i) % JOURNAL_COPIES, offset);
	if (rc[0] && rc[1])
		return err_set_errno(err, ERR_IO, -rc[0], "journal: neither copy can be written");
	return 0;
}

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

/* The slots from `next` on that hold nothing of the open run. */
static unsigned int free_slots(const struct journal *journal)
{
	unsigned int count = 0;
	char run_id[33];
	bool is_open;

	if (!journal_newest_run(journal->records, run_id, &is_open) || !is_open)
		return JOURNAL_RECORDS;
	while (count < JOURNAL_RECORDS) {
		const struct journal_record *rec =
			&journal->records[(journal->next + count) % JOURNAL_RECORDS];

		if (rec->seq && strcmp(rec->run_id, run_id) == 0)
			break;
		count++;
	}
	return count;
}

int journal_reserve(struct journal *journal, size_t count, struct err *err)
{
	unsigned int available;

	pthread_mutex_lock(&journal->lock);
	available = free_slots(journal);
	pthread_mutex_unlock(&journal->lock);
	available -= available < JOURNAL_SPARE ? available : JOURNAL_SPARE;
	if (count > available)
		return err_set(err, ERR_FULL,
			       "journal: %zu records are needed and there is room for %u", count,
			       available);
	return 0;
}

/* What would not be read back must not be written. */
static int encode_slot(struct journal *journal, const struct journal_record *record,
		       struct journal_record *ret_stored, struct err *err)
{
	memset(journal->slot, 0, JOURNAL_SLOT_BYTES);
	journal_encode(record, journal->slot);
	if (journal_decode(journal->slot, JOURNAL_SLOT_BYTES, ret_stored) ||
	    !journal_is_known(ret_stored))
		return err_set(err, ERR_FORMAT, "journal: a record of type %d is impossible",
			       (int)record->type);
	return 0;
}

static int append_locked(struct journal *journal, struct journal_record *record, struct err *err)
{
	struct journal_record stored;
	int rc;

	if (journal->read_only)
		return err_set(err, ERR_POLICY, "journal: it was opened for reading only");
	if (record->type != JOURNAL_RUN_END && free_slots(journal) == 0)
		return err_set(err, ERR_FULL, "journal: no room for another record of this run");
	record->seq = journal->last_seq + 1;
	record->claim = journal->header.claim;
	rc = encode_slot(journal, record, &stored, err);
	if (rc)
		return rc;
	/* A number is used once, even for a write that failed: perhaps it can be read later. */
	journal->last_seq++;
	rc = journal_write_slot(journal, journal->next + 1, 0, err);
	if (rc)
		return rc;
	journal->records[journal->next] = stored;
	journal->next = (journal->next + 1) % JOURNAL_RECORDS;
	return 0;
}

int journal_append(struct journal *journal, struct journal_record *record, struct err *err)
{
	int rc;

	pthread_mutex_lock(&journal->lock);
	rc = append_locked(journal, record, err);
	pthread_mutex_unlock(&journal->lock);
	return rc;
}

static int compare_seq(const void *a, const void *b)
{
	const struct journal_record *x = a;
	const struct journal_record *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

int journal_read(struct journal *journal, struct journal_record **ret, size_t *ret_count,
		 struct err *err)
{
	struct journal_record *list = malloc(sizeof(journal->records));
	size_t count = 0;

	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	pthread_mutex_lock(&journal->lock);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		if (journal_is_known(&journal->records[i]))
			list[count++] = journal->records[i];
	pthread_mutex_unlock(&journal->lock);
	qsort(list, count, sizeof(*list), compare_seq);
	if (count == 0) {
		free(list);
		list = NULL;
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

int journal_last_run(struct journal *journal, char run_id[33], bool *ret_open, struct err *err)
{
	bool found;

	pthread_mutex_lock(&journal->lock);
	found = journal_newest_run(journal->records, run_id, ret_open);
	pthread_mutex_unlock(&journal->lock);
	return found ? 0 : err_set(err, ERR_NOT_FOUND, "journal: no run of this machine");
}

bool journal_is_volatile(const struct journal *journal)
{
	return !journal->io.read;
}

bool journal_is_degraded(const struct journal *journal)
{
	return journal->degraded;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->io.close)
		journal->io.close(journal->io.ctx);
	pthread_mutex_destroy(&journal->lock);
	free(journal->slot);
	free(journal);
}
