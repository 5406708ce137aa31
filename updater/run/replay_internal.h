/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between replay.c and its parts. */
#ifndef DRYDOCK_REPLAY_INTERNAL_H
#define DRYDOCK_REPLAY_INTERNAL_H

#include "hw/hwio_replay.h"
#include "inventory/probe.h"
#include "report/report.h"
#include "run/replay.h"

struct replaying {
	const char *dir, *repo_dir;
	struct hwio *hw;
	struct inventory before; /* as recorded: the devices that steps were for */
	struct report report;	 /* what the events say */
	struct replay *ret;
};

/* A new row; NULL without memory or beyond the maximum. */
struct replay_row *replay_add_row(struct replaying *r, const char *what);

/* The inventory whose phase and file have this name. A row is added when it was recorded. */
int replay_inventory(struct replaying *r, const char *name, struct err *err);

/* Does replayed have all that recorded has? text says the first thing that differs. */
bool replay_same_inventory(const struct inventory *recorded, const struct inventory *replayed,
			   char *text, size_t size);

int replay_step(struct replaying *r, const struct report_step *recorded, struct err *err);

#endif
