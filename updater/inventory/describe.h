/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filling a device in, for probers: properties and targets with an error that sticks, so that it is
 * looked at once, at the end. The only error there is is lack of memory.
 */
#ifndef DRYDOCK_INVENTORY_DESCRIBE_H
#define DRYDOCK_INVENTORY_DESCRIBE_H

#include "inventory/inventory.h"

struct describe {
	struct device *dev;
	int error; /* 0, or what device_set_prop() or device_add_target() said first */
};

/* Sets the property; an empty value removes it. */
void describe_put(struct describe *to, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds "<type>:<value>" unless it is no well-formed target (target.h): an odd model name has none.
 */
void describe_target(struct describe *to, const char *type, const char *value);

/* 0, or ERR_NOMEM with a text. */
int describe_end(const struct describe *to, struct err *err);

#endif
