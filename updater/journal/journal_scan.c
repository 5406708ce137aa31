/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a medium: the headers of all regions, and both copies of the records of one. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "journal/journal_internal.h"

static void take_header(struct journal_headers *headers, unsigned int copy, unsigned int region,
			const uint8_t *slot)
{
	struct journal_header header;

	if (journal_decode_header(slot, JOURNAL_SLOT_BYTES, &header) != 0)
		return;
	headers->uses[copy][region] = header.use;
	if (header.use > headers->last_use)
		headers->last_use = header.use;
	if (header.claim > headers->last_claim)
		headers->last_claim = header.claim;
	if (headers->holds[region] && headers->list[region].use >= header.use)
		return;
	headers->list[region] = header;
	headers->holds[region] = true;
}

void journal_read_headers(const struct journal_io *io, uint8_t *slot, struct journal_headers *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned int i = 0; i < JOURNAL_REGIONS * JOURNAL_COPIES; i++) {
		unsigned int region = i / JOURNAL_COPIES;
		unsigned int copy = i % JOURNAL_COPIES;
		uint64_t offset =
			(uint64_t)copy * JOURNAL_COPY_BYTES + journal_region_offset(region);

		if (io->read(io->ctx, offset, slot, JOURNAL_SLOT_BYTES) != 0) {
			ret->unreadable = true;
			continue;
		}
		ret->readable[region] = true;
		take_header(ret, copy, region, slot);
	}
}

/* In one transfer; when that fails slot by slot, so that a bad block costs one record. */
static void scan_copy(const struct journal_io *io, unsigned int region, unsigned int copy,
		      uint8_t *buf, struct journal_scan *scan)
{
	uint64_t offset = (uint64_t)copy * JOURNAL_COPY_BYTES + journal_region_offset(region);
	bool whole = io->read(io->ctx, offset, buf, JOURNAL_REGION_BYTES) == 0;

	if (!whole)
		scan->unreadable = true;
	for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
		struct journal_record *record = &scan->copies[copy][i];
		size_t pos = (i + 1) * (size_t)JOURNAL_SLOT_BYTES;

		if (!whole && io->read(io->ctx, offset + pos, buf + pos, JOURNAL_SLOT_BYTES) != 0)
			continue;
		if (journal_decode(buf + pos, JOURNAL_SLOT_BYTES, record) != 0)
			memset(record, 0, sizeof(*record));
		if (record->seq > scan->last_seq)
			scan->last_seq = record->seq;
		if (record->claim > scan->last_claim)
			scan->last_claim = record->claim;
	}
}

int journal_scan_region(const struct journal_io *io, unsigned int region, struct journal_scan **ret,
			struct err *err)
{
	CLEANUP_FREE uint8_t *buf = journal_io_alloc(JOURNAL_REGION_BYTES);
	struct journal_scan *scan = calloc(1, sizeof(*scan));

	*ret = scan;
	if (!buf || !scan)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		scan_copy(io, region, copy, buf, scan);
	return 0;
}

void journal_merge(struct journal_scan *scan, uint64_t claim)
{
	memset(scan->merged, 0, sizeof(scan->merged));
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		for (unsigned int i = 0; i < JOURNAL_RECORDS; i++) {
			const struct journal_record *found = &scan->copies[copy][i];

			if (found->claim == claim && found->seq > scan->merged[i].seq)
				scan->merged[i] = *found;
		}
	}
}
