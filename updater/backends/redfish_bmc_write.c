/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file to the service, its task to its end; what has come of it only the version tells. */
#include <stdio.h>
#include <string.h>

#include "backends/redfish_bmc.h"
#include "hw/redfish_push.h"
#include "plan/plan.h"

#define OPEN_WAIT_MS 60000u
#define STALL_MS     (15u * 60 * 1000)
#define BACK_WAIT_MS (10u * 60 * 1000)
#define END_WAIT_MS  (15u * 60 * 1000) /* what it is still at work with comes to an end */
#define POLL_MS	     5000u

struct job {
	struct backend_io *io;
	struct err read_err;
	uint64_t done_bytes;
};

static int read_payload(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct job *job = ctx;

	return job->io->payload->read(job->io->payload, offset, buf, len, &job->read_err);
}

static void progress(void *ctx, uint64_t done_bytes)
{
	struct job *job = ctx;

	if (done_bytes <= job->done_bytes)
		return;
	job->done_bytes = done_bytes;
	job->io->progress(job->io->ctx, done_bytes);
}

static int judge(const struct redfish_bmc *bmc, const struct redfish_software *software,
		 uint64_t bytes, struct err *err)
{
	if (bmc->uploads.disabled)
		return err_set(err, ERR_UNSUPPORTED, "the BMC's update service is switched off");
	if (!bmc->uploads.multipart[0] && !bmc->uploads.push[0])
		return err_set(err, ERR_UNSUPPORTED, "the BMC takes no files that are sent to it");
	if (!software->updateable)
		return err_set(err, ERR_UNSUPPORTED, "the BMC says that it cannot update it");
	if (!bytes)
		return err_set(err, ERR_FORMAT, "the file is empty");
	if (bmc->uploads.max_bytes && bytes > bmc->uploads.max_bytes)
		return err_set(err, ERR_TOO_LARGE, "the BMC takes files of at most %llu bytes",
			       (unsigned long long)bmc->uploads.max_bytes);
	return 0;
}

static int check_free(struct redfish_bmc *bmc, struct err *err)
{
	char words[64];
	int rc = redfish_bmc_at_work(bmc, words, sizeof(words), err);

	return rc > 0 ? err_set(err, ERR_BUSY, "the BMC is at work with an update (%s)", words)
		      : rc;
}

/* Opens the service for a device and looks whether it would take the payload. */
static int begin(struct backend_io *io, enum redfish_use use, struct redfish_bmc *bmc,
		 struct redfish_software *software, struct err *err)
{
	int rc = redfish_bmc_open(io->hw, use, OPEN_WAIT_MS, bmc, err);

	if (rc)
		return rc;
	rc = redfish_bmc_find(bmc, io->dev, software, err);
	rc = rc ? rc : judge(bmc, software, io->payload->size, err);
	rc = rc ? rc : check_free(bmc, err);
	if (rc)
		redfish_bmc_close(bmc);
	return rc;
}

int redfish_bmc_check(struct backend_io *io, struct err *err)
{
	struct redfish_software software = { 0 };
	struct redfish_bmc bmc;
	int rc = begin(io, REDFISH_ASK, &bmc, &software, err);

	if (!rc)
		redfish_bmc_close(&bmc);
	return rc;
}

static bool runs(const struct device *dev, const struct component *comp)
{
	const char *value = plan_proof_value(comp, dev);

	return value ? plan_proof_holds(comp, value) : strcmp(dev->version, comp->version) == 0;
}

/* 0 and whether the new one runs; a service that does not answer is asked until it does. */
static int look_again(struct backend_io *io, bool *ret_runs, struct err *err)
{
	struct hwio *hw = io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + BACK_WAIT_MS;
	struct device dev = { 0 };
	struct err why = { 0 };
	int rc = device_copy(io->dev, &dev);

	if (rc)
		return err_set(err, ERR_OVERDUE, "out of memory");
	while ((rc = redfish_bmc_refresh(hw, &dev, &why)) != 0 && hw->ops->now_ms(hw) < end_ms)
		hw->ops->sleep_ms(hw, POLL_MS);
	*ret_runs = !rc && runs(&dev, io->comp);
	device_free(&dev);
	return rc ? err_set(err, ERR_OVERDUE, "taken, and the BMC does not answer since: %s",
			    why.text)
		  : 0;
}

