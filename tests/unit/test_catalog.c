/* SPDX-License-Identifier: GPL-3.0-or-later */
/* index.json: what is read, what is refused, what is kept without being understood. */
#include "tap.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "repo/catalog.h"

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* The least that a component must have. */
static const char least[] =
	"{\"components\":[{\"activation\":\"none\",\"backend\":\"nvme\",\"class\":\"drive\","
	"\"id\":\"a-1\",\"name\":{\"en\":\"Drive\"},\"payload\":{\"chunks_sha256\":\"" SHA
	"\",\"sha256\":\"" SHA
	"\",\"size\":1},\"provenance\":{\"file\":\"f\",\"importer\":\"i\","
	"\"sha256\":\"" SHA
	"\"},\"scheme\":\"dotted\",\"targets\":[\"pci:8086:1593\"],"
	"\"version\":\"1.0\"}],\"format\":1}";

#define ATTACHED(role, size, name)                                                            \
	"{\"name\":\"" name "\",\"payload\":{\"chunks_sha256\":\"" SHA "\",\"sha256\":\"" SHA \
	"\",\"size\":" size "},\"role\":\"" role "\"}"

/* In canonical form with everything in it. */
static const char most[] =
	"{\"components\":[{\"activation\":\"power-cycle\",\"attachments\":["
	ATTACHED("compsig", "9", "a.compsig") "," ATTACHED("of-later-days", "1", "b{") "],"
	"\"backend\":\"nvme\",\"class\":\"drive\","
	"\"criticality\":\"critical\",\"expected_seconds\":90,\"flags\":[\"x.y\"],"
	"\"floor\":\"0.9\",\"host_power_off\":true,\"id\":\"a-1\",\"measured\":true,"
	"\"min_active_version\":\"1.1\",\"name\":{\"en\":\"Drive\",\"ja\":\"\xe3\x83\x89\"},"
	"\"payload\":{\"chunks_sha256\":\"" SHA "\",\"sha256\":\"" SHA
	"\",\"size\":17179869184},"
	"\"proof\":{\"field\":\"nvme.fr\",\"match\":\"prefix\",\"value\":\"2.\"},"
	"\"provenance\":{\"file\":\"f.bin\",\"importer\":\"i\",\"sha256\":\"" SHA
	"\"},"
	"\"release_notes\":\"fixes\",\"requires\":[{\"min_version\":\"3\"},{\"min_version\":\"4\","
	"\"target\":\"pci:8086:1593\"}],\"scheme\":\"dotted\",\"targets\":[\"nvme-model:X\","
	"\"pci:8086:1593\"],\"vendor\":\"V\",\"version\":\"2.1\"}],\"format\":1}";

/* text with the first from replaced by to; static, for one use. */
static char *replaced(const char *text, const char *from, const char *to)
{
	static char out[65536];
	const char *at = strstr(text, from);

	CHECK(at);
	if (at)
		snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - text), text, to,
			 at + strlen(from));
	return out;
}

static int parse(const char *text, struct catalog *ret, struct err *err)
{
	*ret = (struct catalog){ 0 };
	return catalog_parse_index((const uint8_t *)text, strlen(text), ret, err);
}

static void read_least(void)
{
	struct catalog cat;

	CHECK_INT(parse(least, &cat, NULL), 0);
	CHECK_INT(cat.count, 1);
	if (cat.count == 1) {
		const struct component *comp = &cat.components[0];

		CHECK_STR(comp->id, "a-1");
		CHECK_INT(comp->activation, ACTIVATION_NONE);
		CHECK_INT(comp->criticality, CRITICALITY_RECOMMENDED);
		CHECK_INT(comp->scheme, VERSION_DOTTED);
		CHECK_INT(comp->expected_seconds, 0);
		CHECK(!comp->measured && !comp->host_power_off);
		CHECK_STR(comp->proof.field, "");
		CHECK_STR(comp->not_understood, "");
		CHECK_INT(comp->flag_count + comp->require_count, 0);
	}
	catalog_free(&cat);
	CHECK_INT(parse("{\"components\":[],\"format\":1}", &cat, NULL), 0);
	CHECK_INT(cat.count, 0);
	catalog_free(&cat);
}

