/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XML: the tree that comes out is a tree, and every text of it is there. */
#include <stdlib.h>
#include <string.h>

#include "import/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_node(const struct xml_node *node, unsigned int depth)
{
	if (depth > XML_MAX_DEPTH || !node->name || !node->text)
		abort();
	for (const struct xml_attr *attr = node->attrs; attr; attr = attr->next)
		if (!attr->name || !attr->value)
			abort();
	for (const struct xml_node *child = node->child; child; child = child->next) {
		if (child->parent != node)
			abort();
		check_node(child, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xml_node *root = NULL;
	struct err err = { 0 };
	int rc = xml_parse(data, size, &root, &err);

	if (rc && (root || err.code != rc || !err.text[0]))
		abort();
	if (!rc)
		check_node(root, 1);
	xml_free(root);
	return 0;
}
