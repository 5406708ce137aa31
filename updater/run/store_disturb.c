/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which steps may take the medium away that the run was booted from. */
#include <stdio.h>
#include <string.h>

#include "hw/bmc_access.h"
#include "inventory/target.h"
#include "run/store.h"

/* "0000:03:00.0" of the device or of what it hangs from; NULL = it has no such place. */
static const char *pci_address(const struct device *dev)
{
	static const char prefix[] = "pci:";

	if (strncmp(dev->id, prefix, strlen(prefix)) == 0)
		return dev->id + strlen(prefix);
	if (strncmp(dev->parent, prefix, strlen(prefix)) == 0)
		return dev->parent + strlen(prefix);
	return NULL;
}

/* Is there "/<part>/" in the path, or "/<part>" at its end? */
static bool goes_through(const char *path, const char *part)
{
	size_t len = strlen(part);

	for (const char *at = strchr(path, '/'); len && at; at = strchr(at + 1, '/'))
		if (strncmp(at + 1, part, len) == 0 && (at[1 + len] == '/' || at[1 + len] == '\0'))
			return true;
	return false;
}

/* Where the disk hangs: "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/..." (sysfs). */
static bool find_disk(struct hwio *hw, const char *boot_disk, char *ret, size_t size)
{
	char path[128];
	ssize_t len;

	if (!boot_disk || strncmp(boot_disk, "/dev/", 5) != 0)
		return false;
	snprintf(path, sizeof(path), "/sys/class/block/%.64s", boot_disk + 5);
	len = hw->ops->readlink(hw, path, ret, size - 1);
	if (len < 0)
		return false;
	ret[len] = '\0';
	return true;
}

/* Drives beside the medium's on the same controller do not disturb it; anything above it does. */
static bool carries_disk(const struct device *dev, const char *disk_path)
{
	const char *slash = strrchr(dev->node, '/');
	const char *address = pci_address(dev);

	if (slash && goes_through(disk_path, slash + 1))
		return true;
	/* Namespaces with several paths hang below their subsystem, not below one controller. */
	if (dev->kind == DEVICE_NVME)
		return strstr(disk_path, "/nvme-subsys");
	return address && goes_through(disk_path, address);
}

bool store_disturbs_medium(struct hwio *hw, const struct step *step, const char *boot_disk)
{
	char path[512];

	/* A BMC may reset itself with its virtual media; another machine's takes nothing away here.
	 */
	if (strcmp(step->comp->class_name, "bmc") == 0 || backend_is_by_bmc(step->comp->backend))
		return !bmc_is_remote(hw);
	if (!find_disk(hw, boot_disk, path, sizeof(path)))
		return strcmp(step->comp->class_name, "controller") == 0;
	return carries_disk(step->dev, path);
}
