/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The released image (iso/mkiso.sh), which every medium is made from. */
#ifndef FWREPO_BASE_H
#define FWREPO_BASE_H

#include "base/err.h"
#include "import/source.h"
#include "media/gpt.h"
#include "media/iso_tables.h"
#include "media/iso_tree.h"

enum base_partition { BASE_ISO, BASE_ESP, BASE_FAT, BASE_JOURNAL, BASE_PARTITIONS };

struct media_base {
	struct source image;
	struct gpt gpt;
	uint32_t iso_blocks;		   /* to the end of partition 1 */
	uint32_t bias;			   /* blocks before partition 1 */
	uint64_t trust_offset, trust_size; /* of /boot/trust.cpio */
	struct source esp;		   /* partition 2 */
	struct source readme, conf;	   /* README.TXT and drydock.conf for a new FAT */
	uint8_t date[ISO_DATE_BYTES];	   /* of the image */
};

/*
 * Its files are added to tree. ERR_NOT_FOUND, ERR_FORMAT (not a released Drydock image, damaged,
 * or one that has a repository already), ERR_IO. ret must be {0}; base_close() in any case.
 */
int base_open(const char *path, struct iso_tree *tree, struct media_base *ret, struct err *err);
void base_close(struct media_base *base);

/* The time of the image, seconds since 1970. */
uint32_t base_time(const struct media_base *base);

#endif
