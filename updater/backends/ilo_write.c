/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types A and B: the iLO flashes at once. Type C: it keeps the file for the system ROM. */
#include <stdio.h>
#include <string.h>

#include "backends/ilo_job.h"
#include "hw/ilo_settings.h"
#include "hw/ilo_update.h"

#define CHECK_WAIT_MS	30000u
#define OPEN_WAIT_MS	60000u
#define BUSY_WAIT_MS	(10u * 60 * 1000) /* what works comes to an end: nothing is sent meanwhile */
#define BUSY_POLL_MS	5000u
#define BACK_WAIT_MS	(10u * 60 * 1000)
#define UPLOADS		3u
#define UPLOAD_PAUSE_MS 10000u
#define MAX_SIGNATURES	64

int ilo_check(struct backend_io *io, struct err *err)
{
	struct ilo_job job;
	int rc = ilo_job_open(&job, io, REDFISH_UPLOAD, CHECK_WAIT_MS, err);

	rc = rc ? rc : ilo_job_plan(&job, err);
	ilo_job_close(&job);
	return rc;
}

/* A busy iLO is waited for, a bounded time; nothing has been sent yet. */
static int plan_when_free(struct ilo_job *job, struct err *err)
{
	struct hwio *hw = job->io->hw;
	uint64_t end_ms = hw->ops->now_ms(hw) + BUSY_WAIT_MS;
	int rc;

	while (!redfish_update_is_free(&job->facts.update) && hw->ops->now_ms(hw) < end_ms) {
		hw->ops->sleep_ms(hw, BUSY_POLL_MS);
		rc = ilo_job_look(job, REDFISH_UPLOAD, OPEN_WAIT_MS, err);
		if (rc)
			return rc;
	}
	return ilo_job_plan(job, err);
}

static int read_payload(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct ilo_job *job = ctx;

	return job->io->payload->read(job->io->payload, offset, buf, len, NULL);
}

/* The way there is the first half, being flashed the second. */
static void sent(void *ctx, uint64_t done_bytes)
{
	struct ilo_job *job = ctx;

	job->io->progress(job->io->ctx, done_bytes / 2);
}

static void flashed(void *ctx, unsigned int percent)
{
	struct ilo_job *job = ctx;
	uint64_t size = job->io->payload->size;

	job->io->progress(job->io->ctx, size / 2 + size / 2 * percent / 100);
}

static size_t signatures_of(const struct backend_io *io, struct ilo_signature *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < io->file_count && count < MAX_SIGNATURES; i++)
		if (strcmp(io->files[i].role, "compsig") == 0)
			ret[count++] = (struct ilo_signature){ io->files[i].name, io->files[i].data,
							       io->files[i].len };
	return count;
}

static int upload_once(struct ilo_job *job, struct err *err)
{
	struct ilo_signature signatures[MAX_SIGNATURES];
	const struct ilo_upload upload = {
		.file = job->plan.file,
		.size = job->io->payload->size,
		.read = read_payload,
		.progress = sent,
		.ctx = job,
		.signatures = signatures,
		.signature_count = signatures_of(job->io, signatures),
		.store = job->plan.way == ILO_AT_START,
		.tpm_override = job->plan.tpm_override,
		.etag = job->etag,
	};

	redfish_set_wait(job->rf, OPEN_WAIT_MS);
	return ilo_upload(job->rf, &job->facts.update, &upload, err);
}

static bool is_interruption(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_BUSY;
}

/* An answer that was lost is not asked for again by sending the file twice: the state tells. */
static bool was_taken(const struct ilo_job *job)
{
	return strcmp(job->facts.update.etag, job->etag) == 0 ||
	       !redfish_update_is_free(&job->facts.update);
}

/* A connection that ends in the middle leaves nothing behind: what is not whole is not flashed. */
static int upload(struct ilo_job *job, struct err *err)
{
	struct hwio *hw = job->io->hw;
	struct err why = { 0 };

	for (unsigned int attempt = 1;; attempt++) {
		int rc_sent = upload_once(job, &why), rc;

		if (!is_interruption(rc_sent)) {
			*err = why;
			return rc_sent;
		}
		ilo_job_close(job);
		hw->ops->sleep_ms(hw, attempt * UPLOAD_PAUSE_MS);
		rc = ilo_job_look(job, REDFISH_UPLOAD, OPEN_WAIT_MS, err);
		if (rc) {
			err->code = ERR_OVERDUE; /* it may have all of it, and flash */
			return err_prefix(err, "%s; since then", why.text);
		}
		if (was_taken(job))
			return 0;
		if (attempt == UPLOADS) {
			*err = why;
			if (rc_sent == ERR_OVERDUE)
				err->code = ERR_DEVICE_GONE; /* it was seen that nothing goes on */
			return err_prefix(err, "%u times", attempt);
		}
	}
}