static void read_most(void)
{
	struct catalog cat;
	const struct component *comp;
	char hex[65];

	CHECK_INT(parse(most, &cat, NULL), 0);
	comp = catalog_find(&cat, "a-1");
	CHECK(comp);
	if (comp) {
		CHECK_STR(comp->name, "Drive");
		CHECK_STR(comp->name_ja, "\xe3\x83\x89");
		CHECK_STR(comp->vendor, "V");
		CHECK_STR(comp->class_name, "drive");
		CHECK_STR(comp->version, "2.1");
		CHECK_STR(comp->floor, "0.9");
		CHECK_STR(comp->min_active_version, "1.1");
		CHECK_STR(comp->backend, "nvme");
		CHECK_STR(comp->release_notes, "fixes");
		CHECK_STR(comp->source_file, "f.bin");
		CHECK_STR(comp->importer, "i");
		CHECK_INT(comp->target_count, 2);
		CHECK_STR(comp->targets[1], "pci:8086:1593");
		CHECK_STR(comp->proof.field, "nvme.fr");
		CHECK_STR(comp->proof.value, "2.");
		CHECK_INT(comp->proof.match, PROOF_PREFIX);
		CHECK_INT(comp->require_count, 2);
		CHECK_STR(comp->requires[0].target, "");
		CHECK_STR(comp->requires[0].min_version, "3");
		CHECK_STR(comp->requires[1].target, "pci:8086:1593");
		CHECK_INT(comp->payload.size, 17179869184);
		CHECK_INT(comp->expected_seconds, 90);
		CHECK_INT(component_ref_count(comp), 3);
		CHECK_STR(comp->attachments[0].role, "compsig");
		CHECK_STR(comp->attachments[0].name, "a.compsig");
		CHECK_INT(component_ref(comp, 1)->size, 9);
		CHECK_STR(comp->attachments[1].role, "of-later-days");
		CHECK_STR(comp->attachments[1].name, "b{");
		CHECK_STR(comp->not_understood, "flag \"x.y\""); /* not the role */
		CHECK_INT(comp->activation, ACTIVATION_POWER_CYCLE);
		CHECK_INT(comp->criticality, CRITICALITY_CRITICAL);
		CHECK(comp->measured && comp->host_power_off);
		CHECK(component_has_flag(comp, "x.y") && !component_has_flag(comp, "x"));
		hex_encode(comp->payload.chunks_sha256, 32, hex);
		CHECK_STR(hex, SHA);
	}
	CHECK(!catalog_find(&cat, "a-2"));
	catalog_free(&cat);
}

/* What was read is written as it was: nothing is lost, nothing invented. */
static void written_again(void)
{
	CLEANUP_FREE char *text = NULL, *again = NULL;
	struct catalog cat;
	size_t len;

	CHECK_INT(parse(most, &cat, NULL), 0);
	CHECK_INT(catalog_write_index(&cat, &text, &len, NULL), 0);
	CHECK_STR(text, most);
	catalog_free(&cat);
	CHECK_INT(parse(least, &cat, NULL), 0);
	CHECK_INT(catalog_write_index(&cat, &again, &len, NULL), 0);
	CHECK_STR(again, replaced(least, "\"id\"", "\"criticality\":\"recommended\",\"id\""));
	catalog_free(&cat);
}

