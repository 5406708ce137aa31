/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first stretch, with the partition table, is blanked before anything is written and written
 * last: what was cut off on the way is no medium that a machine would boot from.
 */
#include "media/device.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "progress.h"

#define STRETCH (4u << 20)
#define ALIGN	4096u /* for O_DIRECT: no disk has larger sectors */
#define SECTOR	512u

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

struct job {
	int fd;
	const struct source *image;
	uint8_t *buf, *again; /* STRETCH each */
};

/* What a block device cannot take around the page cache goes through it: the end of an image. */
static void set_direct(int fd, size_t len)
{
	int flags = fcntl(fd, F_GETFL);
	int want = len % ALIGN ? flags & ~O_DIRECT : flags | O_DIRECT;

	/* File systems without O_DIRECT refuse: then the cache is dropped before reading. */
	if (flags >= 0 && want != flags)
		(void)fcntl(fd, F_SETFL, want);
}

static int stopped(struct err *err)
{
	return stop_signal ? err_set(err, ERR_INTERRUPTED, "stopped") : 0;
}

static int put(const struct job *job, uint64_t at, size_t len, struct err *err)
{
	size_t done = 0;

	set_direct(job->fd, len);
	while (done < len) {
		ssize_t n = pwrite(job->fd, job->buf + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR && !stop_signal)
			continue;
		if (n < 0 && errno == EINTR)
			return stopped(err);
		if (n <= 0)
			return err_set_errno(err, ERR_IO, n < 0 ? errno : ENOSPC,
					     "cannot write at byte %" PRIu64, at + done);
		done += (size_t)n;
	}
	return 0;
}

/* A stretch of the image, whole sectors of it: what is missing in the last one is zero. */
static int load(const struct job *job, uint64_t at, size_t *ret_len, struct err *err)
{
	uint64_t left = job->image->size - at;
	size_t want = left < STRETCH ? (size_t)left : STRETCH, got = 0;
	int rc = source_read(job->image, at, job->buf, want, &got, err);

	if (!rc && got != want)
		rc = err_set(err, ERR_IO, "%s has become shorter", job->image->name);
	*ret_len = (want + SECTOR - 1) / SECTOR * SECTOR;
	memset(job->buf + want, 0, *ret_len - want);
	return rc;
}

static int write_stretch(const struct job *job, uint64_t at, struct err *err)
{
	size_t len;
	int rc = stopped(err);

	if (!rc)
		rc = load(job, at, &len, err);
	if (!rc)
		rc = put(job, at, len, err);
	if (!rc)
		progress_add(len);
	return rc;
}

static int sync_all(const struct job *job, struct err *err)
{
	/* EINVAL: it knows no syncing. What was kept is seen when it is read back. */
	return fsync(job->fd) && errno != EINVAL ? err_set_errno(err, ERR_IO, errno, "cannot sync")
						 : 0;
}

static int write_all(const struct job *job, struct err *err)
{
	size_t len;
	int rc = load(job, 0, &len, err);

	memset(job->buf, 0, len);
	if (!rc)
		rc = put(job, 0, len, err);
	if (!rc)
		rc = sync_all(job, err);
	for (uint64_t at = STRETCH; at < job->image->size && !rc; at += STRETCH)
		rc = write_stretch(job, at, err);
	if (!rc)
		rc = sync_all(job, err);
	if (!rc)
		rc = write_stretch(job, 0, err);
	return rc ? rc : sync_all(job, err);
}

static int read_back(const struct job *job, uint64_t at, size_t len, struct err *err)
{
	size_t done = 0;

	set_direct(job->fd, len);
	while (done < len) {
		ssize_t n = pread(job->fd, job->again + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR && !stop_signal)
			continue;
		if (n < 0 && errno == EINTR)
			return stopped(err);
		if (n <= 0)
			return err_set_errno(err, ERR_IO, n < 0 ? errno : EIO,
					     "cannot read at byte %" PRIu64, at + done);
		done += (size_t)n;
	}
	return 0;
}

static int compare_stretch(const struct job *job, uint64_t at, struct err *err)
{
	size_t len, bad = 0;
	int rc = stopped(err);

	if (!rc)
		rc = load(job, at, &len, err);
	if (!rc)
		rc = read_back(job, at, len, err);
	if (rc)
		return rc;
	while (bad < len && job->buf[bad] == job->again[bad])
		bad++;
	if (bad < len)
		return err_set(err, ERR_PROOF,
			       "byte %" PRIu64 " reads otherwise than it was written", at + bad);
	progress_add(len);
	return 0;
}

