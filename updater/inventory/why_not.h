/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Law 11 for the inventory: why nothing can update a device. */
#ifndef DRYDOCK_INVENTORY_WHY_NOT_H
#define DRYDOCK_INVENTORY_WHY_NOT_H

#include "inventory/inventory.h"

#define WHY_NOT_MAX 320

enum why_not {
	WHY_NOT_UPDATEABLE = 1, /* nothing bars it; the text is "" */
	WHY_NOT_BARRED,		/* somebody looked and found a reason */
	WHY_NOT_ELSEWHERE,	/* another device stands for its firmware */
	WHY_NOT_NO_BACKEND,	/* nothing here knows how */
};

/* The reason as a sentence without a full stop, of at most WHY_NOT_MAX bytes with its NUL. */
enum why_not inventory_why_not(const struct inventory *inv, const struct device *dev,
			       char ret[WHY_NOT_MAX]);

#endif
