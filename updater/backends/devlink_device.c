/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/devlink_device.h"

#include <stdio.h>
#include <string.h>

/* "pci/0000:03:00.0": bus names have no '/', names of devices may. */
static int read_handle(const struct device *dev, struct devlink_handle *ret, struct err *err)
{
	const char *text = device_prop(dev, "devlink.handle");
	const char *slash = text ? strchr(text, '/') : NULL;

	if (!slash || slash - text >= (int)sizeof(ret->bus) ||
	    strlen(slash + 1) >= sizeof(ret->name))
		return err_set(err, ERR_NOT_FOUND, "devlink does not know this device");
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->bus, text, (size_t)(slash - text));
	memcpy(ret->name, slash + 1, strlen(slash + 1));
	return 0;
}

static int check_identity(const struct devlink_info *info, const struct device *dev,
			  struct err *err)
{
	const char *serial = device_prop(dev, "devlink.serial");
	const char *driver = device_prop(dev, "devlink.driver");

	if ((serial && strcmp(serial, info->serial) != 0) ||
	    (driver && strcmp(driver, info->driver) != 0))
		return err_set(err, ERR_DEVICE_GONE, "%s/%s is another device now",
			       info->handle.bus, info->handle.name);
	return 0;
}

int devlink_device_read(struct devlink_device *device, struct err *err)
{
	return devlink_get_info(&device->devlink, &device->handle, &device->info, err);
}

int devlink_device_open(struct hwio *hw, const struct device *dev, struct devlink_device *ret,
			struct err *err)
{
	int rc = read_handle(dev, &ret->handle, err);

	if (rc)
		return rc;
	rc = devlink_open(hw, &ret->devlink, err);
	if (rc == ERR_NOT_FOUND) /* its driver, the last with devlink, is unloaded */
		rc = err_set(err, ERR_DEVICE_GONE, "no driver with devlink is loaded any more");
	if (rc)
		return rc;
	rc = devlink_device_read(ret, err);
	if (!rc)
		rc = check_identity(&ret->info, dev, err);
	if (rc)
		devlink_device_close(ret);
	return rc;
}

void devlink_device_close(struct devlink_device *device)
{
	devlink_close(&device->devlink);
}
