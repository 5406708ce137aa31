/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int fsio_join(char path[FSIO_PATH_MAX], const char *dir, const char *name, struct err *err)
{
	int len = snprintf(path, FSIO_PATH_MAX, "%s/%s", dir, name);

	if (len < 0 || len >= FSIO_PATH_MAX)
		return err_set(err, ERR_TOO_LARGE, "path too long: %.64s...", dir);
	return 0;
}

static int code_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

static int fail(struct err *err, const char *path, const char *what)
{
	int errnum = errno;

	return err_set_errno(err, code_of(errnum), errnum, "%s: cannot %s", path, what);
}

/* The size may be wrong (files of /proc and /sys) or grow: what counts is what read() gives. */
static int read_all(int fd, const char *path, size_t max, uint8_t **ret, size_t *ret_len,
		    struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	size_t len = 0, room = 0;

	for (;;) {
		ssize_t got;

		if (len == room) {
			size_t next = room ? room * 2 : 16384;
			uint8_t *grown = realloc(buf, next + 1);

			if (!grown)
				return err_set(err, ERR_NOMEM, "%s: out of memory", path);
			buf = grown;
			room = next;
		}
		got = read(fd, buf + len, room - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(err, path, "read");
		if (got == 0)
			break;
		len += (size_t)got;
		if (len > max)
			return err_set(err, ERR_TOO_LARGE, "%s: more than %zu bytes", path, max);
	}
	buf[len] = '\0';
	*ret = buf;
	*ret_len = len;
	buf = NULL;
	return 0;
}

int fsio_read_file(const char *path, size_t max, uint8_t **ret, size_t *ret_len, struct err *err)
{
	/* O_NONBLOCK: a FIFO in the place of a file must not hold us up. */
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return fail(err, path, "open");
	if (fstat(fd, &st))
		return fail(err, path, "stat");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "%s: not a regular file", path);
	return read_all(fd, path, max, ret, ret_len, err);
}

int fsio_write_all(int fd, const void *buf, size_t len)
{
	const uint8_t *bytes = buf;

	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

static int fill_temp(int fd, const void *buf, size_t len, mode_t mode)
{
	int rc = fsio_write_all(fd, buf, len);

	if (rc)
		return rc;
	/* FAT has no modes: EPERM there is no reason to fail. */
	if (fchmod(fd, mode) && errno != EPERM)
		return -errno;
	return fsync(fd) ? -errno : 0;
}

int fsio_write_atomic(const char *path, const void *buf, size_t len, mode_t mode, struct err *err)
{
	char temp[FSIO_PATH_MAX];
	int n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	int fd, rc;

	if (n < 0 || (size_t)n >= sizeof(temp))
		return err_set(err, ERR_TOO_LARGE, "path too long: %.64s...", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return fail(err, path, "create a file beside it");
	rc = fill_temp(fd, buf, len, mode);
	if (!rc && rename(temp, path))
		rc = -errno;
	if (rc)
		unlink(temp);
	/*
	 * On FAT a rename makes a new directory entry of size 0 and leaves it to the inode's next
	 * write-back to fill in size and first cluster: without this the file is empty after a
	 * power cut, whatever the directory's fsync wrote.
	 */
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	if (rc) {
		errno = -rc;
		return fail(err, path, "write");
	}
	return fsio_sync_parent(path, err);
}

int fsio_mkdir_p(const char *path, mode_t mode, struct err *err)
{
	char part[FSIO_PATH_MAX];
	size_t len = strnlen(path, sizeof(part));
	int rc;

	if (len >= sizeof(part))
		return err_set(err, ERR_TOO_LARGE, "path too long: %.64s...", path);
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		char cut = part[i];

		if (cut != '/' && cut != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, mode) && errno != EEXIST)
			return fail(err, part, "make the directory");
		part[i] = cut;
	}
	/* Fails when path is there but is no directory. */
	rc = fsio_sync_dir(path, err);
	return rc ? rc : fsio_sync_parent(path, err);
}

int fsio_sync_dir(const char *path, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(err, path, "open the directory");
	if (fsync(fd) && errno != EINVAL && errno != EROFS)
		return fail(err, path, "sync the directory");
	return 0;
}

int fsio_sync_parent(const char *path, struct err *err)
{
	char dir[FSIO_PATH_MAX];
	size_t len = strnlen(path, sizeof(dir) - 1);

	memcpy(dir, path, len);
	while (len > 0 && dir[len - 1] == '/')
		len--;
	while (len > 0 && dir[len - 1] != '/')
		len--;
	if (len == 0)
		return fsio_sync_dir(".", err);
	dir[len] = '\0';
	return fsio_sync_dir(dir, err);
}
