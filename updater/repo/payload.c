/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/payload.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"

/* Wrong bytes are seldom wrong again when the medium itself is asked. */
#define HASH_RETRIES 2
/* Before a read that failed is tried again: a bus that was reset needs a moment. */
static const long pauses_ms[] = { 100, 400, 1500 };
#define IO_RETRIES (sizeof(pauses_ms) / sizeof(*pauses_ms))

struct payload {
	uint64_t size;
	uint64_t part_bytes;
	size_t chunk_count;
	uint8_t *hashes; /* chunk_count * HASH_BYTES */
	size_t part_count;
	int *fds; /* one for each part */
	ssize_t (*pread)(int fd, void *buf, size_t size, off_t offset);
};

void payload_name(const uint8_t sha256[32], int part, char name[PAYLOAD_NAME_MAX])
{
	char hex[65];

	hex_encode(sha256, 32, hex);
	if (part == PAYLOAD_WHOLE)
		snprintf(name, PAYLOAD_NAME_MAX, "blobs/%.2s/%s", hex, hex);
	else if (part == PAYLOAD_CHUNKS)
		snprintf(name, PAYLOAD_NAME_MAX, "blobs/%.2s/%s.chunks", hex, hex);
	else
		snprintf(name, PAYLOAD_NAME_MAX, "blobs/%.2s/%s.%03d", hex, hex, part);
}

/* How long number index of the pieces of a whole is. */
static uint64_t piece_bytes(uint64_t whole, uint64_t piece, uint64_t index)
{
	uint64_t rest = whole - index * piece;

	return rest < piece ? rest : piece;
}

static int open_chunk_list(struct payload *payload, const char *repo_dir,
			   const struct payload_ref *ref, struct err *err)
{
	size_t want = payload->chunk_count * HASH_BYTES;
	char path[FSIO_PATH_MAX], name[PAYLOAD_NAME_MAX];
	size_t len;
	int rc;

	payload_name(ref->sha256, PAYLOAD_CHUNKS, name);
	rc = fsio_join(path, repo_dir, name, err);
	if (!rc)
		rc = fsio_read_file(path, want, &payload->hashes, &len, err);
	if (rc == ERR_TOO_LARGE)
		return err_set(err, ERR_FORMAT, "%s: longer than %zu bytes", name, want);
	if (rc)
		return rc;
	if (len != want)
		return err_set(err, ERR_FORMAT, "%s: %zu bytes instead of %zu, cut short", name,
			       len, want);
	rc = hash_check(payload->hashes, len, ref->chunks_sha256, err);
	return rc ? err_prefix(err, "%s", name) : 0;
}

static int open_part(struct payload *payload, const char *repo_dir, const char *name, size_t part,
		     struct err *err)
{
	uint64_t want = piece_bytes(payload->size, payload->part_bytes, part);
	char path[FSIO_PATH_MAX];
	struct stat st;
	int rc = fsio_join(path, repo_dir, name, err);
	int fd;

	if (rc)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     name);
	payload->fds[part] = fd;
	if (fstat(fd, &st))
		return err_set_errno(err, ERR_IO, errno, "%s", name);
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != want)
		return err_set(err, ERR_FORMAT, "%s: %lld bytes instead of %llu", name,
			       (long long)st.st_size, (unsigned long long)want);
	/* A hint for slow media; whether it is taken does not matter. */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static int open_parts(struct payload *payload, const char *repo_dir, const struct payload_ref *ref,
		      struct err *err)
{
	char name[PAYLOAD_NAME_MAX];
	int rc = 0;

	for (size_t i = 0; i < payload->part_count && !rc; i++) {
		payload_name(ref->sha256, payload->part_count > 1 ? (int)i : PAYLOAD_WHOLE, name);
		rc = open_part(payload, repo_dir, name, i, err);
	}
	return rc;
}

int payload_open_parts(const char *repo_dir, const struct payload_ref *ref, uint64_t part_bytes,
		       struct payload **ret, struct err *err)
{
	struct payload *payload = calloc(1, sizeof(*payload));
	int rc;