static void refused(void)
{
	static char long_text[2048], nested[4096];
	const struct {
		const char *from, *to;
		int code;
		const char *part;
	} rows[] = {
		{ "\"format\":1", "\"format\":2", ERR_FORMAT, "format" },
		{ "\"format\":1", "\"format\":1,\"more\":0", ERR_FORMAT, "more" },
		{ ",\"format\":1", "", ERR_FORMAT, "format" },
		{ "\"components\":[", "\"components\":[[],", ERR_FORMAT, "component 1" },
		{ "\"components\":[", "\"components\":[null,", ERR_FORMAT, "not an object" },
		{ "\"id\":\"a-1\"", "\"id\":\"a-1\",\"id\":\"a-1\"", ERR_DUPLICATE, "id" },
		{ "\"id\":\"a-1\"", "\"id\":1", ERR_FORMAT, "\"id\" is not a string" },
		{ "\"id\":\"a-1\"", "\"id\":\"\"", ERR_FORMAT, "empty" },
		{ "\"id\":\"a-1\"", "\"id\":\"../a\"", ERR_FORMAT, "not an id" },
		{ "\"id\":\"a-1\"", "\"id\":\"a b\"", ERR_FORMAT, "not an id" },
		{ "\"id\":\"a-1\"", "\"id\":\"a\\u0000b\"", ERR_FORMAT, "control" },
		{ "\"id\":\"a-1\"", "\"id\":\"-a\"", ERR_FORMAT, "not an id" },
		{ "\"id\":\"a-1\",", "", ERR_FORMAT, "\"id\" is missing" },
		{ "\"id\":", "\"idx\":", ERR_FORMAT, "unknown member \"idx\"" },
		{ "\"Drive\"", long_text, ERR_FORMAT, "at most 159" },
		{ "\"Drive\"", "\"a\\u001b[2J\"", ERR_FORMAT, "control" },
		{ "{\"en\":\"Drive\"}", "\"Drive\"", ERR_FORMAT, "not an object" },
		{ "{\"en\":\"Drive\"}", "{\"ja\":\"Drive\"}", ERR_FORMAT, "\"en\" is missing" },
		{ "\"name\":{\"en\":\"Drive\"},", "", ERR_FORMAT, "\"name\" is missing" },
		{ "\"size\":1", "\"size\":0", ERR_FORMAT, "\"size\" is 0" },
		{ "\"size\":1", "\"size\":17179869185", ERR_FORMAT, "17179869185" },
		{ "\"size\":1", "\"size\":18446744073709551616", ERR_FORMAT, "size" },
		{ "\"size\":1", "\"size\":-1", ERR_FORMAT, "whole number" },
		{ "\"size\":1", "\"size\":1.5", ERR_FORMAT, "whole number" },
		{ "\"size\":1", "\"size\":1e3", ERR_FORMAT, "whole number" },
		{ "\"size\":1", "\"size\":\"1\"", ERR_FORMAT, "whole number" },
		{ "\"size\":1", "\"size\":1,\"path\":\"/etc\"", ERR_FORMAT, "path" },
		{ "\"sha256\":\"b", "\"sha256\":\"B", ERR_FORMAT, "lower-case" },
		{ "\"sha256\":\"ba", "\"sha256\":\"a", ERR_FORMAT, "sha256" },
		{ "\"sha256\":\"ba", "\"sha256\":\"bbb", ERR_FORMAT, "sha256" },
		{ "\"sha256\":\"ba", "\"sha256\":\"..", ERR_FORMAT, "sha256" },
		{ "[\"pci:8086:1593\"]", "[]", ERR_FORMAT, "\"targets\" is empty" },
		{ "[\"pci:8086:1593\"]", "[\"a\",\"b\",\"a\"]", ERR_DUPLICATE,
		  "target \"a\" twice" },
		{ "[\"pci:8086:1593\"]", "[1]", ERR_FORMAT, "not a string" },
		{ "[\"pci:8086:1593\"]", "\"pci:8086:1593\"", ERR_FORMAT, "not an array" },
		{ "[\"pci:8086:1593\"]", "{}", ERR_FORMAT, "not an array" },
		{ "\"targets\"", "\"proof\":{},\"targets\"", ERR_FORMAT, "\"proof\": \"field\"" },
		{ "\"targets\"",
		  "\"proof\":{\"field\":\"nvme.fr\",\"match\":\"prefix\",\"value\":\"\"},"
		  "\"targets\"",
		  ERR_FORMAT, "empty" },
		{ "\"targets\"", "\"requires\":[{}],\"targets\"", ERR_FORMAT, "min_version" },
		{ "\"targets\"", "\"requires\":[[]],\"targets\"", ERR_FORMAT, "requires" },
		{ "\"targets\"", "\"attachments\":[{}],\"targets\"", ERR_FORMAT,
		  "\"role\" is miss" },
		{ "\"targets\"", "\"attachments\":[7],\"targets\"", ERR_FORMAT, "attachments" },
		{ "\"targets\"", "\"attachments\":[" ATTACHED("b", "1", "") "],\"targets\"",
		  ERR_FORMAT, "\"name\" is empty" },
		{ "\"targets\"", "\"attachments\":[" ATTACHED("b", "0", "n") "],\"targets\"",
		  ERR_FORMAT, "\"size\" is 0" },
		{ "\"targets\"",
		  "\"attachments\":[" ATTACHED("b", "1", "n") "," ATTACHED("b", "1",
									   "n") "],"
										"\"targets\"",
		  ERR_DUPLICATE, "b \"n\" twice" },
		{ "\"targets\"", "\"flags\":[null],\"targets\"", ERR_FORMAT, "flags" },
		{ "\"targets\"", "\"measured\":1,\"targets\"", ERR_FORMAT, "neither true nor" },
		{ "\"targets\"", "\"expected_seconds\":86401,\"targets\"", ERR_FORMAT, "86401" },
		{ "\"targets\"", nested, ERR_FORMAT, "nested deeper" },
		{ "}],\"format\":1}", "}],\"format\":1} ,", ERR_FORMAT, "not JSON" },
		/* What only the cutting into components can see. */
		{ "\"components\":[", "\"components\":[ ,", ERR_FORMAT, "component is missing" },
		{ "}],\"format\"", "} , ],\"format\"", ERR_FORMAT, "component is missing" },
		{ "}],\"format\"", "},,{}],\"format\"", ERR_FORMAT, "component is missing" },
		{ "}],\"format\"", "}}],\"format\"", ERR_FORMAT, "not JSON" },
		{ "}],\"format\"", "}},\"format\"", ERR_FORMAT, "not JSON" },
		{ "}],\"format\"", "} {}],\"format\"", ERR_FORMAT, "not JSON" },
		{ "}],\"format\"", "},\"format\"", ERR_FORMAT, "not JSON" },
		{ "}],\"format\"", "}],\"components\":[],\"format\"", ERR_DUPLICATE, "components" },
		{ "\"components\"", "\"components\":[],\"components\"", ERR_DUPLICATE,
		  "components" },
		{ "\"components\"", "\"\\u0063omponents\"", ERR_FORMAT, "\"components\" has 1" },
		{ "{\"components\":", "{\"x\":\"components\",\"components\":", ERR_FORMAT,
		  "\"x\"" },
		{ "\"Drive\"", "\"a\\\\\\\"],[}\\\\\",\"xx\":\"Drive\",\"xx\":\"\"", ERR_DUPLICATE,
		  "xx" },
		{ "\"Drive\"", "\"a\\\"", ERR_FORMAT, "has no end" },
		{ "}],\"format\":1}", "}],\"format\":1", ERR_FORMAT, "not JSON" },
		{ "\"Drive\"", "\"\xff\xfe\"", ERR_FORMAT, "not JSON" },
	};

	memset(long_text, 'n', 200);
	long_text[0] = long_text[161] = '"';
	long_text[162] = '\0';
	memset(nested, '[', sizeof(nested) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *text = replaced(least, rows[i].from, rows[i].to);
		struct err err = { 0 };
		struct catalog cat;
		int rc = parse(text, &cat, &err);

		if (rc != rows[i].code || !strstr(err.text, rows[i].part))
			printf("# row %zu: %.200s\n", i, rows[i].to);
		CHECK_INT(rc, rows[i].code);
		CHECK_CONTAINS(err.text, rows[i].part);
		CHECK(!cat.components && cat.count == 0);
	}
}

