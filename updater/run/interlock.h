/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must not be disturbed: reads only, through the seam. */
#ifndef DRYDOCK_INTERLOCK_H
#define DRYDOCK_INTERLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/hwio.h"
#include "inventory/inventory.h"

/*
 * Does anything that is in use live on this device: a mounted file system, swap, a member of an
 * md or device-mapper device, the medium this run was booted from (boot_disk: "/dev/sda" or NULL)?
 * What cannot be read counts as in use. why gets the cause in words ("" when free).
 */
bool interlock_in_use(struct hwio *hw, const struct device *dev, const char *boot_disk, char *why,
		      size_t size);

#endif
