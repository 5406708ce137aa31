/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"
#include "inventory/target.h"
#include "repo/catalog_text.h"
#include "repo/catalog_tool.h"

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

static int put(struct component *comp, const char **ret, size_t size, const char *member,
	       const char *text, struct err *err)
{
	size_t len = strlen(text);

	component_complete(comp); /* it began as {0} */
	if (len >= size)
		return err_set(err, ERR_TOO_LARGE, "\"%s\" is longer than %zu bytes: %.60s ...",
			       member, size - 1, text);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return err_set(err, ERR_FORMAT, "\"%s\" has a control character", member);
	text = pool_text(&comp->pool, text, len);
	if (!text)
		return no_memory(err);
	*ret = text;
	return 0;
}

/* Room for one more item, behind the others. */
static int grow(struct component *comp, void *array, size_t count, size_t size, struct err *err)
{
	void *old, *grown;

	memcpy(&old, array, sizeof(old));
	grown = pool_grow(&comp->pool, old, count, size);
	if (!grown)
		return no_memory(err);
	memcpy(array, &grown, sizeof(grown));
	return 0;
}

static bool is_member(const struct text_member *member, const char *name)
{
	size_t len = member->object ? strlen(member->object) : 0;

	if (!member->object)
		return strcmp(member->key, name) == 0;
	return strncmp(member->object, name, len) == 0 && name[len] == '.' &&
	       strcmp(member->key, name + len + 1) == 0;
}

int component_set(struct component *comp, const char *member, const char *text, struct err *err)
{
	const struct text_member *at = catalog_texts;
	const char *copy;
	int rc;

	while (at->key && !is_member(at, member))
		at++;
	assert(at->key);
	rc = put(comp, &copy, at->size, member, text, err);
	if (!rc)
		component_put_text(comp, at, copy);
	return rc;
}

int component_add_target(struct component *comp, const char *target, struct err *err)
{
	int rc;

	if (target_check(target))
		return err_set(err, ERR_FORMAT, "\"%.80s\" is not a target", target);
	for (size_t i = 0; i < comp->target_count; i++)
		if (strcmp(comp->targets[i], target) == 0)
			return 0;
	if (comp->target_count == CATALOG_MAX_TARGETS)
		return err_set(err, ERR_TOO_LARGE, "more than %d targets", CATALOG_MAX_TARGETS);
	rc = grow(comp, &comp->targets, comp->target_count, sizeof(*comp->targets), err);
	if (!rc)
		rc = put(comp, &comp->targets[comp->target_count], COMPONENT_TARGET_MAX, "targets",
			 target, err);
	comp->target_count += !rc;
	return rc;
}

int component_add_flag(struct component *comp, const char *flag, struct err *err)
{
	int rc;

	if (component_has_flag(comp, flag))
		return 0;
	if (comp->flag_count == CATALOG_MAX_FLAGS)
		return err_set(err, ERR_TOO_LARGE, "more than %d flags", CATALOG_MAX_FLAGS);
	rc = grow(comp, &comp->flags, comp->flag_count, sizeof(*comp->flags), err);
	if (!rc)
		rc = put(comp, &comp->flags[comp->flag_count], COMPONENT_FLAG_MAX, "flags", flag,
			 err);
	comp->flag_count += !rc;
	return rc;
}

int component_add_require(struct component *comp, const char *target, const char *min_version,
			  struct err *err)
{
	struct requirement added;
	int rc;

	if (target[0] && target_check(target))
		return err_set(err, ERR_FORMAT, "\"%.80s\" is not a target", target);
	if (comp->require_count == CATALOG_MAX_REQUIRES)
		return err_set(err, ERR_TOO_LARGE, "more than %d requirements",
			       CATALOG_MAX_REQUIRES);
	rc = put(comp, &added.target, COMPONENT_TARGET_MAX, "requires.target", target, err);
	if (!rc)
		rc = put(comp, &added.min_version, COMPONENT_VERSION_MAX, "requires.min_version",
			 min_version, err);
	if (!rc)
		rc = grow(comp, &comp->requires, comp->require_count, sizeof(added), err);
	if (!rc)
	comp->requires[comp->require_count++] = added;
	return rc;
}

int component_set_proof(struct component *comp, const char *field, enum proof_match match,
			const char *value, struct err *err)
{
	struct proof proof = { .match = match };
	int rc = put(comp, &proof.field, PROOF_FIELD_MAX, "proof.field", field, err);

	if (!rc)
		rc = put(comp, &proof.value, PROOF_VALUE_MAX, "proof.value", value, err);
	if (!rc)
		comp->proof = proof;
	return rc;
}

int component_add_attachment(struct component *comp, const char *role, const char *name,
			     const struct payload_ref *ref, struct err *err)
{
	struct attachment added = { .ref = *ref };
	int rc;

	if (comp->attachment_count == CATALOG_MAX_ATTACHMENTS)
		return err_set(err, ERR_TOO_LARGE, "more than %d attachments",
			       CATALOG_MAX_ATTACHMENTS);
	rc = put(comp, &added.role, ATTACHMENT_ROLE_MAX, "attachments.role", role, err);
	if (!rc)
		rc = put(comp, &added.name, ATTACHMENT_NAME_MAX, "attachments.name", name, err);
	if (!rc)
		rc = grow(comp, &comp->attachments, comp->attachment_count, sizeof(added), err);
	if (!rc)
		comp->attachments[comp->attachment_count++] = added;
	return rc;
}

