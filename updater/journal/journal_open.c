/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening: whose regions there are, finding or claiming this machine's, reading its records from
 * both copies and repairing what only one of them holds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "journal/journal_internal.h"

int journal_find_region(const struct journal_headers *headers, const char *serial)
{
	int found = -1;

	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++)
		if (headers->holds[i] && strcmp(headers->list[i].serial, serial) == 0 &&
		    (found < 0 || headers->list[i].use > headers->list[found].use))
			found = (int)i;
	return found;
}

static int is_finished(const struct journal_io *io, unsigned int region, uint64_t claim,
		       bool *ret_finished, struct err *err)
{
	CLEANUP_FREE struct journal_scan *scan = NULL;
	char run_id[33];
	bool is_open;
	int rc;

	rc = journal_scan_region(io, region, claim, &scan, err);
	if (rc)
		return rc;
	if (journal_newest_run(scan->merged, run_id, &is_open))
		*ret_finished = !is_open;
	else
		*ret_finished = !scan->unreadable;
	return 0;
}

/* A free region, else of those that are finished the one that was opened longest ago. */
static int choose_region(const struct journal_io *io, const struct journal_headers *headers,
			 unsigned int *ret, struct err *err)
{
	uint64_t oldest = UINT64_MAX;

	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++) {
		bool finished;
		int rc;

		if (!headers->readable[i])
			continue;
		if (!headers->holds[i]) {
			*ret = i;
			return 0;
		}
		if (headers->list[i].use >= oldest)
			continue;
		rc = is_finished(io, i, headers->list[i].claim, &finished, err);
		if (rc)
			return rc;
		if (!finished)
			continue;
		*ret = i;
		oldest = headers->list[i].use;
	}
	if (oldest == UINT64_MAX)
		return err_set(err, ERR_FULL,
			       "journal: each of its %u regions belongs to another machine with an "
			       "unfinished run: finish one of those or use another stick",
			       JOURNAL_REGIONS);
	return 0;
}

/*
 * The header goes out again at each opening: that is what "longest ago" is known by. First to the
 * copy that is older or damaged, so that there is always one that holds.
 */
int journal_write_header(struct journal *journal, const struct journal_headers *headers,
			 struct err *err)
{
	unsigned int first =
		headers->uses[0][journal->region] <= headers->uses[1][journal->region] ? 0 : 1;

	memset(journal->slot, 0, JOURNAL_SLOT_BYTES);
	journal_encode_header(&journal->header, journal->slot);
	return journal_write_slot(journal, 0, first, err);
}

/* Repairs write only what does not hold; when they fail everything is as it was: degraded. */
void journal_repair_superblocks(struct journal *journal, const bool holds[JOURNAL_COPIES])
{
	memset(journal->slot, 0, JOURNAL_SLOT_BYTES);
	journal_encode_superblock(journal->medium_id, journal->slot);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		if (!holds[copy])
			journal_write_copy(journal, copy, 0);
}

static bool copy_lacks(const struct journal_scan *scan, unsigned int copy, unsigned int index,
		       const struct journal_record *record)
{
	const struct journal_found *found = &scan->copies[copy][index];

	return found->seq != record->seq || found->claim != record->claim;
}

void journal_repair_record(struct journal *journal, const struct journal_scan *scan,
			   unsigned int index, const struct journal_record *record)
{
	uint64_t offset =
		journal_region_offset(journal->region) + (index + 1) * (uint64_t)JOURNAL_SLOT_BYTES;

	memset(journal->slot, 0, JOURNAL_SLOT_BYTES);
	journal_encode(record, journal->slot);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		if (copy_lacks(scan, copy, index, record))
			journal_write_copy(journal, copy, offset);
}

/* The newest record may lack in one copy for no other reason than a cut. */
static void settle_record(struct journal *journal, const struct journal_scan *scan,
			  unsigned int index, bool is_newest)
{
	const struct journal_record *record = &journal->records[index];

	if (!journal->read_only)
		journal_repair_record(journal, scan, index, record);
	else if (!is_newest &&
		 (copy_lacks(scan, 0, index, record) || copy_lacks(scan, 1, index, record)))
		journal->degraded = true;
}

static int load_region(struct journal *journal, struct err *err)
{
	CLEANUP_FREE struct journal_scan *scan = NULL;
	uint64_t newest = 0;
	int rc = journal_scan_region(&journal->io, journal->region, journal->header.claim, &scan,
				     err);

	if (rc)
		return rc;
	if (scan->unreadable)
		journal->degraded = true;
	memcpy(journal->records, scan->merged, sizeof(journal->records));
	journal->last_seq = scan->last_seq;
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		if (journal->records[i].seq <= newest)
			continue;
		newest = journal->records[i].seq;
		journal->next = (i + 1) % JOURNAL_RECORDS;
	}
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++)
		if (journal->records[i].seq)
			settle_record(journal, scan, i, journal->records[i].seq == newest);
	return 0;
}

