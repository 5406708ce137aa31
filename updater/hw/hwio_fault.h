/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passes calls on to another hwio and disturbs some of them, decided by a seed or by rules, never
 * by time: the same rules and calls give the same disturbance. For tests and soaks: the inner one
 * is meant to be an emulation, whose clock moves only when somebody waits.
 *
 * Its clock is the inner one's. A stalled call waits until its time has come on that clock, and
 * while one is in force every look at the clock (now_ms) by another thread moves it on, by up to a
 * minute and no further than to the end of the next stall: so whoever watches sees the time pass,
 * and half an hour takes some 30 ms. Where nobody watches the clock moves by itself.
 */
#ifndef DRYDOCK_HW_HWIO_FAULT_H
#define DRYDOCK_HW_HWIO_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

enum hwio_fault_kind {
	HWIO_FAULT_ERROR = 1,  /* the call fails with errnum and does nothing */
	HWIO_FAULT_LATE_ERROR, /* the call is done, and fails with errnum all the same */
	/*
	 * A read or write moves only half of what was asked for; of an HTTP request half of the
	 * parts goes out, or it is done and its answer cut off: the connection ended.
	 */
	HWIO_FAULT_SHORT,
	HWIO_FAULT_STALL, /* the call takes stall_ms of the clock, then is done */
	/*
	 * Success is answered, nothing is done: data that should have come is zeros, of HTTP a
	 * status 200 without a body. There is no lying about open and poll, they are done.
	 */
	HWIO_FAULT_LIE,
	/*
	 * From here on the path does not exist: ENOENT, and ENODEV for descriptors that are open.
	 * What has the name of a device ("nvme0") as a part of its path is gone with it. No way
	 * leads to a BMC any more: ENETUNREACH.
	 */
	HWIO_FAULT_GONE,
};

enum hwio_fault_call {
	HWIO_CALL_ANY = 0,
	HWIO_CALL_OPEN,
	HWIO_CALL_IOCTL,
	HWIO_CALL_READ,
	HWIO_CALL_WRITE,
	HWIO_CALL_POLL,
	HWIO_CALL_HTTP /* on the path HWIO_HTTP */
};

/* "the 3rd ioctl on /dev/nvme0 fails with EIO" */
struct hwio_fault_rule {
	const char *path; /* this path and what is below it; NULL = any */
	enum hwio_fault_call call;
	unsigned long request; /* of an ioctl; 0 = any */
	unsigned int at;       /* counts the calls that fit: 1 = the first; 0 = every one */
	enum hwio_fault_kind kind;
	int errnum;
	uint32_t stall_ms;
};

/*
 * Every rule counts the calls that fit it; of those that strike the first in the list does. inner
 * stays the caller's. The rules are copied. ERR_NOMEM. hwio_fault_free() takes NULL.
 */
int hwio_fault_new(struct hwio *inner, const struct hwio_fault_rule *rules, size_t count,
		   struct hwio **ret, struct err *err);

/*
 * One disturbance in about every one_in calls on devices (paths below /dev), of any kind but GONE
 * unless gone is set. Chosen by the seed, the path and the number of the call on that path: with a
 * thread for each device the same seed gives the same disturbance.
 */
int hwio_fault_new_seeded(struct hwio *inner, uint64_t seed, unsigned int one_in, bool gone,
			  struct hwio **ret, struct err *err);
void hwio_fault_free(struct hwio *hw);

/* Calls on devices (paths below /dev) so far, and how many calls were disturbed. */
uint64_t hwio_fault_calls(const struct hwio *hw);
uint64_t hwio_fault_disturbed(const struct hwio *hw);

#endif
