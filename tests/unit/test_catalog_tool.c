/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The member "tool" of a component, and the runtimes that tools name. */
#include "tap.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "repo/catalog_tool.h"

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

#define COMPONENT(backend, class, id, size, targets, tool)                                         \
	"{\"activation\":\"none\",\"backend\":\"" backend                                          \
	"\",\"class\":\"" class "\",\"criticality\":\"recommended\",\"id\":\"" id                  \
				"\",\"name\":{\"en\":\"N\"},\"payload\":{\"chunks_sha256\":\"" SHA \
				"\",\"sha256\":\"" SHA "\",\"size\":" size                         \
				"},\"provenance\":{\"file\":\"f\",\"importer\":\"i\",\"sha256\":"  \
				"\"" SHA "\"},\"scheme\":\"dotted\",\"targets\":[" targets         \
				"]" tool ",\"version\":\"1.0\"}"

#define TOOL                                                                                  \
	",\"tool\":{\"argv\":[\"/bin/sh\",\"{payload}\",\"-d={node}\",\"{pci}\"],\"exits\":[" \
	"{\"code\":0,\"meaning\":\"done\"},{\"code\":1,\"meaning\":\"reboot\"},"              \
	"{\"code\":255,\"meaning\":\"not-needed\"}],\"nodes\":[\"{node}\",\"/dev/sg*\"],"     \
	"\"runtime\":\"glibc\"}"

#define RUNTIME COMPONENT("vendor-tool", "runtime", "glibc", "77", "", "")
#define USUAL	COMPONENT("vendor-tool", "drive", "z-tool", "1", "\"pci:8086:1593\"", TOOL)

static const char both[] = "{\"components\":[" RUNTIME "," USUAL "],\"format\":1}";
static const char alone[] = "{\"components\":[" USUAL "],\"format\":1}";
static const char other[] = "{\"components\":[" COMPONENT(
	"nvme", "drive", "glibc", "77", "\"pci:8086:1593\"", "") "," USUAL "],\"format\":1}";

static int parse(const char *text, struct catalog *ret, struct err *err)
{
	*ret = (struct catalog){ 0 };
	return catalog_parse_index((const uint8_t *)text, strlen(text), ret, err);
}

static void read_and_written(void)
{
	CLEANUP_FREE char *text = NULL;
	struct catalog cat;
	const struct component *comp;
	size_t len;

	CHECK_INT(parse(both, &cat, NULL), 0);
	comp = catalog_find(&cat, "z-tool");
	CHECK(comp && comp->tool);
	if (comp && comp->tool) {
		CHECK_INT(comp->tool->arg_count, 4);
		CHECK_STR(comp->tool->argv[2], "-d={node}");
		CHECK_INT(comp->tool->node_count, 2);
		CHECK_STR(comp->tool->runtime, "glibc");
		CHECK_INT(comp->tool->runtime_ref.size, 77);
		CHECK_STR(comp->not_understood, "");
		/* The store, verify and gc find the runtime with the payload. */
		CHECK_INT(component_ref_count(comp), 2);
		CHECK_INT(component_ref(comp, 1)->size, 77);
		CHECK_INT(tool_meaning_of(comp->tool, 0), TOOL_DONE);
		CHECK_INT(tool_meaning_of(comp->tool, 1), TOOL_REBOOT);
		CHECK_INT(tool_meaning_of(comp->tool, 255), TOOL_NOT_NEEDED);
		CHECK_INT(tool_meaning_of(comp->tool, 2), TOOL_FAILED);
		CHECK(tool_reaches_others(comp->tool) && !tool_raw_node(comp->tool));
	}
	CHECK_INT(catalog_write_index(&cat, &text, &len, NULL), 0);
	CHECK_STR(text, both);
	catalog_free(&cat);
}

/* Another component of that id is no runtime: nothing runs in a drive's firmware. */
static void runtime_missing(void)
{
	struct catalog cat;

	CHECK_INT(parse(alone, &cat, NULL), 0);
	CHECK_INT(cat.components[0].tool->runtime_ref.size, 0);
	CHECK_INT(component_ref_count(&cat.components[0]), 1);
	catalog_free(&cat);
	CHECK_INT(parse(other, &cat, NULL), 0);
	CHECK_INT(catalog_find(&cat, "z-tool")->tool->runtime_ref.size, 0);
	catalog_free(&cat);
}

static char *replaced(const char *from, const char *to)
{
	static char out[8192];
	const char *at = strstr(both, from);

	CHECK(at);
	if (at)
		snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - both), both, to,
			 at + strlen(from));
	return out;
}

