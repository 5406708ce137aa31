/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"

/* '/' before everything, so that a folder's files follow it; ASCII letters without case. */
static int rank_of(char c)
{
	unsigned char u = (unsigned char)c;

	if (u == '/')
		return 1;
	return (u >= 'A' && u <= 'Z' ? u - 'A' + 'a' : u) + 2;
}

static int compare_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (rank_of(a[i]) != rank_of(b[i]))
			return rank_of(a[i]) - rank_of(b[i]);
	return (a_len > b_len) - (a_len < b_len);
}

static int compare_files(const void *a, const void *b)
{
	const char *x = (*(const struct fat_file *const *)a)->path;
	const char *y = (*(const struct fat_file *const *)b)->path;
	int order = compare_text(x, strlen(x), y, strlen(y));

	return order ? order : strcmp(x, y);
}

/* The folders that the file before was in: what the next one shares with it is there already. */
struct trail {
	uint32_t nodes[FAT_MAX_DEPTH + 1]; /* 0 = the root */
	uint32_t last_child[FAT_MAX_DEPTH + 1];
	size_t depth;
};

static int add_node(struct fat_tree *tree, struct trail *trail, const char *name, size_t len,
		    const struct fat_file *file, struct err *err)
{
	struct fat_node *grown = array_grow(tree->nodes, tree->count, sizeof(*grown));
	struct fat_node node = { .name = name, .name_len = len, .file = file };
	uint32_t number = (uint32_t)tree->count, parent = trail->nodes[trail->depth];
	uint32_t before = trail->last_child[trail->depth];
	size_t units;
	int rc;

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	tree->nodes = grown;
	rc = fat_name_units(name, len, NULL, &units, err);
	if (rc)
		return rc;
	node.parent = parent;
	node.slots = 1;
	if (!fat_name_is_short(name, len))
		node.slots += (uint32_t)((units + FAT_UNITS_PER_SLOT - 1) / FAT_UNITS_PER_SLOT);
	tree->nodes[tree->count++] = node;
	*(before ? &tree->nodes[before].next : &tree->nodes[parent].child) = number;
	trail->last_child[trail->depth] = number;
	tree->nodes[parent].inner_slots += node.slots;
	if (tree->nodes[parent].inner_slots > FAT_MAX_SLOTS)
		return err_set(err, ERR_TOO_LARGE, "more names than a folder of FAT holds");
	return 0;
}

static int enter(struct fat_tree *tree, struct trail *trail, const char *name, size_t len,
		 struct err *err)
{
	int rc;

	if (trail->depth == FAT_MAX_DEPTH)
		return err_set(err, ERR_TOO_LARGE, "folders deeper than %d", FAT_MAX_DEPTH);
	rc = add_node(tree, trail, name, len, NULL, err);
	if (rc)
		return rc;
	trail->depth++;
	trail->nodes[trail->depth] = (uint32_t)tree->count - 1;
	trail->last_child[trail->depth] = 0;
	tree->nodes[tree->count - 1].inner_slots = 2; /* "." and ".." */
	return 0;
}

static bool same_name(const struct fat_node *node, const char *name, size_t len)
{
	return compare_text(node->name, node->name_len, name, len) == 0;
}

/* Goes up until path lies in it, then down as far as it is new; *ret_name is what is left. */
static int go_to(struct fat_tree *tree, struct trail *trail, const char *path,
		 const char **ret_name, struct err *err)
{
	const char *slash;
	size_t shared = 0;
	int rc = 0;

	while (shared < trail->depth && (slash = strchr(path, '/')) &&
	       same_name(&tree->nodes[trail->nodes[shared + 1]], path, (size_t)(slash - path))) {
		path = slash + 1;
		shared++;
	}
	trail->depth = shared;
	while (!rc && (slash = strchr(path, '/'))) {
		/* The only thing of the same name that can be there is the one before: a file. */
		uint32_t before = trail->last_child[trail->depth];

		if (before && same_name(&tree->nodes[before], path, (size_t)(slash - path)))
			return err_set(err, ERR_FORMAT, "a file and a folder of the same name");
		rc = enter(tree, trail, path, (size_t)(slash - path), err);
		path = slash + 1;
	}
	*ret_name = path;
	return rc;
}