/* Records of an owner whose header was lost may carry a claim that no header has. */
static int claim_region(struct journal *journal, const struct journal_headers *headers,
			const char *serial, struct err *err)
{
	CLEANUP_FREE struct journal_scan *scan = NULL;
	uint64_t claim = headers->last_claim;
	int rc = choose_region(&journal->io, headers, &journal->region, err);

	if (rc == 0)
		rc = journal_scan_region(&journal->io, journal->region, 0, &scan, err);
	if (rc)
		return rc;
	if (scan->last_claim > claim)
		claim = scan->last_claim;
	journal->header = (struct journal_header){ .claim = claim + 1 };
	snprintf(journal->header.serial, sizeof(journal->header.serial), "%s", serial);
	return 0;
}

static int take_region(struct journal *journal, const char *serial, struct err *err)
{
	struct journal_headers headers;
	int region, rc;

	journal_read_headers(&journal->io, journal->slot, &headers);
	if (headers.unreadable)
		journal->degraded = true;
	region = journal_find_region(&headers, serial);
	if (region >= 0) {
		journal->region = (unsigned int)region;
		journal->header = headers.list[region];
	} else if (journal->read_only) {
		return err_set(err, ERR_NOT_FOUND, "journal: nothing about machine %s", serial);
	} else {
		rc = claim_region(journal, &headers, serial, err);
		if (rc)
			return rc;
	}
	journal->header.use = headers.last_use + 1;
	return journal->read_only ? 0 : journal_write_header(journal, &headers, err);
}

static struct journal *new_journal(bool read_only)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return NULL;
	journal->slot = journal_io_alloc(JOURNAL_SLOT_BYTES);
	if (!journal->slot) {
		free(journal);
		return NULL;
	}
	journal->read_only = read_only;
	pthread_mutex_init(&journal->lock, NULL);
	return journal;
}

static int open_regions(struct journal *journal, const char *serial, struct err *err)
{
	bool holds[JOURNAL_COPIES];
	int rc;

	rc = journal_probe_on(&journal->io, holds, journal->medium_id, err);
	if (rc)
		return rc;
	rc = take_region(journal, serial, err);
	if (rc)
		return rc;
	if (!journal->read_only)
		journal_repair_superblocks(journal, holds);
	else if (!holds[0] || !holds[1])
		journal->degraded = true;
	return load_region(journal, err);
}

/* The text that the header would give back: cut in the same way. */
static void cut_serial(const char *serial, char ret[65])
{
	struct journal_header header = { 0 };
	uint8_t buf[JOURNAL_RECORD_BYTES];

	snprintf(header.serial, sizeof(header.serial), "%s", serial);
	journal_encode_header(&header, buf);
	if (journal_decode_header(buf, sizeof(buf), &header) == 0)
		memcpy(ret, header.serial, sizeof(header.serial));
}

int journal_open_on(struct journal_io io, const char *serial, bool read_only, struct journal **ret,
		    struct err *err)
{
	struct journal *journal = new_journal(read_only);
	char known_as[65] = "";
	int rc;

	if (!journal) {
		io.close(io.ctx);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	journal->io = io;
	cut_serial(serial, known_as);
	rc = open_regions(journal, known_as, err);
	if (rc) {
		journal_close(journal);
		return rc;
	}
	*ret = journal;
	return 0;
}

int journal_open(const char *path, const char *serial, bool read_only, struct journal **ret,
		 struct err *err)
{
	struct journal_io io;
	int rc = journal_io_open(path, read_only, &io, err);

	if (rc)
		return rc;
	rc = journal_open_on(io, serial, read_only, ret, err);
	if (rc)
		err_prefix(err, "%s", path);
	return rc;
}

int journal_open_volatile(const char *serial, struct journal **ret, struct err *err)
{
	struct journal *journal = new_journal(false);

	if (!journal)
		return err_set(err, ERR_NOMEM, "out of memory");
	journal->is_volatile = true;
	journal->let_go = true;
	cut_serial(serial, journal->header.serial);
	*ret = journal;
	return 0;
}

int journal_machines(const char *path, void (*each)(void *ctx, const char *serial), void *ctx,
		     struct err *err)
{
	CLEANUP_FREE uint8_t *slot = journal_io_alloc(JOURNAL_SLOT_BYTES);
	uint8_t id[JOURNAL_MEDIUM_ID_BYTES];
	struct journal_headers headers;
	struct journal_io io;
	bool holds[JOURNAL_COPIES];
	int rc;

	if (!slot)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = journal_io_open(path, true, &io, err);
	if (rc)
		return rc;
	rc = journal_probe_on(&io, holds, id, err);
	if (rc == 0)
		journal_read_headers(&io, slot, &headers);
	io.close(io.ctx);
	if (rc) {
		err_prefix(err, "%s", path);
		return rc;
	}
	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++)
		if (headers.holds[i])
			each(ctx, headers.list[i].serial);
	return 0;
}
