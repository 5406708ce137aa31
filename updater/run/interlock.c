/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/interlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/block.h"

#define TABLE_MAX (256u << 10) /* of /proc/self/mountinfo and /proc/swaps */
#define MAX_DEPTH 8	       /* of devices stacked on devices */

struct search {
	struct hwio *hw;
	const char *node;  /* "nvme0": the name that its block devices' sysfs path goes through */
	const char *place; /* "/0000:03:00.": the same of a card; "" = look for node */
	char *why;
	size_t size;
};

static bool found(struct search *s, const char *what, const char *name)
{
	snprintf(s->why, s->size, "%s %s", what, name);
	return true;
}

static bool is_here(const struct search *s, const char *link)
{
	return s->place[0] ? block_is_below(s->hw, link, s->place)
			   : block_is_on(s->hw, link, s->node);
}

static bool number_is_on(struct search *s, const char *number, unsigned int depth);

static bool read_number(struct search *s, const char *name, char number[32])
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/class/block/%.128s/dev", name);
	return hwio_read_attr(s->hw, path, number, 32) == 0;
}

/* What has no number is no block device. */
static bool name_is_on(struct search *s, const char *name)
{
	char number[32];

	return read_number(s, name, number) && number_is_on(s, number, 0);
}

/*
 * A loop device on a block device has no slaves; on a file it lies where that file's file system
 * does, which is found as what it is: mounted.
 */
static bool loop_is_on(struct search *s, const char *number, unsigned int depth)
{
	char path[256], file[256], other[32];

	snprintf(path, sizeof(path), "/sys/dev/block/%s/loop/backing_file", number);
	if (hwio_read_attr(s->hw, path, file, sizeof(file)) || strncmp(file, "/dev/", 5) != 0)
		return false;
	return !read_number(s, file + 5, other) || number_is_on(s, other, depth + 1);
}

/*
 * Is the block device major:minor on the device that is looked for, itself or through the devices
 * that it is made of (multipath, md, LVM, encryption)?
 */
static bool number_is_on(struct search *s, const char *number, unsigned int depth)
{
	CLEANUP_FREE char(*slaves)[HWIO_NAME_MAX] = NULL;
	char link[BLOCK_LINK_MAX], path[256], part[32];
	size_t count = 0;
	int rc = block_link_by_number(s->hw, number, link);

	if (rc)
		return rc != -ENOENT; /* not a block device: tmpfs, proc ... */
	if (depth == MAX_DEPTH || is_here(s, link) || loop_is_on(s, number, depth))
		return true;
	snprintf(path, sizeof(path), "/sys/dev/block/%s/slaves", number);
	if (s->hw->ops->list(s->hw, path, &slaves, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_number(s, slaves[i], part) || number_is_on(s, part, depth + 1))
			return true;
	return false;
}

/* The lines of a file in /proc, one at a time through *cursor; NULL at the end. */
static char *next_line(char **cursor)
{
	char *line = *cursor;
	char *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	*cursor = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static char *read_table(struct search *s, const char *path)
{
	char *table = malloc(TABLE_MAX + 1);
	ssize_t len = table ? hwio_read_file(s->hw, path, table, TABLE_MAX) : -ENOMEM;

	if (len < 0) {
		free(table);
		return NULL;
	}
	table[len] = '\0';
	return table;
}

/* proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime ..." */
static bool is_mounted(struct search *s)
{
	CLEANUP_FREE char *table = read_table(s, "/proc/self/mountinfo");
	char *cursor = table;
	char number[32], where[128];

	if (!table)
		return found(s, "the list of mounts", "cannot be read");
	for (char *line; (line = next_line(&cursor));)
		if (sscanf(line, "%*s %*s %31s %*s %127s", number, where) == 2 &&
		    number_is_on(s, number, 0))
			return found(s, "it carries the file system mounted at", where);
	return false;
}

/* proc(5): a line of headings, then "/dev/sda2 partition 2096476 0 -2" */
static bool is_swap(struct search *s)
{
	CLEANUP_FREE char *table = read_table(s, "/proc/swaps");
	char *cursor = table;

	if (!table || !next_line(&cursor))
		return false; /* a kernel without swap has no such file */
	for (char *line; (line = next_line(&cursor));) {
		line[strcspn(line, " \t")] = '\0';
		if (strncmp(line, "/dev/", 5) == 0 && name_is_on(s, line + 5))
			return found(s, "it carries the swap space", line);
	}
	return false;
}

/* What is made of other devices. A stacked device holds them open, mounted or not. */
static bool is_stacked(const char *name)
{
	static const char *const prefixes[] = { "md", "dm-", "loop", "bcache", "drbd" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static bool is_member(struct search *s)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;

	if (s->hw->ops->list(s->hw, "/sys/class/block", &names, &count))
		return found(s, "the list of block devices", "cannot be read");
	for (size_t i = 0; i < count; i++)
		if (is_stacked(names[i]) && name_is_on(s, names[i]))
			return found(s, "it is a member of", names[i]);
	return false;
}

/* A disk below it that this run was booted from, a file system, swap, a device made of its. */
static bool carries_something(struct search *s, const char *boot_disk)
{
	if (boot_disk && strncmp(boot_disk, "/dev/", 5) == 0 && name_is_on(s, boot_disk + 5))
		return found(s, "this run was booted from it:", boot_disk);
	return is_mounted(s) || is_swap(s) || is_member(s);
}

/*
 * All that hangs below a PCI function: its disks, a switch's or an HBA's, its network interfaces.
 * The functions of a card share its firmware and its reset.
 */
static bool card_is_in_use(struct search *s, const struct device *dev, const char *id,
			   const char *boot_disk)
{
	char place[DEVICE_ID_MAX + 4];

	if (strncmp(id, "pci:", 4) != 0)
		return found(s, "where it is in the device tree", "is not known");
	if (dev->kind != DEVICE_DRIVE && interlock_net_in_use(s->hw, dev, s->why, s->size))
		return true;
	interlock_place(DEVICE_PCI, id, place, sizeof(place));
	s->place = place;
	return carries_something(s, boot_disk);
}

bool interlock_in_use(struct hwio *hw, const struct device *dev, const char *boot_disk, char *why,
		      size_t size)
{
	const char *slash = strrchr(dev->node, '/');
	struct search s = { hw, slash ? slash + 1 : dev->node, "", why, size };

	why[0] = '\0';
	switch (dev->kind) {
	case DEVICE_NIC:
		return interlock_net_in_use(hw, dev, why, size);
	case DEVICE_PCI:
		return card_is_in_use(&s, dev, dev->id, boot_disk);
	case DEVICE_SYSTEM:
		return interlock_system_busy(hw, why, size);
	case DEVICE_BMC:
		return interlock_bmc_busy(hw, boot_disk, why, size);
	default:
		break;
	}
	/* What lies on a drive behind a RAID controller is the controller's secret. */
	if (device_prop(dev, "scsi.behind"))
		return card_is_in_use(&s, dev, dev->parent, boot_disk);
	if (!s.node[0])
		return found(&s, "where it is in /dev", "is not known");
	return carries_something(&s, boot_disk);
}
