/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the parts of the planner. */
#ifndef DRYDOCK_PLAN_INTERNAL_H
#define DRYDOCK_PLAN_INTERNAL_H

#include "plan/plan.h"
#include "plan/plan_index.h"

/*
 * Records that something is left alone. comp or dev may be NULL. fmt makes the sentence.
 * ERR_NOMEM.
 */
int plan_leave(struct plan *plan, const struct component *comp, const struct device *dev,
	       enum reason reason, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* Appends a step (its number comes with the order). ERR_NOMEM, ERR_TOO_LARGE. */
int plan_add_step(struct plan *plan, const struct component *comp, const struct device *dev,
		  const char *from, struct err *err);

/*
 * Drops the steps whose requirements are met neither by what runs nor by another step, puts the
 * rest into the order of the work and numbers them.
 */
int plan_order(struct plan *plan, const struct inventory *inv, const struct plan_index *index,
	       const struct plan_options *options, struct err *err);

/*
 * Must `first` have ended well before `then` begins: an earlier step of its device, or the one that
 * meets a requirement of it. Both are steps of plan.
 */
bool plan_goes_before(const struct plan *plan, const struct step *first, const struct step *then);

#endif
