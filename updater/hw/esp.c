/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/esp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hw/block.h"

#define LABEL	     "DRYDOCKEFI " /* iso/mkiso.sh */
#define LABEL_OFFSET 43		   /* BS_VolLab of FAT12 and FAT16 (Microsoft FAT 1.03) */
#define SECTOR_BYTES 512

static int mount_vfat(const char *node, const char *dir)
{
	return mount(node, dir, "vfat", MS_NOSUID | MS_NODEV | MS_NOEXEC, "umask=077");
}

static int (*do_mount)(const char *node, const char *dir) = mount_vfat;
static int (*do_unmount)(const char *dir) = umount;

void esp_mount_by(int (*mounts)(const char *node, const char *dir), int (*unmounts)(const char *))
{
	do_mount = mounts;
	do_unmount = unmounts;
}

static bool attr_is(struct hwio *hw, const char *name, const char *attr, const char *want)
{
	char path[160], text[16];

	snprintf(path, sizeof(path), "/sys/class/block/%.64s/%s", name, attr);
	return hwio_read_attr(hw, path, text, sizeof(text)) == 0 && strcmp(text, want) == 0;
}

/* A disk that somebody attached: as init/volumes.sh has it. */
static bool is_external(struct hwio *hw, const char *disk)
{
	char link[BLOCK_LINK_MAX];

	return attr_is(hw, disk, "removable", "1") ||
	       (block_link(hw, disk, link) == 0 && (strstr(link, "/usb") || strstr(link, "/mmc")));
}

static bool find_partition(struct hwio *hw, const char *disk, char *ret, size_t size)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;

	if (hw->ops->list(hw, "/sys/class/block", &names, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (attr_is(hw, names[i], "partition", "2") &&
		    block_is_partition(hw, disk, names[i])) {
			snprintf(ret, size, "%s", names[i]);
			return true;
		}
	return false;
}

static bool has_label(struct hwio *hw, const char *node)
{
	uint8_t sector[SECTOR_BYTES];
	int fd = hw->ops->open(hw, node, O_RDONLY);
	int rc = fd < 0 ? fd : hwio_pread(hw, fd, sector, sizeof(sector), 0);

	if (fd >= 0)
		hw->ops->close(hw, fd);
	return rc == 0 && sector[510] == 0x55 && sector[511] == 0xaa &&
	       memcmp(sector + LABEL_OFFSET, LABEL, sizeof(LABEL) - 1) == 0;
}

int esp_find(struct hwio *hw, const char *boot_disk, char ret_node[64], struct err *err)
{
	char part[HWIO_NAME_MAX];
	const char *disk;

	if (!boot_disk || strncmp(boot_disk, "/dev/", 5) != 0)
		return err_set(err, ERR_NOT_FOUND,
			       "the disk that this run was booted from is not known");
	disk = boot_disk + 5;
	if (strncmp(disk, "sr", 2) == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "this run was booted from a CD: boot it from a USB stick");
	if (!is_external(hw, disk))
		return err_set(err, ERR_NOT_FOUND, "%s is a disk of the server's own", boot_disk);
	if (!find_partition(hw, disk, part, sizeof(part)))
		return err_set(err, ERR_NOT_FOUND, "%s has no partition 2", boot_disk);
	if (!attr_is(hw, part, "ro", "0") || !attr_is(hw, disk, "ro", "0"))
		return err_set(err, ERR_NOT_FOUND, "%s is write-protected", boot_disk);
	snprintf(ret_node, 64, "/dev/%.48s", part);
	if (!has_label(hw, ret_node))
		return err_set(err, ERR_NOT_FOUND, "%s is not the EFI system partition of our own",
			       ret_node);
	return 0;
}

int esp_part(struct hwio *hw, const char *boot_disk, struct gpt_part *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(GPT_PART_BYTES);
	char node[64];
	int fd, rc = buf ? esp_find(hw, boot_disk, node, err)
			 : err_set(err, ERR_NOMEM, "out of memory");

	if (rc)
		return rc;
	if (block_sector(hw, boot_disk + 5) != SECTOR_BYTES)
		return err_set(err, ERR_FORMAT, "%s has no sectors of 512 bytes", boot_disk);
	fd = hw->ops->open(hw, boot_disk, O_RDONLY);
	rc = fd < 0 ? fd : hwio_pread(hw, fd, buf, GPT_PART_BYTES, 0);
	if (fd >= 0)
		hw->ops->close(hw, fd);
	if (rc)
		return err_set_errno(err, ERR_IO, -rc, "%s", boot_disk);
	rc = gpt_part_parse(buf, GPT_PART_BYTES, 2, ret, err);
	return rc ? err_prefix(err, "%s", boot_disk) : 0;
}

int esp_mount(struct hwio *hw, const char *boot_disk, const char *work_dir, struct esp *ret,
	      struct err *err)
{
	char node[64], note[128];
	int rc = esp_find(hw, boot_disk, node, err);

	if (!rc && !work_dir)
		rc = err_set(err, ERR_IO, "there is no folder in RAM to mount %s at", node);
	if (!rc)
		rc = fsio_join(ret->dir, work_dir, "esp", err);
	if (!rc)
		rc = fsio_mkdir_p(ret->dir, 0700, err);
	if (rc)
		return rc;
	rc = do_mount(node, ret->dir) ? errno : 0;
	snprintf(note, sizeof(note), "mount %s: %s", node, rc ? strerror(rc) : "done");
	hwio_note(hw, "esp", note);
	return rc ? err_set_errno(err, ERR_IO, rc, "%s cannot be mounted", node) : 0;
}

int esp_unmount(const struct esp *esp, struct err *err)
{
	if (do_unmount(esp->dir))
		return err_set_errno(err, ERR_IO, errno, "%s cannot be unmounted", esp->dir);
	(void)rmdir(esp->dir);
	return 0;
}
