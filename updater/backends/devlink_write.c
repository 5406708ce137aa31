/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flashing by devlink, what the driver tells meanwhile, and the activation. */
#include <linux/devlink.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "backends/devlink_device.h"
#include "backends/devlink_plan.h"
#include "backends/firmware_file.h"

#define ACTIVATE_TIMEOUT_MS (15u * 60 * 1000)
#define RETURN_WAIT_MS	    (120u * 1000) /* after an activation the driver starts anew */
#define RETURN_POLL_MS	    1000u

/*
 * Whether the interface is up, or has addresses, is not asked: a flash does not disturb it, and an
 * activation is not done where the run itself needs the device (io->reset_allowed).
 */
int devlink_check(struct backend_io *io, struct err *err)
{
	struct devlink_device device;
	struct devlink_plan plan;
	int rc = firmware_file_check(io, err);

	if (!rc)
		rc = devlink_device_open(io->hw, io->dev, &device, err);
	if (rc)
		return rc;
	rc = devlink_plan_make(&device.info, io->comp, &plan, err);
	devlink_device_close(&device);
	return rc;
}

/* What the driver has told; written by the thread of the watch. */
struct story {
	struct backend_io *io;
	uint64_t done_bytes;
	char last[192];
};

/* A driver counts in units of its own, and may begin anew for each part. */
static uint64_t scale(const struct devlink_status *status, uint64_t size)
{
	if (status->total == 0 || status->done >= status->total)
		return status->total ? size : 0;
	return (uint64_t)((double)status->done / (double)status->total * (double)size);
}

static void tell(void *ctx, const struct devlink_status *status)
{
	struct story *story = ctx;
	uint64_t done = scale(status, story->io->payload->size);
	char text[sizeof(story->last)];

	snprintf(text, sizeof(text), "%s%s%s", status->text, status->component[0] ? ", " : "",
		 status->component);
	if (status->timeout_s)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (up to %llu s)",
			 (unsigned long long)status->timeout_s);
	if (text[0] && strcmp(text, story->last) != 0) {
		hwio_note(story->io->hw, "devlink", text);
		memcpy(story->last, text, sizeof(text));
	}
	if (done <= story->done_bytes)
		return;
	story->done_bytes = done;
	story->io->progress(story->io->ctx, done);
}

/* Without a watch nobody sees the progress: no reason not to flash. */
static int flash(struct backend_io *io, struct devlink_device *device,
		 const struct devlink_plan *plan, const struct firmware_file *file, struct err *err)
{
	struct story story = { .io = io };
	struct devlink_watch watch;
	bool watched =
		!devlink_watch_begin(&device->devlink, &device->handle, tell, &story, &watch, NULL);
	int rc = devlink_flash(&device->devlink, &device->handle, file->name, plan->component,
			       plan->overwrite_mask, plan->timeout_ms, err);

	if (watched)
		devlink_watch_end(&watch);
	if (!rc && story.done_bytes < io->payload->size)
		io->progress(io->ctx, io->payload->size);
	if (rc && story.last[0])
		err_prefix(err, "flash, the driver said last \"%s\"", story.last);
	else if (rc)
		err_prefix(err, "flash");
	return rc;
}

/* Asks until the device answers, for a while. */
static int read_again(struct backend_io *io, struct devlink_device *device, struct err *err)
{
	struct hwio *hw = io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + RETURN_WAIT_MS;
	int rc;

	while ((rc = devlink_device_read(device, err)) != 0 && hw->ops->now_ms(hw) < end_ms)
		hw->ops->sleep_ms(hw, RETURN_POLL_MS);
	return rc;
}

static bool can_activate(struct backend_io *io, struct devlink_device *device)
{
	struct devlink_entry entry;

	return io->reset_allowed &&
	       devlink_find(&device->devlink, &device->handle, &entry, NULL) == 0 &&
	       entry.actions & 1u << DEVLINK_RELOAD_ACTION_FW_ACTIVATE;
}

