/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of an ISO 9660 volume that is going to be written, and its directory tables: Rock
 * Ridge and Joliet. Where the bytes of the files are is decided by the caller.
 */
#ifndef FWREPO_ISO_TREE_H
#define FWREPO_ISO_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ISO_TREE_MAX	    400000
#define ISO_TREE_NAME_MAX   100	  /* bytes of a name; less than what Joliet takes */
#define ISO_TREE_PLAIN_MAX  30	  /* ECMA-119 7.5.1, without dot and version */
#define ISO_TREE_FOLDER_MAX 65535 /* numbers of the path table */

struct iso_node {
	char *path; /* below the root, '/' between; "" is the root */
	bool is_dir;
	uint32_t block; /* of a file: on the whole medium */
	uint32_t size;	/* bytes */

	/* What iso_tree_sort() finds out. */
	size_t parent; /* index */
	size_t first;  /* of a folder's own, in children */
	size_t count;
	char plain[ISO_TREE_PLAIN_MAX + 2]; /* ECMA-119 name without version */
	uint32_t number;		    /* of a folder: in the path table, from 1 */
};

struct iso_tree {
	struct iso_node *nodes; /* sorted: a folder before what is in it; 0 is the root */
	size_t count;
	size_t *children; /* indices; those of one folder follow one another, sorted by plain */
	size_t *folders;  /* indices in the order of the path table */
	size_t folder_count;
};

/*
 * Adds a file, or with is_dir a folder; parents come by themselves. ERR_TOO_LARGE (the name, the
 * path, the size of 4 GiB, the count), ERR_FORMAT (not a name for all kinds of media: only
 * printable ASCII without \ / : * ? " < > | ;), ERR_NOMEM.
 */
int iso_tree_add(struct iso_tree *tree, const char *path, bool is_dir, uint32_t block,
		 uint64_t size, struct err *err);

/* When all is there. ERR_DUPLICATE (also: file and folder of one name), ERR_NOMEM, ERR_TOO_LARGE.
 */
int iso_tree_sort(struct iso_tree *tree, struct err *err);

/* By its path, after iso_tree_sort(). NULL = none. */
struct iso_node *iso_tree_find(const struct iso_tree *tree, const char *path);

const char *iso_node_name(const struct iso_node *node); /* without its folders */

void iso_tree_free(struct iso_tree *tree);

#endif
