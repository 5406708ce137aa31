/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must not be disturbed: reads only, through the seam. */
#ifndef DRYDOCK_INTERLOCK_H
#define DRYDOCK_INTERLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "plan/plan.h"

/*
 * Does anything that is in use live on this device: a mounted file system, swap, a member of an
 * md or device-mapper device, the medium this run was booted from (boot_disk: "/dev/sda" or NULL)?
 * What cannot be read counts as in use. why gets the cause in words ("" when free).
 */
bool interlock_in_use(struct hwio *hw, const struct device *dev, const char *boot_disk, char *why,
		      size_t size);

/*
 * The same for a network device: is an interface of it up, or of another function of its card? Part
 * of interlock_in_use().
 */
bool interlock_net_in_use(struct hwio *hw, const struct device *dev, char *why, size_t size);

/*
 * What speaks against writing, found out before the plan is made, as bars: members of degraded
 * arrays (ARRAY_DEGRADED), devices under a rebuild (DEVICE_BUSY), machines on battery or with a
 * failed power supply (LOW_POWER), tools that need what a locked down kernel forbids (LOCKDOWN).
 * Reads only. What cannot be read is no bar, but a warning: *ret_warnings, malloc'ed, lines, NULL =
 * none. ERR_NOMEM.
 */
int interlock_bars(struct hwio *hw, const struct inventory *inv, const struct catalog *cat,
		   struct plan_bars *bars, char **ret_warnings, struct err *err);

/*
 * The part of it for LOCKDOWN: bars the components whose tools reach past the kernel's drivers when
 * the kernel is locked down. Returns 0, ERR_NOMEM, or ERR_IO when nobody can tell.
 */
int interlock_lockdown(struct hwio *hw, const struct catalog *cat, struct plan_bars *bars,
		       struct err *err);

#endif
