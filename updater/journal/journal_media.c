/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this medium a journal, and making it one. Everything that guards foreign data is here. */
#include "journal/journal_internal.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

/* What a flash block holds that was never written, or was lost: mostly one or the other. */
static bool is_blank(const uint8_t *buf, size_t len)
{
	if (memcmp(buf, buf + 1, len - 1) == 0)
		return buf[0] == 0x00 || buf[0] == 0xff;
	for (size_t i = 0; i < len; i++)
		if (buf[i] != 0x00 && buf[i] != 0xff)
			return false;
	return true;
}

/*
 * Is there nothing but perhaps a superblock in the first MiB of copy A? Slots that cannot be read
 * count as blank: they say nothing against a journal.
 */
static int check_first_mib(const struct journal_io *io, uint8_t *buf, struct err *err)
{
	for (size_t pos = 0; pos < JOURNAL_REGION_BYTES; pos += JOURNAL_CHUNK_BYTES) {
		size_t begin = pos == 0 ? JOURNAL_RECORD_BYTES : 0;

		journal_read_slots(io, pos, buf);
		if (pos == 0 && memcmp(buf, JOURNAL_MAGIC, JOURNAL_MAGIC_BYTES) != 0 &&
		    !is_blank(buf, JOURNAL_RECORD_BYTES))
			return err_set(err, ERR_FORMAT, "not a journal: it begins otherwise");
		if (!is_blank(buf + begin, JOURNAL_CHUNK_BYTES - begin))
			return err_set(err, ERR_FORMAT,
				       "not a journal: there is other data in its first MiB");
	}
	return 0;
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
	CLEANUP_FREE uint8_t *buf = journal_io_alloc(JOURNAL_CHUNK_BYTES);
	uint8_t ids[JOURNAL_COPIES][JOURNAL_MEDIUM_ID_BYTES];
	int rc;

	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = check_first_mib(io, buf, err);
	if (rc)
		return rc;
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		rc = io->read(io->ctx, (uint64_t)copy * JOURNAL_COPY_BYTES, buf,
			      JOURNAL_SLOT_BYTES);
		ret_holds[copy] = rc == 0 && journal_decode_superblock(buf, JOURNAL_SLOT_BYTES,
								       ids[copy]) == 0;
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
