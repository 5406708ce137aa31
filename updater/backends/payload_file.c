/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/payload_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define PIECE_BYTES (1u << 20)

/* In a replay the folder is not there; the bytes are checked as they would be. */
static int copy(struct payload_source *payload, int fd, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(PIECE_BYTES);
	size_t len;
	int rc;

	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (uint64_t offset = 0; offset < payload->size; offset += len) {
		uint64_t left = payload->size - offset;

		len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		rc = payload->read(payload, offset, buf, len, err);
		if (rc)
			return rc;
		rc = fd < 0 ? 0 : fsio_write_all(fd, buf, len);
		if (rc)
			return err_set_errno(err, rc == -ENOSPC ? ERR_FULL : ERR_IO, -rc,
					     "the copy in RAM");
	}
	return 0;
}

int payload_file_make(const struct backend_io *io, const char *name, struct payload_file *ret,
		      struct err *err)
{
	int fd, rc;

	*ret = (struct payload_file){ 0 };
	if (!io->ram_dir)
		return err_set(err, ERR_UNSUPPORTED, "there is no folder in RAM for a copy");
	rc = fsio_join(ret->path, io->ram_dir, name, err);
	if (!rc && io->hw && io->hw->ops->recall)
		return copy(io->payload, -1, err);
	if (!rc)
		rc = fsio_mkdir_p(io->ram_dir, 0700, err);
	if (rc)
		return rc;
	ret->made = true;
	(void)unlink(ret->path);
	fd = open(ret->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0)
		rc = err_set_errno(err, ERR_IO, errno, "%s", ret->path);
	else
		rc = copy(io->payload, fd, err);
	if (fd >= 0 && close(fd) && !rc)
		rc = err_set_errno(err, ERR_IO, errno, "%s", ret->path);
	if (rc)
		payload_file_remove(ret);
	return rc;
}

void payload_file_remove(struct payload_file *file)
{
	if (file->made)
		(void)unlink(file->path);
	*file = (struct payload_file){ 0 };
}