/*
 * The kernel's word, or, where that was lost, what the device says: with the new version stored the
 * flash has succeeded all the same.
 */
static int settle(struct backend_io *io, struct devlink_device *device, int flashed,
		  enum backend_result *ret, struct err *err)
{
	struct err cause = { 0 };

	if (flashed && device->devlink.genl.ack.errnum)
		return flashed;
	if (read_again(io, device, &cause)) {
		if (flashed)
			return flashed;
		return err_set(err, cause.code == ERR_DEVICE_GONE ? ERR_DEVICE_GONE : ERR_OVERDUE,
			       "flashed, but it does not answer since: %s", cause.text);
	}
	if (flashed && !devlink_plan_has(&device->info, DEVLINK_STORED, io->comp) &&
	    !devlink_plan_has(&device->info, DEVLINK_RUNNING, io->comp))
		return flashed;
	*ret = devlink_plan_result(&device->info, io->comp, can_activate(io, device));
	return 0;
}

static int write_open_device(struct backend_io *io, struct devlink_device *device,
			     enum backend_result *ret, struct err *err)
{
	struct firmware_file file;
	struct devlink_plan plan;
	int rc = devlink_plan_make(&device->info, io->comp, &plan, err);

	if (!rc)
		rc = firmware_file_make(io, device_prop(io->dev, "devlink.handle"), &file, err);
	if (rc)
		return rc;
	rc = io->intent(io->ctx, err);
	if (!rc)
		rc = settle(io, device, flash(io, device, &plan, &file, err), ret, err);
	firmware_file_remove(&file);
	return rc;
}

int devlink_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct devlink_device device;
	int rc = devlink_device_open(io->hw, io->dev, &device, err);

	if (rc)
		return rc;
	rc = write_open_device(io, &device, ret, err);
	devlink_device_close(&device);
	return rc;
}

/* The reload, and what runs after it. A driver that cannot do it after all needs a reboot. */
static int reload(struct backend_io *io, struct devlink_device *device, enum backend_result *ret,
		  struct err *err)
{
	struct err cause = { 0 };
	int rc = devlink_activate(&device->devlink, &device->handle, ACTIVATE_TIMEOUT_MS, err);

	if (rc == ERR_UNSUPPORTED)
		return 0;
	if (rc && device->devlink.genl.ack.errnum)
		return err_prefix(err, "reload, fw_activate"), rc;
	if (read_again(io, device, &cause))
		return err_set(err, cause.code == ERR_DEVICE_GONE ? ERR_DEVICE_GONE : ERR_OVERDUE,
			       "reloaded, but it does not answer within %u s: %s",
			       RETURN_WAIT_MS / 1000, cause.text);
	if (devlink_plan_has(&device->info, DEVLINK_RUNNING, io->comp))
		*ret = BACKEND_DONE;
	else if (rc)
		return err_prefix(err, "reload, fw_activate"), rc;
	else if (!devlink_plan_has(&device->info, DEVLINK_STORED, io->comp))
		*ret = BACKEND_DONE; /* nothing is waiting any more: the proof will tell */
	return 0;
}

int devlink_activate_stored(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct devlink_device device;
	int rc;

	*ret = BACKEND_NEEDS_REBOOT;
	if (!io->reset_allowed)
		return 0;
	rc = devlink_device_open(io->hw, io->dev, &device, err);
	if (rc)
		return rc;
	if (can_activate(io, &device)) {
		rc = io->intent(io->ctx, err);
		if (!rc)
			rc = reload(io, &device, ret, err);
	}
	devlink_device_close(&device);
	return rc;
}

int devlink_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct devlink_device device;
	int rc = devlink_device_open(io->hw, io->dev, &device, err);

	if (rc)
		return rc;
	*ret = devlink_plan_recover(&device.info, io->comp, io->dev->version);
	devlink_device_close(&device);
	return 0;
}
