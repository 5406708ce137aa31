/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "temp_tree.h"

#include <assert.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"

struct temp_tree temp_tree_make(void)
{
	struct temp_tree tree = { "/tmp/drydock-test-XXXXXX" };
	const char *made = mkdtemp(tree.dir);

	assert(made);
	return tree;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void temp_tree_remove(struct temp_tree *tree)
{
	nftw(tree->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_path(const struct temp_tree *tree, const char *path, char full[FSIO_PATH_MAX])
{
	char *slash;
	int rc;

	snprintf(full, FSIO_PATH_MAX, "%s%s", tree->dir, path);
	slash = strrchr(full, '/');
	*slash = '\0';
	rc = fsio_mkdir_p(full, 0755, NULL);
	assert(rc == 0);
	*slash = '/';
}

void temp_tree_put(const struct temp_tree *tree, const char *path, const void *data, size_t len)
{
	char full[FSIO_PATH_MAX];
	FILE *file;
	size_t written;

	make_path(tree, path, full);
	file = fopen(full, "wb");
	assert(file);
	written = fwrite(data, 1, len, file);
	assert(written == len);
	fclose(file);
}

void temp_tree_text(const struct temp_tree *tree, const char *path, const char *text)
{
	temp_tree_put(tree, path, text, strlen(text));
}

void temp_tree_link(const struct temp_tree *tree, const char *path, const char *target)
{
	char full[FSIO_PATH_MAX];
	int rc;

	make_path(tree, path, full);
	rc = symlink(target, full);
	assert(rc == 0);
}

char *temp_tree_read(const struct temp_tree *tree, const char *name)
{
	char full[FSIO_PATH_MAX];
	uint8_t *text = NULL;
	size_t len;

	snprintf(full, sizeof(full), "%s%s", tree->dir, name);
	return fsio_read_file(full, 64u << 20, &text, &len, NULL) ? NULL : (char *)text;
}