/* One less than the limit of the row above: it was the length that was refused. */
static void limits(void)
{
	char text[200] = "\"";
	struct catalog cat;

	memset(text + 1, 'n', 159);
	strcpy(text + 160, "\"");
	CHECK_INT(parse(replaced(least, "\"Drive\"", text), &cat, NULL), 0);
	CHECK_INT(cat.count, 1);
	CHECK_INT(strlen(cat.components[0].name), 159);
	catalog_free(&cat);
}

/* Blanks are where JSON has them; brackets and commas in texts are text. */
static void blanks(void)
{
	static const char *const rows[][2] = {
		{ "\"components\":[", " \t\r\n\"components\" : [ \n" },
		{ "}],\"format\":1}", "}\n ] , \"format\" : 1 } \n" },
		{ "\"Drive\"", "\"a\\\\\\\"],[}{,\\\\\"" },
		{ "{\"en\":\"Drive\"}", "{\"en\":\"D\",\"fr\":[[{\"components\":[{},{}]}]]}" },
	};
	struct catalog cat;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK_INT(parse(replaced(least, rows[i][0], rows[i][1]), &cat, NULL), 0);
		CHECK_INT(cat.count, 1);
		CHECK(catalog_find(&cat, "a-1") != NULL);
		catalog_free(&cat);
	}
}

