/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passes calls on to another hwio and disturbs some of them, decided by a seed or by rules, never
 * by time: the same rules and calls give the same disturbance. Has a clock of its own that moves
 * only when somebody sleeps, stalls or waits, so that deadlines take no time.
 */
#ifndef DRYDOCK_HW_HWIO_FAULT_H
#define DRYDOCK_HW_HWIO_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

enum hwio_fault_kind {
	HWIO_FAULT_ERROR = 1,  /* the call fails with errnum and does nothing */
	HWIO_FAULT_LATE_ERROR, /* the call is done, and fails with errnum all the same */
	HWIO_FAULT_SHORT,      /* a read or write moves only half of what was asked for */
	HWIO_FAULT_STALL,      /* the call takes stall_ms of the clock, then is done */
	HWIO_FAULT_LIE,	       /* success is answered, nothing is done */
	HWIO_FAULT_GONE,       /* from here on the device does not exist: ENODEV, ENOENT */
};

/* "the 3rd ioctl on /dev/nvme0 fails with EIO" */
struct hwio_fault_rule {
	const char *path; /* what the path begins with; NULL = any */
	enum {
		HWIO_CALL_ANY = 0,
		HWIO_CALL_OPEN,
		HWIO_CALL_IOCTL,
		HWIO_CALL_READ,
		HWIO_CALL_WRITE,
		HWIO_CALL_POLL
	} call;
	unsigned long request; /* of an ioctl; 0 = any */
	unsigned int at;       /* counts the calls that fit: 1 = the first; 0 = every one */
	enum hwio_fault_kind kind;
	int errnum;
	uint32_t stall_ms;
};

/* inner stays the caller's. The rules are copied. ERR_NOMEM. hwio_fault_free() takes NULL. */
int hwio_fault_new(struct hwio *inner, const struct hwio_fault_rule *rules, size_t count,
		   struct hwio **ret, struct err *err);

/*
 * One disturbance in about every one_in calls on devices (paths below /dev), of any kind but GONE
 * unless gone is set, chosen by the seed.
 */
int hwio_fault_new_seeded(struct hwio *inner, uint64_t seed, unsigned int one_in, bool gone,
			  struct hwio **ret, struct err *err);
void hwio_fault_free(struct hwio *hw);

/* Calls on devices so far, and how many of them were disturbed. */
uint64_t hwio_fault_calls(const struct hwio *hw);
uint64_t hwio_fault_disturbed(const struct hwio *hw);

#endif
