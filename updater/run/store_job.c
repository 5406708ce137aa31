/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of one payload in RAM: named by their hashes, created here and by nobody else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "run/store_copy.h"

bool copy_job_is_complete(const struct copy_job *job)
{
	return job->hashes && !job->failed && job->good == job->chunk_count;
}

size_t copy_job_chunk_len(const struct copy_job *job, size_t index)
{
	uint64_t rest = job->ref.size - (uint64_t)index * CATALOG_CHUNK_BYTES;

	return rest < CATALOG_CHUNK_BYTES ? (size_t)rest : CATALOG_CHUNK_BYTES;
}

static size_t part_of(const struct copy_job *job, size_t index)
{
	return (size_t)((uint64_t)index * CATALOG_CHUNK_BYTES / job->part_bytes);
}

static void part_name(const struct copy_job *job, size_t part, char name[PAYLOAD_NAME_MAX])
{
	payload_name(job->ref.sha256, job->part_count > 1 ? (int)part : PAYLOAD_WHOLE, name);
}

uint64_t copy_job_find(const struct copy_job *job, size_t index, char name[PAYLOAD_NAME_MAX])
{
	part_name(job, part_of(job, index), name);
	return (uint64_t)index * CATALOG_CHUNK_BYTES % job->part_bytes;
}

static int fail(struct err *err, const char *what)
{
	return err_set_errno(err, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO, errno,
			     "the folder in RAM: %s", what);
}

static int create(int dir, const char *name, int *ret_fd, struct err *err)
{
	char folder[PAYLOAD_NAME_MAX];

	snprintf(folder, sizeof(folder), "%s", name);
	*strrchr(folder, '/') = '\0';
	if (mkdirat(dir, folder, 0700) && errno != EEXIST)
		return fail(err, folder);
	*ret_fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? fail(err, name) : 0;
}

static int write_list(const struct copy_job *job, int dir, const uint8_t *list, struct err *err)
{
	CLEANUP_CLOSE int fd = -1;
	char name[PAYLOAD_NAME_MAX];
	int rc;

	payload_name(job->ref.sha256, PAYLOAD_CHUNKS, name);
	rc = create(dir, name, &fd, err);
	if (rc)
		return rc;
	rc = fsio_write_all(fd, list, job->chunk_count * HASH_BYTES);
	errno = -rc;
	return rc ? fail(err, name) : 0;
}

int copy_job_create(struct copy_job *job, int dir, const uint8_t *list, struct err *err)
{
	char name[PAYLOAD_NAME_MAX];
	int rc = write_list(job, dir, list, err);

	for (size_t i = 0; i < job->part_count && !rc; i++) {
		part_name(job, i, name);
		rc = create(dir, name, &job->fds[i], err);
	}
	return rc;
}

int copy_job_write(const struct copy_job *job, size_t index, const uint8_t *bytes, struct err *err)
{
	uint64_t offset = (uint64_t)index * CATALOG_CHUNK_BYTES % job->part_bytes;
	size_t len = copy_job_chunk_len(job, index);

	while (len > 0) {
		ssize_t put = pwrite(job->fds[part_of(job, index)], bytes, len, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return fail(err, "write");
		bytes += put;
		len -= (size_t)put;
		offset += (uint64_t)put;
	}
	return 0;
}

int copy_job_check(const struct copy_job *job, size_t index, const uint8_t *bytes, struct err *err)
{
	return hash_check(bytes, copy_job_chunk_len(job, index), job->hashes + index * HASH_BYTES,
			  err);
}

static void close_parts(struct copy_job *job)
{
	for (size_t i = 0; job->fds && i < job->part_count; i++) {
		if (job->fds[i] >= 0)
			close(job->fds[i]);
		job->fds[i] = -1;
	}
}

void copy_job_close(struct copy_job *job, int dir)
{
	char name[PAYLOAD_NAME_MAX];

	close_parts(job);
	if (copy_job_is_complete(job))
		return;
	payload_name(job->ref.sha256, PAYLOAD_CHUNKS, name);
	unlinkat(dir, name, 0);
	for (size_t i = 0; i < job->part_count; i++) {
		part_name(job, i, name);
		unlinkat(dir, name, 0);
	}
}

int copy_job_init(struct copy_job *job, const char *name, const struct payload_ref *ref,
		  uint64_t part_bytes, struct err *err)
{
	job->ref = *ref;
	job->part_bytes = part_bytes;
	job->part_count = (size_t)((ref->size + part_bytes - 1) / part_bytes);
	job->chunk_count = (size_t)((ref->size + CATALOG_CHUNK_BYTES - 1) / CATALOG_CHUNK_BYTES);
	snprintf(job->name, sizeof(job->name), "%s", name);
	job->fds = malloc((job->part_count + 1) * sizeof(*job->fds));
	if (!job->fds)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < job->part_count; i++)
		job->fds[i] = -1;
	return 0;
}

void copy_job_free(struct copy_job *job)
{
	close_parts(job);
	free(job->fds);
	free(job->hashes);
	job->fds = NULL;
	job->hashes = NULL;
}
