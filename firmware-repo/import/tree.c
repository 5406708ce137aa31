/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "media/iso9660.h"

static int add_file(struct tree *tree, const char *path, uint64_t offset, uint64_t size,
		    struct err *err)
{
	struct tree_file *grown;

	if (tree->count == TREE_MAX_FILES)
		return err_set(err, ERR_TOO_LARGE, "more than %d files", TREE_MAX_FILES);
	grown = array_grow(tree->files, tree->count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	tree->files = grown;
	grown[tree->count] = (struct tree_file){ strdup(path), offset, size };
	if (!grown[tree->count].path)
		return err_set(err, ERR_NOMEM, "out of memory");
	tree->count++;
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct tree_file *left = a, *right = b;
	int order = strcasecmp(left->path, right->path);

	return order ? order : strcmp(left->path, right->path);
}

static void sort(struct tree *tree)
{
	if (tree->count)
		qsort(tree->files, tree->count, sizeof(*tree->files), compare_paths);
}

/* What a name in a folder is, its size in case of a file. */
static mode_t look_at(const char *dir, const char *name, uint64_t *ret_size)
{
	char path[FSIO_PATH_MAX];
	struct stat st;

	if (fsio_join(path, dir, name, NULL) || lstat(path, &st))
		return 0;
	*ret_size = (uint64_t)st.st_size;
	return st.st_mode & S_IFMT;
}

static int read_dir(struct tree *tree, const char *below, unsigned int depth, struct err *err);

static int take_entry(struct tree *tree, const char *dir, const char *below, const char *name,
		      unsigned int depth, struct err *err)
{
	char path[TREE_PATH_MAX];
	uint64_t size = 0;
	mode_t mode = look_at(dir, name, &size);
	int len = snprintf(path, sizeof(path), "%s%s%s", below, below[0] ? "/" : "", name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return err_set(err, ERR_TOO_LARGE, "%s: its path is too long", name);
	if (S_ISDIR(mode))
		return read_dir(tree, path, depth + 1, err);
	return S_ISREG(mode) ? add_file(tree, path, 0, size, err) : 0;
}

static int read_dir(struct tree *tree, const char *below, unsigned int depth, struct err *err)
{
	char dir[FSIO_PATH_MAX];
	struct dirent *entry;
	DIR *folder;
	int rc = fsio_join(dir, tree->top, below, err);

	if (!rc && depth > TREE_MAX_DEPTH)
		rc = err_set(err, ERR_TOO_LARGE, "%s: deeper than %d folders", dir, TREE_MAX_DEPTH);
	if (rc)
		return rc;
	folder = opendir(dir);
	if (!folder)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     dir);
	while (!rc && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = take_entry(tree, dir, below, entry->d_name, depth, err);
	closedir(folder);
	return rc;
}

static int begin(struct tree *tree, const char *top, struct err *err)
{
	tree->fd = -1;
	tree->top = strdup(top);
	return tree->top ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

/* On an error nothing is left of it. */
static int end(struct tree *tree, int rc)
{
	if (rc)
		tree_close(tree);
	else
		sort(tree);
	return rc;
}

int tree_open_dir(const char *path, struct tree *ret, struct err *err)
{
	int rc = begin(ret, path, err);

	return end(ret, rc ? rc : read_dir(ret, "", 0, err));
}

static int take_iso_file(void *ctx, const struct iso_file *file, struct err *err)
{
	return file->is_dir ? 0 : add_file(ctx, file->path, file->offset, file->size, err);
}

int tree_open_iso(const char *path, struct tree *ret, struct err *err)
{
	struct source image = { .fd = -1 };
	int rc = begin(ret, path, err);

	if (!rc)
		rc = source_open(path, &image, err);
	ret->fd = image.fd;
	ret->is_iso = true;
	if (!rc)
		rc = iso_walk(&image, take_iso_file, ret, err);
	return end(ret, rc);
}

int tree_open_beside(const char *path, struct tree *ret, const struct tree_file **ret_entry,
		     struct err *err)
{
	CLEANUP_FREE char *top = strdup(path);
	char *slash = top ? strrchr(top, '/') : NULL;
	const char *name = slash ? path + (slash - top) + 1 : path;
	size_t stem = strcspn(name, ".");
	struct dirent *entry;
	uint64_t size;
	DIR *folder;
	int rc;

	if (slash)
		slash[slash == top ? 1 : 0] = '\0';
	rc = top ? begin(ret, slash ? top : ".", err) : err_set(err, ERR_NOMEM, "out of memory");
	if (rc)
		return rc;
	folder = opendir(ret->top);
	if (!folder)
		return end(ret, err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno,
					      "%s", path));
	while (!rc && (entry = readdir(folder)))
		if (strncasecmp(entry->d_name, name, stem) == 0 &&
		    (strcmp(entry->d_name, name) == 0 ||
		     S_ISREG(look_at(ret->top, entry->d_name, &size))))
			rc = add_file(ret, entry->d_name, 0, 0, err);
	closedir(folder);
	rc = end(ret, rc);
	*ret_entry = rc ? NULL : tree_find(ret, name);
	if (!rc && !*ret_entry)
		rc = end(ret, err_set(err, ERR_NOT_FOUND, "%s: there is no such file", path));
	return rc;
}

void tree_close(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free(tree->files[i].path);
	free(tree->files);
	free(tree->top);
	if (tree->is_iso && tree->fd >= 0)
		close(tree->fd);
	*tree = (struct tree){ .fd = -1 };
}

/* The exact name where names differ by case alone; else any of them. */
const struct tree_file *tree_find(const struct tree *tree, const char *path)
{
	const struct tree_file *found = NULL;
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcasecmp(tree->files[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < tree->count && strcasecmp(tree->files[low].path, path) == 0; low++)
		if (!found || strcmp(tree->files[low].path, path) == 0)
			found = &tree->files[low];
	return found;
}

const struct tree_file *tree_sibling(const struct tree *tree, const struct tree_file *file,
				     const char *name)
{
	char path[TREE_PATH_MAX];
	const char *slash = strrchr(file->path, '/');
	int folder = slash ? (int)(slash - file->path) + 1 : 0;
	int len = snprintf(path, sizeof(path), "%.*s%s", folder, file->path, name);

	return len > 0 && (size_t)len < sizeof(path) ? tree_find(tree, path) : NULL;
}

int tree_source(const struct tree *tree, const struct tree_file *file, struct source *ret,
		struct err *err)
{
	struct source image = { .fd = tree->fd, .size = UINT64_MAX };
	char path[FSIO_PATH_MAX];
	int rc;

	if (tree->is_iso)
		return source_slice(&image, file->offset, file->size, file->path, ret, err);
	rc = fsio_join(path, tree->top, file->path, err);
	return rc ? rc : source_open(path, ret, err);
}

void tree_source_close(const struct tree *tree, struct source *src)
{
	if (!tree->is_iso)
		source_close(src);
}
