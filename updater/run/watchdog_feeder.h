/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One watchdog that was found running, of either kind. */
#ifndef DRYDOCK_RUN_WATCHDOG_FEEDER_H
#define DRYDOCK_RUN_WATCHDOG_FEEDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"
#include "hw/ipmi.h"

#define WATCHDOG_NAME_MAX 128
#define WATCHDOG_MAX	  16

struct feeder;

struct feeder_ops {
	/*
	 * Feeds it once. 0; ERR_NOT_FOUND: it does not run any more, which is as good; ERR_BUSY:
	 * somebody else feeds it; else it will bite when that goes on.
	 */
	int (*feed)(struct feeder *feeder, struct err *err);
	/* The end. text: what becomes of it, a sentence without a full stop; "" = nothing to say.*/
	void (*leave)(struct feeder *feeder, char *text, size_t size);
};

struct feeder {
	const struct feeder_ops *ops;
	struct watchdog *owner;
	struct hwio *hw;
	char name[WATCHDOG_NAME_MAX]; /* for people: "watchdog0 (iTCO_wdt)" */
	char node[32];		      /* "watchdog0" */
	uint32_t bite_ms; /* from the last feeding until it bites or warns; 0 = at once */
	int fd;		  /* -1 = not open */
	struct ipmi ipmi;
	bool nowayout;
	pthread_t thread;
	bool started;

	/* Under the owner's lock: */
	bool failing; /* the last feeding went wrong */
	bool fed;     /* there was one that went well */
	uint64_t fed_ms;
	uint32_t patience_ms; /* how long after it nobody need worry */
	struct err err;	      /* of the last one that went wrong */
	char news[700];	      /* to be said; "" = nothing */
};

/*
 * Those of the kernel that are active, at most max of them, into feeders (hw is set); returns how
 * many. What could not be looked at is said in err (code 0 = nothing).
 */
size_t watchdog_find_kernel(struct hwio *hw, struct feeder *feeders, size_t max, struct err *err);
/* The BMC's, 0 or 1. */
size_t watchdog_find_bmc(struct hwio *hw, struct feeder *feeder, struct err *err);

#endif
