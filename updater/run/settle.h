/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier run has left behind: asked of the devices, said, and written down. */
#ifndef DRYDOCK_SETTLE_H
#define DRYDOCK_SETTLE_H

#include "repo/catalog.h"
#include "run/events.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "ui/console.h"

struct settle {
	struct hwio *hw;
	const struct inventory *inv;
	const struct catalog *cat;
	struct journal *journal;
	struct events *events;
	struct console *console;
};

/*
 * When the last run in the journal has no end: every step of it that was begun and not ended is
 * settled by asking its device (backend->recover), the answer goes to the consoles, the events and
 * the journal, and the old run is closed as interrupted. A device that needs a person is barred.
 * Errors: the journal's; ERR_NOMEM.
 */
int settle_last_run(const struct settle *settle, struct plan_bars *bars, struct err *err);

#endif