static void refused(void)
{
	const struct {
		const char *from, *to;
		int code;
		const char *part;
	} rows[] = {
		{ "\"argv\":[\"/bin/sh\",", "\"argv\":[\"sh\",", ERR_FORMAT, "absolute" },
		{ "\"argv\":[\"/bin/sh\",", "\"argv\":[\"{node}\",", ERR_FORMAT, "absolute" },
		{ "\"/bin/sh\",\"{payload}\",\"-d={node}\",\"{pci}\"", "", ERR_FORMAT, "argv" },
		{ "\"{pci}\"]", "\"\"]", ERR_FORMAT, "empty" },
		{ "\"{pci}\"]", "1]", ERR_FORMAT, "argv" },
		{ "\"argv\":", "\"args\":", ERR_FORMAT, "args" },
		{ "\"code\":1,", "\"code\":0,", ERR_DUPLICATE, "code 0 twice" },
		{ "\"code\":1,", "\"code\":256,", ERR_FORMAT, "code" },
		{ "\"code\":1,", "", ERR_FORMAT, "code" },
		{ "\"meaning\":\"reboot\"", "\"meaning\":1", ERR_FORMAT, "meaning" },
		{ "{\"code\":0,", "7,{\"code\":0,", ERR_FORMAT, "exits" },
		{ "\"nodes\":[", "\"nodes\":{\"a\":[", ERR_FORMAT, "" },
		{ "\"runtime\":\"glibc\"}", "\"runtime\":1}", ERR_FORMAT, "runtime" },
		{ "\"targets\":[]", "\"targets\":[\"pci:8086:1593\"]", ERR_FORMAT, "runtime" },
		{ "\"class\":\"runtime\"", "\"class\":\"drive\"", ERR_FORMAT, "empty" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = { 0 };
		struct catalog cat;

		CHECK_INT(parse(replaced(rows[i].from, rows[i].to), &cat, &err), rows[i].code);
		CHECK_CONTAINS(err.text, rows[i].part);
	}
}

/* What is not known makes the component unusable and leaves the rest of the index alone. */
static void words_to_come(void)
{
	const struct {
		const char *from, *to, *word;
		bool writable;
	} rows[] = {
		{ "\"{pci}\"]", "\"{serial}\"]", "tool \"{serial}\"", true },
		{ "\"{pci}\"]", "\"{node}{\"]", "tool \"{node}{\"", true },
		{ "\"/dev/sg*\"", "\"/dev/kmem\"", "tool \"/dev/kmem\"", true },
		{ "\"/dev/sg*\"", "\"/dev/sg0\"", "tool \"/dev/sg0\"", true },
		{ "\"reboot\"", "\"twice\"", "tool \"twice\"", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_FREE char *text = NULL;
		struct catalog cat;
		size_t len;

		CHECK_INT(parse(replaced(rows[i].from, rows[i].to), &cat, NULL), 0);
		CHECK_STR(catalog_find(&cat, "z-tool")->not_understood, rows[i].word);
		CHECK_STR(catalog_find(&cat, "glibc")->not_understood, "");
		CHECK_INT(catalog_write_index(&cat, &text, &len, NULL),
			  rows[i].writable ? 0 : ERR_UNSUPPORTED);
		catalog_free(&cat);
	}
}

/* What a locked down kernel refuses, and what is not in the list counts as that. */
static void nodes(void)
{
	const struct {
		const char *node;
		bool raw, others;
	} rows[] = {
		{ "{node}", false, false },   { "/sys", false, false },
		{ "/dev/sg*", false, true },  { "/dev/nvme*", false, true },
		{ "/dev/mem", true, true },   { "ioports", true, true },
		{ "/dev/port", true, true },  { "/sys/bus/pci", true, true },
		{ "/dev/cpu/*", true, true }, { "/dev/unheard-of", true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tool tool = { .nodes = (const char *[]){ rows[i].node }, .node_count = 1 };
		const char *raw = tool_raw_node(&tool);

		CHECK_INT(raw != NULL, rows[i].raw);
		CHECK_INT(tool_reaches_others(&tool), rows[i].others);
	}
}

static void presets(void)
{
	const struct tool_preset *hpe = tool_preset_find("hpe-linux");
	struct tool tool = { 0 };

	CHECK(hpe && hpe->count == 4);
	if (hpe) {
		struct tool_exit exits[8];

		memcpy(exits, hpe->exits, sizeof(exits));
		tool = (struct tool){ .exits = exits, .exit_count = hpe->count };
		CHECK_INT(tool_meaning_of(&tool, 0), TOOL_DONE);
		CHECK_INT(tool_meaning_of(&tool, 1), TOOL_REBOOT);
		CHECK_INT(tool_meaning_of(&tool, 2), TOOL_NOT_NEEDED);
		CHECK_INT(tool_meaning_of(&tool, 3), TOOL_FAILED);
		CHECK_INT(tool_meaning_of(&tool, 4), TOOL_FAILED);
	}
	CHECK(!tool_preset_find("windows"));
}

int main(void)
{
	TAP_RUN_NAMED(read_and_written, "read, and written as it was");
	TAP_RUN_NAMED(runtime_missing, "the runtime is missing, or is none");
	TAP_RUN_NAMED(refused, "refused");
	TAP_RUN_NAMED(words_to_come, "words of later days");
	TAP_RUN_NAMED(nodes, "what a tool is given of the machine");
	TAP_RUN_NAMED(presets, "tables of exit codes");
	return TAP_END();
}