static int settle(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	bool new_runs = false;
	int rc = look_again(io, &new_runs, err);

	*ret = BACKEND_DONE;
	if (rc || new_runs)
		return rc;
	if (io->comp->activation == ACTIVATION_REBOOT)
		*ret = BACKEND_NEEDS_REBOOT;
	if (io->comp->activation == ACTIVATION_POWER_CYCLE)
		*ret = BACKEND_NEEDS_POWER_CYCLE;
	return 0;
}

/*
 * What an image is for: where several are kept of one device, the device, else the member itself.
 */
static const char *target_of(const struct redfish_bmc *bmc, const struct redfish_software *software)
{
	bool several = strcmp(software->uri, bmc->active_bmc) == 0 ||
		       strcmp(software->uri, bmc->active_bios) == 0;

	return several && software->related[0] ? software->related : software->uri;
}

static int send(struct job *job, struct redfish_bmc *bmc, const struct redfish_software *software,
		char monitor[REDFISH_STANDARD_REF], struct err *err)
{
	struct backend_io *io = job->io;
	const struct redfish_push push = { .uploads = &bmc->uploads,
					   .file = "firmware.bin",
					   .target = target_of(bmc, software),
					   .size = io->payload->size,
					   .read = read_payload,
					   .progress = progress,
					   .ctx = job };
	int rc = redfish_push(bmc->rf, &push, monitor, err);

	if (job->read_err.code)
		return err_set(err, job->read_err.code, "%s", job->read_err.text);
	/* All went out, and no answer came back: it may be at work with it. */
	if (rc == ERR_DEVICE_GONE && job->done_bytes >= io->payload->size)
		rc = err->code = ERR_OVERDUE;
	return rc ? (err_prefix(err, "upload"), rc) : 0;
}

static int write_open(struct job *job, struct redfish_bmc *bmc,
		      const struct redfish_software *software, struct err *err)
{
	char monitor[REDFISH_STANDARD_REF];
	int rc = job->io->intent(job->io->ctx, err);

	if (!rc)
		rc = send(job, bmc, software, monitor, err);
	if (!rc)
		progress(job, job->io->payload->size);
	return rc ? rc : redfish_follow(job->io->hw, &bmc->rf, monitor, STALL_MS, err);
}

int redfish_bmc_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct job job = { .io = io };
	struct redfish_software software = { 0 };
	struct redfish_bmc bmc;
	int rc = begin(io, REDFISH_UPLOAD, &bmc, &software, err);

	if (rc)
		return rc;
	rc = write_open(&job, &bmc, &software, err);
	redfish_bmc_close(&bmc);
	return rc ? rc : settle(io, ret, err);
}

/* The service activates by itself, or at the server's restart. */
int redfish_bmc_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	return settle(io, ret, err);
}

/* Until it is at work with nothing: what goes on without us may be the very step. */
static int wait_for_end(struct backend_io *io, struct err *err)
{
	struct hwio *hw = io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + END_WAIT_MS;
	struct redfish_bmc bmc;
	int rc;

	for (;;) {
		rc = redfish_bmc_open(hw, REDFISH_ASK, OPEN_WAIT_MS, &bmc, err);
		if (!rc) {
			rc = check_free(&bmc, err);
			redfish_bmc_close(&bmc);
		}
		if (!rc || hw->ops->now_ms(hw) >= end_ms)
			return rc;
		hw->ops->sleep_ms(hw, POLL_MS);
	}
}

int redfish_bmc_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct device dev = { 0 };
	bool at_restart = io->comp->activation == ACTIVATION_REBOOT ||
			  io->comp->activation == ACTIVATION_POWER_CYCLE;
	int rc = device_copy(io->dev, &dev) ? err_set(err, ERR_NOMEM, "out of memory")
					    : wait_for_end(io, err);

	rc = rc ? rc : redfish_bmc_refresh(io->hw, &dev, err);
	if (!rc && runs(&dev, io->comp))
		*ret = RECOVER_NEW_RUNS;
	else if (!rc)
		*ret = at_restart ? RECOVER_WRITE_AGAIN : RECOVER_OLD_RUNS;
	device_free(&dev);
	return rc;
}
