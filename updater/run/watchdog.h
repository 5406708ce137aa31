/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watchdogs that were found running are fed for as long as the run lasts, unconditionally (law 8):
 * those that the kernel reports as active, and the BMC's own timer (IPMI 2.0 §27), which a system
 * ROM may have left running for the operating system to stop. None is ever started.
 *
 * A hardware watchdog that the firmware started and nobody has opened needs nothing from us: the
 * kernel's driver feeds it by itself as long as nobody does (WDOG_HW_RUNNING; our kernel is built
 * with WATCHDOG_HANDLE_BOOT_ENABLED and without an open time-out), and sysfs calls it "inactive".
 * One that somebody has open (EBUSY) is that one's to feed.
 *
 * What becomes of them at the end: the BMC's timer is left running, as it was found, after a last
 * reset. One of the kernel's that was active without anybody having it open was left behind by a
 * process that died, one of ours most likely, and would have bitten soon: it cannot be handed back
 * to that one. It is closed with the magic 'V' (Linux, Documentation/watchdog/watchdog-api.rst),
 * which hands it to the kernel: that stops it, or goes on feeding one that cannot be stopped.
 * Without the 'V' it would reset the machine while logs are written or somebody reads them. Where
 * "nowayout" forbids that, it is fed a last time, and said.
 */
#ifndef DRYDOCK_RUN_WATCHDOG_H
#define DRYDOCK_RUN_WATCHDOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "hw/hwio.h"
#include "run/events.h"
#include "ui/console.h"

struct watchdog;

/*
 * Looks for running watchdogs, feeds each once, says which, and starts a thread for each, so that
 * one that hangs does not starve the others. Finding none is no error (*ret is then a feeder with
 * nothing to do). hw, console and events must outlive it. ERR_NOMEM, ERR_INTERNAL (no thread):
 * nobody may write anything then.
 */
int watchdog_start(struct hwio *hw, struct console *console, struct events *events,
		   struct watchdog **ret, struct err *err);

/*
 * Are there running ones that cannot be fed? Then nothing may be written; why says which. It may
 * become true and false again at any time: a BMC that is flashed does not answer for a while.
 */
bool watchdog_unfed(const struct watchdog *watchdog, char *why, size_t size);

/*
 * Stops feeding, when nothing is written any more: never while a step is overdue. Waits for the
 * threads: 5 s for a BMC that does not answer. Takes NULL.
 */
void watchdog_stop(struct watchdog *watchdog);

#endif
