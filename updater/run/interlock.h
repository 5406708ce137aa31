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
 * Would a reset of this device disturb anything, so that it must not be reset now?
 *
 * - A drive: a mounted file system, swap, a member of an md or device-mapper device, the medium
 *   this run was booted from (boot_disk: "/dev/sda" or NULL).
 * - A PCI function: the same on any disk below its card (of a RAID controller's physical drive:
 *   below the controller), or an interface of the card that is up.
 * - The system: an array that is being rebuilt, a BMC that is being updated.
 * - The BMC: the latter, or that it carries the medium of this run (virtual media).
 *
 * What cannot be read counts as in use. why gets the cause in words ("" when free).
 */
bool interlock_in_use(struct hwio *hw, const struct device *dev, const char *boot_disk, char *why,
		      size_t size);

/*
 * The same for a network device: is an interface of it up, or of another function of its card? Part
 * of interlock_in_use(), as are the next three.
 */
bool interlock_net_in_use(struct hwio *hw, const struct device *dev, char *why, size_t size);
bool interlock_system_busy(struct hwio *hw, char *why, size_t size);
bool interlock_bmc_busy(struct hwio *hw, const char *boot_disk, char *why, size_t size);

/*
 * How the name of what is reset shows in paths of the device tree: "pci:0000:02:00.0" ->
 * "/0000:02:00.", all functions of the card; "nic:netdevsim/netdevsim10" -> "/netdevsim10/".
 */
void interlock_place(enum device_kind kind, const char *id, char *ret, size_t size);

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
