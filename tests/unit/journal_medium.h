/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A medium for the journal's tests: 4096 slots in memory that fail on command. Its power can be cut
 * at any write, and then it keeps what a real one may keep of the slot that was under way.
 */
#ifndef DRYDOCK_TESTS_JOURNAL_MEDIUM_H
#define DRYDOCK_TESTS_JOURNAL_MEDIUM_H

#include "journal/journal_internal.h"

#define MEDIUM_SLOTS (JOURNAL_BYTES / JOURNAL_SLOT_BYTES)

enum medium_cut {
	CUT_NOTHING, /* nothing of the write arrived */
	CUT_TORN,    /* its first bytes did, the rest is as before */
	CUT_GARBLED, /* its first bytes did, then 512 bytes of noise */
	CUT_WHOLE,   /* all arrived, but nobody was told */
	CUT_LAST = CUT_WHOLE
};

struct medium {
	/* NULL, or called before each write; it must leave the medium as it was. */
	void (*before_write)(struct medium *medium, unsigned int slot, const uint8_t *buf);
	uint8_t *slots[MEDIUM_SLOTS]; /* NULL = zeros */
	bool unreadable[MEDIUM_SLOTS];
	bool unwritable[JOURNAL_COPIES];
	bool lying[JOURNAL_COPIES]; /* says that a write failed, but it arrived */
	unsigned int writes;	    /* so far */
	unsigned int fail_at;	    /* this write fails, the next works; 0 = none */
	unsigned int cut_at;	    /* the power goes at this write; 0 = never */
	enum medium_cut cut;
	size_t cut_bytes;
	bool dead;
};

/* What such a cut leaves in a slot. */
void medium_cut_slot(uint8_t *slot, const uint8_t *buf, enum medium_cut cut, size_t cut_bytes);

struct journal_io medium_io(struct medium *medium);
/* Restores what journal_format() makes, with nothing that fails. */
void medium_format(struct medium *medium);
uint8_t *medium_slot(struct medium *medium, unsigned int slot); /* to damage it; never NULL */
/* Slot i of a region's copy: 0 = its header. */
uint8_t *medium_region_slot(struct medium *medium, unsigned int copy, unsigned int region,
			    unsigned int i);
void medium_power_on(struct medium *medium); /* all commands to fail are forgotten */
void medium_clear(struct medium *medium);
void medium_copy(struct medium *to, const struct medium *from); /* what it holds, nothing else */
bool medium_same(struct medium *a, struct medium *b);		/* do they hold the same? */

#endif
