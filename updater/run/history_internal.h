/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the history share. */
#ifndef DRYDOCK_RUN_HISTORY_INTERNAL_H
#define DRYDOCK_RUN_HISTORY_INTERNAL_H

#include "run/history.h"

/* Begun, and without an end. */
bool history_is_begun(enum step_state state);
bool history_same_pair(const struct journal_record *a, const struct journal_record *b);

/* From history->steps: open, waits and deaths of each, bars, proven. ERR_NOMEM. */
int history_add_facts(struct history *history, const struct inventory *inv,
		      const struct catalog *cat, struct err *err);

#endif
