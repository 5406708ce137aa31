/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WRITE BUFFER (SPC-5 §5.5 and §6.49), and the wait until the drive answers again. */
#include <stdlib.h>
#include <string.h>

#include "backends/scsi_drive.h"
#include "base/cleanup.h"

#define BACK_WAIT_MS (120u * 1000)
#define BUSY_WAIT_MS (30u * 1000)
#define POLL_MS	     500u
#define RESTARTS_MAX 2	/* a drive that is reset again and again is left alone */
#define NEWS_MAX     16 /* as is one that always has something to tell */

struct transfer {
	struct backend_io *io;
	struct scsi_drive *drive;
	struct scsi_plan plan;
	uint64_t told; /* progress that was reported */
	unsigned int restarts;
};

static int check_self_test(struct scsi_drive *drive, struct err *err)
{
	uint8_t buf[SCSI_SELF_TEST_BYTES];
	struct err ignored;
	size_t len;

	/* A drive without that log has no self-test in the background. */
	if (scsi_log_sense(&drive->path, 0x10, buf, sizeof(buf), &len, &ignored))
		return 0;
	if (!scsi_self_test_runs(buf, len))
		return 0;
	return err_set(err, ERR_BUSY, "a self-test is going on in the background");
}

/* Would it refuse? What it has to tell is heard here, so that no piece of an image meets it. */
static int ask_first(struct backend_io *io, struct scsi_drive *drive, struct scsi_plan *ret,
		     struct err *err)
{
	struct scsi_news news = { 0 };
	enum scsi_meaning meaning;
	int rc = scsi_plan_make(&drive->can, io->comp, io->payload->size, ret, err);

	if (!rc)
		rc = scsi_test_ready(&drive->path, &news, &meaning, err);
	if (!rc)
		rc = check_self_test(drive, err);
	if (!rc && scsi_write_protected(&drive->path))
		rc = err_set(err, ERR_DEVICE, "write protected");
	return rc;
}

int scsi_check(struct backend_io *io, struct err *err)
{
	struct scsi_drive drive;
	struct scsi_plan plan;
	int rc = scsi_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = ask_first(io, &drive, &plan, err);
	scsi_drive_close(&drive);
	return rc;
}

/*
 * A reset makes a drive forget the pieces it has (SPC-5 §5.5.2.3), so does other microcode: what
 * was told before the first piece costs nothing, later all must be sent again. After the last
 * piece, news of a change are what was waited for.
 */
static bool must_restart(enum scsi_meaning meaning, uint64_t offset)
{
	return offset > 0 && (meaning == SCSI_CHANGED || meaning == SCSI_WAS_RESET);
}

/* Sends one piece; *ret_again: everything must be sent again. */
static int send_piece(struct transfer *t, uint8_t *buf, uint32_t len, uint64_t offset,
		      bool *ret_again, struct err *err)
{
	struct hwio *hw = t->io->hw;
	uint64_t deadline_ms = hw->ops->now_ms(hw) + BUSY_WAIT_MS;
	uint8_t specific = t->plan.mode == SCSI_WRITE_SELECT ? SCSI_WRITE_SELECT_EVENTS : 0;
	bool last = offset + len == t->io->payload->size;
	enum scsi_meaning meaning;
	unsigned int news = 0;

	*ret_again = false;
	for (;;) {
		int rc =
			scsi_write_buffer(&t->drive->path, t->plan.mode, specific, buf,
					  (uint32_t)offset, len, t->plan.timeout_ms, &meaning, err);

		if (!rc || (last && meaning == SCSI_CHANGED))
			return 0;
		if (must_restart(meaning, offset)) {
			*ret_again = true;
			return ++t->restarts > RESTARTS_MAX ? rc : 0;
		}
		if (meaning == SCSI_LATER && hw->ops->now_ms(hw) < deadline_ms)
			hw->ops->sleep_ms(hw, POLL_MS);
		else if ((meaning != SCSI_CHANGED && meaning != SCSI_WAS_RESET &&
			  meaning != SCSI_NEWS) ||
			 ++news == NEWS_MAX)
			return rc;
	}
}

static int send_from(struct transfer *t, uint8_t *buf, uint64_t *offset, struct err *err)
{
	uint64_t left = t->io->payload->size - *offset;
	uint32_t len = left < t->plan.piece_bytes ? (uint32_t)left : t->plan.piece_bytes;
	bool again = false;
	int rc = t->io->payload->read(t->io->payload, *offset, buf, len, err);

	if (!rc)
		rc = send_piece(t, buf, len, *offset, &again, err);
	if (rc)
		return err_prefix(
			err, "WRITE BUFFER mode %02Xh, piece %llu of %llu",
			(unsigned int)t->plan.mode,
			(unsigned long long)(*offset / t->plan.piece_bytes + 1),
			(unsigned long long)((t->io->payload->size - 1) / t->plan.piece_bytes + 1));
	*offset = again ? 0 : *offset + len;
	if (*offset > t->told) {
		t->told = *offset;
		t->io->progress(t->io->ctx, t->told);
	}
	return 0;
}

/* What read() hands out was checked against its signed hash when it left the medium (law 3). */
static int send_all(struct transfer *t, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = aligned_alloc(4096, (t->plan.piece_bytes + 4095u) & ~4095u);
	int rc = 0;

	if (!buf)
		return err_set(err, ERR_NOMEM, "no memory for a transfer buffer");
	for (uint64_t offset = 0; !rc && offset < t->io->payload->size;)
		rc = send_from(t, buf, &offset, err);
	return rc;
}