static int add_file(struct fat_tree *tree, struct trail *trail, const struct fat_file *file,
		    struct err *err)
{
	const char *name = file->path;
	uint32_t before;
	int rc = go_to(tree, trail, file->path, &name, err);

	if (rc || *name == '\0')
		return rc; /* an empty folder */
	before = trail->last_child[trail->depth];
	if (before && same_name(&tree->nodes[before], name, strlen(name)))
		return err_set(err, ERR_FORMAT, "the same name twice, capitals aside");
	if (file->source.size > FAT_FILE_MAX)
		return err_set(err, ERR_TOO_LARGE, "4 GiB or more: FAT takes no such file");
	return add_node(tree, trail, name, strlen(name), file, err);
}

static int compare_shorts(const void *a, const void *b)
{
	return memcmp(a, b, FAT_SHORT_LEN);
}

/*
 * Short names of one folder. Those that are the long ones in capitals are given first; the others
 * end with numbers that go up, so they differ from each other and only have to avoid the first.
 */
static int name_children(struct fat_tree *tree, uint32_t folder, struct err *err)
{
	uint8_t(*taken)[FAT_SHORT_LEN] = NULL;
	unsigned int number = 0;
	size_t count = 0;

	for (uint32_t i = tree->nodes[folder].child; i; i = tree->nodes[i].next) {
		struct fat_node *node = &tree->nodes[i];
		void *grown;

		if (!fat_name_natural(node->name, node->name_len, node->short_name))
			continue;
		grown = array_grow(taken, count, sizeof(*taken));
		if (!grown) {
			free(taken);
			return err_set(err, ERR_NOMEM, "out of memory");
		}
		taken = grown;
		memcpy(taken[count++], node->short_name, FAT_SHORT_LEN);
	}
	if (count > 0)
		qsort(taken, count, sizeof(*taken), compare_shorts);
	for (uint32_t i = tree->nodes[folder].child; i; i = tree->nodes[i].next) {
		struct fat_node *node = &tree->nodes[i];
		uint8_t ignored[FAT_SHORT_LEN];

		if (fat_name_natural(node->name, node->name_len, ignored))
			continue;
		do
			fat_name_numbered(node->name, node->name_len, ++number, node->short_name);
		while (count > 0 &&
		       bsearch(node->short_name, taken, count, sizeof(*taken), compare_shorts));
	}
	free(taken);
	return 0;
}

static int add_files(const struct fat_volume *volume, struct fat_tree *ret, struct err *err)
{
	CLEANUP_FREE const struct fat_file **sorted = calloc(volume->count + 1, sizeof(*sorted));
	struct trail trail = { .depth = 0 };
	int rc = 0;

	if (!sorted)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < volume->count; i++)
		sorted[i] = &volume->files[i];
	qsort(sorted, volume->count, sizeof(*sorted), compare_files);
	for (size_t i = 0; i < volume->count; i++) {
		rc = add_file(ret, &trail, sorted[i], err);
		if (rc)
			return err_prefix(err, "%.200s", sorted[i]->path);
	}
	return 0;
}

int fat_tree_make(const struct fat_volume *volume, struct fat_tree *ret, struct err *err)
{
	int rc;

	if (volume->count > FAT_MAX_FILES)
		return err_set(err, ERR_TOO_LARGE, "more than %d files", FAT_MAX_FILES);
	ret->nodes = calloc(1, sizeof(*ret->nodes));
	if (!ret->nodes)
		return err_set(err, ERR_NOMEM, "out of memory");
	ret->count = 1;
	ret->nodes[0].inner_slots = 1; /* the label */
	rc = add_files(volume, ret, err);
	for (uint32_t i = 0; i < ret->count && !rc; i++)
		if (!ret->nodes[i].file)
			rc = name_children(ret, i, err);
	return rc;
}

void fat_tree_free(struct fat_tree *tree)
{
	free(tree->nodes);
	*tree = (struct fat_tree){ 0 };
}

uint64_t fat_node_clusters(const struct fat_node *node, uint32_t cluster_bytes)
{
	uint64_t bytes =
		node->file ? node->file->source.size : (uint64_t)node->inner_slots * FAT_SLOT_BYTES;

	return (bytes + cluster_bytes - 1) / cluster_bytes;
}
