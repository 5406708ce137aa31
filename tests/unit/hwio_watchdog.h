/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware seam with emulated watchdogs behind it: those of the kernel, as watchdog_dev.c has
 * them, and a BMC behind /dev/ipmi0, as IPMI 2.0 §27 has it. They bite: that is kept.
 *
 * The clock moves when the test's own thread waits, and in hwio_watchdog_pass(), which is what a
 * long write looks like from here: other threads that sleep or poll are woken in their order, and
 * the clock goes on only when all of them wait again. So half an hour takes no time and is the same
 * each time.
 */
#ifndef DRYDOCK_TESTS_HWIO_WATCHDOG_H
#define DRYDOCK_TESTS_HWIO_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"

#define HWIO_WATCHDOG_DOGS 3

struct hwio_dog {
	bool exists;
	bool active;   /* what sysfs says */
	bool no_state; /* sysfs says nothing */
	bool nowayout;
	bool no_stop; /* the hardware cannot be stopped: the kernel goes on feeding it */
	uint32_t timeout_s, pretimeout_s;
	int open_errno, write_errno; /* not 0: fails with it */

	bool bitten;
	bool open, magic, kernel_feeds;
	unsigned int opened, fed;
	uint64_t fed_ms, longest_ms; /* between two feedings */
};

struct hwio_bmc {
	bool exists;
	bool no_watchdog; /* completion code C1h */
	bool silent;	  /* never answers */
	int open_errno, send_errno;
	bool running;
	uint8_t use, action; /* action: with the interrupt in bits 6:4 */
	uint8_t pretimeout_s;
	uint16_t initial_counts;
	bool mute;		 /* does not say that it runs */
	uint16_t stopped_counts; /* where one that is stopped stands; 0 = at the beginning */
	bool deaf;		 /* says yes to a reset and does nothing */
	bool late;		 /* each answer comes behind an old one, with another number */

	bool bitten, interrupted;
	unsigned int gets, resets, others;
	uint64_t reset_ms;
	uint32_t present_ms; /* of one that does not begin with its whole time; 0 = it does */
	struct {
		long id;
		uint8_t netfn, cmd, data[16];
		uint16_t len;
	} queue[4];
	size_t queued;
};

struct hwio_watchdog {
	struct hwio hw;
	struct hwio_dog dog[HWIO_WATCHDOG_DOGS];
	struct hwio_bmc bmc;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t now_ms;
	pthread_t owner;
	unsigned int waiting; /* threads but the owner's, and until when */
	uint64_t wake_ms[HWIO_WATCHDOG_DOGS + 2];
	bool released;
	int n_open;
	struct {
		char text[64];
		size_t offset;
		int dog; /* index; -1 = attribute, -2 = the BMC */
		bool used;
	} fd[32];
};

/* Nothing in it. The thread that calls this is the test's own. */
struct hwio_watchdog *hwio_watchdog_new(void);
void hwio_watchdog_free(struct hwio_watchdog *lab);

/* Nobody sleeps any more: before threads are waited for. */
void hwio_watchdog_release(struct hwio_watchdog *lab);

/* ms pass while threads threads of the code under test run. */
void hwio_watchdog_pass(struct hwio_watchdog *lab, unsigned int threads, uint64_t ms);

#endif
