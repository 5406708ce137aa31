/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network devices as devlink knows them. One on a PCI function is that function of the inventory;
 * only what is on none is a device of its own.
 */
#include <linux/devlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/devlink_device.h"
#include "backends/devlink_plan.h"
#include "base/cleanup.h"
#include "inventory/describe.h"

/* What does not belong into a key becomes '_'; "FW.mgmt" is "fw.mgmt". */
static void key_of(const struct devlink_version *version, char key[48])
{
	static const char *const groups[] = { [DEVLINK_FIXED] = "devlink.fixed.",
					      [DEVLINK_RUNNING] = "devlink.",
					      [DEVLINK_STORED] = "devlink.stored." };

	snprintf(key, 48, "%s%s", groups[version->group], version->name);
	for (char *c = key; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", *c))
			*c = '_';
	}
}

/* What is not told any more must not be left from the last time. */
static int forget_versions(struct device *dev)
{
	for (size_t i = dev->prop_count; i > 0; i--) {
		char key[sizeof(dev->props->key)];

		memcpy(key, dev->props[i - 1].key, sizeof(key));
		if (strncmp(key, "devlink.", strlen("devlink.")) != 0 ||
		    !strcmp(key, "devlink.same_device") || !strcmp(key, "devlink.reload"))
			continue;
		if (device_set_prop(dev, key, ""))
			return ERR_NOMEM;
	}
	return 0;
}

static void put_targets(struct describe *to, const struct devlink_info *info)
{
	char value[DEVICE_TARGET_MAX];

	for (size_t i = 0; i < info->count; i++) {
		if (info->versions[i].group != DEVLINK_FIXED)
			continue;
		snprintf(value, sizeof(value), "%s:%s=%s", info->driver, info->versions[i].name,
			 info->versions[i].value);
		describe_target(to, "devlink", value);
	}
	describe_target(to, "devlink", info->driver);
}

static void put_versions(struct describe *to, const struct devlink_info *info)
{
	const char *name = devlink_plan_main(info);
	char key[48];

	for (size_t i = 0; i < info->count; i++) {
		key_of(&info->versions[i], key);
		describe_put(to, key, "%s", info->versions[i].value);
	}
	describe_put(to, "devlink.handle", "%s/%s", info->handle.bus, info->handle.name);
	describe_put(to, "devlink.driver", "%s", info->driver);
	describe_put(to, "devlink.serial", "%s", info->serial);
	describe_put(to, "devlink.board_serial", "%s", info->board_serial);
	if (name)
		snprintf(to->dev->version, sizeof(to->dev->version), "%s",
			 devlink_version(info, DEVLINK_RUNNING, name));
}

/* Without a way to flash it the device is left for who else may write it. */
static void put_updateable(struct describe *to, const struct devlink_info *info)
{
	const char *first = device_prop(to->dev, "devlink.same_device");
	struct device *dev = to->dev;

	if (!devlink_plan_flashes(info)) {
		describe_put(to, "devlink.error", "the driver %s does not flash by devlink",
			     info->driver);
		return;
	}
	snprintf(dev->backend, sizeof(dev->backend), "devlink");
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = !first;
	if (first)
		describe_put(to, "devlink.error", "the same card as %s, with the same firmware",
			     first);
}

int devlink_describe(const struct devlink_info *info, struct device *dev, struct err *err)
{
	const char *serial = info->board_serial[0] ? info->board_serial : info->serial;
	struct describe to = { .dev = dev, .error = forget_versions(dev) };

	if (serial[0])
		snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
	if (dev->kind == DEVICE_NIC) {
		snprintf(dev->model, sizeof(dev->model), "%s", info->driver);
		snprintf(dev->name, sizeof(dev->name), "%s (%s, S/N %s)", info->handle.name,
			 info->driver, serial[0] ? serial : "unknown");
	}
	put_versions(&to, info);
	put_updateable(&to, info);
	put_targets(&to, info);
	return describe_end(&to, err);
}

/* Where the device number ends in "pci/0000:03:00.1"; 0 = it is on no PCI function. */
static size_t slot_length(const char *handle)
{
	const char *dot = strrchr(handle, '.');

	return strncmp(handle, "pci/", 4) == 0 && dot ? (size_t)(dot - handle) : 0;
}

static bool equal_prop(const struct device *dev, const char *key, const char *value)
{
	const char *text = device_prop(dev, key);

	return value[0] && text && !strcmp(text, value);
}

/*
 * All functions of a card share its flash: they have its serial number, or, where the driver tells
 * none (mlx5), are functions of one PCI device.
 */
