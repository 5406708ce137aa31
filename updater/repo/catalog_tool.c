/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/catalog_tool.h"

#include <string.h>

static const char *const tool_members[] = { "argv", "exits", "nodes", "runtime", NULL };
static const char *const exit_members[] = { "code", "meaning", NULL };

/*
 * kernel_lockdown(7): /dev/mem, /dev/port, ioperm(2), MSRs and PCI registers through sysfs are
 * refused. NVMe passthrough wants CAP_SYS_ADMIN (drivers/nvme/host/ioctl.c, nvme_cmd_allowed), as
 * does PCI configuration space beyond its first 64 bytes (drivers/pci/pci-sysfs.c); the others of
 * the list look at the mode of the node and at CAP_SYS_RAWIO.
 */
static const struct tool_node tool_nodes[] = {
	{ TOOL_NODE, false, true, true },      { "/dev/nvme*", false, true, false },
	{ "/dev/sg*", false, false, false },   { "/dev/sd*", false, false, false },
	{ "/dev/bsg/*", false, false, false }, { "/dev/mtd*", false, true, false },
	{ "/dev/ipmi*", false, false, false }, { "/dev/hpilo/*", false, false, false },
	{ "/dev/mem", true, false, false },    { "/dev/port", true, false, false },
	{ "ioports", true, false, false },     { "/dev/cpu/*", true, true, false },
	{ "/sys", false, false, true },	       { "/sys/bus/pci", true, true, false },
};

static const char *const placeholders[] = { TOOL_PAYLOAD, TOOL_NODE, TOOL_PCI };

static const char *const meanings[] = {
	[0] = "unknown",
	[TOOL_DONE] = "done",
	[TOOL_REBOOT] = "reboot",
	[TOOL_POWER_CYCLE] = "power-cycle",
	[TOOL_NOT_NEEDED] = "not-needed",
	[TOOL_FAILED] = "failed",
};

/* HPE's Linux smart components (their own usage text). */
static const struct tool_preset presets[] = {
	{ "hpe-linux",
	  { { 0, TOOL_DONE }, { 1, TOOL_REBOOT }, { 2, TOOL_NOT_NEEDED }, { 3, TOOL_FAILED } },
	  4 },
	{ "zero", { { 0, TOOL_DONE } }, 1 },
};

const struct tool_node *tool_node_find(const char *pattern)
{
	for (size_t i = 0; i < sizeof(tool_nodes) / sizeof(*tool_nodes); i++)
		if (strcmp(tool_nodes[i].pattern, pattern) == 0)
			return &tool_nodes[i];
	return NULL;
}

const char *tool_raw_node(const struct tool *tool)
{
	for (size_t i = 0; i < tool->node_count; i++) {
		const struct tool_node *node = tool_node_find(tool->nodes[i]);

		if (!node || node->raw)
			return tool->nodes[i];
	}
	return NULL;
}

bool tool_reaches_others(const struct tool *tool)
{
	for (size_t i = 0; i < tool->node_count; i++) {
		const struct tool_node *node = tool_node_find(tool->nodes[i]);

		if (!node || !node->own)
			return true;
	}
	return false;
}

const char *tool_placeholder(const char *text)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(*placeholders); i++)
		if (strncmp(text, placeholders[i], strlen(placeholders[i])) == 0)
			return placeholders[i];
	return NULL;
}

const char *tool_meaning_name(enum tool_meaning meaning)
{
	return meanings[meaning < sizeof(meanings) / sizeof(*meanings) ? meaning : 0];
}

enum tool_meaning tool_meaning_from_name(const char *name)
{
	for (unsigned int i = 1; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (strcmp(meanings[i], name) == 0)
			return (enum tool_meaning)i;
	return 0;
}

enum tool_meaning tool_meaning_of(const struct tool *tool, int code)
{
	for (size_t i = 0; i < tool->exit_count; i++)
		if (tool->exits[i].code == code)
			return tool->exits[i].meaning;
	return TOOL_FAILED;
}

const struct tool_preset *tool_preset_find(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}

bool component_is_runtime(const struct component *comp)
{
	return strcmp(comp->class_name, "runtime") == 0;
}

/* What is being read. */
struct reader {
	struct pool *pool;
	struct tool *tool;
	const char *unknown;
	struct err *err;
};

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

static int read_text(struct reader *r, yyjson_val *val, const char *what, size_t size,
		     const char **ret)
{
	const char *text;
	size_t len;
	int rc = json_text(val, what, size, &text, &len, r->err);

	if (rc)
		return rc;
	*ret = pool_text(r->pool, text, len);
	return *ret ? 0 : no_memory(r->err);
}

/* An array of texts that must not be empty. */
static int read_texts(struct reader *r, yyjson_val *obj, const char *key, size_t max_items,
		      size_t size, const char ***ret, size_t *ret_count)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(obj, key, max_items, &list, r->err);

	if (rc || !list || yyjson_arr_size(list) == 0)
		return rc;
	*ret = pool_array(r->pool, yyjson_arr_size(list), sizeof(**ret));
	if (!*ret)
		return no_memory(r->err);
	yyjson_arr_foreach(list, idx, max, item)
	{
		rc = read_text(r, item, key, size, &(*ret)[idx]);
		if (!rc && !(*ret)[idx][0])
			rc = err_set(r->err, ERR_FORMAT, "\"%s\": an empty text", key);
		if (rc)
			return rc;
		(*ret_count)++;
	}
	return 0;
}

/* '{' begins nothing but a placeholder, so that there may be others later. */
static bool arg_is_known(const char *arg)
{
	for (const char *at = strchr(arg, '{'); at; at = strchr(at + 1, '{'))
		if (!tool_placeholder(at))
			return false;
	return true;
}

