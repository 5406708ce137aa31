/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server as a whole and its management controller: is it a bad moment for their firmware? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/block.h"
#include "inventory/probe.h"
#include "run/interlock.h"

#define PCI "/sys/bus/pci/devices"

static bool busy(char *why, size_t size, const char *what, const char *name)
{
	snprintf(why, size, "%s %s", what, name);
	return true;
}

/* Asked now; a machine without a BMC, or without a driver for it, has none that is busy. */
static bool bmc_is_updated(struct hwio *hw, char *why, size_t size)
{
	const struct probe_source source = { .hw = hw };
	struct inventory inv = { 0 };
	const struct device *bmc;
	const char *error;
	bool ret = false;

	if (probe_ipmi(&source, &inv, NULL)) {
		inventory_free(&inv);
		return busy(why, size, "the management controller", "cannot be asked");
	}
	bmc = inv.count ? &inv.devices[0] : NULL;
	error = bmc ? device_prop(bmc, "ipmi.error") : NULL;
	if (error)
		ret = busy(why, size, "the management controller does not answer:", error);
	else if (bmc && device_prop(bmc, "ipmi.update"))
		ret = busy(why, size, "the management controller", "is being updated");
	inventory_free(&inv);
	return ret;
}

/* Linux, Documentation/admin-guide/md.rst: sync_action; arrays without redundancy have none. */
static bool array_is_rebuilt(struct hwio *hw, const char *name, char *why, size_t size)
{
	char path[160], text[32];
	int rc;

	snprintf(path, sizeof(path), "/sys/class/block/%s/md/sync_action", name);
	rc = hwio_read_attr(hw, path, text, sizeof(text));
	if (rc == -ENOENT || (!rc && strcmp(text, "idle") == 0))
		return false;
	snprintf(why, size, "the array %s is at work: %s", name, rc ? "it cannot be read" : text);
	return true;
}

bool interlock_system_busy(struct hwio *hw, char *why, size_t size)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;

	if (hw->ops->list(hw, "/sys/class/block", &names, &count))
		return busy(why, size, "the list of block devices", "cannot be read");
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], "md", 2) == 0 && array_is_rebuilt(hw, names[i], why, size))
			return true;
	return bmc_is_updated(hw, why, size);
}

/* What a BMC says of the disks that it makes up, in the words of INQUIRY. */
static bool is_made_up(const char *vendor, const char *model)
{
	static const char *const words[] = { "virtual", "gadget", "ilo", "idrac" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(model, words[i]) || strcasestr(vendor, words[i]))
			return true;
	return false;
}

/* A KCS or BT interface (PCI Code and ID Assignment 1.11, §1.13), or an iLO (Linux, hpilo.c). */
static bool is_bmc_function(struct hwio *hw, const char *name)
{
	char path[160], text[16], maker[16];

	snprintf(path, sizeof(path), PCI "/%s/class", name);
	if (hwio_read_attr(hw, path, text, sizeof(text)))
		return true; /* nobody can tell */
	if (strncmp(text, "0x0c07", 6) == 0)
		return true;
	snprintf(path, sizeof(path), PCI "/%s/vendor", name);
	return strncmp(text, "0x0880", 6) == 0 &&
	       (hwio_read_attr(hw, path, maker, sizeof(maker)) || strcmp(maker, "0x103c") == 0);
}

/* The USB controller is a function of the BMC's chip. link: ".../0000:01:00.4/usb3/3-1/..." */
static bool is_on_its_card(struct hwio *hw, const char *link, const char *usb)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t len = sizeof("0000:01:00.") - 1, count = 0;
	const char *slot = usb - len - 1; /* and one digit: the function */

	if (slot <= link || slot[-1] != '/' || slot[len - 1] != '.')
		return false; /* no PCI function has it */
	if (hw->ops->list(hw, PCI, &names, &count))
		return true;
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], slot, len) == 0 && is_bmc_function(hw, names[i]))
			return true;
	return false;
}

/*
 * Virtual media are USB disks. A medium that says nothing of itself, or that is made of another
 * device, may be one; what is on no USB is none.
 */
static bool is_virtual_medium(struct hwio *hw, const char *disk)
{
	char link[BLOCK_LINK_MAX], path[160], vendor[64], model[64];
	const char *usb;

	if (block_link(hw, disk, link) || strstr(link, "/virtual/"))
		return true;
	usb = strstr(link, "/usb");
	if (!usb)
		return false;
	snprintf(path, sizeof(path), "/sys/class/block/%.64s/device/vendor", disk);
	if (hwio_read_attr(hw, path, vendor, sizeof(vendor)))
		return true;
	snprintf(path, sizeof(path), "/sys/class/block/%.64s/device/model", disk);
	if (hwio_read_attr(hw, path, model, sizeof(model)))
		return true;
	return is_made_up(vendor, model) || is_on_its_card(hw, link, usb);
}

bool interlock_bmc_busy(struct hwio *hw, const char *boot_disk, char *why, size_t size)
{
	if (!boot_disk || strncmp(boot_disk, "/dev/", 5) != 0)
		return busy(why, size, "what this run was booted from", "is not known");
	if (is_virtual_medium(hw, boot_disk + 5))
		return busy(
			why, size,
			"it carries the medium that this run was booted from, or may:", boot_disk);
	return bmc_is_updated(hw, why, size);
}
