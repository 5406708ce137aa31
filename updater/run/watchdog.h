/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watchdogs that were found running are fed for as long as the run lasts, unconditionally (law 8):
 * those that the kernel reports as active, and the BMC's own timer (IPMI 2.0 §27), which a system
 * ROM may have left running for the operating system to stop. None is ever started, and none is
 * stopped but on purpose and said.
 */
#ifndef DRYDOCK_RUN_WATCHDOG_H
#define DRYDOCK_RUN_WATCHDOG_H

#include "base/err.h"
#include "hw/hwio.h"
#include "run/events.h"
#include "ui/console.h"

struct watchdog;

/*
 * Looks for running watchdogs, says which, and starts the thread that feeds them. Finding none is
 * no error (*ret is then a feeder with nothing to do). ERR_NOMEM, ERR_INTERNAL (no thread): nobody
 * may write anything then.
 */
int watchdog_start(struct hwio *hw, struct console *console, struct events *events,
		   struct watchdog **ret, struct err *err);

/* Are there running ones that cannot be fed? Then nothing may be written; why says which. */
bool watchdog_unfed(const struct watchdog *watchdog, char *why, size_t size);

/* Stops feeding, leaving each as it was found. Takes NULL. */
void watchdog_stop(struct watchdog *watchdog);

#endif
