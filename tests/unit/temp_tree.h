/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for one test, with the files that it puts there; gone when the scope is left. */
#ifndef DRYDOCK_TESTS_TEMP_TREE_H
#define DRYDOCK_TESTS_TEMP_TREE_H

#include <stddef.h>

struct temp_tree {
	char dir[64];
};

#define CLEANUP_TREE __attribute__((cleanup(temp_tree_remove)))

/* Aborts when it cannot: a test without its files says nothing. */
struct temp_tree temp_tree_make(void);
void temp_tree_remove(struct temp_tree *tree);

/* Writes a file below the folder, "/sys/class/x", and makes the folders on the way. */
void temp_tree_put(const struct temp_tree *tree, const char *path, const void *data, size_t len);
void temp_tree_text(const struct temp_tree *tree, const char *path, const char *text);
void temp_tree_link(const struct temp_tree *tree, const char *path, const char *target);

/* The whole file as text, malloc'ed; NULL when there is none. */
char *temp_tree_read(const struct temp_tree *tree, const char *name);

#endif
