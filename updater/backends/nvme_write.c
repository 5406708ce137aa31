/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware Image Download and Firmware Commit (NVMe 2.0 §3.11, §5.12, §5.13), and the reset. */
#include <stdlib.h>
#include <string.h>

#include "backends/nvme_drive.h"
#include "backends/nvme_plan.h"
#include "base/cleanup.h"

#define RESET_WAIT_MS (120u * 1000)
#define RESET_POLL_MS 500u
#define READY_WAIT_MS (60u * 1000)
#define READY_POLL_MS 1000u

int nvme_check(struct backend_io *io, struct err *err)
{
	struct nvme_drive drive;
	struct nvme_plan plan;
	int rc = nvme_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = nvme_plan_make(&drive.id, &drive.log, io->comp, io->payload->size, &plan, err);
	rc = rc ? rc : nvme_drive_busy(&drive, err);
	nvme_drive_close(&drive);
	return rc;
}

static int reset_err(int rc, struct err *err)
{
	if (rc != ERR_DEVICE_GONE && err)
		err->code = ERR_OVERDUE; /* it is there and may still come back */
	return err_prefix(err, "the drive did not come back within %u s of a reset",
			  RESET_WAIT_MS / 1000);
}

/* Resets the drive and waits until it answers again, under whatever name. */
static int reset_and_wait(struct backend_io *io, struct nvme_drive *drive, struct err *err)
{
	uint64_t deadline_ms = io->hw->ops->now_ms(io->hw) + RESET_WAIT_MS;
	int rc = nvme_reset(io->hw, drive->fd, err);

	if (rc == ERR_DEVICE)
		return rc;
	/* Anything else may be the reset itself: what counts is how the drive is afterwards. */
	nvme_drive_close(drive);
	while ((rc = nvme_drive_open(io->hw, io->dev, drive, err)) != 0) {
		if (io->hw->ops->now_ms(io->hw) >= deadline_ms)
			return reset_err(rc, err);
		io->hw->ops->sleep_ms(io->hw, RESET_POLL_MS);
	}
	return 0;
}

/*
 * Sends one block. Before the first one the drive may still hold a download that nobody
 * committed, of a run that was cut off; a reset makes it forget that (NVMe 2.0 §3.11).
 */
static int send_block(struct backend_io *io, struct nvme_drive *drive, uint8_t *buf, uint32_t len,
		      uint64_t offset, struct err *err)
{
	int rc = nvme_fw_download(io->hw, drive->fd, buf, len, offset, err);

	if (rc > 0 && offset == 0 && nvme_status_find(rc)->meaning == NVME_OVERLAPS &&
	    io->reset_allowed) {
		rc = reset_and_wait(io, drive, err);
		if (!rc)
			rc = nvme_fw_download(io->hw, drive->fd, buf, len, offset, err);
	}
	return rc > 0 ? nvme_status_err(rc, err) : rc;
}

static uint32_t pad(uint8_t *buf, uint32_t len, uint32_t unit)
{
	uint32_t padded = len + (unit - len % unit) % unit;

	memset(buf + len, 0xff, padded - len);
	return padded;
}

/* What read() hands out was checked against its signed hash when it left the medium (law 3). */
static int download(struct backend_io *io, struct nvme_drive *drive, const struct nvme_plan *plan,
		    struct err *err)
{
	CLEANUP_FREE uint8_t *buf = aligned_alloc(4096, (plan->transfer_bytes + 4095u) & ~4095u);
	uint64_t size = io->payload->size;
	uint32_t len;

	if (!buf)
		return err_set(err, ERR_NOMEM, "no memory for a transfer buffer");
	for (uint64_t offset = 0; offset < size; offset += len) {
		uint64_t left = size - offset;
		int rc;

		len = left < plan->transfer_bytes ? (uint32_t)left : plan->transfer_bytes;
		rc = io->payload->read(io->payload, offset, buf, len, err);
		if (!rc)
			rc = send_block(io, drive, buf, pad(buf, len, plan->pad_bytes), offset,
					err);
		if (rc)
			return err_prefix(
				err, "download, block %llu of %llu",
				(unsigned long long)(offset / plan->transfer_bytes + 1),
				(unsigned long long)((size - 1) / plan->transfer_bytes + 1));
		io->progress(io->ctx, offset + len);
	}
	return 0;
}

