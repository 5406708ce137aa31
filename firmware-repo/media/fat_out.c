/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUF_BYTES (1u << 20)

int fat_out_begin(int fd, const struct fat_volume *volume, struct fat_out *ret, struct err *err)
{
	*ret = (struct fat_out){ .fd = fd, .volume = volume, .buf = malloc(BUF_BYTES) };
	return ret->buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

void fat_out_free(struct fat_out *out)
{
	free(out->buf);
	out->buf = NULL;
}

int fat_out_end(struct fat_out *out, struct err *err)
{
	const struct fat_volume *volume = out->volume;
	size_t at = 0;

	while (at < out->used) {
		ssize_t put = pwrite(out->fd, out->buf + at, out->used - at,
				     (off_t)(volume->start + out->done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set_errno(err, errno == ENOSPC ? ERR_FULL : ERR_IO,
					     put < 0 ? errno : EIO, "cannot write");
		at += (size_t)put;
		out->done += (uint64_t)put;
	}
	out->used = 0;
	if (volume->progress)
		volume->progress(volume->progress_ctx, out->done);
	return 0;
}

/* Room for at least one byte; *ret_room at most len. */
static int make_room(struct fat_out *out, uint64_t len, size_t *ret_room, struct err *err)
{
	int rc = out->used == BUF_BYTES ? fat_out_end(out, err) : 0;
	size_t room = BUF_BYTES - out->used;

	*ret_room = len < room ? (size_t)len : room;
	return rc;
}

int fat_out_put(struct fat_out *out, const void *bytes, size_t len, struct err *err)
{
	const uint8_t *at = bytes;
	size_t room;
	int rc = 0;

	for (; len > 0 && !rc; len -= room, at += room) {
		rc = make_room(out, len, &room, err);
		if (!rc)
			memcpy(out->buf + out->used, at, room);
		out->used += rc ? 0 : room;
	}
	return rc;
}

int fat_out_zeros(struct fat_out *out, uint64_t len, struct err *err)
{
	size_t room;
	int rc = 0;

	for (; len > 0 && !rc; len -= room) {
		rc = make_room(out, len, &room, err);
		if (!rc)
			memset(out->buf + out->used, 0, room);
		out->used += rc ? 0 : room;
	}
	return rc;
}

static int copy(struct fat_out *out, const struct source *source, uint64_t size, struct err *err)
{
	size_t room, got;
	int rc = 0;

	for (uint64_t at = 0; at < size && !rc; at += got) {
		got = 0;
		rc = make_room(out, size - at, &room, err);
		if (!rc)
			rc = source_read(source, at, out->buf + out->used, room, &got, err);
		if (!rc && got == 0)
			rc = err_set(err, ERR_IO, "it has become shorter");
		out->used += rc ? 0 : got;
	}
	return rc;
}

int fat_out_file(struct fat_out *out, const struct fat_file *file, struct err *err)
{
	struct source source;
	int rc;

	if (!file->file)
		return copy(out, &file->source, file->source.size, err);
	rc = source_open(file->file, &source, err);
	if (rc)
		return rc;
	if (source.size != file->source.size)
		rc = err_set(err, ERR_IO, "%s has changed its size", file->file);
	if (!rc)
		rc = copy(out, &source, source.size, err);
	source_close(&source);
	return rc;
}
