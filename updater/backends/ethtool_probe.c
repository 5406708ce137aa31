/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drivers of network interfaces say, written into the PCI functions that they are on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backends/devlink_device.h"
#include "backends/ethtool_device.h"
#include "base/cleanup.h"
#include "inventory/describe.h"

#define CLASS_DIR "/sys/class/net"

static int list(struct hwio *hw, char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count,
		struct err *err)
{
	int rc = hw->ops->list(hw, CLASS_DIR, ret_names, ret_count);

	if (rc == -ENOENT) { /* a kernel without network, or another root */
		*ret_names = NULL;
		*ret_count = 0;
		return 0;
	}
	if (rc < 0)
		return err_set_errno(err, rc == -ENOMEM ? ERR_NOMEM : ERR_IO, -rc, CLASS_DIR);
	return 0;
}

/* Reads one interface. False: it is none, or not one of a device. */
static bool read_interface(struct hwio *hw, const char *name, struct ethtool_device *ret)
{
	if (strlen(name) >= sizeof(ret->interface) ||
	    ethtool_get_driver(hw, name, &ret->says, NULL))
		return false;
	snprintf(ret->interface, sizeof(ret->interface), "%s", name);
	ret->fact = ethtool_driver_find(ret->says.driver);
	return true;
}

static bool is_device(const struct ethtool_device *found, const struct device *dev)
{
	const char *driver = device_prop(dev, "ethtool.driver");

	return strncmp(dev->id, "pci:", 4) == 0 && !strcmp(dev->id + 4, found->says.bus) &&
	       (!driver || !strcmp(driver, found->says.driver));
}

/* The interface that it was seen at first; another port of the function has the same answer. */
int ethtool_device_find(struct hwio *hw, const struct device *dev, struct ethtool_device *ret,
			struct err *err)
{
	const char *last = device_prop(dev, "ethtool.interface");
	CLEANUP_FREE void *owned = NULL;
	char(*names)[HWIO_NAME_MAX];
	size_t count;
	int rc = list(hw, &names, &count, err);

	if (rc)
		return rc;
	owned = names;
	for (int same_name = 1; same_name >= 0; same_name--)
		for (size_t i = 0; i < count; i++)
			if ((last && !strcmp(last, names[i])) == same_name &&
			    read_interface(hw, names[i], ret) && is_device(ret, dev))
				return 0;
	return err_set(err, ERR_DEVICE_GONE, "no interface is on %s any more", dev->id);
}

/*
 * Who writes it: this backend where the driver's command is a flash; where it is known to be none
 * the sentence is the reason. A device whose driver nobody has looked at is left for others.
 */
static void put_way(struct describe *to, const struct ethtool_device *found)
{
	const char *first = device_prop(to->dev, "ethtool.same_device");
	struct device *dev = to->dev;

	if (!found->fact)
		return;
	snprintf(dev->backend, sizeof(dev->backend), "ethtool");
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = found->fact->flashes && !first;
	if (first)
		describe_put(to, "ethtool.error", "the same card as %s, with the same firmware",
			     first);
	if (!to->error && !found->fact->flashes)
		to->error = device_set_bar(dev, "NO_BACKEND", found->fact->why);
}

static int describe_interface(const struct ethtool_device *found, struct device *dev,
			      struct err *err)
{
	struct describe to = { .dev = dev };

	describe_put(&to, "ethtool.interface", "%s", found->interface);
	describe_put(&to, "ethtool.driver", "%s", found->says.driver);
	describe_put(&to, "ethtool.fw", "%s", found->says.firmware);
	describe_put(&to, "ethtool.erom", "%s", found->says.option_rom);
	/* What devlink tells is better sorted, and stays where it is all that changes. */
	if (found->says.firmware[0] && !device_prop(dev, "devlink.handle"))
		snprintf(dev->version, sizeof(dev->version), "%s", found->says.firmware);
	put_way(&to, found);
	return describe_end(&to, err);
}

/* An earlier function of the same PCI device with the same driver: one card, one flash. */
static const char *first_of_card(const struct inventory *inv, const struct ethtool_device *found)
{
	const char *dot = strrchr(found->says.bus, '.');
	size_t len = dot ? (size_t)(dot - found->says.bus) + 1 : 0;

	for (size_t i = 0; len && i < inv->count; i++) {
		const struct device *dev = &inv->devices[i];
		const char *driver = device_prop(dev, "ethtool.driver");

		if (driver && !strcmp(driver, found->says.driver) &&
		    !device_prop(dev, "ethtool.same_device") &&
		    !strncmp(dev->id + 4, found->says.bus, len) &&
		    strcmp(dev->id + 4, found->says.bus) != 0)
			return dev->id;
	}
	return "";
}

static int probe_interface(struct hwio *hw, const char *name, struct inventory *inv,
			   struct err *err)
{
	struct ethtool_device found;
	char id[DEVICE_ID_MAX];
	struct device *dev;

	if (!read_interface(hw, name, &found))
		return 0;
	snprintf(id, sizeof(id), "pci:%s", found.says.bus);
	dev = inventory_find(inv, id);
	if (!dev || dev->backend[0] || device_prop(dev, "ethtool.interface"))
		return 0;
	snprintf(id, sizeof(id), "%s", first_of_card(inv, &found));
	if (device_set_prop(dev, "ethtool.same_device", id))
		return err_set(err, ERR_NOMEM, "out of memory");
	return describe_interface(&found, dev, err);
}

int ethtool_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE void *owned = NULL;
	char(*names)[HWIO_NAME_MAX];
	size_t count;
	int rc = list(hw, &names, &count, err);

	if (rc)
		return rc;
	owned = names;
	for (size_t i = 0; !rc && i < count; i++)
		rc = probe_interface(hw, names[i], inv, err);
	return rc;
}

int ethtool_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct ethtool_device found;
	int rc = ethtool_device_find(hw, dev, &found, err);

	/* A driver may tell more by devlink than it does there: that is read again with it. */
	if (!rc && device_prop(dev, "devlink.handle"))
		rc = devlink_refresh(hw, dev, err);
	return rc ? rc : describe_interface(&found, dev, err);
}
