/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths and descriptors that are in use. Used by hwio_fault.c only, which locks. */
#ifndef DRYDOCK_HW_HWIO_FAULT_NODES_H
#define DRYDOCK_HW_HWIO_FAULT_NODES_H

#include <stdbool.h>
#include <stdint.h>

/* A path that was opened. It stays until fault_nodes_free(). */
struct fault_node {
	char *path;
	bool is_device; /* below /dev */
	bool gone;
	uint64_t calls;
	struct fault_node *next;
};

/* An open descriptor. */
struct fault_file {
	int fd;
	struct fault_node *node;
	struct fault_file *next;
};

struct fault_nodes {
	struct fault_node *nodes;
	struct fault_file *files;
};

void fault_nodes_free(struct fault_nodes *nodes);

/* NULL without memory. */
struct fault_node *fault_nodes_of_path(struct fault_nodes *nodes, const char *path);

/* NULL = not opened through here. */
struct fault_node *fault_nodes_of_fd(const struct fault_nodes *nodes, int fd);

/* False without memory. */
bool fault_nodes_opened(struct fault_nodes *nodes, int fd, struct fault_node *node);
void fault_nodes_closed(struct fault_nodes *nodes, int fd);

/* Has the path gone itself, or has it the name of a device that has as one of its parts? */
bool fault_nodes_is_gone(const struct fault_nodes *nodes, const char *path);

#endif