/* Beside the components there is room for a few members, not for a payload. */
static void much_beside(void)
{
	size_t size = CATALOG_HEAD_MAX_BYTES + sizeof(least);
	CLEANUP_FREE char *text = malloc(size);
	struct catalog cat;
	struct err err;

	CHECK(text);
	if (!text)
		return;
	memset(text, ' ', size);
	memcpy(text + size - sizeof(least), least, sizeof(least));
	CHECK_INT(parse(text, &cat, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "beside the components");
	CHECK_INT(parse(text + sizeof(least), &cat, &err), 0);
	catalog_free(&cat);
}

/* Words of a later version: kept, told, never taken for something known. */
static void words_to_come(void)
{
	static const struct {
		const char *from, *to, *told;
	} rows[] = {
		{ "\"dotted\"", "\"semver\"", "scheme \"semver\"" },
		{ "\"none\"", "\"phase-of-moon\"", "activation \"phase-of-moon\"" },
		{ "\"targets\"", "\"criticality\":\"dire\",\"targets\"", "criticality \"dire\"" },
		{ "\"targets\"", "\"flags\":[\"no.such\"],\"targets\"", "flag \"no.such\"" },
		{ "\"targets\"",
		  "\"proof\":{\"field\":\"nvme.fr\",\"match\":\"regex\",\"value\":\"1\"},"
		  "\"targets\"",
		  "proof match \"regex\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_FREE char *text = NULL;
		struct catalog cat;
		size_t len;
		int rc;

		CHECK_INT(parse(replaced(least, rows[i].from, rows[i].to), &cat, NULL), 0);
		CHECK_INT(cat.count, 1);
		CHECK_STR(cat.components[0].not_understood, rows[i].told);
		rc = catalog_write_index(&cat, &text, &len, NULL);
		/* A flag is text and stays; the others would be lost. */
		CHECK_INT(rc, strstr(rows[i].told, "flag") ? 0 : ERR_UNSUPPORTED);
		catalog_free(&cat);
	}
}

static void many(void)
{
	static const char middle[] =
		",\"name\":{\"en\":\"D\"},\"activation\":\"none\",\"backend\":\"b\",\"class\":"
		"\"c\","
		"\"payload\":{\"chunks_sha256\":\"" SHA "\",\"sha256\":\"" SHA
		"\",\"size\":1},"
		"\"provenance\":{\"file\":\"f\",\"importer\":\"i\",\"sha256\":\"" SHA
		"\"},"
		"\"scheme\":\"plain\",\"targets\":[\"t\"],\"version\":\"1\"}";
	size_t size = (CATALOG_MAX_COMPONENTS + 2) * (sizeof(middle) + 32);
	CLEANUP_FREE char *text = malloc(size), *out = NULL;
	struct catalog cat;
	struct err err;
	size_t at = 0, len;

	CHECK(text);
	if (!text)
		return;
	at += (size_t)snprintf(text, size, "{\"format\":1,\"components\":[");
	for (int i = 0; i < CATALOG_MAX_COMPONENTS; i++)
		at += (size_t)snprintf(text + at, size - at, "%s{\"id\":\"c%d\"%s", i ? "," : "",
				       CATALOG_MAX_COMPONENTS - i, middle);
	snprintf(text + at, size - at, "]}");
	CHECK_INT(parse(text, &cat, NULL), 0);
	CHECK_INT(cat.count, CATALOG_MAX_COMPONENTS);
	CHECK_INT(catalog_write_index(&cat, &out, &len, NULL), 0);
	catalog_free(&cat);
	CHECK_INT(parse(out, &cat, NULL), 0);
	CHECK_STR(cat.components[0].id, "c1"); /* sorted by bytes: c1, c10, c100 ... */
	CHECK_STR(cat.components[1].id, "c10");
	catalog_free(&cat);
	/* An id again, far from its like; then one component too many. */
	snprintf(text + at, size - at, ",{\"id\":\"c4000\"%s]}", middle);
	CHECK_INT(parse(text, &cat, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "more than 131072 components");
	memcpy(strstr(text, "\"c4001\"") + 1, "c4000", 5);
	snprintf(text + at, size - at, "]}");
	CHECK_INT(parse(text, &cat, &err), ERR_DUPLICATE);
	CHECK_CONTAINS(err.text, "component id \"c4000\" twice");
}

static void words(void)
{
	CHECK_STR(activation_name(ACTIVATION_DEVICE_RESET), "device-reset");
	CHECK_INT(activation_from_name("reboot"), ACTIVATION_REBOOT);
	CHECK_INT(activation_from_name("unknown"), 0);
	CHECK_STR(activation_name(99), "unknown");
	CHECK_STR(criticality_name(CRITICALITY_OPTIONAL), "optional");
	CHECK_INT(criticality_from_name("Critical"), 0);
	CHECK_STR(proof_match_name(PROOF_SCHEME), "scheme");
	CHECK_INT(proof_match_from_name("equals"), PROOF_EQUALS);
	CHECK_INT(proof_match_from_name(""), 0);
}

int main(void)
{
	TAP_RUN(read_least);
	TAP_RUN(read_most);
	TAP_RUN(written_again);
	TAP_RUN(refused);
	TAP_RUN(blanks);
	TAP_RUN(much_beside);
	TAP_RUN(limits);
	TAP_RUN(words_to_come);
	TAP_RUN(many);
	TAP_RUN(words);
	return TAP_END();
}
