/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <linux/devlink.h>
#include <string.h>

#include "base/thread.h"
#include "hw/devlink.h"

#define LOOK_MS 500u

static int take_status(void *ctx, const struct netlink_generic *message)
{
	const struct devlink_watch *watch = ctx;
	struct devlink_status status;

	if (message->cmd == DEVLINK_CMD_FLASH_UPDATE_STATUS &&
	    devlink_parse_status(&message->attrs, &status) &&
	    !strcmp(status.handle.bus, watch->handle.bus) &&
	    !strcmp(status.handle.name, watch->handle.name))
		watch->tell(watch->ctx, &status);
	return 0;
}

static void *run(void *arg)
{
	struct devlink_watch *watch = arg;
	bool last;

	/* After the stop there is one more look: what came before it belongs to the story. */
	do {
		last = watch->stop;
		if (genl_events(&watch->genl, watch->family, last ? 0 : LOOK_MS, take_status, watch,
				NULL))
			break;
	} while (!last);
	return NULL;
}

int devlink_watch_begin(struct devlink *devlink, const struct devlink_handle *handle,
			void (*tell)(void *ctx, const struct devlink_status *status), void *ctx,
			struct devlink_watch *ret, struct err *err)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->family = devlink->family.id;
	ret->handle = *handle;
	ret->tell = tell;
	ret->ctx = ctx;
	rc = genl_open(devlink->genl.hw, devlink->family.group, &ret->genl, err);
	if (rc)
		return rc;
	rc = thread_start(&ret->thread, run, ret);
	if (!rc)
		return 0;
	genl_close(&ret->genl);
	return err_set_errno(err, ERR_NOMEM, rc, "a thread");
}

void devlink_watch_end(struct devlink_watch *watch)
{
	watch->stop = true;
	pthread_join(watch->thread, NULL);
	genl_close(&watch->genl);
}
