/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_medium.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint8_t *medium_slot(struct medium *medium, unsigned int slot)
{
	if (!medium->slots[slot])
		medium->slots[slot] = calloc(1, JOURNAL_SLOT_BYTES);
	if (!medium->slots[slot])
		abort();
	return medium->slots[slot];
}

uint8_t *medium_region_slot(struct medium *medium, unsigned int copy, unsigned int region,
			    unsigned int i)
{
	unsigned int copy_slots = JOURNAL_COPY_BYTES / JOURNAL_SLOT_BYTES;

	return medium_slot(medium, copy * copy_slots + (region + 1) * JOURNAL_REGION_SLOTS + i);
}

static int medium_read(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct medium *medium = ctx;
	size_t first = offset / JOURNAL_SLOT_BYTES;

	if (medium->dead || offset % JOURNAL_SLOT_BYTES || (uintptr_t)buf % JOURNAL_SLOT_BYTES)
		return -EIO;
	for (size_t i = 0; i < len / JOURNAL_SLOT_BYTES; i++) {
		const uint8_t *slot = medium->slots[first + i];

		if (medium->unreadable[first + i])
			return -EIO;
		if (slot)
			memcpy(buf + i * JOURNAL_SLOT_BYTES, slot, JOURNAL_SLOT_BYTES);
		else
			memset(buf + i * JOURNAL_SLOT_BYTES, 0, JOURNAL_SLOT_BYTES);
	}
	return 0;
}

void medium_cut_slot(uint8_t *slot, const uint8_t *buf, enum medium_cut cut, size_t cut_bytes)
{
	size_t len = cut == CUT_WHOLE ? JOURNAL_SLOT_BYTES : cut_bytes;

	if (cut == CUT_NOTHING)
		return;
	memcpy(slot, buf, len);
	if (cut != CUT_GARBLED)
		return;
	for (size_t i = len; i < len + 512 && i < JOURNAL_SLOT_BYTES; i++)
		slot[i] = (uint8_t)(i * 151 + 7);
}

static int write_slot(struct medium *medium, uint64_t offset, const uint8_t *buf)
{
	uint8_t *slot = medium_slot(medium, (unsigned int)(offset / JOURNAL_SLOT_BYTES));

	if (medium->dead)
		return -ENODEV;
	if (medium->before_write)
		medium->before_write(medium, (unsigned int)(offset / JOURNAL_SLOT_BYTES), buf);
	medium->writes++;
	if (medium->unwritable[offset / JOURNAL_COPY_BYTES] || medium->writes == medium->fail_at)
		return -EIO;
	if (medium->writes == medium->cut_at) {
		medium_cut_slot(slot, buf, medium->cut, medium->cut_bytes);
		medium->dead = true;
		return -ENODEV;
	}
	memcpy(slot, buf, JOURNAL_SLOT_BYTES);
	return medium->lying[offset / JOURNAL_COPY_BYTES] ? -EIO : 0;
}

static int medium_write(void *ctx, uint64_t offset, const uint8_t *buf, size_t len)
{
	if (offset % JOURNAL_SLOT_BYTES || len % JOURNAL_SLOT_BYTES ||
	    (uintptr_t)buf % JOURNAL_SLOT_BYTES)
		return -EINVAL;
	for (size_t pos = 0; pos < len; pos += JOURNAL_SLOT_BYTES) {
		int rc = write_slot(ctx, offset + pos, buf + pos);

		if (rc)
			return rc;
	}
	return 0;
}

static void medium_close(void *ctx)
{
	(void)ctx; /* the tests look at it afterwards */
}

struct journal_io medium_io(struct medium *medium)
{
	return (struct journal_io){
		.read = medium_read, .write = medium_write, .close = medium_close, .ctx = medium
	};
}

void medium_clear(struct medium *medium)
{
	for (unsigned int i = 0; i < MEDIUM_SLOTS; i++)
		free(medium->slots[i]);
	memset(medium, 0, sizeof(*medium));
}

void medium_copy(struct medium *to, const struct medium *from)
{
	medium_clear(to);
	for (unsigned int i = 0; i < MEDIUM_SLOTS; i++)
		if (from->slots[i])
			memcpy(medium_slot(to, i), from->slots[i], JOURNAL_SLOT_BYTES);
}

bool medium_same(struct medium *a, struct medium *b)
{
	for (unsigned int i = 0; i < MEDIUM_SLOTS; i++)
		if ((a->slots[i] || b->slots[i]) &&
		    memcmp(medium_slot(a, i), medium_slot(b, i), JOURNAL_SLOT_BYTES) != 0)
			return false;
	return true;
}

void medium_power_on(struct medium *medium)
{
	medium->fail_at = 0;
	medium->cut_at = 0;
	medium->writes = 0;
	medium->dead = false;
}

/* Only the superblocks: that journal_format_on() writes zeros elsewhere has its own test. */
void medium_format(struct medium *medium)
{
	const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 0x17 };

	medium_clear(medium);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		journal_encode_superblock(id, medium_slot(medium, copy * MEDIUM_SLOTS / 2));
}
