/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The medium is back: is it the same, and has nobody else written to it? Everything is read and
 * compared before the first write; what is refused stays as it is. A run that was begun without
 * any medium is brought to the first one that comes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "journal/journal_internal.h"

/* What was found on the medium that came back. */
struct found {
	struct journal_headers headers;
	struct journal_scan *scan;
	uint8_t id[JOURNAL_MEDIUM_ID_BYTES];
	bool holds[JOURNAL_COPIES];
};

static int look(const struct journal_io *io, unsigned int region, uint64_t claim,
		struct found *found, struct err *err)
{
	CLEANUP_FREE uint8_t *slot = journal_io_alloc(JOURNAL_SLOT_BYTES);
	int rc;

	if (!slot)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = journal_probe_on(io, found->holds, found->id, err);
	if (rc)
		return rc;
	journal_read_headers(io, slot, &found->headers);
	return journal_scan_region(io, region, claim, &found->scan, err);
}

static bool same_record(const struct journal_record *a, const struct journal_record *b)
{
	uint8_t x[JOURNAL_RECORD_BYTES], y[JOURNAL_RECORD_BYTES];

	journal_encode(a, x);
	journal_encode(b, y);
	return memcmp(x, y, sizeof(x)) == 0;
}

/* A write that was reported as failed may have arrived nevertheless. */
static bool is_owed(const struct journal *journal, unsigned int index,
		    const struct journal_record *record)
{
	for (size_t i = 0; i < journal->owed_count; i++)
		if (journal->owed[i].index == index &&
		    same_record(&journal->owed[i].record, record))
			return true;
	return false;
}

/* What the medium should hold. */
static const struct journal_record *taken_records(const struct journal *journal)
{
	return journal->owed_count ? journal->taken : journal->records;
}

static uint64_t newest_of(const struct journal_record records[JOURNAL_RECORDS])
{
	uint64_t newest = 0;

	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		if (records[i].seq > newest)
			newest = records[i].seq;
	return newest;
}

/*
 * A damaged record is no reason to refuse, and is written again from memory. But the newest must be
 * there: by that a medium that was copied or restored from an earlier time is told from this one.
 */
static int compare_records(const struct journal *journal, const struct journal_scan *scan,
			   struct err *err)
{
	const struct journal_record *taken = taken_records(journal);
	uint64_t newest = newest_of(taken);

	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		const struct journal_record *found = &scan->merged[i];

		if (found->seq == 0 ? taken[i].seq == 0 || taken[i].seq != newest
				    : same_record(found, &taken[i]) || is_owed(journal, i, found))
			continue;
		if (found->seq == 0 && scan->unreadable)
			return err_set(err, ERR_IO, "journal: it cannot be read");
		return err_set(err, ERR_FORMAT,
			       "journal: its record %u is not as it was written: somebody else has "
			       "used it, or it is a copy. It is left as it is",
			       i + 1);
	}
	return 0;
}

static int compare(const struct journal *journal, const struct found *found, struct err *err)
{
	int region = journal_find_region(&found->headers, journal->header.serial);

	if (region < 0 || memcmp(found->id, journal->medium_id, sizeof(found->id)) != 0 ||
	    (unsigned int)region != journal->region ||
	    found->headers.list[region].claim != journal->header.claim)
		return err_set(err, ERR_NOT_FOUND, "journal: it is not the one of this run");
	if (found->headers.list[region].use != journal->header.use)
		return err_set(err, ERR_FORMAT,
			       "journal: it has been opened elsewhere since. It is left as it is");
	return compare_records(journal, found->scan, err);
}

/* Where an owed record has arrived it stays: journal_pay() writes both copies. */
static void repair(struct journal *journal, const struct found *found)
{
	const struct journal_record *taken = taken_records(journal);
	const uint64_t uses[] = { found->headers.uses[0][journal->region],
				  found->headers.uses[1][journal->region] };

	journal->degraded = found->scan->unreadable || found->headers.unreadable;
	journal_repair_superblocks(journal, found->holds);
	if (uses[0] != uses[1])
		journal_write_header(journal, &found->headers, NULL);
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		if (taken[i].seq && found->scan->merged[i].seq <= taken[i].seq)
			journal_repair_record(journal, found->scan, i, &taken[i]);
}

static void close_io(struct journal_io *io)
{
	if (io->close)
		io->close(io->ctx);
	*io = (struct journal_io){ 0 };
}