static int begin_tool(struct component *comp, struct err *err)
{
	component_complete(comp);
	if (comp->tool)
		return 0;
	comp->tool = pool_alloc(&comp->pool, sizeof(*comp->tool));
	if (!comp->tool)
		return no_memory(err);
	comp->tool->runtime = "";
	return 0;
}

int component_add_tool_arg(struct component *comp, const char *arg, struct err *err)
{
	int rc = begin_tool(comp, err);
	struct tool *tool = comp->tool;
	const char *text = NULL;

	if (!rc && tool->arg_count == CATALOG_MAX_TOOL_ARGS)
		rc = err_set(err, ERR_TOO_LARGE, "more than %d arguments", CATALOG_MAX_TOOL_ARGS);
	if (!rc)
		rc = put(comp, &text, TOOL_ARG_MAX, "tool.argv", arg, err);
	if (!rc)
		rc = grow(comp, &tool->argv, tool->arg_count, sizeof(*tool->argv), err);
	if (!rc)
		tool->argv[tool->arg_count++] = text;
	return rc;
}

int component_add_tool_node(struct component *comp, const char *node, struct err *err)
{
	int rc = begin_tool(comp, err);
	struct tool *tool = comp->tool;
	const char *text = NULL;

	if (!rc && !tool_node_find(node))
		rc = err_set(err, ERR_FORMAT, "\"%.40s\" is not in the list of FORMAT.md", node);
	if (!rc && tool->node_count == CATALOG_MAX_TOOL_NODES)
		rc = err_set(err, ERR_TOO_LARGE, "more than %d nodes", CATALOG_MAX_TOOL_NODES);
	if (!rc)
		rc = put(comp, &text, TOOL_NODE_MAX, "tool.nodes", node, err);
	if (!rc)
		rc = grow(comp, &tool->nodes, tool->node_count, sizeof(*tool->nodes), err);
	if (!rc)
		tool->nodes[tool->node_count++] = text;
	return rc;
}

int component_set_tool_exit(struct component *comp, uint8_t code, enum tool_meaning meaning,
			    struct err *err)
{
	int rc = begin_tool(comp, err);
	struct tool *tool = comp->tool;

	for (size_t i = 0; !rc && i < tool->exit_count; i++) {
		if (tool->exits[i].code == code) {
			tool->exits[i].meaning = meaning;
			return 0;
		}
	}
	if (!rc)
		rc = grow(comp, &tool->exits, tool->exit_count, sizeof(*tool->exits), err);
	if (!rc)
		tool->exits[tool->exit_count++] = (struct tool_exit){ code, meaning };
	return rc;
}

int component_set_tool_runtime(struct component *comp, const char *id, struct err *err)
{
	int rc = begin_tool(comp, err);

	return rc ? rc : put(comp, &comp->tool->runtime, COMPONENT_ID_MAX, "tool.runtime", id, err);
}

/* Letters, digits and ". _ +" as they are, in lower case; everything else one '-' a run. */
static size_t append_id(char *id, size_t len, size_t room, const char *text)
{
	for (; *text && len < room; text++) {
		bool fine = isalnum((unsigned char)*text) || strchr("._+", *text);

		if (fine)
			id[len++] = (char)tolower((unsigned char)*text);
		else if (len > 0 && id[len - 1] != '-')
			id[len++] = '-';
	}
	return len;
}

#define ID_LONGEST (COMPONENT_ID_MAX - 1)
#define ID_MARK	   8

int component_make_id(struct component *comp, const char *name, const char *version,
		      struct err *err)
{
	char id[4 * ID_LONGEST] = "", mark[2 * HASH_BYTES + 1];
	uint8_t hash[HASH_BYTES];
	size_t len = append_id(id, 0, sizeof(id) - 2, name);

	if (len > 0 && id[len - 1] != '-')
		id[len++] = '-';
	len = append_id(id, len, sizeof(id) - 1, version);
	while (len > 0 && id[len - 1] == '-')
		len--;
	id[len] = '\0';
	len = strspn(id, "-._+");
	memmove(id, id + len, strlen(id + len) + 1);
	if (strlen(id) > ID_LONGEST) {
		if (hash_sha256(id, strlen(id), hash))
			return err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
		hex_encode(hash, sizeof(hash), mark);
		snprintf(id + ID_LONGEST - ID_MARK - 1, ID_MARK + 2, "-%.8s", mark);
	}
	if (!id[0])
		return err_set(err, ERR_FORMAT, "nothing to make an id of");
	return component_set(comp, "id", id, err);
}

enum version_scheme component_scheme_of(const char *version)
{
	/* What every version with dots follows comes after what few do. */
	static const enum version_scheme schemes[] = { VERSION_HPE_ROM, VERSION_DATE,
						       VERSION_DOTTED };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (version_follows(schemes[i], version))
			return schemes[i];
	return VERSION_PLAIN;
}
