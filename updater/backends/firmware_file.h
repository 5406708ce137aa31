/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload where the kernel's firmware loader finds it (drivers/base/firmware_loader/main.c of
 * Linux 6.12): for drivers that are told a file's name.
 *
 * The loader looks in the folder of /sys/module/firmware_class/parameters/path first. That is set
 * to the run's own folder in RAM while any file is in use, and then set back. /lib/firmware would
 * have to be written to, which lies in RAM in our image only; a name with ".." is refused since
 * 6.12. All flashes of a run share the folder, each with a name of its own, so that they do not
 * disturb one another; what other drivers ask for meanwhile is not in the folder, and is then
 * looked for where it always was. Nothing of this is affected by kernel lockdown.
 */
#ifndef DRYDOCK_BACKENDS_FIRMWARE_FILE_H
#define DRYDOCK_BACKENDS_FIRMWARE_FILE_H

#include "backends/payload_file.h"

#define FIRMWARE_PATH_MAX 255	      /* fw_path_para[256] */
#define FIRMWARE_NAME_MAX 127	      /* struct ethtool_flash */
#define FIRMWARE_SIZE_MAX 0x7fffffffu /* kernel_read_file() takes no more than INT_MAX bytes */

struct firmware_file {
	struct hwio *hw;
	struct payload_file payload;
	char name[FIRMWARE_NAME_MAX + 1]; /* what the driver is told */
	bool held;			  /* the loader's folder is ours */
};

/* Could it be placed? Reads only. ERR_UNSUPPORTED, ERR_FORMAT (empty), ERR_TOO_LARGE. */
int firmware_file_check(const struct backend_io *io, struct err *err);

/*
 * Copies the payload to a file that is named after the device and places it. *ret may be {0} or
 * removed before. As payload_file_make(), ERR_BUSY (another folder is in use), ERR_UNSUPPORTED.
 */
int firmware_file_make(const struct backend_io *io, const char *device, struct firmware_file *ret,
		       struct err *err);
void firmware_file_remove(struct firmware_file *file);

#endif
