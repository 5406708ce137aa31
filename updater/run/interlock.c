/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/interlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define TABLE_MAX (256u << 10) /* of /proc/self/mountinfo and /proc/swaps */
#define MAX_DEPTH 8	       /* of devices stacked on devices */

struct search {
	struct hwio *hw;
	const char *node; /* "nvme0": the name that its block devices' sysfs path goes through */
	char *why;
	size_t size;
};

static bool found(struct search *s, const char *what, const char *name)
{
	snprintf(s->why, s->size, "%s %s", what, name);
	return true;
}

/*
 * Is the block device major:minor on the device that is looked for, itself or through the devices
 * that it is made of? NVMe namespaces with several paths hang below their subsystem, not below
 * one controller: they count as on each.
 */
static bool block_is_on(struct search *s, const char *dev_number, unsigned int depth)
{
	char path[256], link[512], number[32], part[68];
	CLEANUP_FREE char(*slaves)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/dev/block/%s", dev_number);
	len = s->hw->ops->readlink(s->hw, path, link, sizeof(link) - 1);
	if (len < 0)
		return false; /* not a block device: tmpfs, proc ... */
	link[len] = '\0';
	snprintf(part, sizeof(part), "/%.64s/", s->node);
	if (strstr(link, part) ||
	    (strncmp(s->node, "nvme", 4) == 0 && strstr(link, "/nvme-subsys")))
		return true;
	snprintf(path, sizeof(path), "/sys/dev/block/%s/slaves", dev_number);
	if (depth == MAX_DEPTH || s->hw->ops->list(s->hw, path, &slaves, &count))
		return depth == MAX_DEPTH;
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/sys/class/block/%s/dev", slaves[i]);
		if (hwio_read_attr(s->hw, path, number, sizeof(number)) ||
		    block_is_on(s, number, depth + 1))
			return true;
	}
	return false;
}

static bool name_is_on(struct search *s, const char *name)
{
	char path[256], number[32];

	snprintf(path, sizeof(path), "/sys/class/block/%.128s/dev", name);
	if (hwio_read_attr(s->hw, path, number, sizeof(number)))
		return false;
	return block_is_on(s, number, 0);
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
		    block_is_on(s, number, 0))
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

/* Any md or device-mapper device in the machine that is made of it, mounted or not. */
static bool is_member(struct search *s)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;

	if (s->hw->ops->list(s->hw, "/sys/class/block", &names, &count))
		return found(s, "the list of block devices", "cannot be read");
	for (size_t i = 0; i < count; i++)
		if ((strncmp(names[i], "md", 2) == 0 || strncmp(names[i], "dm-", 3) == 0) &&
		    name_is_on(s, names[i]))
			return found(s, "it is a member of", names[i]);
	return false;
}

bool interlock_in_use(struct hwio *hw, const struct device *dev, const char *boot_disk, char *why,
		      size_t size)
{
	const char *slash = strrchr(dev->node, '/');
	struct search s = { hw, slash ? slash + 1 : dev->node, why, size };

	why[0] = '\0';
	if (!s.node[0])
		return found(&s, "where it is in /dev", "is not known");
	if (boot_disk && strncmp(boot_disk, "/dev/", 5) == 0 && name_is_on(&s, boot_disk + 5))
		return found(&s, "this run was booted from it:", boot_disk);
	return is_mounted(&s) || is_swap(&s) || is_member(&s);
}
