/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of a component as options. */
#ifndef FWREPO_COMPONENT_ARGS_H
#define FWREPO_COMPONENT_ARGS_H

#include "base/opts.h"
#include "repo/catalog.h"

struct component_args {
	const char *id, *version, *scheme, *backend, *proof, *name, *name_ja, *vendor, *class_name;
	const char *min_active, *floor, *expected_seconds, *activation, *criticality;
	const char *release_notes;
	const char *tool_runtime;
	struct opt_list targets, requires, flags, tool_args, tool_nodes, tool_exits;
	bool measured, host_power_off;
};

/* Rows of a table of options. */
#define COMPONENT_OPTIONS(args)                                                                 \
	{ "id", OPT_TEXT, &(args).id, "ID", "unique in the repository" },                       \
		{ "version", OPT_TEXT, &(args).version, "TEXT", "as the device will show it" }, \
		{ "scheme", OPT_TEXT, &(args).scheme, "SCHEME",                                 \
		  "plain, dotted, date, hex, hpe-rom, hpe-drive, alphanum" },                   \
		{ "target", OPT_LIST, &(args).targets, "TARGET",                                \
		  "a device it fits: pci:VVVV:DDDD[:SSSS:SSSS], nvme-model:TEXT; repeat" },     \
		{ "backend", OPT_TEXT, &(args).backend, "NAME", "what writes it: nvme" },       \
		{ "proof", OPT_TEXT, &(args).proof, "FIELD=VALUE",                              \
		  "what must be read back; ^= a prefix, ~= the same under the scheme" },        \
		{ "name", OPT_TEXT, &(args).name, "TEXT", "for people; default: the id" },      \
		{ "name-ja", OPT_TEXT, &(args).name_ja, "TEXT", "the same in Japanese" },       \
		{ "vendor", OPT_TEXT, &(args).vendor, "TEXT", "who made it" },                  \
		{ "class", OPT_TEXT, &(args).class_name, "WORD",                                \
		  "drive, nic, bmc, system-rom, controller, enclosure, power-supply, runtime, " \
		  "other (default)" },                                                          \
		{ "requires", OPT_LIST, &(args).requires, "TARGET>=VERSION",                    \
		  "what another device must run; no TARGET: this one; repeat" },                \
		{ "min-active", OPT_TEXT, &(args).min_active, "VERSION",                        \
		  "the device must run this or newer before" },                                 \
		{ "floor", OPT_TEXT, &(args).floor, "VERSION",                                  \
		  "nothing older is ever written to these targets" },                           \
		{ "flag", OPT_LIST, &(args).flags, "WORD", "see FORMAT.md; repeat" },           \
		{ "tool-arg", OPT_LIST, &(args).tool_args, "ARG",                               \
		  "a vendor's own tool: its program and its arguments, one each; {payload}, "   \
		  "{node}, {pci} are replaced; repeat" },                                       \
		{ "tool-exit", OPT_LIST, &(args).tool_exits, "CODE=WORD",                       \
		  "done, reboot, power-cycle, not-needed, failed; or a table: hpe-linux, "      \
		  "zero (default); repeat" },                                                   \
		{ "tool-node", OPT_LIST, &(args).tool_nodes, "PATTERN",                         \
		  "what it needs of the machine, see FORMAT.md: {node}, /dev/sg*; repeat" },    \
		{ "tool-runtime", OPT_TEXT, &(args).tool_runtime, "ID",                         \
		  "the runtime it needs (fwrepo runtime)" },                                    \
		{ "expected-seconds", OPT_TEXT, &(args).expected_seconds, "N",                  \
		  "how long writing takes" },                                                   \
		{ "activation", OPT_TEXT, &(args).activation, "WORD",                           \
		  "none (default), device-reset, reboot, power-cycle" },                        \
		{ "host-power-off", OPT_FLAG, &(args).host_power_off, NULL,                     \
		  "needs the host powered off" },                                               \
		{ "measured", OPT_FLAG, &(args).measured, NULL, "changes TPM measurements" },   \
		{ "criticality", OPT_TEXT, &(args).criticality, "WORD",                         \
		  "optional, recommended (default), critical" },                                \
	{                                                                                       \
		"release-notes", OPT_TEXT, &(args).release_notes, "TEXT", "one line"            \
	}

/*
 * Fills ret (which must be {0}) with all but payload and provenance; component_free() releases it.
 * Words, versions and targets are checked; lengths are the reader's to judge. ERR_USAGE, ERR_NOMEM.
 */
int component_from_args(const struct component_args *args, struct component *ret, struct err *err);

#endif
