/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of an ISO 9660 image (ECMA-119, Rock Ridge names by SUSP/RRIP 1.12, else Joliet, else
 * the plain names without version), without mounting it.
 */
#ifndef FWREPO_ISO9660_H
#define FWREPO_ISO9660_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define ISO_BLOCK 2048

struct iso_file {
	const char *path; /* below the root, '/' between */
	bool is_dir;
	uint64_t offset; /* bytes, in the image; all extents of a file must follow one another */
	uint64_t size;
};

/* Is it one? By the first volume descriptor, sector 16. */
bool iso_recognise(const struct source *image);

/*
 * Calls visit for each folder and file, parents first; 0, or what visit returned to end it.
 * ERR_FORMAT (with the path), ERR_TOO_LARGE (files, depth: tree.h), ERR_IO.
 */
int iso_walk(const struct source *image,
	     int (*visit)(void *ctx, const struct iso_file *file, struct err *err), void *ctx,
	     struct err *err);

#endif