static int read_argv(struct reader *r, yyjson_val *obj)
{
	struct tool *tool = r->tool;
	int rc = read_texts(r, obj, "argv", CATALOG_MAX_TOOL_ARGS, TOOL_ARG_MAX, &tool->argv,
			    &tool->arg_count);

	if (rc)
		return rc;
	if (tool->arg_count == 0)
		return err_set(r->err, ERR_FORMAT, "\"argv\" is missing or empty");
	if (tool->argv[0][0] != '/' && strcmp(tool->argv[0], TOOL_PAYLOAD) != 0)
		return err_set(r->err, ERR_FORMAT,
			       "\"argv\" begins with neither an absolute path nor " TOOL_PAYLOAD);
	for (size_t i = 0; i < tool->arg_count; i++)
		if (!arg_is_known(tool->argv[i]))
			r->unknown = tool->argv[i];
	return 0;
}

static int read_nodes(struct reader *r, yyjson_val *obj)
{
	struct tool *tool = r->tool;
	int rc = read_texts(r, obj, "nodes", CATALOG_MAX_TOOL_NODES, TOOL_NODE_MAX, &tool->nodes,
			    &tool->node_count);

	for (size_t i = 0; !rc && i < tool->node_count; i++)
		if (!tool_node_find(tool->nodes[i]))
			r->unknown = tool->nodes[i];
	return rc;
}

static int read_exit(struct reader *r, yyjson_val *val, struct tool_exit *ret)
{
	const char *word;
	uint64_t code = 0;
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(r->err, ERR_FORMAT, "not an object");
	rc = json_check_members(val, exit_members, r->err);
	if (!rc)
		rc = json_get_u64(val, "code", 0, 255, &code, r->err);
	if (!rc)
		rc = read_text(r, yyjson_obj_get(val, "meaning"), "meaning", 24, &word);
	if (rc)
		return rc;
	ret->code = (uint8_t)code;
	ret->meaning = tool_meaning_from_name(word);
	if (!ret->meaning)
		r->unknown = word;
	return 0;
}

static int read_exits(struct reader *r, yyjson_val *obj)
{
	struct tool *tool = r->tool;
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_get_arr(obj, "exits", CATALOG_MAX_TOOL_EXITS, &list, r->err);

	if (rc)
		return rc;
	tool->exits = pool_array(r->pool, yyjson_arr_size(list) + 1, sizeof(*tool->exits));
	if (!tool->exits)
		return no_memory(r->err);
	yyjson_arr_foreach(list, idx, max, item)
	{
		struct tool_exit *added = &tool->exits[idx];

		rc = read_exit(r, item, added);
		for (size_t i = 0; i < idx && !rc; i++)
			if (tool->exits[i].code == added->code)
				rc = err_set(r->err, ERR_DUPLICATE, "code %u twice", added->code);
		if (rc)
			return err_prefix(r->err, "\"exits\"");
		tool->exit_count++;
	}
	return tool->exit_count ? 0 : err_set(r->err, ERR_FORMAT, "\"exits\" is empty");
}

int tool_from_json(yyjson_val *obj, struct pool *pool, struct tool **ret, const char **ret_unknown,
		   struct err *err)
{
	struct reader r = { pool, pool_alloc(pool, sizeof(**ret)), NULL, err };
	yyjson_val *runtime = yyjson_obj_get(obj, "runtime");
	int rc;

	if (!r.tool)
		return no_memory(err);
	r.tool->runtime = "";
	rc = json_check_members(obj, tool_members, err);
	if (!rc)
		rc = read_argv(&r, obj);
	if (!rc)
		rc = read_nodes(&r, obj);
	if (!rc)
		rc = read_exits(&r, obj);
	if (!rc && runtime)
		rc = read_text(&r, runtime, "runtime", COMPONENT_ID_MAX, &r.tool->runtime);
	*ret = r.tool;
	*ret_unknown = r.unknown;
	return rc;
}

static void add_texts(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const char **texts,
		      size_t count)
{
	yyjson_mut_val *list = count ? yyjson_mut_obj_add_arr(doc, obj, key) : NULL;

	for (size_t i = 0; i < count; i++)
		yyjson_mut_arr_add_strcpy(doc, list, texts[i]);
}

void tool_to_json(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct tool *tool)
{
	yyjson_mut_val *val = yyjson_mut_obj_add_obj(doc, obj, "tool"), *list;

	add_texts(doc, val, "argv", tool->argv, tool->arg_count);
	add_texts(doc, val, "nodes", tool->nodes, tool->node_count);
	list = yyjson_mut_obj_add_arr(doc, val, "exits");
	for (size_t i = 0; i < tool->exit_count; i++) {
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_uint(doc, entry, "code", tool->exits[i].code);
		yyjson_mut_obj_add_str(doc, entry, "meaning",
				       tool_meaning_name(tool->exits[i].meaning));
	}
	if (tool->runtime[0])
		yyjson_mut_obj_add_strcpy(doc, val, "runtime", tool->runtime);
}

bool tool_words_known(const struct tool *tool)
{
	for (size_t i = 0; i < tool->exit_count; i++)
		if (!tool->exits[i].meaning)
			return false;
	return true;
}

void catalog_find_runtimes(struct catalog *cat)
{
	for (size_t i = 0; i < cat->count; i++) {
		struct tool *tool = cat->components[i].tool;
		const struct component *runtime =
			tool && tool->runtime[0] ? catalog_find(cat, tool->runtime) : NULL;

		if (tool)
			tool->runtime_ref = (struct payload_ref){ 0 };
		if (runtime && component_is_runtime(runtime) && !runtime->not_understood[0])
			tool->runtime_ref = runtime->payload;
	}
}
