/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Appending and reading. A record is written first to copy A and then to copy B, so a cut can harm
 * one slot of one copy; and journal_choose_slot() sees to it that this slot held nothing that
 * counts. Records that a lost medium did not take wait in memory, in their order, with the slots
 * that they were given: written later, they leave the medium as if it had never been away.
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

	if (!journal->io.write)
		return err_set(err, ERR_IO, "journal: it has no medium");
	for (unsigned int i = 0; i < JOURNAL_COPIES; i++)
		rc[i] = journal_write_copy(journal, (first_copy + i) % JOURNAL_COPIES, offset);
	if (rc[0] && rc[1])
		return err_set_errno(err, ERR_IO, -rc[0], "journal: neither copy can be written");
	return 0;
}

static int write_record(struct journal *journal, unsigned int index,
			const struct journal_record *record, struct err *err)
{
	memset(journal->slot, 0, JOURNAL_SLOT_BYTES);
	journal_encode(record, journal->slot);
	return journal_write_slot(journal, index + 1, 0, err);
}

static int make_room_to_owe(struct journal *journal, struct err *err)
{
	size_t max = journal->owed_max ? 2 * journal->owed_max : JOURNAL_RECORDS;
	struct journal_owed *list;

	if (!journal->taken)
		journal->taken = malloc(sizeof(journal->records));
	if (!journal->taken)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (journal->owed_count < journal->owed_max)
		return 0;
	list = realloc(journal->owed, max * sizeof(*list));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	journal->owed = list;
	journal->owed_max = max;
	return 0;
}

static int owe(struct journal *journal, unsigned int index, const struct journal_record *record,
	       struct err *err)
{
	int rc = make_room_to_owe(journal, err);

	if (rc)
		return rc;
	if (!journal->is_volatile)
		journal->degraded = true;
	if (journal->owed_count == 0)
		memcpy(journal->taken, journal->records, sizeof(journal->records));
	journal->owed[journal->owed_count++] =
		(struct journal_owed){ .index = index, .record = *record };
	return 0;
}

int journal_pay(struct journal *journal, struct err *err)
{
	size_t paid = 0;
	int rc = 0;

	while (paid < journal->owed_count) {
		const struct journal_owed *owed = &journal->owed[paid];

		rc = write_record(journal, owed->index, &owed->record, err);
		if (rc)
			break;
		journal->taken[owed->index] = owed->record;
		paid++;
	}
	if (paid == 0)
		return rc;
	journal->owed_count -= paid;
	memmove(journal->owed, journal->owed + paid, journal->owed_count * sizeof(*journal->owed));
	return rc;
}

/* What would not be read back must not be written. */
static int check_record(const struct journal_record *record, struct journal_record *ret_stored,
			struct err *err)
{
	uint8_t buf[JOURNAL_RECORD_BYTES];

	journal_encode(record, buf);
	if (journal_decode(buf, sizeof(buf), ret_stored) || !journal_is_known(ret_stored))
		return err_set(err, ERR_FORMAT, "journal: a record of type %d is impossible",
			       (int)record->type);
	return 0;
}

/* Behind a record that is owed nothing is written: the medium has a whole beginning of the run. */
static int store(struct journal *journal, unsigned int index, const struct journal_record *record,
		 struct err *err)
{
	struct err *lost = journal->let_go ? NULL : err;
	int rc = journal_pay(journal, lost);

	if (rc == 0)
		rc = write_record(journal, index, record, lost);
	return rc && journal->let_go ? owe(journal, index, record, err) : rc;
}

int journal_append_locked(struct journal *journal, struct journal_record *record, struct err *err)
{
	struct journal_record stored;
	int index, rc;

	if (journal->read_only)
		return err_set(err, ERR_POLICY, "journal: it was opened for reading only");
	index = journal_choose_slot(journal, record);
	if (index < 0)
		return err_set(err, ERR_FULL, "journal: no room for another record of this run");
	record->seq = journal->last_seq + 1;
	record->claim = journal->header.claim;
	rc = check_record(record, &stored, err);
	if (rc)
		return rc;
	/* A number is used once, even for a write that failed: perhaps it can be read later. */
	journal->last_seq++;
	rc = store(journal, (unsigned int)index, &stored, err);
	if (rc)
		return rc;
	journal->records[index] = stored;
	journal->next = ((unsigned int)index + 1) % JOURNAL_RECORDS;
	return 0;
}

int journal_append(struct journal *journal, struct journal_record *record, struct err *err)
{
	int rc;

	pthread_mutex_lock(&journal->lock);
	rc = journal_append_locked(journal, record, err);
	pthread_mutex_unlock(&journal->lock);
	return rc;
}

void journal_let_go(struct journal *journal)
{
	pthread_mutex_lock(&journal->lock);
	journal->let_go = true;
	pthread_mutex_unlock(&journal->lock);
}

/* Never waits for a write that hangs: it is asked by the one that keeps the console alive. */
size_t journal_owed(struct journal *journal)
{
	return journal->owed_count;
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
	return journal->is_volatile;
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
	free(journal->taken);
	free(journal->owed);
	free(journal->slot);
	free(journal);
}
