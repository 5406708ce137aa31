/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread that mirrors the log folder to one medium, and how others wait for it. A medium may
 * hold its thread for minutes, or for good: a keeper that is let go ends by itself when it can.
 */
#ifndef DRYDOCK_RUN_LOGS_KEEPER_H
#define DRYDOCK_RUN_LOGS_KEEPER_H

#include "run/logs.h"

struct keeper;

/* Begins with a sync of everything. Times of tuning are all set. ERR_NOMEM. */
int keeper_start(const char *from, const char *to, const struct logs_tuning *tuning,
		 struct keeper **ret, struct err *err);

/* Holds it for one more user. */
struct keeper *keeper_get(struct keeper *keeper);
void keeper_put(struct keeper *keeper);

/*
 * Asks for a sync of the file, or of everything (name NULL), and waits at most tuning.wait_ms, not
 * at all when it is behind already.
 */
void keeper_sync(struct keeper *keeper, const char *name);

/* A sync of everything, waited for until nothing moves for tuning.stall_ms. */
void keeper_flush(struct keeper *keeper);

/* As logs_away(). Returns 0 or the ERR_* of the last sync; ERR_OVERDUE when it is behind. */
int keeper_state(struct keeper *keeper, char *text, size_t size);

/*
 * No operation on the medium is begun from here on, and nobody waits any more; but this call for
 * the thread to have ended, at most wait_ms.
 */
void keeper_stop(struct keeper *keeper, uint32_t wait_ms);

#endif
