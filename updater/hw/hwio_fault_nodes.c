/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_fault_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "hw/hwio_fault_choice.h"

void fault_nodes_free(struct fault_nodes *nodes)
{
	for (struct fault_file *file = nodes->files, *next; file; file = next) {
		next = file->next;
		free(file);
	}
	for (struct fault_node *node = nodes->nodes, *next; node; node = next) {
		next = node->next;
		free(node->path);
		free(node);
	}
	*nodes = (struct fault_nodes){ 0 };
}

struct fault_node *fault_nodes_of_path(struct fault_nodes *nodes, const char *path)
{
	struct fault_node *node = nodes->nodes;
	char *copy;

	while (node && strcmp(node->path, path) != 0)
		node = node->next;
	if (node)
		return node;
	node = calloc(1, sizeof(*node));
	copy = strdup(path);
	if (!node || !copy) {
		free(node);
		free(copy);
		return NULL;
	}
	node->path = copy;
	node->is_device = fault_path_is_below(path, "/dev");
	node->next = nodes->nodes;
	nodes->nodes = node;
	return node;
}

struct fault_node *fault_nodes_of_fd(const struct fault_nodes *nodes, int fd)
{
	const struct fault_file *file = nodes->files;

	while (file && file->fd != fd)
		file = file->next;
	return file ? file->node : NULL;
}

bool fault_nodes_opened(struct fault_nodes *nodes, int fd, struct fault_node *node)
{
	struct fault_file *file = calloc(1, sizeof(*file));

	if (!file)
		return false;
	*file = (struct fault_file){ fd, node, nodes->files };
	nodes->files = file;
	return true;
}

void fault_nodes_closed(struct fault_nodes *nodes, int fd)
{
	struct fault_file **link = &nodes->files;
	struct fault_file *file;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	file = *link;
	if (file)
		*link = file->next;
	free(file);
}

/* Is one of the parts of path this name? */
static bool has_part(const char *path, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = path; (at = strstr(at, name)); at++)
		if ((at == path || at[-1] == '/') && (at[len] == '\0' || at[len] == '/'))
			return true;
	return false;
}

bool fault_nodes_is_gone(const struct fault_nodes *nodes, const char *path)
{
	for (const struct fault_node *node = nodes->nodes; node; node = node->next) {
		if (!node->gone)
			continue;
		if (fault_path_is_below(path, node->path) ||
		    (node->is_device && has_part(path, strrchr(node->path, '/') + 1)))
			return true;
	}
	return false;
}