static int take_back(struct journal *journal, struct journal_io io, struct err *err)
{
	struct found found = { 0 };
	int rc = look(&io, journal->region, journal->header.claim, &found, err);

	pthread_mutex_lock(&journal->lock);
	if (rc == 0)
		rc = compare(journal, &found, err);
	if (rc) {
		close_io(&io);
	} else {
		close_io(&journal->io);
		journal->io = io;
		repair(journal, &found);
		rc = journal_pay(journal, err);
	}
	pthread_mutex_unlock(&journal->lock);
	free(found.scan);
	return rc;
}

static void keep_open(void *ctx)
{
	(void)ctx; /* its owner closes it */
}

/* A run that was not settled would be hidden by the one that is brought there. */
static int check_adoption(struct journal_io io, const char *serial, struct err *err)
{
	struct journal *journal = NULL;
	char run_id[33];
	bool is_open = false;
	int rc;

	io.close = keep_open;
	rc = journal_open_on(io, serial, true, &journal, err);
	if (rc)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if (journal_last_run(journal, run_id, &is_open, NULL) == 0 && is_open)
		rc = err_set(err, ERR_POLICY,
			     "journal: it holds an unfinished run (%.8s) of this machine, which "
			     "must be settled first",
			     run_id);
	journal_close(journal);
	return rc;
}

/* Everything but the lock. */
static void move_to(struct journal *journal, struct journal *from)
{
	journal->io = from->io;
	from->io = (struct journal_io){ 0 };
	memcpy(journal->medium_id, from->medium_id, sizeof(journal->medium_id));
	journal->is_volatile = false;
	journal->degraded = from->degraded;
	journal->region = from->region;
	journal->header = from->header;
	journal->last_seq = from->last_seq;
	journal->next = from->next;
	memcpy(journal->records, from->records, sizeof(journal->records));
	free(journal->taken);
	journal->taken = from->taken;
	from->taken = NULL;
	free(journal->owed);
	journal->owed = from->owed;
	journal->owed_count = from->owed_count;
	journal->owed_max = from->owed_max;
	from->owed = NULL;
}

static int replay(struct journal *journal, struct journal *onto, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < journal->owed_count && rc == 0; i++) {
		struct journal_record record = journal->owed[i].record;

		rc = journal_append_locked(onto, &record, err);
	}
	return rc;
}

static int adopt(struct journal *journal, struct journal_io io, struct err *err)
{
	struct journal *fresh = NULL;
	int rc = check_adoption(io, journal->header.serial, err);

	if (rc) {
		close_io(&io);
		return rc;
	}
	rc = journal_open_on(io, journal->header.serial, false, &fresh, err);
	if (rc)
		return rc;
	fresh->let_go = true;
	pthread_mutex_lock(&journal->lock);
	rc = replay(journal, fresh, err);
	if (rc == 0) {
		move_to(journal, fresh);
		rc = journal_pay(journal, err);
	}
	pthread_mutex_unlock(&journal->lock);
	journal_close(fresh);
	return rc;
}

int journal_return_on(struct journal *journal, struct journal_io io, struct err *err)
{
	return journal->is_volatile ? adopt(journal, io, err) : take_back(journal, io, err);
}

/* A file that stayed open and still answers, in both copies, was never away. */
static bool answers(struct journal *journal)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		uint64_t offset = (uint64_t)copy * JOURNAL_COPY_BYTES +
				  journal_region_offset(journal->region);
		struct journal_header header;

		if (journal->io.read(journal->io.ctx, offset, journal->slot, JOURNAL_SLOT_BYTES) ||
		    journal_decode_header(journal->slot, JOURNAL_SLOT_BYTES, &header) ||
		    header.claim != journal->header.claim || header.use != journal->header.use)
			return false;
	}
	return true;
}

/* True when nothing else is to be done. Otherwise the lock that it holds is out of the way. */
static bool never_went(struct journal *journal, const char *path)
{
	bool never = false;

	pthread_mutex_lock(&journal->lock);
	if (journal_io_is_at(&journal->io, path)) {
		never = answers(journal) && journal_pay(journal, NULL) == 0;
		if (!never)
			close_io(&journal->io);
	}
	pthread_mutex_unlock(&journal->lock);
	return never;
}

int journal_return(struct journal *journal, const char *path, struct err *err)
{
	struct journal_io io;
	int rc;

	if (journal->read_only)
		return err_set(err, ERR_POLICY, "journal: it was opened for reading only");
	if (never_went(journal, path))
		return 0;
	rc = journal_io_open(path, false, &io, err);
	if (rc)
		return rc;
	rc = journal_return_on(journal, io, err);
	if (rc)
		err_prefix(err, "%s", path);
	return rc;
}
