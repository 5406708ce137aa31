/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan's step as the journal keeps it. */
#ifndef DRYDOCK_STEP_RECORD_H
#define DRYDOCK_STEP_RECORD_H

#include "journal/journal.h"
#include "plan/plan.h"

/*
 * A STEP record, time now, of a step of the run: base + step->number is its number in the run.
 * State, found, reason and text are the caller's to add.
 */
struct journal_record step_record(const char *run_id, unsigned int base, const struct step *step,
				  uint16_t attempt);

#endif
