/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier run has left behind: asked of the devices, said, and written down. */
#ifndef DRYDOCK_SETTLE_H
#define DRYDOCK_SETTLE_H

#include "repo/catalog.h"
#include "run/events.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "journal/journal.h"
#include "ui/console.h"

struct settle {
	struct hwio *hw;
	const struct inventory *inv;
	const struct catalog *cat;
	struct journal *journal;
	struct events *events;
	struct console *console;
};

#define SETTLE_MAX_HELD 64

/* Device ids (of settle->inv) that need a person: they must not be written. */
struct settle_held {
	const char *ids[SETTLE_MAX_HELD];
	size_t count;
};

/*
 * When the last run in the journal has no end: every step of it that was begun and not ended is
 * settled by asking its device (backend->recover), the answer goes to the consoles, the events and
 * the journal, and the old run is closed as interrupted. A device that needs a person goes to held.
 * Errors: the journal's; ERR_TOO_LARGE when held is full.
 */
int settle_last_run(const struct settle *settle, struct settle_held *held, struct err *err);

#endif
