/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DOWNLOAD MICROCODE (ACS-4 §7.7), and the activation of what it left. */
#include <stdlib.h>

#include "backends/ata_drive.h"
#include "backends/ata_plan.h"
#include "base/cleanup.h"
#include "hw/ata.h"

#define RETURN_WAIT_MS (120u * 1000)
#define RETURN_POLL_MS 500u

/* Whatever cannot be asked here is no obstacle: the drive itself refuses then. */
static bool is_end(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_NOMEM;
}

static int check_sanitize(struct ata_drive *drive, struct err *err)
{
	enum ata_sanitize state = ATA_SANITIZE_UNKNOWN;
	unsigned int percent = 0;
	int rc = drive->id.sanitize ? ata_sanitize_status(&drive->path, &state, &percent, err) : 0;

	if (is_end(rc))
		return rc;
	if (state == ATA_SANITIZE_RUNNING)
		return err_set(err, ERR_BUSY, "a sanitize operation is going on, %u %% are done",
			       percent);
	if (state == ATA_SANITIZE_FAILED)
		return err_set(err, ERR_DEVICE,
			       "the last sanitize operation failed: the drive takes no other "
			       "command until one succeeds");
	return 0;
}

static int check_self_test(struct ata_drive *drive, struct err *err)
{
	uint8_t buf[ATA_BLOCK_BYTES];
	int percent = -1;
	int rc = drive->id.smart ? ata_smart_read_data(&drive->path, buf, err) : ERR_UNSUPPORTED;

	if (is_end(rc))
		return rc;
	if (!rc)
		(void)ata_parse_self_test(buf, sizeof(buf), &percent, err);
	if (percent >= 0)
		return err_set(err, ERR_BUSY, "a self-test is running, %d %% remain", percent);
	return 0;
}

int ata_check(struct backend_io *io, struct err *err)
{
	struct ata_drive drive;
	struct ata_plan plan;
	int rc = ata_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = ata_plan_make(&drive.id, io->comp, io->payload->size, &plan, err);
	if (!rc)
		rc = check_sanitize(&drive, err);
	if (!rc)
		rc = check_self_test(&drive, err);
	ata_drive_close(&drive);
	return rc;
}

/* Opens the drive again, under whatever name, when what was sent may have made it reset itself. */
static int wait_for_return(struct backend_io *io, struct ata_drive *drive, struct err *err)
{
	uint64_t deadline_ms = io->hw->ops->now_ms(io->hw) + RETURN_WAIT_MS;
	int rc;

	ata_drive_close(drive);
	while ((rc = ata_drive_open(io->hw, io->dev, drive, err)) != 0) {
		if (io->hw->ops->now_ms(io->hw) >= deadline_ms) {
			if (rc != ERR_DEVICE_GONE && err)
				err->code = ERR_OVERDUE; /* it is there and may still come back */
			return err_prefix(err, "the drive did not come back within %u s",
					  RETURN_WAIT_MS / 1000);
		}
		io->hw->ops->sleep_ms(io->hw, RETURN_POLL_MS);
	}
	return 0;
}

/* What the COUNT field may say before the last piece: nothing, or that more is expected. */
static int check_piece(enum ata_download_meaning meaning, bool last, struct err *err)
{
	if (!last && (meaning == ATA_APPLIED || meaning == ATA_SAVED))
		return err_set(err, ERR_DEVICE, "the drive takes the image to end here");
	if (last && meaning == ATA_EXPECTS_MORE)
		return err_set(err, ERR_DEVICE,
			       "this was the last block, and the drive expects more");
	return 0;
}

static int send_piece(struct backend_io *io, struct ata_drive *drive, const struct ata_plan *plan,
		      uint8_t *buf, uint64_t offset, uint32_t len,
		      enum ata_download_meaning *ret_meaning, struct err *err)
{
	bool last = offset + len == io->payload->size;
	struct ata_result result = { 0 };
	int rc = io->payload->read(io->payload, offset, buf, len, err);

