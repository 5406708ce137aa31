/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders and files of a FAT volume before they have a place: names, order, slots. */
#ifndef FWREPO_FAT_TREE_H
#define FWREPO_FAT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "media/fat.h"
#include "media/fat_name.h"

#define FAT_MAX_SLOTS 65536 /* of one folder: 2 MiB */
#define FAT_MAX_DEPTH 64

struct fat_node {
	const char *name; /* in the path of a file, not terminated */
	size_t name_len;
	const struct fat_file *file; /* NULL = a folder */
	uint32_t parent;	     /* node numbers; 0 is the root, which nothing else leads to */
	uint32_t child, next;	     /* 0 = none */
	uint32_t slots;		     /* of its own name in its folder */
	uint32_t inner_slots;	     /* folders: of all that is in it */
	uint8_t short_name[FAT_SHORT_LEN];
	uint32_t cluster, clusters; /* its place; 0, 0 = none */
};

struct fat_tree {
	struct fat_node *nodes; /* 0 is the root; folders before what is in them */
	size_t count;
};

/*
 * Children in the order of their names, whatever the order of the files. ret must be {0};
 * fat_tree_free() also after an error. ERR_FORMAT, ERR_TOO_LARGE, ERR_NOMEM.
 */
int fat_tree_make(const struct fat_volume *volume, struct fat_tree *ret, struct err *err);
void fat_tree_free(struct fat_tree *tree);

/* What it needs of clusters of that size, the root included only where it is one (FAT32). */
uint64_t fat_node_clusters(const struct fat_node *node, uint32_t cluster_bytes);

#endif
