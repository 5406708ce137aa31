/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_tree.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "import/tree.h"

static int append(struct iso_tree *tree, const char *path, size_t len, bool is_dir, uint32_t block,
		  uint32_t size, struct err *err)
{
	struct iso_node *grown;

	if (tree->count == ISO_TREE_MAX)
		return err_set(err, ERR_TOO_LARGE, "more than %d files", ISO_TREE_MAX);
	grown = array_grow(tree->nodes, tree->count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	tree->nodes = grown;
	grown[tree->count] = (struct iso_node){ .is_dir = is_dir, .block = block, .size = size };
	grown[tree->count].path = strndup(path, len);
	if (!grown[tree->count].path)
		return err_set(err, ERR_NOMEM, "out of memory");
	tree->count++;
	return 0;
}

/* What FAT and Joliet take, too: a repository is found under the same names everywhere. */
static int check_name(const char *path, const char *name, size_t len, struct err *err)
{
	if (len == 0 || (len <= 2 && strspn(name, ".") >= len))
		return err_set(err, ERR_FORMAT, "%s: not a path", path);
	if (len > ISO_TREE_NAME_MAX)
		return err_set(err, ERR_TOO_LARGE, "%s: a name of more than %d bytes", path,
			       ISO_TREE_NAME_MAX);
	for (size_t i = 0; i < len; i++)
		if (name[i] < 0x20 || name[i] > 0x7e || strchr("\\:*?\"<>|;", name[i]))
			return err_set(err, ERR_FORMAT, "%s: a name that not every medium takes",
				       path);
	return 0;
}

int iso_tree_add(struct iso_tree *tree, const char *path, bool is_dir, uint32_t block,
		 uint64_t size, struct err *err)
{
	size_t len = strlen(path);
	int rc = 0;

	if (len >= TREE_PATH_MAX || size > UINT32_MAX)
		return err_set(err, ERR_TOO_LARGE, "%.200s: too %s for an ISO image", path,
			       len >= TREE_PATH_MAX ? "long" : "large");
	for (size_t pos = 0; !rc && pos <= len;) {
		size_t name_len = strcspn(path + pos, "/");

		rc = check_name(path, path + pos, name_len, err);
		pos += name_len + 1;
	}
	return rc ? rc : append(tree, path, len, is_dir, block, (uint32_t)size, err);
}

const char *iso_node_name(const struct iso_node *node)
{
	const char *slash = strrchr(node->path, '/');

	return slash ? slash + 1 : node->path;
}

/* '/' before all others: what is in a folder follows it. Folders that came by themselves last. */
static int compare_paths(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == '/' || *b == '/')
		return *a && *b ? (*a == '/' ? -1 : 1) : (*a ? 1 : -1);
	return (unsigned char)*a - (unsigned char)*b;
}

static int compare_nodes(const void *a, const void *b)
{
	return compare_paths(((const struct iso_node *)a)->path,
			     ((const struct iso_node *)b)->path);
}

/* The folders above a path that are not above the one before it. */
static int add_parents(struct iso_tree *tree, const char *path, const char *before, struct err *err)
{
	int rc = 0;

	for (const char *slash = strchr(path, '/'); !rc && slash; slash = strchr(slash + 1, '/')) {
		size_t len = (size_t)(slash - path);

		if (strncmp(path, before, len) != 0 || before[len] != '/')
			rc = append(tree, path, len, true, 0, 0, err);
	}
	return rc;
}

static void sort_nodes(struct iso_tree *tree)
{
	qsort(tree->nodes, tree->count, sizeof(*tree->nodes), compare_nodes);
}

static bool are_twins(const struct iso_node *a, const struct iso_node *b)
{
	return strcmp(a->path, b->path) == 0;
}

/* A folder that is named twice is one; a file is not. */
static int drop_twins(struct iso_tree *tree, struct err *err)
{
	struct iso_node *nodes = tree->nodes;
	size_t kept = 1;

	for (size_t i = 1; i < tree->count; i++)
		if (are_twins(&nodes[i], &nodes[i - 1]) &&
		    !(nodes[i].is_dir && nodes[i - 1].is_dir))
			return err_set(err, ERR_DUPLICATE, "%s: twice on the medium",
				       nodes[i].path);
	for (size_t i = 1; i < tree->count; i++) {
		if (are_twins(&nodes[i], &nodes[kept - 1]))
			free(nodes[i].path);
		else
			nodes[kept++] = nodes[i];
	}
	tree->count = kept;
	return 0;
}

static int add_folders(struct iso_tree *tree, struct err *err)
{
	size_t count = tree->count;
	int rc = append(tree, "", 0, true, 0, 0, err);

	for (size_t i = 0; !rc && i < count; i++) {
		/* append() moves the array, not the paths. */
		const char *path = tree->nodes[i].path;

		rc = add_parents(tree, path, i ? tree->nodes[i - 1].path : "", err);
	}
	return rc;
}

