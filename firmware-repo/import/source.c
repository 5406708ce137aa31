/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

int source_open(const char *path, struct source *ret, struct err *err)
{
	/* O_NONBLOCK: nobody may write to a FIFO that lies among the packages. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_IO, "%s: not a file", path);
	}
	*ret = (struct source){ .fd = fd, .size = (uint64_t)st.st_size };
	snprintf(ret->name, sizeof(ret->name), "%s", base_name(path));
	return 0;
}

void source_close(struct source *src)
{
	if (src->fd >= 0)
		close(src->fd);
	*src = (struct source){ .fd = -1 };
}

int source_slice(const struct source *src, uint64_t offset, uint64_t size, const char *name,
		 struct source *ret, struct err *err)
{
	if (offset > src->size || size > src->size - offset)
		return err_set(err, ERR_FORMAT, "%s: %s lies beyond its end", src->name, name);
	*ret = (struct source){ .fd = src->fd, .offset = src->offset + offset, .size = size };
	snprintf(ret->name, sizeof(ret->name), "%s", base_name(name));
	return 0;
}

int source_read(const struct source *src, uint64_t offset, void *buf, size_t len, size_t *ret_len,
		struct err *err)
{
	uint64_t left = offset < src->size ? src->size - offset : 0;

	*ret_len = 0;
	if (len > left)
		len = (size_t)left;
	while (*ret_len < len) {
		ssize_t got = pread(src->fd, (char *)buf + *ret_len, len - *ret_len,
				    (off_t)(src->offset + offset + *ret_len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, ERR_IO, errno, "%s: cannot read", src->name);
		if (got == 0)
			return err_set(err, ERR_IO, "%s: it became shorter while it was read",
				       src->name);
		*ret_len += (size_t)got;
	}
	return 0;
}

int source_load(const struct source *src, size_t max, uint8_t **ret, size_t *ret_len,
		struct err *err)
{
	uint8_t *buf;
	int rc;

	if (src->size > max)
		return err_set(err, ERR_TOO_LARGE, "%s: larger than %zu bytes", src->name, max);
	buf = malloc((size_t)src->size + 1);
	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = source_read(src, 0, buf, (size_t)src->size, ret_len, err);
	if (rc) {
		free(buf);
		return rc;
	}
	buf[*ret_len] = '\0';
	*ret = buf;
	return 0;
}
