/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The old way to network devices: SIOCETHTOOL (linux/ethtool.h, net/ethtool/ioctl.c of Linux 6.12).
 * The kernel holds one lock for all interfaces while most drivers flash: questions about others
 * wait meanwhile.
 */
#ifndef DRYDOCK_HW_ETHTOOL_H
#define DRYDOCK_HW_ETHTOOL_H

#include <stdbool.h>

#include "base/err.h"
#include "hw/hwio.h"

/* ETHTOOL_GDRVINFO, printable; "" = the driver does not say. */
struct ethtool_driver {
	char driver[33];
	char firmware[33]; /* often several versions in one text, in the driver's own fashion */
	char option_rom[33];
	char bus[33]; /* "0000:03:00.0" */
};

/* ERR_DEVICE_GONE (no such interface), ERR_UNSUPPORTED, ERR_DEVICE. */
int ethtool_get_driver(struct hwio *hw, const char *interface, struct ethtool_driver *ret,
		       struct err *err);

/*
 * ETHTOOL_FLASHDEV: file is the name that the kernel's firmware loader looks for, at most 127
 * characters. Returns when the driver is done. ERR_UNSUPPORTED, ERR_BUSY, ERR_DEVICE_GONE, ERR_IO
 * (no such file), ERR_DEVICE; why a driver refused is told in the kernel's log only.
 */
int ethtool_flash(struct hwio *hw, const char *interface, const char *file, uint32_t region,
		  struct err *err);

/* Brings the interface up or down; *ret_was = it was up. ERR_DEVICE_GONE, ERR_DEVICE. */
int ethtool_set_up(struct hwio *hw, const char *interface, bool up, bool *ret_was, struct err *err);

#endif
