/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/cpio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD_BYTES = 110, ALIGN = 4, MAX_BYTES = 16 << 20 };

static int append(struct cpio *cpio, const void *bytes, size_t len, struct err *err)
{
	size_t padded = (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (padded < len || padded > MAX_BYTES - cpio->len)
		return err_set(err, ERR_TOO_LARGE, "an archive of more than %d MiB",
			       MAX_BYTES >> 20);
	if (cpio->len + padded > cpio->room) {
		size_t room = 2 * (cpio->len + padded);
		uint8_t *grown = realloc(cpio->buf, room);

		if (!grown)
			return err_set(err, ERR_NOMEM, "out of memory");
		cpio->buf = grown;
		cpio->room = room;
	}
	if (len)
		memcpy(cpio->buf + cpio->len, bytes, len);
	memset(cpio->buf + cpio->len + len, 0, padded - len);
	cpio->len += padded;
	return 0;
}

/* The name follows the head; both together are filled up to a multiple of four bytes. */
static int add(struct cpio *cpio, const char *path, mode_t mode, const void *bytes, size_t len,
	       struct err *err)
{
	char head[HEAD_BYTES + 1 + 512];
	size_t name_len = strlen(path) + 1;
	int rc;

	if (name_len > 512 || len > MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%.80s: does not go into an archive", path);
	cpio->inode++;
	/* magic, ino, mode, uid, gid, nlink, mtime, size, device and rdev 2 each, name, check */
	snprintf(head, sizeof(head),
		 "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X%s", cpio->inode,
		 (unsigned int)mode, 0u, 0u, S_ISDIR(mode) ? 2u : 1u, cpio->mtime, len, 0u, 0u, 0u,
		 0u, name_len, 0u, path);
	rc = append(cpio, head, HEAD_BYTES + name_len, err);
	return rc ? rc : append(cpio, bytes, len, err);
}

int cpio_add_dir(struct cpio *cpio, const char *path, struct err *err)
{
	return add(cpio, path, S_IFDIR | 0755, NULL, 0, err);
}

int cpio_add_file(struct cpio *cpio, const char *path, const void *bytes, size_t len,
		  struct err *err)
{
	return add(cpio, path, S_IFREG | 0444, bytes, len, err);
}

int cpio_end(struct cpio *cpio, struct err *err)
{
	return add(cpio, "TRAILER!!!", 0, NULL, 0, err);
}

void cpio_free(struct cpio *cpio)
{
	free(cpio->buf);
	*cpio = (struct cpio){ 0 };
}
