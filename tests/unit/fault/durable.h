/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts what a process makes durable, and disturbs the n-th: writing, syncing and renaming of
 * files on a medium (the linker puts the functions of durable.c before those of the C library,
 * -Wl,--wrap), and commands that change a device, which the seam announces here. Reading changes
 * nothing: to die at a read is to die before the next of these.
 */
#ifndef DRYDOCK_TESTS_DURABLE_H
#define DRYDOCK_TESTS_DURABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define DURABLE_DEAD 99 /* exit status of a process that died on purpose */

enum durable_kind {
	DURABLE_COUNT = 1, /* nothing is disturbed */
	DURABLE_FAIL,	   /* the n-th fails with EIO and does nothing */
	DURABLE_LOST,	   /* the medium is lost: from the n-th on every operation on it fails */
	DURABLE_BEFORE,	   /* the process dies just before it */
	DURABLE_TORN,	   /* ... in it: half of what is to be written arrives */
	DURABLE_AFTER,	   /* ... just after it */
};

/* In memory that outlives the process. */
struct durable {
	enum durable_kind kind;
	uint64_t at;
	_Atomic uint64_t count;
	_Atomic bool reached;
	char what[160]; /* the operation that was hit, for people */
};

const char *durable_kind_name(enum durable_kind kind);

/* From here on this process counts. medium: the folder that files are on. */
void durable_arm(struct durable *durable, const char *medium);

/*
 * A command that changes a device, in words. True: it is to fail with EIO. Else it is to be done,
 * and durable_end() called with *ret_number.
 */
bool durable_begin_command(const char *what, uint64_t *ret_number);
void durable_end(uint64_t number);

#endif