/*
 * Some drives go on with what they were sent and answer nothing else meanwhile: the commit waits
 * until the slot log can be read again. A drive that cannot give it gets the commit as well.
 */
static int wait_until_ready(struct backend_io *io, struct nvme_drive *drive, struct err *err)
{
	uint64_t deadline_ms = io->hw->ops->now_ms(io->hw) + READY_WAIT_MS;
	uint8_t log[NVME_FW_LOG_BYTES];
	int rc;

	for (;;) {
		rc = nvme_get_log(io->hw, drive->fd, NVME_LOG_FW_SLOTS, log, sizeof(log), err);
		if (rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE)
			return rc;
		if (rc != ERR_BUSY)
			return 0;
		if (io->hw->ops->now_ms(io->hw) >= deadline_ms)
			return err_prefix(err, "the drive is busy since %u s after the download",
					  READY_WAIT_MS / 1000);
		io->hw->ops->sleep_ms(io->hw, READY_POLL_MS);
	}
}

static enum backend_result after_reset(const struct backend_io *io)
{
	return io->reset_allowed ? BACKEND_NEEDS_ACTIVATE : BACKEND_NEEDS_REBOOT;
}

static int commit(struct backend_io *io, struct nvme_drive *drive, const struct nvme_plan *plan,
		  enum backend_result *ret, struct err *err)
{
	enum nvme_commit_action action = plan->action;
	int rc =
		nvme_fw_commit(io->hw, drive->fd, plan->slot, action, plan->commit_timeout_ms, err);

	/* NVMe 2.0 §5.12.1: to be issued again, so that a reset activates the image. */
	if (rc > 0 && nvme_status_find(rc)->meaning == NVME_NEEDS_MORE_TIME &&
	    action == NVME_CA_ACTIVATE_NOW) {
		action = NVME_CA_ACTIVATE_AT_RESET;
		rc = nvme_fw_commit(io->hw, drive->fd, plan->slot, action, plan->commit_timeout_ms,
				    err);
	}
	if (rc < 0)
		return rc;
	switch (nvme_status_find(rc)->meaning) {
	case NVME_ACCEPTED:
		*ret = action == NVME_CA_ACTIVATE_NOW ? BACKEND_DONE : after_reset(io);
		return 0;
	case NVME_AFTER_RESET:
		*ret = after_reset(io);
		return 0;
	case NVME_AFTER_REBOOT:
		*ret = BACKEND_NEEDS_REBOOT;
		return 0;
	case NVME_AFTER_POWER_CYCLE:
		*ret = BACKEND_NEEDS_POWER_CYCLE;
		return 0;
	default:
		return nvme_status_err(rc, err);
	}
}

static int write_open_drive(struct backend_io *io, struct nvme_drive *drive,
			    enum backend_result *ret, struct err *err)
{
	struct nvme_plan plan;
	int rc = nvme_plan_make(&drive->id, &drive->log, io->comp, io->payload->size, &plan, err);

	if (!rc)
		rc = io->intent(io->ctx, err);
	if (rc)
		return rc;
	rc = download(io, drive, &plan, err);
	rc = rc ? rc : wait_until_ready(io, drive, err);
	if (rc)
		return err_prefix(err, "nothing was committed");
	rc = commit(io, drive, &plan, ret, err);
	return rc ? err_prefix(err, "commit to slot %u", (unsigned int)plan.slot) : 0;
}

int nvme_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct nvme_drive drive;
	int rc = nvme_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = write_open_drive(io, &drive, ret, err);
	nvme_drive_close(&drive);
	return rc;
}

int nvme_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct nvme_drive drive;
	int rc;

	*ret = BACKEND_NEEDS_REBOOT;
	if (!io->reset_allowed)
		return 0;
	rc = nvme_drive_open(io->hw, io->dev, &drive, err);
	if (rc)
		return rc;
	rc = io->intent(io->ctx, err);
	if (!rc)
		rc = reset_and_wait(io, &drive, err);
	/* An image that needs a stronger reset is still waiting for it, NVMe 2.0 §5.12.1. */
	if (!rc && !nvme_pending_slot(&drive.log))
		*ret = BACKEND_DONE;
	nvme_drive_close(&drive);
	return rc;
}
