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
	size_t size;   /* of the longest, with the NUL */
	bool needed;   /* must be there and not empty; the others are left out when empty */
};

extern const struct text_member catalog_texts[]; /* ends with key NULL */

/* The other texts' sizes, with the NUL. */
#define PROOF_VALUE_MAX	    128
#define ATTACHMENT_ROLE_MAX 24
#define ATTACHMENT_NAME_MAX 128
#define PROOF_FIELD_MAX	    48

static inline const char *component_text(const struct component *comp,
					 const struct text_member *member)
{
	return *(const char *const *)((const char *)comp + member->offset);
}

static inline void component_put_text(struct component *comp, const struct text_member *member,
				      const char *text)
{
	*(const char **)((char *)comp + member->offset) = text;
}

/*
 * Reads one component from its object; texts and arrays go to pool. comp must be {0}. ERR_FORMAT,
 * ERR_DUPLICATE, ERR_NOMEM.
 */
int component_from_json(yyjson_val *obj, struct pool *pool, struct component *comp,
			struct err *err);

/* One component as index.json has it, in doc. */
yyjson_mut_val *component_to_json(yyjson_mut_doc *doc, const struct component *comp);

#endif
