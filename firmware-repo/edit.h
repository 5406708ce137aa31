/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a component, member by member. Nothing is ever cut: what is longer than the format takes
 * (FORMAT.md) is refused with the member's name. Components begin as {0} and are released by
 * component_free(); from the first call on all its texts are there ("" = absent). Every function
 * returns 0, ERR_TOO_LARGE, ERR_FORMAT or ERR_NOMEM.
 */
#ifndef FWREPO_EDIT_H
#define FWREPO_EDIT_H

#include <stddef.h>

#include "base/err.h"
#include "repo/catalog.h"

/* A text member by its name in index.json: "id", "name.en", "version" ... (catalog_texts).
 * What it had is replaced; it stays in memory with the component. */
int component_set(struct component *comp, const char *member, const char *text, struct err *err);

/* Appends; one that is there already is fine. A target must be one that target_check() knows. */
int component_add_target(struct component *comp, const char *target, struct err *err);
int component_add_flag(struct component *comp, const char *flag, struct err *err);

/* target "" = the device itself. */
int component_add_require(struct component *comp, const char *target, const char *min_version,
			  struct err *err);

int component_set_proof(struct component *comp, const char *field, enum proof_match match,
			const char *value, struct err *err);

/* role: "compsig", "jcat", "metadata"; name: the file's own name, for people and for the device. */
int component_add_attachment(struct component *comp, const char *role, const char *name,
			     const struct payload_ref *ref, struct err *err);

/*
 * How its tool is run (catalog_tool.h); the first call makes it a component with a tool. An
 * argument, something that it needs of the machine, what an exit code says (the last word counts),
 * the id of its runtime.
 */
int component_add_tool_arg(struct component *comp, const char *arg, struct err *err);
int component_add_tool_node(struct component *comp, const char *node, struct err *err);
int component_set_tool_exit(struct component *comp, uint8_t code, enum tool_meaning meaning,
			    struct err *err);
int component_set_tool_runtime(struct component *comp, const char *id, struct err *err);

/*
 * An id from what a vendor calls things: "<name>-<version>" in lower case, what is not a letter,
 * digit or ". _ +" becomes one '-'; cut at 95 bytes with the last 8 of its SHA-256 in hex.
 */
int component_make_id(struct component *comp, const char *name, const char *version,
		      struct err *err);

/*
 * The scheme that a version's shape tells: hpe-rom, date or dotted; VERSION_PLAIN when none of
 * them orders it. Whoever knows more of the format (an HPE drive: "HPG1") says it instead.
 */
enum version_scheme component_scheme_of(const char *version);

#endif
