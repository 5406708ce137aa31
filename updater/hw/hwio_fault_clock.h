/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stalled calls, and the clock that passes meanwhile. Used by hwio_fault.c only. */
#ifndef DRYDOCK_HW_HWIO_FAULT_CLOCK_H
#define DRYDOCK_HW_HWIO_FAULT_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"

#define FAULT_STALLS 64 /* at once */

struct fault_clock {
	struct hwio *inner;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t until_ms[FAULT_STALLS]; /* of the stalls in force; 0 = free */
	unsigned int stalls;		 /* how many are in force */
	uint64_t looked_ms;		 /* real time of the last look while one was in force */
	uint64_t stepped_ms;		 /* ... and when a look last moved the clock */
	pthread_t first;		 /* the thread that used it first */
	bool used, several;		 /* ... and whether another one did since */
};

void fault_clock_init(struct fault_clock *clock, struct hwio *inner);
void fault_clock_destroy(struct fault_clock *clock);

/* A thread makes a call: nobody can watch a stall as long as there is only one. */
void fault_clock_seen(struct fault_clock *clock);

uint64_t fault_clock_now(struct fault_clock *clock);
void fault_clock_sleep(struct fault_clock *clock, uint32_t ms);

/* Returns when ms have passed on the clock. With too many stalls in force it is none. */
void fault_clock_stall(struct fault_clock *clock, uint32_t ms);

#endif
