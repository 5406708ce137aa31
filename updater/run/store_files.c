/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The medium's side of the store: one file is open at a time, and read from its beginning on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "run/store_copy.h"

struct files {
	char repo_dir[FSIO_PATH_MAX];
	char name[96];
	int fd;
};

static void close_file(struct files *files)
{
	if (files->fd >= 0)
		close(files->fd);
	files->fd = -1;
}

/* After an error it is opened anew, too: the medium may have come back under the same path. */
static int open_file(struct files *files, const char *name, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc;

	if (files->fd >= 0 && strcmp(files->name, name) == 0)
		return 0;
	close_file(files);
	rc = fsio_join(path, files->repo_dir, name, err);
	if (rc)
		return rc;
	files->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (files->fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     name);
	snprintf(files->name, sizeof(files->name), "%s", name);
	(void)posix_fadvise(files->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static int read_file(void *ctx, const char *name, uint64_t offset, void *buf, size_t len,
		     bool again, struct err *err)
{
	struct files *files = ctx;
	size_t done = 0;
	int rc = open_file(files, name, err);

	if (rc)
		return rc;
	/* What was read wrong may lie in the page cache as it is. */
	if (again)
		(void)posix_fadvise(files->fd, (off_t)offset, (off_t)len, POSIX_FADV_DONTNEED);
	while (!rc && done < len) {
		ssize_t got =
			pread(files->fd, (uint8_t *)buf + done, len - done, (off_t)(offset + done));

		if (got > 0)
			done += (size_t)got;
		else if (got == 0)
			rc = err_set(err, ERR_IO, "%s: the file is too short", name);
		else if (errno != EINTR)
			rc = err_set_errno(err, ERR_IO, errno, "%s", name);
	}
	if (rc)
		close_file(files);
	return rc;
}

int files_source_make(const char *repo_dir, struct store_source *ret, struct err *err)
{
	struct files *files = calloc(1, sizeof(*files));

	if (!files)
		return err_set(err, ERR_NOMEM, "out of memory");
	files->fd = -1;
	snprintf(files->repo_dir, sizeof(files->repo_dir), "%s", repo_dir);
	*ret = (struct store_source){ read_file, files };
	return 0;
}

void files_source_free(struct store_source *source)
{
	struct files *files = source->ctx;

	if (!files)
		return;
	close_file(files);
	free(files);
	source->ctx = NULL;
}
