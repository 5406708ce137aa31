/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a vendor's tool is started with: pure, but for the names of nodes that are listed. */
#ifndef DRYDOCK_BACKENDS_VENDOR_TOOL_PLAN_H
#define DRYDOCK_BACKENDS_VENDOR_TOOL_PLAN_H

#include "hw/box.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "repo/catalog.h"

struct vendor_tool_plan {
	char **argv; /* NULL-terminated */
	char **nodes;
	size_t arg_count, node_count;
	struct box box; /* all but dir */
};

/*
 * ERR_UNSUPPORTED: the device has no node or PCI address that an argument names, or one with
 * characters in it that do not belong there; a node that the tool needs is not on this machine.
 * ERR_NOMEM. vendor_tool_plan_free() takes {0}.
 */
int vendor_tool_plan_make(struct hwio *hw, const struct component *comp, const struct device *dev,
			  struct vendor_tool_plan *ret, struct err *err);
void vendor_tool_plan_free(struct vendor_tool_plan *plan);

#endif
