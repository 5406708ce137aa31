/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this medium a journal, and making it one. Everything that guards foreign data is here. */
#include "journal/journal_internal.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

/* What a flash block holds that was never written, or was lost. len is a multiple of 8. */
static bool is_blank(const uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, buf + i, sizeof(word));
		if (word != 0 && word != UINT64_MAX)
			return false;
	}
	return true;
}

/* Slots that cannot be read are taken as blank: they say nothing against a journal. */
static void read_first_mib(const struct journal_io *io, unsigned int copy, uint8_t *buf)
{
	uint64_t offset = (uint64_t)copy * JOURNAL_COPY_BYTES;

	if (io->read(io->ctx, offset, buf, JOURNAL_REGION_BYTES) == 0)
		return;
	for (size_t pos = 0; pos < JOURNAL_REGION_BYTES; pos += JOURNAL_SLOT_BYTES)
		if (io->read(io->ctx, offset + pos, buf + pos, JOURNAL_SLOT_BYTES) != 0)
			memset(buf + pos, 0, JOURNAL_SLOT_BYTES);
}

/*
 * When somebody made a file system over a journal, its second superblock, and for some even the
 * first, are still there. But every file system has something else in its first MiB, where a
 * journal has nothing but its superblock; and a superblock that was damaged rather than replaced
 * still has its magic or is blank.
 */
int journal_probe_on(const struct journal_io *io, bool ret_holds[JOURNAL_COPIES],
		     uint8_t ret_id[JOURNAL_MEDIUM_ID_BYTES], struct err *err)
{
	CLEANUP_FREE uint8_t *buf = journal_io_alloc(JOURNAL_REGION_BYTES);
	uint8_t ids[JOURNAL_COPIES][JOURNAL_MEDIUM_ID_BYTES];

	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		read_first_mib(io, copy, buf);
		ret_holds[copy] =
			journal_decode_superblock(buf, JOURNAL_SLOT_BYTES, ids[copy]) == 0;
		if (copy > 0)
			continue;
		if (memcmp(buf, JOURNAL_MAGIC, JOURNAL_MAGIC_BYTES) != 0 &&
		    !is_blank(buf, JOURNAL_RECORD_BYTES))
			return err_set(err, ERR_FORMAT, "not a journal: it begins otherwise");
		if (!is_blank(buf + JOURNAL_RECORD_BYTES,
			      JOURNAL_REGION_BYTES - JOURNAL_RECORD_BYTES))
			return err_set(err, ERR_FORMAT,
				       "not a journal: there is other data in its first MiB");
	}
	if (!ret_holds[0] && !ret_holds[1])
		return err_set(err, ERR_FORMAT, "not a journal: it has no superblock that holds");
	memcpy(ret_id, ids[ret_holds[0] ? 0 : 1], JOURNAL_MEDIUM_ID_BYTES);
	return 0;
}

int journal_probe(const char *path, struct err *err)
{
	uint8_t id[JOURNAL_MEDIUM_ID_BYTES];
	struct journal_io io;
	bool holds[JOURNAL_COPIES];
	int rc;

	rc = journal_io_open(path, true, &io, err);
	if (rc)
		return rc;
	rc = journal_probe_on(&io, holds, id, err);
	io.close(io.ctx);
	if (rc)
		err_prefix(err, "%s", path);
	return rc;
}

static int write_bytes(const struct journal_io *io, uint64_t offset, const uint8_t *buf, size_t len,
		       struct err *err)
{
	int rc = io->write(io->ctx, offset, buf, len);

	if (rc)
		return err_set_errno(
			err, rc == -ENOSPC || rc == -EDQUOT || rc == -EFBIG ? ERR_FULL : ERR_IO,
			-rc, "write at byte %llu", (unsigned long long)offset);
	return 0;
}

/*
 * The second superblock goes first and comes back first, so that a cut in between leaves either no
 * journal or one that is empty.
 */
int journal_format_on(const struct journal_io *io, const uint8_t medium_id[16], struct err *err)
{
	CLEANUP_FREE uint8_t *buf = journal_io_alloc(JOURNAL_REGION_BYTES);
	int rc = 0;

	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	memset(buf, 0, JOURNAL_REGION_BYTES);
	rc = write_bytes(io, JOURNAL_COPY_BYTES, buf, JOURNAL_SLOT_BYTES, err);
	for (uint64_t pos = 0; rc == 0 && pos < JOURNAL_BYTES; pos += JOURNAL_REGION_BYTES)
		rc = write_bytes(io, pos, buf, JOURNAL_REGION_BYTES, err);
	journal_encode_superblock(medium_id, buf);
	for (unsigned int copy = JOURNAL_COPIES; rc == 0 && copy-- > 0;)
		rc = write_bytes(io, (uint64_t)copy * JOURNAL_COPY_BYTES, buf, JOURNAL_SLOT_BYTES,
				 err);
	return rc;
}
