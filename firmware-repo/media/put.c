/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/put.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PIECE (1u << 20)

int put_at(int fd, uint64_t offset, const void *buf, size_t len, struct err *err)
{
	const uint8_t *from = buf;

	while (len > 0) {
		ssize_t done = pwrite(fd, from, len, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(err,
					     errno == ENOSPC || errno == EDQUOT || errno == EFBIG
						     ? ERR_FULL
						     : ERR_IO,
					     done ? errno : EIO, "cannot write");
		from += done;
		offset += (uint64_t)done;
		len -= (size_t)done;
	}
	return 0;
}

int get_at(int fd, uint64_t offset, void *buf, size_t len, struct err *err)
{
	const struct source src = { .fd = fd, .size = offset + len, .name = "the image" };
	size_t got;

	return source_read(&src, offset, buf, len, &got, err);
}

static bool all_zero(const uint8_t *buf, size_t len)
{
	return len == 0 || (buf[0] == 0 && memcmp(buf, buf + 1, len - 1) == 0);
}

int put_source(int fd, const struct source *src, uint64_t offset, void (*progress)(uint64_t bytes),
	       struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(PIECE);
	size_t got = 0;
	int rc = buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	for (uint64_t pos = 0; !rc && pos < src->size; pos += got) {
		rc = source_read(src, pos, buf, PIECE, &got, err);
		if (!rc && !all_zero(buf, got))
			rc = put_at(fd, offset + pos, buf, got, err);
		if (!rc && progress)
			progress(got);
	}
	return rc;
}