	assert(part_bytes > 0 && part_bytes % CATALOG_CHUNK_BYTES == 0);
	if (!payload)
		return err_set(err, ERR_NOMEM, "out of memory");
	payload->size = ref->size;
	payload->part_bytes = part_bytes;
	payload->chunk_count =
		(size_t)((ref->size + CATALOG_CHUNK_BYTES - 1) / CATALOG_CHUNK_BYTES);
	payload->part_count = (size_t)((ref->size + part_bytes - 1) / part_bytes);
	payload->fds = calloc(payload->part_count + 1, sizeof(*payload->fds));
	for (size_t i = 0; payload->fds && i < payload->part_count; i++)
		payload->fds[i] = -1;
	rc = payload->fds ? open_chunk_list(payload, repo_dir, ref, err)
			  : err_set(err, ERR_NOMEM, "out of memory");
	if (!rc)
		rc = open_parts(payload, repo_dir, ref, err);
	if (rc) {
		payload_close(payload);
		return rc;
	}
	*ret = payload;
	return 0;
}

int payload_open(const char *repo_dir, const struct payload_ref *ref, struct payload **ret,
		 struct err *err)
{
	return payload_open_parts(repo_dir, ref, CATALOG_PART_BYTES, ret, err);
}

void payload_close(struct payload *payload)
{
	if (!payload)
		return;
	for (size_t i = 0; payload->fds && i < payload->part_count; i++)
		if (payload->fds[i] >= 0)
			close(payload->fds[i]);
	free(payload->fds);
	free(payload->hashes);
	free(payload);
}

uint64_t payload_size(const struct payload *payload)
{
	return payload->size;
}

size_t payload_chunk_count(const struct payload *payload)
{
	return payload->chunk_count;
}

void payload_set_pread(struct payload *payload,
		       ssize_t (*pread)(int fd, void *buf, size_t size, off_t offset))
{
	payload->pread = pread;
}

/* 0 or an errno; ENODATA: the file has become shorter, no second look helps. */
static int read_at(const struct payload *payload, int fd, uint8_t *buf, size_t len, uint64_t offset)
{
	while (len > 0) {
		ssize_t got = payload->pread ? payload->pread(fd, buf, len, (off_t)offset)
					     : pread(fd, buf, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? errno : ENODATA;
		buf += got;
		len -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static void wait_ms(long ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static int read_patiently(const struct payload *payload, int fd, uint8_t *buf, size_t len,
			  uint64_t offset, struct err *err)
{
	int errnum = read_at(payload, fd, buf, len, offset);

	for (size_t i = 0; errnum && errnum != ENODATA && i < IO_RETRIES; i++) {
		wait_ms(pauses_ms[i]);
		errnum = read_at(payload, fd, buf, len, offset);
	}
	if (errnum == ENODATA)
		return err_set(err, ERR_IO, "the file has become shorter");
	return errnum ? err_set_errno(err, ERR_IO, errnum, "cannot read") : 0;
}

int payload_read_chunk(struct payload *payload, size_t index, uint8_t *buf, size_t *ret_len,
		       struct err *err)
{
	uint64_t offset = (uint64_t)index * CATALOG_CHUNK_BYTES;
	uint64_t at = offset % payload->part_bytes;
	size_t len;
	int fd, rc = ERR_HASH;

	assert(index < payload->chunk_count);
	fd = payload->fds[offset / payload->part_bytes];
	len = (size_t)piece_bytes(payload->size, CATALOG_CHUNK_BYTES, index);
	for (int i = 0; rc == ERR_HASH && i <= HASH_RETRIES; i++) {
		if (i > 0)
			(void)posix_fadvise(fd, (off_t)at, (off_t)len, POSIX_FADV_DONTNEED);
		rc = read_patiently(payload, fd, buf, len, at, err);
		if (!rc)
			rc = hash_check(buf, len, payload->hashes + index * HASH_BYTES, err);
	}
	if (rc)
		return err_prefix(err, "chunk %zu of %zu", index + 1, payload->chunk_count);
	*ret_len = len;
	return 0;
}
