/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "component_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "edit.h"
#include "fwrepo.h"
#include "inventory/target.h"
#include "repo/catalog_tool.h"

/* What edit.h refuses is a mistake on the command line here. */
static int of_option(const char *option, int rc, struct err *err)
{
	if (!rc || rc == ERR_NOMEM)
		return rc;
	err_prefix(err, "--%s", option);
	err->code = ERR_USAGE;
	return ERR_USAGE;
}

static int set_texts(const struct component_args *args, struct component *ret, struct err *err)
{
	const struct {
		const char *option, *text, *member;
	} texts[] = {
		{ "id", args->id, "id" },
		{ "version", args->version, "version" },
		{ "backend", args->backend, "backend" },
		{ "name", args->name ? args->name : args->id, "name.en" },
		{ "name-ja", args->name_ja, "name.ja" },
		{ "vendor", args->vendor, "vendor" },
		{ "class", args->class_name ? args->class_name : "other", "class" },
		{ "min-active", args->min_active, "min_active_version" },
		{ "floor", args->floor, "floor" },
		{ "release-notes", args->release_notes, "release_notes" },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].text)
			rc = of_option(texts[i].option,
				       component_set(ret, texts[i].member, texts[i].text, err),
				       err);
	return rc;
}

static int unknown_word(const char *option, const char *word, struct err *err)
{
	return err_set(err, ERR_USAGE, "--%s: \"%.40s\" is not a word for it (try --help)", option,
		       word);
}

static int set_words(const struct component_args *args, struct component *ret, struct err *err)
{
	const char *activation = args->activation ? args->activation : "none";
	const char *criticality = args->criticality ? args->criticality : "recommended";
	uint64_t seconds = 0;

	ret->scheme = version_scheme_from_name(args->scheme);
	if (!ret->scheme)
		return unknown_word("scheme", args->scheme, err);
	ret->activation = activation_from_name(activation);
	if (!ret->activation)
		return unknown_word("activation", activation, err);
	ret->criticality = criticality_from_name(criticality);
	if (!ret->criticality)
		return unknown_word("criticality", criticality, err);
	ret->measured = args->measured;
	ret->host_power_off = args->host_power_off;
	if (args->expected_seconds && fwrepo_number("--expected-seconds", args->expected_seconds,
						    CATALOG_MAX_SECONDS, &seconds, err))
		return err->code;
	ret->expected_seconds = (uint32_t)seconds;
	return 0;
}

