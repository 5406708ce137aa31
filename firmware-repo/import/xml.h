/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small XML document as a tree, by expat. Refused: a document type with declarations, entities
 * but the five of XML itself (no expansion of any kind happens), more than the limits. Encodings:
 * UTF-8, UTF-16, ISO-8859-1, US-ASCII; the tree is UTF-8.
 */
#ifndef FWREPO_XML_H
#define FWREPO_XML_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define XML_MAX_BYTES (32u << 20)
#define XML_MAX_DEPTH 64
#define XML_MAX_NODES 1000000 /* elements and attributes */

struct xml_attr {
	const char *name, *value; /* the name without a prefix */
	struct xml_attr *next;
};

struct xml_node {
	const char *name; /* without a namespace's prefix */
	const char
		*text; /* all its own text put together, blanks at both ends removed; never NULL */
	struct xml_attr *attrs;
	struct xml_node *parent, *child, *next; /* child: the first; next: its next sibling */
};

/* ERR_FORMAT with line and column, ERR_TOO_LARGE, ERR_NOMEM. xml_free() takes NULL. */
int xml_parse(const uint8_t *buf, size_t len, struct xml_node **ret, struct err *err);
void xml_free(struct xml_node *root);

/* The first child of that name, case aside; NULL. node may be NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* The next sibling of the same name; NULL. */
const struct xml_node *xml_same(const struct xml_node *node);
/* Down a path of names: "provides/firmware". NULL when one of them is missing. */
const struct xml_node *xml_path(const struct xml_node *node, const char *path);
/* Its text, "" for NULL; the value of an attribute (case aside), NULL when there is none. */
const char *xml_text(const struct xml_node *node);
const char *xml_attr(const struct xml_node *node, const char *name);

#endif
