/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FAT partition of an image: what of its files goes there. Inside of image.h. */
#ifndef FWREPO_IMAGE_FAT_H
#define FWREPO_IMAGE_FAT_H

#include "media/image.h"

/* The least size in bytes with so many free, beginning at a sector. Errors of fat_size_for(). */
int image_fat_size(const struct image *image, uint64_t start, uint64_t room, uint64_t *ret,
		   struct err *err);
/* Into its partition. Errors of fat_write(). */
int image_fat_write(const struct image *image, int fd, struct err *err);

#endif