/* A version that does not follow its scheme would never be older or newer than anything. */
static int check_versions(const struct component *comp, struct err *err)
{
	const struct {
		const char *option, *text;
	} versions[] = {
		{ "version", comp->version },
		{ "min-active", comp->min_active_version },
		{ "floor", comp->floor },
		{ "proof", comp->proof.match == PROOF_SCHEME ? comp->proof.value : "" },
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (versions[i].text[0] && !version_follows(comp->scheme, versions[i].text))
			return err_set(err, ERR_USAGE,
				       "--%s: \"%s\" does not follow the scheme \"%s\"",
				       versions[i].option, versions[i].text,
				       version_scheme_name(comp->scheme));
	return 0;
}

static int set_proof(const char *text, struct component *ret, struct err *err)
{
	size_t len = strcspn(text, "=^~");
	enum proof_match match = text[len] == '^'   ? PROOF_PREFIX
				 : text[len] == '~' ? PROOF_SCHEME
						    : PROOF_EQUALS;
	const char *value = text + len + (match != PROOF_EQUALS);
	CLEANUP_FREE char *field = strndup(text, len);
	int rc;

	if (!field)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (*value != '=' || len == 0 || !value[1])
		return err_set(err, ERR_USAGE,
			       "--proof: want FIELD=VALUE, FIELD^=VALUE or "
			       "FIELD~=VALUE");
	rc = of_option("proof", component_set_proof(ret, field, match, value + 1, err), err);
	for (const char *const *known = proof_fields; !rc && *known; known++)
		if (strcmp(*known, field) == 0)
			return 0;
	return rc ? rc : unknown_word("proof", field, err);
}

static int set_targets(const struct opt_list *list, struct component *ret, struct err *err)
{
	int rc = 0;

	if (list->count == 0 && !component_is_runtime(ret))
		return err_set(err, ERR_USAGE, "--target TARGET is needed");
	for (size_t i = 0; !rc && i < list->count; i++)
		rc = of_option("target", component_add_target(ret, list->items[i], err), err);
	return rc;
}

static int set_require(const char *text, struct component *ret, struct err *err)
{
	const char *sign = strstr(text, ">=");
	CLEANUP_FREE char *target = NULL;

	if (!sign || !sign[2])
		return err_set(err, ERR_USAGE, "--requires: want TARGET>=VERSION");
	target = strndup(text, (size_t)(sign - text));
	if (!target)
		return err_set(err, ERR_NOMEM, "out of memory");
	return of_option("requires", component_add_require(ret, target, sign + 2, err), err);
}

static int set_flag(const char *flag, struct component *ret, struct err *err)
{
	char text[64];

	if (!component_flag_known(flag)) {
		snprintf(text, sizeof(text), "flag \"%.40s\"", flag);
		ret->not_understood = pool_text(&ret->pool, text, strlen(text));
	}
	if (!ret->not_understood)
		return err_set(err, ERR_NOMEM, "out of memory");
	return of_option("flag", component_add_flag(ret, flag, err), err);
}

static int set_preset(const char *name, struct component *ret, struct err *err)
{
	const struct tool_preset *preset = tool_preset_find(name);
	int rc = preset ? 0 : unknown_word("tool-exit", name, err);

	for (size_t i = 0; !rc && i < preset->count; i++)
		rc = component_set_tool_exit(ret, preset->exits[i].code, preset->exits[i].meaning,
					     err);
	return rc;
}

/* "3=failed", or the name of a table. */
static int set_exit(const char *text, struct component *ret, struct err *err)
{
	const char *sign = strchr(text, '=');
	CLEANUP_FREE char *number = sign ? strndup(text, (size_t)(sign - text)) : NULL;
	enum tool_meaning meaning;
	uint64_t code;

	if (!sign)
		return set_preset(text, ret, err);
	if (!number)
		return err_set(err, ERR_NOMEM, "out of memory");
	meaning = tool_meaning_from_name(sign + 1);
	if (!meaning)
		return unknown_word("tool-exit", sign + 1, err);
	if (fwrepo_number("--tool-exit", number, 255, &code, err))
		return err->code;
	return component_set_tool_exit(ret, (uint8_t)code, meaning, err);
}

static int set_tool(const struct component_args *args, struct component *ret, struct err *err)
{
	const struct opt_list *exits = &args->tool_exits;
	bool is_tool = strcmp(args->backend, "vendor-tool") == 0;
	int rc = 0;

	if (!args->tool_args.count)
		return !exits->count && !args->tool_nodes.count && !args->tool_runtime
			       ? 0
			       : err_set(err, ERR_USAGE, "--tool-arg is needed for a tool");
	if (!is_tool)
		return err_set(err, ERR_USAGE, "a tool goes with --backend vendor-tool");
	for (size_t i = 0; !rc && i < args->tool_args.count; i++)
		rc = of_option("tool-arg",
			       component_add_tool_arg(ret, args->tool_args.items[i], err), err);
	for (size_t i = 0; !rc && i < args->tool_nodes.count; i++)
		rc = of_option("tool-node",
			       component_add_tool_node(ret, args->tool_nodes.items[i], err), err);
	if (!rc && !exits->count)
		rc = set_preset("zero", ret, err);
	for (size_t i = 0; !rc && i < exits->count; i++)
		rc = set_exit(exits->items[i], ret, err);
	if (!rc && args->tool_runtime)
		rc = of_option("tool-runtime",
			       component_set_tool_runtime(ret, args->tool_runtime, err), err);
	return rc;
}

int component_from_args(const struct component_args *args, struct component *ret, struct err *err)
{
	int rc = set_texts(args, ret, err);

	if (!rc)
		rc = set_words(args, ret, err);
	if (!rc && args->proof)
		rc = set_proof(args->proof, ret, err);
	if (!rc)
		rc = check_versions(ret, err);
	if (!rc)
		rc = set_targets(&args->targets, ret, err);
	for (size_t i = 0; !rc && i < args->requires.count; i++)
		rc = set_require(args->requires.items[i], ret, err);
	for (size_t i = 0; !rc && i < args->flags.count; i++)
		rc = set_flag(args->flags.items[i], ret, err);
	return rc ? rc : set_tool(args, ret, err);
}
