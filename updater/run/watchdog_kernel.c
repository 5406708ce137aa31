/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linux, Documentation/watchdog/watchdog-api.rst and Documentation/ABI/testing/
 * sysfs-class-watchdog; drivers/watchdog/watchdog_dev.c for what opening and closing do.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "run/watchdog_feeder.h"

#define TIMEOUT_UNKNOWN_S 10 /* shorter than any that is usual */

static bool read_attr(struct hwio *hw, const char *name, const char *attr, char *text, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/class/watchdog/%.24s/%s", name, attr);
	return hwio_read_attr(hw, path, text, size) == 0;
}

static uint32_t read_seconds(struct hwio *hw, const char *name, const char *attr)
{
	char text[16];
	unsigned long seconds =
		read_attr(hw, name, attr, text, sizeof(text)) ? strtoul(text, NULL, 10) : 0;

	return seconds > UINT32_MAX / 1000 ? UINT32_MAX / 1000 : (uint32_t)seconds;
}

/* Opening one that is not active starts it: only those that are may come here. */
static int open_it(struct feeder *feeder, struct err *err)
{
	char path[48];
	int fd;

	if (feeder->fd >= 0)
		return 0;
	snprintf(path, sizeof(path), "/dev/%s", feeder->node);
	fd = feeder->hw->ops->open(feeder->hw, path, O_WRONLY);
	if (fd == -EBUSY)
		return err_set(err, ERR_BUSY, "somebody else has it open");
	if (fd < 0)
		return err_set_errno(err, ERR_IO, -fd, "%s", path);
	feeder->fd = fd;
	return 0;
}

/*
 * Any byte but 'V' feeds it, also where the driver has no WDIOC_KEEPALIVE. One that is not open yet
 * may have been stopped since: then it must not be opened.
 */
static int feed(struct feeder *feeder, struct err *err)
{
	char state[16];
	ssize_t len;
	int rc;

	if (feeder->fd < 0 && read_attr(feeder->hw, feeder->node, "state", state, sizeof(state)) &&
	    strcmp(state, "active") != 0)
		return err_set(err, ERR_NOT_FOUND, "it does not run any more");
	rc = open_it(feeder, err);
	if (rc)
		return rc;
	len = feeder->hw->ops->write(feeder->hw, feeder->fd, "", 1);
	if (len < 0)
		return err_set_errno(err, ERR_IO, (int)-len, "/dev/%s", feeder->node);
	return 0;
}

static void leave(struct feeder *feeder, char *text, size_t size)
{
	ssize_t len;

	text[0] = '\0';
	if (feeder->fd < 0)
		return;
	len = feeder->hw->ops->write(feeder->hw, feeder->fd, "V", 1);
	feeder->hw->ops->close(feeder->hw, feeder->fd);
	feeder->fd = -1;
	if (len == 1 && !feeder->nowayout)
		snprintf(text, size, "%s was handed to the kernel, which stops it", feeder->name);
	else
		snprintf(text, size,
			 "%s CANNOT BE STOPPED: it resets the machine %u s from now unless that is "
			 "restarted before",
			 feeder->name, feeder->bite_ms / 1000);
}

static const struct feeder_ops kernel_ops = { feed, leave };

static void describe(struct hwio *hw, const char *name, struct feeder *ret)
{
	uint32_t timeout = read_seconds(hw, name, "timeout");
	uint32_t pretimeout = read_seconds(hw, name, "pretimeout");
	char identity[64] = "", nowayout[8] = "";

	*ret = (struct feeder){ .ops = &kernel_ops, .hw = hw, .fd = -1 };
	read_attr(hw, name, "identity", identity, sizeof(identity));
	read_attr(hw, name, "nowayout", nowayout, sizeof(nowayout));
	ret->nowayout = strcmp(nowayout, "0") != 0;
	snprintf(ret->node, sizeof(ret->node), "%.24s", name);
	snprintf(ret->name, sizeof(ret->name), "%.24s (%s)", name,
		 identity[0] ? identity : "unknown");
	if (!timeout)
		timeout = TIMEOUT_UNKNOWN_S;
	/* The pretimeout may be a panic already. */
	ret->bite_ms = 1000 * (pretimeout < timeout ? timeout - pretimeout : timeout);
}

size_t watchdog_find_kernel(struct hwio *hw, struct feeder *feeders, size_t max, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0, used = 0;
	char state[16];
	int rc = hw->ops->list(hw, "/sys/class/watchdog", &names, &count);

	if (rc && rc != -ENOENT)
		err_set_errno(err, ERR_IO, -rc, "/sys/class/watchdog");
	for (size_t i = 0; i < count && used < max; i++) {
		if (!read_attr(hw, names[i], "state", state, sizeof(state)))
			err_set(err, ERR_IO, "whether %s runs cannot be told", names[i]);
		else if (strcmp(state, "active") == 0)
			describe(hw, names[i], &feeders[used++]);
	}
	return used;
}