static int back_err(int rc, struct err *err)
{
	if (rc != ERR_DEVICE_GONE && err)
		err->code = ERR_OVERDUE; /* it is there and may still come back */
	return err_prefix(err, "the drive did not come back within %u s", BACK_WAIT_MS / 1000);
}

/* One look at a drive that may be restarting: 0 = it answers, *ret says how it is. */
static int look(struct backend_io *io, struct scsi_drive *drive, enum scsi_meaning *ret,
		struct err *err)
{
	struct scsi_news news = { 0 };
	struct err ignored;
	int rc = scsi_drive_open(io->hw, io->dev, drive, err);

	if (!rc)
		(void)scsi_test_ready(&drive->path, &news, ret, &ignored);
	return rc;
}

/*
 * Waits until the drive answers and is through with what activation brings, under whatever name.
 * One that answers and is not ready is no error: what it runs decides.
 */
static int wait_back(struct backend_io *io, struct scsi_drive *drive, enum scsi_meaning *ret,
		     struct err *err)
{
	struct hwio *hw = io->hw;
	uint64_t deadline_ms = hw->ops->now_ms(hw) + BACK_WAIT_MS;

	for (;;) {
		int rc;

		scsi_drive_close(drive);
		rc = look(io, drive, ret, err);
		if (!rc && *ret != SCSI_LATER && *ret != SCSI_IN_PROGRESS)
			return 0;
		if (hw->ops->now_ms(hw) >= deadline_ms)
			return rc ? back_err(rc, err) : 0;
		hw->ops->sleep_ms(hw, POLL_MS);
	}
}

/* What a drive that took its microcode needs to run it; DONE when nothing: then it is read back. */
static enum backend_result result_of(const struct backend_io *io, const struct scsi_drive *drive,
				     enum scsi_meaning meaning)
{
	if (backend_is_wanted(io->comp, "scsi.", drive->inquiry.revision))
		return BACKEND_DONE;
	if (meaning == SCSI_WANTS_RESET)
		return BACKEND_NEEDS_REBOOT;
	/* ACTIVATE_MICROCODE 10b: a power on or hard reset; a restart of the host is neither. */
	if (meaning == SCSI_WANTS_POWER || drive->can.extended.activate == 2)
		return BACKEND_NEEDS_POWER_CYCLE;
	return BACKEND_DONE;
}

static enum backend_result after_deferred(const struct backend_io *io)
{
	return io->reset_allowed ? BACKEND_NEEDS_ACTIVATE : BACKEND_NEEDS_POWER_CYCLE;
}

static int write_open_drive(struct backend_io *io, struct scsi_drive *drive,
			    enum backend_result *ret, struct err *err)
{
	struct transfer t = { .io = io, .drive = drive };
	enum scsi_meaning meaning;
	int rc = ask_first(io, drive, &t.plan, err);

	if (!rc)
		rc = io->intent(io->ctx, err);
	if (!rc)
		rc = send_all(&t, err);
	if (rc)
		return rc;
	if (t.plan.deferred) {
		*ret = after_deferred(io);
		return 0;
	}
	rc = wait_back(io, drive, &meaning, err);
	if (!rc)
		*ret = meaning == SCSI_PENDING ? after_deferred(io) : result_of(io, drive, meaning);
	return rc;
}

int scsi_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct scsi_drive drive;
	int rc = scsi_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	rc = write_open_drive(io, &drive, ret, err);
	scsi_drive_close(&drive);
	return rc;
}

/*
 * The command may end with the restart that it causes: gone, aborted, or a unit attention. What
 * counts is how the drive is afterwards.
 */
static int send_activate(struct scsi_drive *drive, enum scsi_meaning *ret_meaning, struct err *err)
{
	int rc = 0;

	for (unsigned int news = 0; news < NEWS_MAX; news++) {
		rc = scsi_write_buffer(&drive->path, SCSI_WRITE_ACTIVATE, 0, NULL, 0, 0,
				       SCSI_WRITE_TIMEOUT_MS, ret_meaning, err);
		if (*ret_meaning != SCSI_NEWS && *ret_meaning != SCSI_WAS_RESET)
			break;
	}
	if (*ret_meaning == SCSI_CHANGED || rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE)
		rc = 0;
	return rc ? err_prefix(err, "activation (WRITE BUFFER mode 0Fh)") : 0;
}

int scsi_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct scsi_drive drive;
	enum scsi_meaning meaning;
	struct err refusal = { 0 };
	int rc, activated;

	*ret = BACKEND_NEEDS_POWER_CYCLE;
	if (!io->reset_allowed)
		return 0;
	rc = scsi_drive_open(io->hw, io->dev, &drive, err);
	if (rc)
		return rc;
	rc = io->intent(io->ctx, err);
	if (rc) {
		scsi_drive_close(&drive);
		return rc;
	}
	activated = send_activate(&drive, &meaning, &refusal);
	rc = wait_back(io, &drive, &meaning, err);
	if (!rc && activated && !backend_is_wanted(io->comp, "scsi.", drive.inquiry.revision)) {
		/* A drive without 0Fh runs what it saved when its power comes back. */
		if (activated != ERR_UNSUPPORTED)
			rc = err_set(err, activated, "%s", refusal.text);
	} else if (!rc) {
		*ret = result_of(io, &drive, meaning);
	}
	scsi_drive_close(&drive);
	return rc;
}
