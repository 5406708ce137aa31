/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to devlink (linux/devlink.h, net/devlink/dev.c of Linux 6.12). Each blocks for as long
 * as the driver works on it, and the kernel holds a lock of that one device meanwhile: asking about
 * it waits, asking about others does not, but a dump of all does. Hence devices are listed once and
 * asked one by one.
 */
#ifndef DRYDOCK_HW_DEVLINK_H
#define DRYDOCK_HW_DEVLINK_H

#include <pthread.h>
#include <stdatomic.h>

#include "format/netlink_devlink.h"
#include "hw/genl.h"

#define DEVLINK_DEVICES_MAX 1024

struct devlink {
	struct genl genl;
	struct genl_family family; /* its group is "config", where progress is told */
};

/* One that is there: its handle, and its reload actions (devlink_parse_actions()). */
struct devlink_entry {
	struct devlink_handle handle;
	uint32_t actions;
};

/* ERR_NOT_FOUND (no driver with devlink is loaded), ERR_UNSUPPORTED, and as genl_call(). */
int devlink_open(struct hwio *hw, struct devlink *ret, struct err *err);
void devlink_close(struct devlink *devlink);

/* All of them, malloc'ed. ERR_TOO_LARGE, ERR_NOMEM, and as genl_call(). */
int devlink_list(struct devlink *devlink, struct devlink_entry **ret, size_t *ret_count,
		 struct err *err);

/* One of them; ERR_DEVICE_GONE. */
int devlink_find(struct devlink *devlink, const struct devlink_handle *handle,
		 struct devlink_entry *ret, struct err *err);

/* DEVLINK_CMD_INFO_GET. ERR_DEVICE_GONE, ERR_UNSUPPORTED (its driver tells nothing), ERR_DEVICE. */
int devlink_get_info(struct devlink *devlink, const struct devlink_handle *handle,
		     struct devlink_info *ret, struct err *err);

/*
 * DEVLINK_CMD_FLASH_UPDATE: file is the name that the kernel's firmware loader looks for,
 * component "" = all of it, overwrite_mask of DEVLINK_FLASH_OVERWRITE_... Returns when the driver
 * is done. ERR_UNSUPPORTED, ERR_BUSY, ERR_DEVICE_GONE, ERR_DEVICE: refused, in the driver's words
 * (genl.ack.errnum is not 0 then). Others: nobody knows what became of it.
 */
int devlink_flash(struct devlink *devlink, const struct devlink_handle *handle, const char *file,
		  const char *component, uint32_t overwrite_mask, uint32_t timeout_ms,
		  struct err *err);

/* DEVLINK_CMD_RELOAD with the action fw_activate: what is stored runs. Errors as devlink_flash().
 */
int devlink_activate(struct devlink *devlink, const struct devlink_handle *handle,
		     uint32_t timeout_ms, struct err *err);

/*
 * What the driver tells while it flashes one device, read by a thread of its own from a socket of
 * its own: the one that flashes is in the kernel meanwhile.
 */
struct devlink_watch {
	struct genl genl;
	uint16_t family;
	struct devlink_handle handle;
	void (*tell)(void *ctx, const struct devlink_status *status);
	void *ctx;
	pthread_t thread;
	atomic_bool stop;
};

/* tell() is called from the thread, never after devlink_watch_end(). ERR_*: nothing was begun. */
int devlink_watch_begin(struct devlink *devlink, const struct devlink_handle *handle,
			void (*tell)(void *ctx, const struct devlink_status *status), void *ctx,
			struct devlink_watch *ret, struct err *err);

/* Reads what has come until now, and ends. */
void devlink_watch_end(struct devlink_watch *watch);

#endif
