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

bool journal_read_slots(const struct journal_io *io, uint64_t offset, uint8_t *buf)
{
	bool whole = io->read(io->ctx, offset, buf, JOURNAL_CHUNK_BYTES) == 0;

	for (size_t pos = 0; !whole && pos < JOURNAL_CHUNK_BYTES; pos += JOURNAL_SLOT_BYTES)
		if (io->read(io->ctx, offset + pos, buf + pos, JOURNAL_SLOT_BYTES) != 0)
			memset(buf + pos, 0, JOURNAL_SLOT_BYTES);
	return whole;
}

static void take_record(struct journal_scan *scan, unsigned int copy, unsigned int index,
			const uint8_t *buf, uint64_t claim)
{
	struct journal_record record;

	if (journal_decode(buf, JOURNAL_SLOT_BYTES, &record) != 0)
		return;
	scan->copies[copy][index] =
		(struct journal_found){ .seq = record.seq, .claim = record.claim };
	if (record.seq > scan->last_seq)
		scan->last_seq = record.seq;
	if (record.claim > scan->last_claim)
		scan->last_claim = record.claim;
	if (record.claim == claim && record.seq > scan->merged[index].seq)
		scan->merged[index] = record;
}

static void scan_copy(const struct journal_io *io, unsigned int region, unsigned int copy,
		      uint64_t claim, uint8_t *buf, struct journal_scan *scan)
{
	uint64_t offset = (uint64_t)copy * JOURNAL_COPY_BYTES + journal_region_offset(region);

	for (unsigned int slot = 0; slot < JOURNAL_REGION_SLOTS; slot++) {
		size_t pos = slot * (size_t)JOURNAL_SLOT_BYTES;

		if (pos % JOURNAL_CHUNK_BYTES == 0 && !journal_read_slots(io, offset + pos, buf))
			scan->unreadable = true;
		if (slot > 0) /* the header is none */
			take_record(scan, copy, slot - 1, buf + pos % JOURNAL_CHUNK_BYTES, claim);
	}
}

int journal_scan_region(const struct journal_io *io, unsigned int region, uint64_t claim,
			struct journal_scan **ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = journal_io_alloc(JOURNAL_CHUNK_BYTES);
	struct journal_scan *scan = calloc(1, sizeof(*scan));

	if (!buf || !scan) {
		free(scan);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		scan_copy(io, region, copy, claim, buf, scan);
	*ret = scan;
	return 0;
}
