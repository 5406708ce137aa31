/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a FAT volume, written from its first to the last that is used. */
#ifndef FWREPO_FAT_OUT_H
#define FWREPO_FAT_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "media/fat.h"

struct fat_out {
	int fd;
	const struct fat_volume *volume;
	uint64_t done; /* bytes of the volume that are written */
	uint8_t *buf;
	size_t used; /* of buf */
};

int fat_out_begin(int fd, const struct fat_volume *volume, struct fat_out *ret, struct err *err);
int fat_out_put(struct fat_out *out, const void *bytes, size_t len, struct err *err);
int fat_out_zeros(struct fat_out *out, uint64_t len, struct err *err);
int fat_out_file(struct fat_out *out, const struct fat_file *file, struct err *err);
int fat_out_end(struct fat_out *out, struct err *err); /* what is left in the buffer */
void fat_out_free(struct fat_out *out);

#endif