	if (!rc)
		rc = ata_download(&drive->path, plan->mode, plan->dma, buf, len, (uint32_t)offset,
				  plan->timeout_ms, &result, err);
	if (rc == ERR_UNSUPPORTED && err)
		rc = err->code = ERR_DEVICE; /* it has the command: it is this image, or now */
	*ret_meaning = ata_download_meaning(&result);
	return rc ? rc : check_piece(*ret_meaning, last, err);
}

/* What read() hands out was checked against its signed hash when it left the medium (law 3). */
static int download(struct backend_io *io, struct ata_drive *drive, const struct ata_plan *plan,
		    enum ata_download_meaning *ret_meaning, struct err *err)
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
		rc = send_piece(io, drive, plan, buf, offset, len, ret_meaning, err);
		if (rc)
			return err_prefix(
				err, "download, block %llu of %llu",
				(unsigned long long)(offset / plan->transfer_bytes + 1),
				(unsigned long long)((size - 1) / plan->transfer_bytes + 1));
		io->progress(io->ctx, offset + len);
	}
	return 0;
}

/* Saved in a drive that the run lives on, or that only takes it so: power brings it. */
static enum backend_result after_deferred(const struct backend_io *io, const struct ata_plan *plan)
{
	return io->reset_allowed && !plan->power_cycle ? BACKEND_NEEDS_ACTIVATE
						       : BACKEND_NEEDS_POWER_CYCLE;
}

static int write_open_drive(struct backend_io *io, struct ata_drive *drive,
			    enum backend_result *ret, struct err *err)
{
	enum ata_download_meaning meaning = ATA_NO_INDICATION;
	struct ata_plan plan;
	int rc = ata_plan_make(&drive->id, io->comp, io->payload->size, &plan, err);

	if (!rc)
		rc = io->intent(io->ctx, err);
	if (!rc)
		rc = download(io, drive, &plan, &meaning, err);
	if (rc)
		return rc;
	if (meaning == ATA_APPLIED)
		*ret = BACKEND_DONE;
	else if (plan.mode == ATA_DM_DEFERRED)
		*ret = after_deferred(io, &plan);
	else
		*ret = meaning == ATA_SAVED ? BACKEND_NEEDS_POWER_CYCLE : BACKEND_DONE;
	return *ret == BACKEND_DONE ? wait_for_return(io, drive, err) : 0;
}

int ata_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ata_drive drive;
	int rc = ata_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = write_open_drive(io, &drive, ret, err);
	ata_drive_close(&drive);
	return rc;
}

static int activate_open_drive(struct backend_io *io, struct ata_drive *drive,
			       enum backend_result *ret, struct err *err)
{
	bool dma = drive->id.download_dma && !drive->id.download;
	struct ata_result result = { 0 };
	int rc = io->intent(io->ctx, err);

	if (!rc)
		rc = ata_download(&drive->path, ATA_DM_ACTIVATE, dma, NULL, 0, 0,
				  SCSI_WRITE_TIMEOUT_MS, &result, err);
	if (rc)
		return rc;
	if (ata_download_meaning(&result) == ATA_SAVED)
		return 0; /* still waiting, for power */
	rc = wait_for_return(io, drive, err);
	if (!rc)
		*ret = BACKEND_DONE;
	return rc;
}

int ata_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ata_drive drive;
	int rc;

	*ret = BACKEND_NEEDS_POWER_CYCLE;
	if (!io->reset_allowed || io->comp->activation == ACTIVATION_POWER_CYCLE)
		return 0;
	rc = ata_drive_open(io->hw, io->dev, &drive, err);
	if (rc)
		return rc;
	rc = activate_open_drive(io, &drive, ret, err);
	ata_drive_close(&drive);
	return rc ? err_prefix(err, "activation") : 0;
}
