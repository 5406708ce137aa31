/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which components fit which devices, found by one look at each target of the catalog: the targets
 * of the devices are few and lie in a hash table. It says the same as match_rank() for each pair.
 */
#ifndef DRYDOCK_PLAN_INDEX_H
#define DRYDOCK_PLAN_INDEX_H

#include "inventory/inventory.h"
#include "repo/catalog.h"

struct plan_match {
	const struct component *comp;
	unsigned int rank; /* match_rank(), never 0 */
};

/* In the catalog's order. */
struct plan_matches {
	struct plan_match *list;
	size_t count;
};

struct plan_index {
	const struct inventory *inv;
	struct plan_matches *devices; /* one for each of the inventory */
};

/* ret must be {0}; inv and cat must outlive it. ERR_NOMEM: it is {0} again. */
int plan_index_make(const struct inventory *inv, const struct catalog *cat, struct plan_index *ret,
		    struct err *err);
void plan_index_free(struct plan_index *index);

/* dev must be one of the inventory's own. */
const struct plan_matches *plan_index_of(const struct plan_index *index, const struct device *dev);

#endif
