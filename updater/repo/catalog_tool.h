/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The member "tool" of a component: how a vendor's own flasher is run, as data
 * (firmware-repo/FORMAT.md, "Tools and runtimes").
 */
#ifndef DRYDOCK_CATALOG_TOOL_H
#define DRYDOCK_CATALOG_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "repo/catalog.h"

/* Of the longest texts, with the NUL. */
#define TOOL_ARG_MAX  256
#define TOOL_NODE_MAX 48

/* The placeholders of an argument; whatever else begins with '{' is not known. */
#define TOOL_PAYLOAD "{payload}" /* the path of the payload, executable */
#define TOOL_NODE    "{node}"	 /* the device's node: "/dev/nvme0" */
#define TOOL_PCI     "{pci}"	 /* its PCI address: "0000:03:00.0" */

/* What a tool may be given of the machine. */
struct tool_node {
	const char *pattern; /* as in the index; '*' at its end: any harmless name there */
	/* Past the kernel's drivers: a kernel that is locked down refuses it. */
	bool raw;
	/* The kernel wants CAP_SYS_ADMIN for what is asked there. */
	bool admin;
	/* Reaches one device alone, the step's own. */
	bool own;
};

/* NULL = not in the list. */
const struct tool_node *tool_node_find(const char *pattern);

/* Does the tool need something past the kernel's drivers? Its pattern, or NULL. */
const char *tool_raw_node(const struct tool *tool);

/* Can it reach more than the device that it is run for? */
bool tool_reaches_others(const struct tool *tool);

/* The placeholder that text begins with, or NULL. */
const char *tool_placeholder(const char *text);

const char *tool_meaning_name(enum tool_meaning meaning); /* "power-cycle" */
enum tool_meaning tool_meaning_from_name(const char *name);

/* What an exit code says. */
enum tool_meaning tool_meaning_of(const struct tool *tool, int code);

/* The exit codes of a family of tools: "hpe-linux" is 0 done, 1 reboot, 2 not needed, 3 failed. */
struct tool_preset {
	const char *name;
	struct tool_exit exits[8];
	size_t count;
};
const struct tool_preset *tool_preset_find(const char *name);

/* A component that is no firmware: vendors' tools run in it. */
bool component_is_runtime(const struct component *comp);

/*
 * Reads it; texts and arrays go to pool. *ret_unknown (where it lies in the document or the pool)
 * is a word that this version does not know: then the component must not be used. ERR_FORMAT,
 * ERR_DUPLICATE (a code twice), ERR_TOO_LARGE, ERR_NOMEM.
 */
int tool_from_json(yyjson_val *obj, struct pool *pool, struct tool **ret, const char **ret_unknown,
		   struct err *err);

/* Adds it to the component obj. */
void tool_to_json(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct tool *tool);

/* Would all of it be written? */
bool tool_words_known(const struct tool *tool);

/* Sets runtime_ref of every tool in the catalog. */
void catalog_find_runtimes(struct catalog *cat);

#endif
