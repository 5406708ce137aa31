/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The EFI system partition of the stick that this run was booted from. Nothing else is ever
 * mounted: it must be partition 2 of that disk, the disk removable or on USB, and the file system
 * the one that iso/mkiso.sh makes, by its label. The kernel's vfat writes it, for the moment of the
 * write: it is what the image has anyway, and no second writer of FAT is needed.
 */
#ifndef DRYDOCK_HW_ESP_H
#define DRYDOCK_HW_ESP_H

#include "base/err.h"
#include "base/fsio.h"
#include "format/gpt_part.h"
#include "hw/hwio.h"

struct esp {
	char dir[FSIO_PATH_MAX]; /* where it is mounted */
};

/*
 * The name of its device, "/dev/sda2". boot_disk is "/dev/sda"; NULL = not known. ERR_NOT_FOUND
 * with the reason: booted from a CD, write-protected, not ours.
 */
int esp_find(struct hwio *hw, const char *boot_disk, char ret_node[64], struct err *err);

/* The same in the partition table, for device paths. ERR_NOT_FOUND, ERR_FORMAT, ERR_IO. */
int esp_part(struct hwio *hw, const char *boot_disk, struct gpt_part *ret, struct err *err);

/* Mounts it at work_dir/esp. ERR_NOT_FOUND, ERR_IO. */
int esp_mount(struct hwio *hw, const char *boot_disk, const char *work_dir, struct esp *ret,
	      struct err *err);

/* Everything is on the medium when it returns 0. ERR_IO. */
int esp_unmount(const struct esp *esp, struct err *err);

/* For tests: what to call instead of mount(2) and umount(2); both return 0 or -1 with errno. */
void esp_mount_by(int (*mounts)(const char *node, const char *dir), int (*unmounts)(const char *));

#endif
