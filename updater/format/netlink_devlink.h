/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What devlink says (linux/devlink.h of Linux 6.12, Documentation/networking/devlink): pure
 * functions of the attributes of a message. Names and versions are printable; what is longer than
 * its field is cut.
 */
#ifndef DRYDOCK_FORMAT_NETLINK_DEVLINK_H
#define DRYDOCK_FORMAT_NETLINK_DEVLINK_H

#include "format/netlink.h"

#define DEVLINK_VERSIONS_MAX 64 /* more are left out; drivers tell up to about twenty */

/* "pci" and "0000:03:00.0" */
struct devlink_handle {
	char bus[24];
	char name[64];
};

enum devlink_group {
	DEVLINK_FIXED = 1, /* of the board: cannot change */
	DEVLINK_RUNNING,
	DEVLINK_STORED, /* in flash: runs after the next activation */
};

struct devlink_version {
	enum devlink_group group;
	char name[32]; /* "fw.mgmt": devlink-info.rst has the generic ones */
	char value[64];
};

struct devlink_info {
	struct devlink_handle handle;
	char driver[32];
	char serial[64];       /* of the device */
	char board_serial[64]; /* of the card that it is on */
	struct devlink_version versions[DEVLINK_VERSIONS_MAX];
	size_t count;
};

/* What a driver tells while it flashes. */
struct devlink_status {
	struct devlink_handle handle;
	char text[96];
	char component[32];
	uint64_t done, total; /* in a unit of the driver's; total 0 = not known */
	uint64_t timeout_s;   /* so long this may take; 0 = not known */
};

/* False: it names no device. */
bool devlink_parse_handle(const struct netlink_reader *attrs, struct devlink_handle *ret);
bool devlink_parse_info(const struct netlink_reader *attrs, struct devlink_info *ret);
bool devlink_parse_status(const struct netlink_reader *attrs, struct devlink_status *ret);

/*
 * The reload actions that the driver has, 1 << DEVLINK_RELOAD_ACTION_... : those that a
 * DEVLINK_CMD_GET counts (net/devlink/dev.c, devlink_reload_stats_put()).
 */
uint32_t devlink_parse_actions(const struct netlink_reader *attrs);

/* The value of a version; NULL = there is none of that name in the group. */
const char *devlink_version(const struct devlink_info *info, enum devlink_group group,
			    const char *name);

#endif
