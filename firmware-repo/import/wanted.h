/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a component fit one of the servers that the medium is for? */
#ifndef FWREPO_WANTED_H
#define FWREPO_WANTED_H

#include <stddef.h>

#include "inventory/inventory.h"
#include "repo/catalog.h"

enum wanted {
	WANTED_YES = 1,
	WANTED_NO,
	WANTED_CANNOT_TELL, /* none of the inventories would show such a device */
};

/* By the planner's own rule (plan/plan_match.h). count 0 = everything is wanted. */
enum wanted wanted_component(const struct inventory *servers, size_t count,
			     const struct component *comp);

/*
 * Reads a server: JSON of "drydock inventory --json", or a dump of "lspci -x"; with the targets of
 * inventory/identity.h. ret must be {0}. ERR_NOT_FOUND, ERR_FORMAT (neither of the two), ...
 */
int wanted_read_server(const char *path, struct inventory *ret, struct err *err);

#endif