static bool is_same_card(const struct device *dev, const struct devlink_info *info)
{
	const char *handle = device_prop(dev, "devlink.handle");
	char own[sizeof(info->handle) + 1];
	size_t len;

	if (!handle || !equal_prop(dev, "devlink.driver", info->driver))
		return false;
	snprintf(own, sizeof(own), "%s/%s", info->handle.bus, info->handle.name);
	len = slot_length(own);
	if (len && len == slot_length(handle) && !strncmp(own, handle, len))
		return true;
	if (info->serial[0] || device_prop(dev, "devlink.serial"))
		return equal_prop(dev, "devlink.serial", info->serial);
	return equal_prop(dev, "devlink.board_serial", info->board_serial);
}

static const char *first_of_card(const struct inventory *inv, const struct devlink_info *info)
{
	for (size_t i = 0; i < inv->count; i++)
		if (is_same_card(&inv->devices[i], info) &&
		    !device_prop(&inv->devices[i], "devlink.same_device"))
			return inv->devices[i].id;
	return "";
}

/*
 * A part of a PCI function that has a handle of its own (a subfunction on the auxiliary bus): its
 * firmware is that of the function.
 */
static bool is_part_of_pci(struct hwio *hw, const struct devlink_handle *handle)
{
	char path[160], target[512];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", handle->bus, handle->name);
	if (!hw->ops->readlink)
		return false;
	len = hw->ops->readlink(hw, path, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	return strstr(target, "/pci") != NULL;
}

/* The device of the inventory: there already, or added. *ret NULL = it is a part of another one. */
static int place(struct hwio *hw, const struct devlink_handle *handle, struct inventory *inv,
		 struct device **ret, struct err *err)
{
	char id[DEVICE_ID_MAX];

	*ret = NULL;
	if (strcmp(handle->bus, "pci") == 0) {
		snprintf(id, sizeof(id), "pci:%s", handle->name);
		*ret = inventory_find(inv, id);
		if (*ret)
			return 0;
	} else if (is_part_of_pci(hw, handle)) {
		return 0;
	}
	snprintf(id, sizeof(id), "nic:%s/%s", handle->bus, handle->name);
	return inventory_add(inv, DEVICE_NIC, id, ret, err);
}

/* For people; whoever activates asks the kernel again. */
static void put_actions(struct describe *to, uint32_t actions)
{
	if (actions & 1u << DEVLINK_RELOAD_ACTION_FW_ACTIVATE)
		describe_put(to, "devlink.reload", "fw_activate");
}

/* One that does not answer is in the inventory with the reason, and costs its siblings nothing. */
static int describe_silent(const struct devlink_handle *handle, const struct err *cause,
			   struct device *dev, struct err *err)
{
	struct describe to = { .dev = dev };

	if (dev->kind == DEVICE_NIC)
		snprintf(dev->name, sizeof(dev->name), "%s", handle->name);
	/* Its driver tells nothing: common, and no fault. */
	if (cause->code != ERR_UNSUPPORTED)
		describe_put(&to, "devlink.error", "%s", cause->text);
	return describe_end(&to, err);
}

static int probe_entry(struct devlink *devlink, const struct devlink_entry *entry,
		       struct inventory *inv, struct err *err)
{
	struct describe to = { 0 };
	struct devlink_info info;
	struct err cause = { 0 };
	int asked = devlink_get_info(devlink, &entry->handle, &info, &cause);
	char first[DEVICE_ID_MAX] = "";
	int rc;

	if (asked == ERR_DEVICE_GONE)
		return 0;
	if (!asked)
		snprintf(first, sizeof(first), "%s", first_of_card(inv, &info));
	rc = place(devlink->genl.hw, &entry->handle, inv, &to.dev, err);
	if (rc || !to.dev)
		return rc;
	if (asked)
		return describe_silent(&entry->handle, &cause, to.dev, err);
	put_actions(&to, entry->actions);
	describe_put(&to, "devlink.same_device", "%s", first);
	rc = describe_end(&to, err);
	return rc ? rc : devlink_describe(&info, to.dev, err);
}

int devlink_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct devlink_entry *entries = NULL;
	struct devlink devlink;
	size_t count = 0;
	int rc = devlink_open(hw, &devlink, err);

	if (rc == ERR_NOT_FOUND || rc == ERR_UNSUPPORTED)
		return 0; /* no driver with devlink, or another root than this machine */
	if (rc)
		return rc;
	rc = devlink_list(&devlink, &entries, &count, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = probe_entry(&devlink, &entries[i], inv, err);
	devlink_close(&devlink);
	return rc;
}

int devlink_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct devlink_device device;
	int rc = devlink_device_open(hw, dev, &device, err);

	if (rc)
		return rc;
	rc = devlink_describe(&device.info, dev, err);
	devlink_device_close(&device);
	return rc;
}
