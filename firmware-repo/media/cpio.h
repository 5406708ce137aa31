/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cpio archive in memory, the "newc" format that the kernel unpacks as an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Equal calls give equal bytes.
 */
#ifndef FWREPO_CPIO_H
#define FWREPO_CPIO_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cpio {
	uint8_t *buf;
	size_t len, room;
	uint32_t inode; /* the last one given */
	uint32_t mtime; /* of all entries, seconds since 1970 */
};

/* Folders before what is in them. ERR_NOMEM, ERR_TOO_LARGE. */
int cpio_add_dir(struct cpio *cpio, const char *path, struct err *err);
/* Readable for all, writable for nobody. */
int cpio_add_file(struct cpio *cpio, const char *path, const void *bytes, size_t len,
		  struct err *err);
int cpio_end(struct cpio *cpio, struct err *err);
void cpio_free(struct cpio *cpio);

#endif
