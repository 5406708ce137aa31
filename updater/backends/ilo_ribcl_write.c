/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The image goes in, a script flashes it. An iLO that flashed itself restarts, and that is where
 * its connection ends: whether it has, only its version tells afterwards.
 */
#include <string.h>

#include "backends/ilo_ribcl.h"

#define BACK_WAIT_MS (10u * 60 * 1000)
#define FLASH_MS     (10u * 60 * 1000) /* until an iLO that flashes by itself goes away */
#define POLL_MS	     5000u

struct job {
	struct backend_io *io;
	struct err read_err; /* why the payload could not be read */
	uint64_t done_bytes;
};

static int read_payload(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct job *job = ctx;

	return job->io->payload->read(job->io->payload, offset, buf, len, &job->read_err);
}

static void progress(void *ctx, uint64_t sent)
{
	struct job *job = ctx;

	if (sent <= job->done_bytes)
		return;
	job->done_bytes = sent;
	job->io->progress(job->io->ctx, sent);
}

static int look(struct backend_io *io, struct device *dev, struct err *err)
{
	unsigned int generation = 0;
	int rc = ilo_ribcl_read(io->hw, dev, &generation, err);

	return rc ? rc : ilo_ribcl_judge(generation, dev, io->comp, io->payload->size, err);
}

int ilo_ribcl_check(struct backend_io *io, struct err *err)
{
	struct device dev = { 0 };
	int rc = device_copy(io->dev, &dev) ? err_set(err, ERR_NOMEM, "out of memory")
					    : look(io, &dev, err);

	device_free(&dev);
	return rc;
}

/* How the iLO has been since. */
struct watch {
	struct backend_io *io;
	struct device dev; /* what it said last */
	bool gone;	   /* it did not answer once */
	bool answers;	   /* it does now */
};

static void watch_once(struct watch *watch)
{
	int rc = ilo_ribcl_read(watch->io->hw, &watch->dev, NULL, NULL);

	watch->answers = rc == 0;
	/* One that flashes or starts may answer with errors: that is not gone. */
	if (rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE)
		watch->gone = true;
}

/* It runs the new one, or it was away and is back, whatever it runs: then nothing more comes. */
static bool is_settled(const struct watch *watch)
{
	return watch->answers && (watch->gone || ilo_ribcl_runs(&watch->dev, watch->io->comp));
}

/* Until it is settled or the time is over, which begins again when it goes away. */
static void wait_settled(struct watch *watch)
{
	struct hwio *hw = watch->io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + FLASH_MS;
	bool gone = false;

	for (watch_once(watch); !is_settled(watch); watch_once(watch)) {
		if (watch->gone && !gone)
			end_ms = hw->ops->now_ms(hw) + BACK_WAIT_MS;
		gone = watch->gone;
		if (hw->ops->now_ms(hw) >= end_ms)
			return;
		hw->ops->sleep_ms(hw, POLL_MS);
	}
}

/* said: it answered that it has flashed; else the connection ended. */
static int judge_ilo(struct watch *watch, bool said, enum backend_result *ret, struct err *err)
{
	wait_settled(watch);
	*ret = BACKEND_DONE;
	if (is_settled(watch) || (said && watch->answers))
		return 0;
	if (watch->gone)
		return err_set(err, ERR_OVERDUE,
			       "it went away to restart and does not answer since %u minutes",
			       BACK_WAIT_MS / 60000);
	return err_set(err, ERR_OVERDUE,
		       "the connection ended while it flashed, and since %u minutes it has not "
		       "restarted: it may still be flashing",
		       FLASH_MS / 60000);
}

/* Where nothing came back, or no more than a part of it, the iLO may have flashed. */
static bool may_have_flashed(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_FORMAT ||
	       rc == ERR_TOO_LARGE;
}

static int settle_ilo(struct backend_io *io, int flashed, enum backend_result *ret, struct err *err)
{
	struct watch watch = { .io = io };
	int rc = device_copy(io->dev, &watch.dev);

	if (rc)
		return err_set(err, ERR_OVERDUE, "out of memory while it flashes");
	rc = judge_ilo(&watch, flashed == 0, ret, err);
	device_free(&watch.dev);
	return rc;
}

static int flash(struct backend_io *io, const struct ribcl_image *image, const char *cookie,
		 enum backend_result *ret, struct err *err)
{
	bool itself = io->dev->kind == DEVICE_BMC;
	struct ribcl_result result = { 0 };
	int rc = ribcl_flash(io->hw, itself ? RIBCL_UPDATE_ILO : RIBCL_UPDATE_OTHER, image, cookie,
			     io->tpm_consent, &result, err);

	if (rc && !may_have_flashed(rc))
		return err_prefix(err, "flash");
	if (itself)
		return settle_ilo(io, rc, ret, err);
	if (rc)
		return err_set(err, ERR_OVERDUE,
			       "the connection ended while the iLO flashed the system ROM: whether "
			       "it has shows after a restart of the server");
	*ret = BACKEND_NEEDS_REBOOT;
	return 0;
}

static int write_image(struct job *job, enum backend_result *ret, struct err *err)
{
	struct backend_io *io = job->io;
	const struct ribcl_image image = { .name = ILO_RIBCL_IMAGE,
					   .size = io->payload->size,
					   .read = read_payload,
					   .progress = progress,
					   .ctx = job };
	char cookie[RIBCL_COOKIE_MAX];
	int rc = ribcl_upload(io->hw, &image, cookie, err);

	if (job->read_err.code)
		return err_set(err, job->read_err.code, "%s", job->read_err.text);
	if (rc)
		return err_prefix(err, "upload"), rc;
	rc = flash(io, &image, cookie, ret, err);
	if (!rc)
		progress(job, io->payload->size);
	return rc;
}

int ilo_ribcl_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct job job = { .io = io };
	int rc = ilo_ribcl_check(io, err);

	if (!rc)
		rc = io->intent(io->ctx, err);
	return rc ? rc : write_image(&job, ret, err);
}

/* It restarts by itself; a ROM waits for the server's restart, which is not the iLO's to do. */
int ilo_ribcl_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	(void)err;
	*ret = io->dev->kind == DEVICE_BMC ? BACKEND_DONE : BACKEND_NEEDS_REBOOT;
	return 0;
}

/* An iLO keeps no memory of an update that did not come to its end; a ROM shows after a restart. */
int ilo_ribcl_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct device dev = { 0 };
	int rc = device_copy(io->dev, &dev) ? err_set(err, ERR_NOMEM, "out of memory")
					    : ilo_ribcl_read(io->hw, &dev, NULL, err);

	if (!rc && ilo_ribcl_runs(&dev, io->comp))
		*ret = RECOVER_NEW_RUNS;
	else if (!rc)
		*ret = dev.kind == DEVICE_BMC ? RECOVER_OLD_RUNS : RECOVER_WRITE_AGAIN;
	device_free(&dev);
	return rc;
}
