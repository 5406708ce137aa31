/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network device, found again and asked what it is; for the files devlink_*.c only. */
#ifndef DRYDOCK_BACKENDS_DEVLINK_DEVICE_H
#define DRYDOCK_BACKENDS_DEVLINK_DEVICE_H

#include "backends/backend.h"
#include "hw/devlink.h"

struct devlink_device {
	struct devlink devlink;
	struct devlink_handle handle;
	struct devlink_info info;
};

/*
 * Opens devlink and asks the device of the inventory, live. ERR_DEVICE_GONE: it is not there, or
 * another one is in its place.
 */
int devlink_device_open(struct hwio *hw, const struct device *dev, struct devlink_device *ret,
			struct err *err);
void devlink_device_close(struct devlink_device *device);

/* Asks it again, into device->info. */
int devlink_device_read(struct devlink_device *device, struct err *err);

/* Writes what it says into the device of the inventory but id and kind. ERR_NOMEM. */
int devlink_describe(const struct devlink_info *info, struct device *dev, struct err *err);

/* What struct backend holds; devlink.c puts them together. */
int devlink_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int devlink_refresh(struct hwio *hw, struct device *dev, struct err *err);
int devlink_check(struct backend_io *io, struct err *err);
int devlink_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int devlink_activate_stored(struct backend_io *io, enum backend_result *ret, struct err *err);
int devlink_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
