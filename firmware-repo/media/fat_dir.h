/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slots of folders (Microsoft FAT specification 1.03, sections 6 and 7). */
#ifndef FWREPO_FAT_DIR_H
#define FWREPO_FAT_DIR_H

#include "media/fat_out.h"
#include "media/fat_tree.h"

/* All slots of a folder, the label first in the root; what is left of its place is not written. */
int fat_dir_write(struct fat_out *out, const struct fat_tree *tree, uint32_t folder,
		  struct err *err);

/* A label: at most 11 capitals, digits, blanks, "-" and "_". ERR_FORMAT. */
int fat_label_check(const char *label, struct err *err);
void fat_label_pad(const char *label, uint8_t ret[FAT_SHORT_LEN]);

#endif
