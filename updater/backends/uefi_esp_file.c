/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/uefi_esp_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define PIECE_BYTES (1u << 20)

static int write_all(struct backend_io *io, const struct uefi_capsule *cap, int fd, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(PIECE_BYTES);
	uint64_t size = cap->head.size;
	size_t len;
	int rc = buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	for (uint64_t offset = 0; !rc && offset < size; offset += len) {
		len = size - offset < PIECE_BYTES ? (size_t)(size - offset) : PIECE_BYTES;
		rc = uefi_capsule_bytes(io->payload, cap, offset, buf, len, err);
		if (!rc)
			rc = fsio_write_all(fd, buf, len);
		if (rc == -ENOSPC || rc == -EFBIG)
			rc = err_set(err, ERR_FULL,
				     "the EFI system partition has no room for %llu bytes",
				     (unsigned long long)size);
		else if (rc < 0 && rc > -4096)
			rc = err_set_errno(err, ERR_IO, -rc, "the EFI system partition");
		if (!rc)
			io->progress(io->ctx, offset + len);
	}
	if (!rc && fsync(fd))
		rc = err_set_errno(err, ERR_IO, errno, "the EFI system partition");
	return rc;
}

int uefi_esp_file_write(struct backend_io *io, const struct uefi_capsule *cap, const char *path,
			struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 ? err_set_errno(err, ERR_IO, errno, "%s", path)
			: write_all(io, cap, fd, err);

	if (fd >= 0 && close(fd) && !rc)
		rc = err_set_errno(err, ERR_IO, errno, "%s", path);
	if (rc)
		(void)unlink(path);
	return rc;
}

int uefi_esp_file_clear(const char *folder, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(folder);
	const struct dirent *file;

	if (!dir)
		return err_set_errno(err, ERR_IO, errno, "%s", folder);
	while ((file = readdir(dir)))
		if (file->d_name[0] != '.' && unlinkat(dirfd(dir), file->d_name, 0))
			return err_set_errno(err, ERR_IO, errno, "%s/%s", folder, file->d_name);
	return 0;
}
