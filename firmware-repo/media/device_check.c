/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a block device may be overwritten, from what sysfs and procfs say of it. */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "media/device.h"

#define ATTRIBUTE_MAX 64
#define TABLE_MAX     (4u << 20) /* bytes of mountinfo, swaps */

struct disk {
	const struct device_request *request;
	char dir[PATH_MAX]; /* its folder in sysfs, real path */
	const char *name;   /* the last part of it: "sdb" */
	char *mounts, *swaps;
};

static int read_text(const char *dir, const char *name, char **ret, struct err *err)
{
	char path[FSIO_PATH_MAX];
	size_t len;
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_read_file(path, TABLE_MAX, (uint8_t **)ret, &len, err);
}

/* The first line of a small file; false when there is none. */
static bool attribute(const char *dir, const char *name, char ret[ATTRIBUTE_MAX])
{
	CLEANUP_FREE char *text = NULL;

	if (read_text(dir, name, &text, NULL))
		return false;
	text[strcspn(text, "\n")] = '\0';
	snprintf(ret, ATTRIBUTE_MAX, "%s", text);
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Is field number index (from 0) of a line this word? Fields are parted by blanks. */
static bool field_is(const char *line, unsigned int index, bool base, const char *word)
{
	size_t len = strcspn(line, "\n"), field;
	const char *end = line + len;
	char text[256];

	for (; index > 0 && line < end; index--) {
		line += strcspn(line, " \t\n");
		line += strspn(line, " \t");
	}
	field = strcspn(line, " \t\n");
	if (line >= end || field >= sizeof(text))
		return false;
	memcpy(text, line, field);
	text[field] = '\0';
	return strcmp(base ? base_name(text) : text, word) == 0;
}

/* mountinfo: "36 35 98:0 /root /mnt options - type /dev/sdb1 options" (proc_pid_mountinfo(5)). */
static bool is_mounted(const char *mounts, const char *number, const char *name)
{
	for (const char *line = mounts; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *dash = strstr(line, " - ");

		if (field_is(line, 2, false, number) ||
		    (dash && dash < line + strcspn(line, "\n") &&
		     field_is(dash + 3, 1, true, name)))
			return true;
	}
	return false;
}

static bool is_swap(const char *swaps, const char *name)
{
	for (const char *line = swaps; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (field_is(line, 0, true, name))
			return true;
	return false;
}

/* What lies on it: md, dm, bcache. The first one's name. */
static bool has_holder(const char *dir, char ret[ATTRIBUTE_MAX])
{
	CLEANUP_CLOSEDIR DIR *holders = NULL;
	const struct dirent *entry;
	char path[FSIO_PATH_MAX];

	if (fsio_join(path, dir, "holders", NULL))
		return false;
	holders = opendir(path);
	while (holders && (entry = readdir(holders)))
		if (entry->d_name[0] != '.') {
			snprintf(ret, ATTRIBUTE_MAX, "%s", entry->d_name);
			return true;
		}
	return false;
}

/* The disk or one of its partitions. */
static int check_use(const struct disk *disk, const char *dir, const char *name, struct err *err)
{
	char number[ATTRIBUTE_MAX] = "", holder[ATTRIBUTE_MAX];

	attribute(dir, "dev", number);
	if (is_mounted(disk->mounts, number, name))
		return err_set(err, ERR_POLICY, "%s is mounted: unmount it first", name);
	if (is_swap(disk->swaps, name))
		return err_set(err, ERR_POLICY, "%s is used as swap", name);
	if (has_holder(dir, holder))
		return err_set(err, ERR_POLICY, "%s is part of %s", name, holder);
	return 0;
}

static int check_partitions(const struct disk *disk, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(disk->dir);
	const struct dirent *entry;
	int rc = 0;

	while (dir && !rc && (entry = readdir(dir))) {
		char path[FSIO_PATH_MAX], word[ATTRIBUTE_MAX];

		if (entry->d_name[0] == '.' || fsio_join(path, disk->dir, entry->d_name, NULL) ||
		    !attribute(path, "partition", word))
			continue;
		rc = check_use(disk, path, entry->d_name, err);
	}
	return rc;
}

static bool is_portable(const struct disk *disk)
{
	char word[ATTRIBUTE_MAX];

	if (attribute(disk->dir, "removable", word) && strcmp(word, "1") == 0)
		return true;
	return strstr(disk->dir, "/usb") != NULL;
}

static int check_disk(const struct disk *disk, struct err *err)
{
	const struct device_request *request = disk->request;
	char word[ATTRIBUTE_MAX];
	int rc;

	if (attribute(disk->dir, "partition", word))
		return err_set(err, ERR_POLICY, "it is a partition: name the whole device");
	rc = check_use(disk, disk->dir, disk->name, err);
	if (!rc)
		rc = check_partitions(disk, err);
	if (!rc && attribute(disk->dir, "ro", word) && strcmp(word, "0") != 0)
		rc = err_set(err, ERR_POLICY, "it is write-protected");
	if (!rc && !request->again && !is_portable(disk))
		rc = err_set(err, ERR_POLICY,
			     "it is neither removable nor on USB; if it is to be overwritten "
			     "all the same, name it a second time: --overwrite %s",
			     request->device);
	return rc;
}

int device_check(const struct device_request *request, const char *number, struct err *err)
{
	CLEANUP_FREE char *mounts = NULL, *swaps = NULL;
	struct disk disk = { .request = request };
	char path[FSIO_PATH_MAX];
	int rc = 0;

	if (request->again && strcmp(request->again, request->device) != 0)
		rc = err_set(err, ERR_USAGE, "--overwrite names %s, --device %s", request->again,
			     request->device);
	snprintf(path, sizeof(path), "%s/dev/block/%s", request->sys, number);
	if (!rc && !realpath(path, disk.dir))
		rc = err_set(err, ERR_NOT_FOUND, "%s: the kernel does not know it", path);
	if (!rc)
		rc = read_text(request->proc, "self/mountinfo", &mounts, err);
	if (!rc && read_text(request->proc, "swaps", &swaps, NULL))
		swaps = calloc(1, 1); /* a kernel without swap */
	if (!rc && !swaps)
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (rc)
		return rc;
	disk.name = base_name(disk.dir);
	disk.mounts = mounts;
	disk.swaps = swaps;
	rc = check_disk(&disk, err);
	return rc ? err_prefix(err, "%s", request->device) : 0;
}
