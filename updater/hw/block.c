/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define SYSFS_SECTOR 512u /* the unit of "size", whatever the device's sectors are */

static int read_link(struct hwio *hw, const char *path, char ret[BLOCK_LINK_MAX])
{
	ssize_t len = hw->ops->readlink(hw, path, ret, BLOCK_LINK_MAX - 1);

	if (len < 0)
		return (int)len;
	if (len >= BLOCK_LINK_MAX - 1)
		return -ENAMETOOLONG;
	ret[len] = '/';
	ret[len + 1] = '\0';
	return 0;
}

int block_link(struct hwio *hw, const char *name, char ret[BLOCK_LINK_MAX])
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/block/%.128s", name);
	return read_link(hw, path, ret);
}

int block_link_by_number(struct hwio *hw, const char *number, char ret[BLOCK_LINK_MAX])
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/dev/block/%.32s", number);
	return read_link(hw, path, ret);
}

/*
 * The subsystem whose namespace link shows: "nvme-subsys0/nvme0n1/"; NULL = none. Not of
 * "/nvme-subsystem/nvme-subsys0/" the part without a number.
 */
static const char *subsystem_of(const char *link)
{
	const char *subsystem = strstr(link, "/nvme-subsys");

	while (subsystem && strncmp(subsystem, "/nvme-subsystem/", 16) == 0)
		subsystem = strstr(subsystem + 1, "/nvme-subsys");
	return subsystem ? subsystem + 1 : NULL;
}

/* "nvme0" with digits alone behind it, no namespace. */
static bool is_controller(const char *name)
{
	return strncmp(name, "nvme", 4) == 0 && name[4] &&
	       strspn(name + 4, "0123456789") == strlen(name + 4);
}

/*
 * Does a controller of the subsystem fit, by its name or by its place (the other is NULL)? What
 * cannot be read may be the one.
 */
static bool has_controller(struct hwio *hw, const char *subsystem, const char *node,
			   const char *place)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	char path[160], link[BLOCK_LINK_MAX];
	size_t count = 0;
	int len = snprintf(path, sizeof(path), "/sys/class/nvme-subsystem/%.*s",
			   (int)strcspn(subsystem, "/"), subsystem);

	if (hw->ops->list(hw, path, &names, &count))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (node && strcmp(names[i], node) == 0)
			return true;
		if (!place || !is_controller(names[i]))
			continue;
		snprintf(path + len, sizeof(path) - (size_t)len, "/%s", names[i]);
		if (read_link(hw, path, link) || strstr(link, place))
			return true;
	}
	return false;
}

bool block_is_on(struct hwio *hw, const char *link, const char *node)
{
	const char *subsystem = subsystem_of(link);
	char part[68];

	snprintf(part, sizeof(part), "/%.64s/", node);
	if (strstr(link, part))
		return true;
	return subsystem && strncmp(node, "nvme", 4) == 0 &&
	       has_controller(hw, subsystem, node, NULL);
}

bool block_is_below(struct hwio *hw, const char *link, const char *place)
{
	const char *subsystem = subsystem_of(link);

	return strstr(link, place) || (subsystem && has_controller(hw, subsystem, NULL, place));
}

static bool attr_is(struct hwio *hw, const char *name, const char *attr, const char *value)
{
	char path[160], text[32];

	snprintf(path, sizeof(path), "/sys/class/block/%.64s/%s", name, attr);
	return hwio_read_attr(hw, path, text, sizeof(text)) == 0 &&
	       (!value || strcmp(text, value) == 0);
}

bool block_is_disk(struct hwio *hw, const char *name, const char *link)
{
	if (strstr(link, "/virtual/") && !strstr(link, "/virtual/nvme-subsystem/"))
		return false;
	return !attr_is(hw, name, "partition", NULL) && !attr_is(hw, name, "hidden", "1");
}

bool block_is_partition(struct hwio *hw, const char *disk, const char *part)
{
	return strncmp(part, disk, strlen(disk)) == 0 && attr_is(hw, part, "partition", NULL);
}

static uint64_t number_attr(struct hwio *hw, const char *name, const char *attr)
{
	char path[160], text[32];

	snprintf(path, sizeof(path), "/sys/class/block/%.64s/%s", name, attr);
	return hwio_read_attr(hw, path, text, sizeof(text)) ? 0 : strtoull(text, NULL, 10);
}

uint64_t block_size(struct hwio *hw, const char *name)
{
	uint64_t sectors = number_attr(hw, name, "size");

	return sectors > INT64_MAX / SYSFS_SECTOR ? 0 : sectors * SYSFS_SECTOR;
}

uint32_t block_sector(struct hwio *hw, const char *disk)
{
	uint64_t bytes = number_attr(hw, disk, "queue/logical_block_size");

	return bytes >= 512 && bytes <= 4096 ? (uint32_t)bytes : 512;
}
