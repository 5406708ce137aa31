/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A component as JSON: the plain text members are one table for reading and for writing. */
#ifndef DRYDOCK_CATALOG_TEXT_H
#define DRYDOCK_CATALOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "repo/catalog.h"

struct text_member {
	const char *object; /* the member that holds it, NULL = the component itself */
	const char *key;
	size_t offset; /* in struct component */
	size_t size;
	bool needed; /* must be there and not empty; the others are left out when empty */
};

extern const struct text_member catalog_texts[]; /* ends with key NULL */

/* One component as index.json has it, in doc. */
yyjson_mut_val *component_to_json(yyjson_mut_doc *doc, const struct component *comp);

#endif
