/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ESP of a medium: the base's, and larger where its repository has larger capsules. Its FATs
 * have entries for more clusters than it has (iso/mkiso.sh), so that it grows by saying so: what is
 * in it stays where it is, byte for byte.
 */
#ifndef FWREPO_ESP_H
#define FWREPO_ESP_H

#include "base/err.h"
#include "import/source.h"

struct esp_space {
	uint64_t sectors; /* of 512 bytes; what it has */
	uint64_t most;	  /* what it can grow to; sectors when it cannot */
	uint64_t free;	  /* bytes in clusters that no file has */
};

/*
 * Reads a FAT16 volume of whole sectors (Microsoft FAT specification 1.03, sections 3.1 and 4). Of
 * another FAT, most is what it has and free 0. ERR_FORMAT (no FAT, or one that does not hold),
 * ERR_IO.
 */
int esp_measure(const struct source *esp, struct esp_space *ret, struct err *err);

/*
 * How many sectors it takes to have so many bytes free: whole MiB more than now, or as many as it
 * can have at most.
 */
uint64_t esp_sectors_for(const struct esp_space *space, uint64_t bytes);

/* Says in the boot sector at this offset that it has so many sectors, esp_space.most at most. */
int esp_grow(int fd, uint64_t offset, uint64_t sectors, struct err *err);

#endif