/* Nodes are in the order of a walk: parents are found with the path of folders that are open. */
static void link_parents(struct iso_tree *tree)
{
	size_t open = 0;

	for (size_t i = 1; i < tree->count; i++) {
		const char *path = tree->nodes[i].path;
		const char *slash = strrchr(path, '/');
		size_t len = slash ? (size_t)(slash - path) : 0;

		while (open && (strlen(tree->nodes[open].path) != len ||
				strncmp(tree->nodes[open].path, path, len) != 0))
			open = tree->nodes[open].parent;
		tree->nodes[i].parent = open;
		tree->nodes[open].count++;
		if (tree->nodes[i].is_dir)
			open = i;
	}
}

/* ECMA-119 7.4.1: capitals, digits, '_', and one dot in a file's name. */
static void plain_name(struct iso_node *node)
{
	const char *name = iso_node_name(node);
	const char *dot = node->is_dir ? NULL : strrchr(name, '.');
	size_t len = 0;

	for (const char *at = name; *at && len < ISO_TREE_PLAIN_MAX; at++) {
		bool good = isalnum((unsigned char)*at);

		if (at == dot && at != name)
			node->plain[len++] = '.';
		else
			node->plain[len++] = good ? (char)toupper((unsigned char)*at) : '_';
	}
	node->plain[len] = '\0';
}

/* Without its dot a file's name is one of a folder: the dot is always there. */
static void plain_dot(struct iso_node *node)
{
	size_t len = strlen(node->plain);

	if (!node->is_dir && !strchr(node->plain, '.'))
		memcpy(node->plain + len, ".", 2);
}

static int compare_plain(const void *a, const void *b, void *tree)
{
	const struct iso_node *nodes = ((const struct iso_tree *)tree)->nodes;
	const struct iso_node *left = &nodes[*(const size_t *)a];
	const struct iso_node *right = &nodes[*(const size_t *)b];
	int order = strcmp(left->plain, right->plain);

	return order ? order : compare_nodes(left, right);
}

static void sort_children(struct iso_tree *tree, const struct iso_node *folder)
{
	if (folder->count)
		qsort_r(tree->children + folder->first, folder->count, sizeof(size_t),
			compare_plain, tree);
}

/* Names that are the same when they are plain get their place in the folder as a number. */
static void tell_apart(struct iso_tree *tree, const struct iso_node *folder)
{
	const size_t *children = tree->children + folder->first;
	char last[ISO_TREE_PLAIN_MAX + 2] = "";

	for (size_t i = 0; i < folder->count; i++) {
		struct iso_node *node = &tree->nodes[children[i]];
		bool twin = strcmp(node->plain, last) == 0;
		size_t stem = strcspn(node->plain, ".");

		memcpy(last, node->plain, sizeof(last));
		if (twin)
			snprintf(node->plain, sizeof(node->plain), "%.*s_%zu%s",
				 (int)(stem < 20 ? stem : 20), last, i, node->is_dir ? "" : ".");
	}
}

static void link_children(struct iso_tree *tree)
{
	size_t next = 0;

	for (size_t i = 0; i < tree->count; i++) {
		tree->nodes[i].first = next;
		next += tree->nodes[i].count;
		tree->nodes[i].count = 0;
		plain_name(&tree->nodes[i]);
		plain_dot(&tree->nodes[i]);
	}
	for (size_t i = 1; i < tree->count; i++) {
		struct iso_node *parent = &tree->nodes[tree->nodes[i].parent];

		tree->children[parent->first + parent->count++] = i;
	}
	for (size_t i = 0; i < tree->count; i++) {
		sort_children(tree, &tree->nodes[i]);
		tell_apart(tree, &tree->nodes[i]);
		sort_children(tree, &tree->nodes[i]);
	}
}

/* ECMA-119 6.9.1: level by level, in the order of the parents, then by name. */
static int number_folders(struct iso_tree *tree, struct err *err)
{
	tree->folders[0] = 0;
	tree->folder_count = 1;
	for (size_t i = 0; i < tree->folder_count; i++) {
		struct iso_node *folder = &tree->nodes[tree->folders[i]];

		if (i == ISO_TREE_FOLDER_MAX)
			return err_set(err, ERR_TOO_LARGE, "more than %d folders",
				       ISO_TREE_FOLDER_MAX);
		folder->number = (uint32_t)i + 1;
		for (size_t c = 0; c < folder->count; c++)
			if (tree->nodes[tree->children[folder->first + c]].is_dir)
				tree->folders[tree->folder_count++] =
					tree->children[folder->first + c];
	}
	return 0;
}

int iso_tree_sort(struct iso_tree *tree, struct err *err)
{
	int rc;

	sort_nodes(tree);
	rc = add_folders(tree, err);
	if (rc)
		return rc;
	sort_nodes(tree);
	rc = drop_twins(tree, err);
	if (rc)
		return rc;
	link_parents(tree);
	tree->children = calloc(tree->count, sizeof(size_t));
	tree->folders = calloc(tree->count, sizeof(size_t));
	if (!tree->children || !tree->folders)
		return err_set(err, ERR_NOMEM, "out of memory");
	link_children(tree);
	return number_folders(tree, err);
}

struct iso_node *iso_tree_find(const struct iso_tree *tree, const char *path)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_paths(path, tree->nodes[middle].path);

		if (order == 0)
			return &tree->nodes[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void iso_tree_free(struct iso_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free(tree->nodes[i].path);
	free(tree->nodes);
	free(tree->children);
	free(tree->folders);
	*tree = (struct iso_tree){ 0 };
}
