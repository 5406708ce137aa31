/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces on PCI functions that devlink does not write; for the files ethtool*.c only. */
#ifndef DRYDOCK_BACKENDS_ETHTOOL_DEVICE_H
#define DRYDOCK_BACKENDS_ETHTOOL_DEVICE_H

#include "backends/backend.h"
#include "backends/ethtool_drivers.h"
#include "hw/ethtool.h"

#define ETHTOOL_FLAG_REGION "ethtool-region=" /* a decimal number; 0 = all of it, as without */

/* One interface, found again by its PCI function, and what it says. */
struct ethtool_device {
	char interface[16]; /* IFNAMSIZ: true for this boot only */
	struct ethtool_driver says;
	const struct ethtool_driver_fact *fact; /* NULL = nothing is known of the driver */
};

/* ERR_DEVICE_GONE: no interface is on that function any more, or one of another driver. */
int ethtool_device_find(struct hwio *hw, const struct device *dev, struct ethtool_device *ret,
			struct err *err);

/* Would it be flashed? Pure. ERR_UNSUPPORTED (the driver, a flag). *ret_region as told. */
int ethtool_plan_make(const struct ethtool_device *device, const struct component *comp,
		      uint32_t *ret_region, struct err *err);

/* What struct backend holds; ethtool.c puts them together. */
int ethtool_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int ethtool_refresh(struct hwio *hw, struct device *dev, struct err *err);
int ethtool_check(struct backend_io *io, struct err *err);
int ethtool_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int ethtool_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int ethtool_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