static int send_and_wait(struct ilo_job *job, struct err *err)
{
	const struct ilo_flash flash = {
		.ilo = &job->ilo,
		.etag = job->etag,
		.stall_ms = job->plan.stall_ms,
		.restarts = job->plan.restarts,
		.percent = flashed,
		.ctx = job,
	};
	int rc = upload(job, err);

	rc = rc ? rc : ilo_flash_wait(job->io->hw, &job->rf, &flash, err);
	if (!rc)
		flashed(job, 100);
	return rc;
}

static int write_now(struct ilo_job *job, struct err *err)
{
	struct hwio *hw = job->io->hw;
	int rc = send_and_wait(job, err);

	if (rc || !job->plan.restarts)
		return rc;
	/* Its channels and sessions end with it. */
	ilo_job_close(job);
	return ilo_wait_back(hw, hw->ops->now_ms(hw) + BACK_WAIT_MS, NULL, NULL, err);
}

/* What is ours and in the way goes; then there is room, or the plan would have said so. */
static int make_room(struct ilo_job *job, struct err *err)
{
	const struct redfish_update *update = &job->facts.update;
	unsigned int count;
	int rc = ilo_queue_sweep(job->rf, update, job->task, job->boot, &count, err);

	if (!rc)
		rc = ilo_repository_sweep(job->rf, update, job->plan.file, &count, err);
	return rc ? err_prefix(err, "making room in the iLO's queue") : 0;
}

/* That the iLO said "Complete" is not enough: the file must lie there, whole. */
static int check_stored(struct ilo_job *job, struct err *err)
{
	struct ilo_repository *repository = &job->facts.repository;
	int rc = ilo_job_look(job, REDFISH_UPLOAD, OPEN_WAIT_MS, err);

	if (!rc)
		rc = ilo_repository_look(job->rf, &job->facts.update, job->plan.file, repository,
					 err);
	if (rc)
		return rc;
	if (!repository->has_file)
		return err_set(err, ERR_PROOF,
			       "the iLO says that it has the file, and its repository does not "
			       "show it");
	if (repository->file.size && repository->file.size != job->io->payload->size)
		return err_set(err, ERR_PROOF, "the iLO's repository has %llu bytes of %llu",
			       (unsigned long long)repository->file.size,
			       (unsigned long long)job->io->payload->size);
	return 0;
}

static int queue(struct ilo_job *job, struct err *err)
{
	const struct redfish_update *update = &job->facts.update;
	struct ilo_queue *found = &job->facts.queue;
	char name[ILO_TAG_MAX + 16];
	int rc;

	snprintf(name, sizeof(name), "%s%s", job->task, job->boot);
	rc = ilo_queue_add(job->rf, update, name, job->plan.file, job->plan.tpm_override, err);

	/* Without an answer it may be there all the same. */
	if (!rc || is_interruption(rc))
		rc = ilo_queue_look(job->rf, update, job->task, found, err);
	if (rc)
		return err_prefix(err, "the iLO has the file, and it was not queued");
	if (!found->has_task)
		return err_set(err, ERR_PROOF,
			       "the iLO has taken the task, and its queue does not show it");
	return 0;
}

static int write_at_start(struct ilo_job *job, struct err *err)
{
	int rc = make_room(job, err);

	if (!rc)
		rc = send_and_wait(job, err);
	if (!rc)
		rc = check_stored(job, err);
	return rc ? rc : queue(job, err);
}

/* The moment makes it another one than an earlier attempt's. */
static void finish_etag(struct ilo_job *job)
{
	size_t used = strlen(job->etag);

	snprintf(job->etag + used, sizeof(job->etag) - used, "%llx",
		 (unsigned long long)job->io->hw->ops->now_ms(job->io->hw));
}

static int write_planned(struct ilo_job *job, enum backend_result *ret, struct err *err)
{
	int rc = plan_when_free(job, err);

	if (!rc)
		rc = job->io->intent(job->io->ctx, err);
	if (rc)
		return rc;
	finish_etag(job);
	*ret = job->plan.result;
	return job->plan.way == ILO_NOW ? write_now(job, err) : write_at_start(job, err);
}

int ilo_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ilo_job job;
	int rc = ilo_job_open(&job, io, REDFISH_UPLOAD, OPEN_WAIT_MS, err);

	rc = rc ? rc : write_planned(&job, ret, err);
	ilo_job_close(&job);
	return rc;
}

/* Nothing of an iLO's is activated by a command: it restarts itself, or the server does. */
int ilo_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	(void)io;
	(void)err;
	*ret = BACKEND_NEEDS_REBOOT;
	return 0;
}
