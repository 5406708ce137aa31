/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of a folder, or of an ISO image without mounting it: what a package lies among
 * (sidecars, signatures, a Service Pack's manifest). Names are compared without case.
 */
#ifndef FWREPO_TREE_H
#define FWREPO_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define TREE_MAX_FILES 50000
#define TREE_MAX_DEPTH 16
#define TREE_PATH_MAX  1024

struct tree_file {
	char *path;	 /* below the top, '/' between: "packages/cp012345.fwpkg" */
	uint64_t offset; /* in the ISO image; 0 in a folder */
	uint64_t size;
};

struct tree {
	char *top;   /* the folder, or the ISO image */
	bool is_iso; /* then fd is the image */
	int fd;
	struct tree_file *files; /* sorted by path */
	size_t count;
};

/*
 * Regular files only, of all folders below. Links and what is not a file or folder are left
 * out. ret must be {0}. ERR_NOT_FOUND, ERR_IO, ERR_FORMAT (an ISO that is damaged), ERR_TOO_LARGE.
 */
int tree_open_dir(const char *path, struct tree *ret, struct err *err);
int tree_open_iso(const char *path, struct tree *ret, struct err *err);
/*
 * Of the folder that holds the file at path only what may belong to it: the files whose names begin
 * like its own up to the first dot. *ret_entry is the file itself.
 */
int tree_open_beside(const char *path, struct tree *ret, const struct tree_file **ret_entry,
		     struct err *err);
void tree_close(struct tree *tree);

/* By path, case aside. NULL when there is none. */
const struct tree_file *tree_find(const struct tree *tree, const char *path);

/* A file beside another: the same folder, this name. */
const struct tree_file *tree_sibling(const struct tree *tree, const struct tree_file *file,
				     const char *name);

/* Opens it; tree_source_close() afterwards. ERR_IO, ERR_NOT_FOUND (gone since). */
int tree_source(const struct tree *tree, const struct tree_file *file, struct source *ret,
		struct err *err);
void tree_source_close(const struct tree *tree, struct source *src);

#endif