/* From the stick, not from the memory that the bytes went through. */
static int compare_all(const struct job *job, struct err *err)
{
	int rc = 0;

	(void)posix_fadvise(job->fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)ioctl(job->fd, BLKFLSBUF, 0);
	for (uint64_t at = 0; at < job->image->size && !rc; at += STRETCH)
		rc = compare_stretch(job, at, err);
	return rc;
}

/* After a failure: what it is worth now. */
static int tell_state(const char *name, bool written, struct err *err)
{
	char why[sizeof(err->text)];

	if (!err)
		return ERR_IO;
	memcpy(why, err->text, sizeof(why));
	if (!written)
		return err_set(err, err->code,
			       "%s: %.300s. It is half written: neither what was on it nor the "
			       "image. Write it again.",
			       name, why);
	if (err->code == ERR_INTERRUPTED)
		return err_set(err, err->code,
			       "%s: stopped while it was read back. All of it was written, not "
			       "all of it was compared.",
			       name);
	return err_set(err, err->code,
		       "%s: %.300s. It does not hold the image and is not to be trusted.", name,
		       why);
}

static int run(const struct job *job, const char *name, struct err *err)
{
	int rc;

	progress_begin("write", job->image->size);
	progress_item(name);
	rc = write_all(job, err);
	progress_end();
	if (rc)
		return tell_state(name, false, err);
	progress_begin("compare", job->image->size);
	progress_item(name);
	rc = compare_all(job, err);
	progress_end();
	return rc ? tell_state(name, true, err) : 0;
}

int device_put(int fd, const char *name, const struct source *image, struct err *err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction mine = { .sa_handler = on_signal }, before[3];
	CLEANUP_FREE uint8_t *buf = aligned_alloc(ALIGN, STRETCH);
	CLEANUP_FREE uint8_t *again = aligned_alloc(ALIGN, STRETCH);
	const struct job job = { fd, image, buf, again };
	struct err own = { 0 };
	int rc;

	if (!buf || !again)
		return err_set(err, ERR_NOMEM, "out of memory");
	stop_signal = 0;
	for (size_t i = 0; i < 3; i++)
		sigaction(signals[i], &mine, &before[i]);
	rc = run(&job, name, err ? err : &own);
	set_direct(fd, SECTOR); /* whoever reads it next has no aligned memory */
	for (size_t i = 0; i < 3; i++)
		sigaction(signals[i], &before[i], NULL);
	return rc;
}

static int check_size(int fd, const struct device_request *request, struct err *err)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return err_set_errno(err, ERR_IO, errno, "%s: its size", request->device);
	if ((uint64_t)size < request->image->size)
		return err_set(
			err, ERR_FULL,
			"%s has %" PRIu64 " MiB, the image needs %" PRIu64 ". Nothing was changed.",
			request->device, (uint64_t)size >> 20, (request->image->size >> 20) + 1);
	return 0;
}

static int look(const struct device_request *request, struct stat *ret, struct err *err)
{
	char number[32];

	if (stat(request->device, ret))
		return err_set_errno(err, ERR_NOT_FOUND, errno, "%s", request->device);
	if (!S_ISBLK(ret->st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is not a block device", request->device);
	snprintf(number, sizeof(number), "%u:%u", major(ret->st_rdev), minor(ret->st_rdev));
	return device_check(request, number, err);
}

int device_look(const struct device_request *request, struct err *err)
{
	struct stat st;

	return look(request, &st, err);
}

static int open_device(const struct device_request *request, int *ret_fd, struct err *err)
{
	struct stat before, st;
	int rc = look(request, &before, err);

	if (rc)
		return rc;
	/* O_EXCL on a block device: the kernel refuses when anything has a claim on it. */
	*ret_fd = open(request->device, O_RDWR | O_EXCL | O_CLOEXEC);
	if (*ret_fd < 0)
		return err_set_errno(err, errno == EBUSY ? ERR_BUSY : ERR_IO, errno, "%s",
				     request->device);
	if (fstat(*ret_fd, &st) || st.st_rdev != before.st_rdev || !S_ISBLK(st.st_mode))
		return err_set(err, ERR_BUSY, "%s has just become another device", request->device);
	return 0;
}

int device_write(const struct device_request *request, struct err *err)
{
	CLEANUP_CLOSE int fd = -1;
	int rc = open_device(request, &fd, err);

	if (!rc)
		rc = check_size(fd, request, err);
	if (!rc)
		rc = device_put(fd, request->device, request->image, err);
	/* So that its new partitions can be mounted; nothing depends on it. */
	if (!rc)
		(void)ioctl(fd, BLKRRPART, 0);
	return rc;
}
