/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading that may hang in the kernel, in a thread of its own: what has not ended in time is left
 * alone and the caller goes on. Several begun before the first is waited for run side by side.
 */
#ifndef DRYDOCK_HW_SLOW_H
#define DRYDOCK_HW_SLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"

struct slow;

/*
 * Calls run(arg) in a new thread. From here on arg belongs to it, until slow_wait() gives it back;
 * what is left alone is released by release(arg) if it ends after all. NULL when there is no memory
 * or no thread: then arg still is the caller's.
 */
struct slow *slow_start(void (*run)(void *arg), void (*release)(void *arg), void *arg);

/*
 * Waits until end_ms of slow_now_ms(). True: it has ended and arg is the caller's again. False: it
 * is left alone, and arg must not be touched any more. slow is gone in both cases.
 */
bool slow_wait(struct slow *slow, uint64_t end_ms);

/* The monotonic clock of the machine: a thread that hangs does not move any other one. */
uint64_t slow_now_ms(void);

/*
 * How many threads were left alone and have not ended yet. While there is one, what it uses must
 * stay: a struct hwio is not freed then, the process ends without.
 */
unsigned int slow_left_alone(void);

#endif
