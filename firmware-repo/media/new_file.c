/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

static int open_unnamed(const char *path)
{
	CLEANUP_FREE char *dir = strdup(path);
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!dir)
		return -1;
	if (slash)
		slash[slash == dir] = '\0';
	return open(slash ? dir : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
}

int new_file_open(const char *path, struct new_file *ret, struct err *err)
{
	int len = snprintf(ret->path, sizeof(ret->path), "%s", path);
	struct stat st;

	ret->fd = -1;
	ret->temporary[0] = '\0';
	if (len < 0 || (size_t)len + 8 > sizeof(ret->path))
		return err_set(err, ERR_TOO_LARGE, "the path of the image is too long");
	if (lstat(path, &st) == 0)
		return err_set(err, ERR_DUPLICATE, "%s exists already%s", path,
			       S_ISBLK(st.st_mode) ? ": a stick is written with --device" : "");
	ret->fd = open_unnamed(path);
	if (ret->fd >= 0)
		return 0;
	/* NFS, FAT and old kernels. */
	memcpy(ret->temporary, ret->path, (size_t)len);
	memcpy(ret->temporary + len, ".XXXXXX", 8);
	ret->fd = mkostemp(ret->temporary, O_CLOEXEC);
	if (ret->fd >= 0)
		return 0;
	ret->temporary[0] = '\0';
	return err_set_errno(err, ERR_IO, errno, "%s: cannot be made", path);
}

static int give_name(const struct new_file *file)
{
	char self[64];

	if (file->temporary[0])
		return link(file->temporary, file->path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, file->path, AT_SYMLINK_FOLLOW);
}

int new_file_keep(struct new_file *file, struct err *err)
{
	if (fsync(file->fd))
		return err_set_errno(err, errno == ENOSPC ? ERR_FULL : ERR_IO, errno,
				     "%s: cannot be written", file->path);
	if (give_name(file) == 0)
		return fsio_sync_parent(file->path, err);
	/* FAT has no links; another one that appeared meanwhile is not written over. */
	if (file->temporary[0] && errno == EPERM && access(file->path, F_OK) != 0 &&
	    rename(file->temporary, file->path) == 0) {
		file->temporary[0] = '\0';
		return fsio_sync_parent(file->path, err);
	}
	return err_set_errno(err, errno == EEXIST ? ERR_DUPLICATE : ERR_IO, errno, "%s",
			     file->path);
}

void new_file_drop(struct new_file *file)
{
	if (file->temporary[0])
		unlink(file->temporary);
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
