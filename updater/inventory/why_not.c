/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/why_not.h"

#include <stdio.h>
#include <string.h>

/*
 * What the prober that knows such a device says: "nvme.error", "scsi.error". What went wrong with
 * a detail ("pci.vpd.error") is no reason.
 */
static const char *error_of(const struct device *dev)
{
	for (size_t i = 0; i < dev->prop_count; i++) {
		const char *dot = strchr(dev->props[i].key, '.');

		if (dot && strcmp(dot, ".error") == 0)
			return dev->props[i].value;
	}
	return NULL;
}

/* A drive on a PCI function, the ESRT entry of the system ROM. */
static const struct device *stands_for(const struct inventory *inv, const struct device *dev)
{
	for (size_t i = 0; i < inv->count; i++) {
		const struct device *other = &inv->devices[i];

		if (!other->backend[0] || other == dev)
			continue;
		if (dev->kind == DEVICE_PCI && other->kind == DEVICE_NVME &&
		    strcmp(other->parent, dev->id) == 0)
			return other;
		if (dev->kind == DEVICE_SYSTEM && other->kind == DEVICE_ESRT &&
		    strcmp(other->name, "system firmware") == 0)
			return other;
	}
	return NULL;
}

static enum why_not no_backend(const struct inventory *inv, const struct device *dev,
			       char ret[WHY_NOT_MAX])
{
	const struct device *other = stands_for(inv, dev);

	if (other) {
		snprintf(ret, WHY_NOT_MAX, "its firmware is that of %s", other->id);
		return WHY_NOT_ELSEWHERE;
	}
	snprintf(ret, WHY_NOT_MAX, "no backend knows how to update it");
	return WHY_NOT_NO_BACKEND;
}

enum why_not inventory_why_not(const struct inventory *inv, const struct device *dev,
			       char ret[WHY_NOT_MAX])
{
	const char *bar = device_prop(dev, "bar"), *text = device_prop(dev, "bar.text");
	const char *error = error_of(dev);

	ret[0] = '\0';
	if (bar) {
		snprintf(ret, WHY_NOT_MAX, "%s%s%s", bar, text ? ": " : "", text ? text : "");
		return WHY_NOT_BARRED;
	}
	if (dev->backend[0] && dev->updateable)
		return WHY_NOT_UPDATEABLE;
	if (error) {
		snprintf(ret, WHY_NOT_MAX, "%s", error);
		return WHY_NOT_BARRED;
	}
	if (!dev->backend[0])
		return no_backend(inv, dev, ret);
	snprintf(ret, WHY_NOT_MAX, "the device says that it takes no firmware");
	return WHY_NOT_BARRED;
}
