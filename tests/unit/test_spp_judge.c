/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of the packages of a Service Pack before any of them is opened. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/spp_internal.h"
#include "tap.h"

#define A "a6b1a447-382a-5a4f-1dea-000115900001" /* PCI cards */
#define B "a6b1a447-382a-5a4f-1dea-000215900002"
#define C "a6b1a447-382a-5a4f-1dea-000315900003"
#define P "9675b54e-1c96-44c3-a7a1-901507000000" /* a backplane */

#define MAX_PACKAGES 8

/* A package: its file, who applies it, what it brings "GUID=version ...", what it needs before. */
struct line {
	const char *file, *updaters, *targets, *least;
};

static void add_device(char *text, size_t size, const char *pair, const char *comma)
{
	const char *equals = strchr(pair, '=');
	size_t len = strlen(text), end = strcspn(equals, " ");

	snprintf(text + len, size - len, "%s{\"Target\": \"%.*s\", \"Version\": \"%.*s\"}", comma,
		 (int)(equals - pair), pair, (int)end - 1, equals + 1);
}

static void add_package(char *text, size_t size, const struct line *line, const char *comma)
{
	size_t len = strlen(text);
	const char *pair = line->targets;

	snprintf(text + len, size - len,
		 "%s{\"FileName\": \"%s\", \"UpdatableBy\": \"%s\", \"MinimumActiveVersion\": "
		 "\"%s\","
		 "\"Type\": \"%s\", \"Devices\": {\"Device\": [",
		 comma, line->file, line->updaters, line->least ? line->least : "",
		 strstr(line->file, "driver") ? "Software" : "Firmware");
	for (const char *sep = ""; pair && *pair; sep = ",") {
		add_device(text, size, pair, sep);
		pair = strchr(pair, ' ');
		pair = pair ? pair + 1 : NULL;
	}
	len = strlen(text);
	snprintf(text + len, size - len, "]}}");
}

/* A server with these cards: "A", "AB"; '!' = SMBIOS says that it is another vendor's. */
static void make_server(const char *cards, struct inventory *ret)
{
	for (; *cards; cards++) {
		struct device *dev;
		char target[64];

		CHECK_INT(inventory_add(ret, *cards == '!' ? DEVICE_SYSTEM : DEVICE_PCI, cards,
					&dev, NULL),
			  0);
		if (*cards == '!')
			snprintf(dev->vendor, sizeof(dev->vendor), "Other");
		snprintf(target, sizeof(target), "pci:1dea:%04x:1590:%04x", *cards - 'A' + 1,
			 *cards - 'A' + 1);
		if (*cards != '!')
			CHECK_INT(device_add_target(dev, target), 0);
	}
}

struct world {
	struct import_options options;
	struct inventory servers[2];
	struct tree tree;
	struct tree_file files[MAX_PACKAGES];
	char paths[MAX_PACKAGES][64];
	struct spp_package packages[MAX_PACKAGES];
	struct spp spp;
	char said[1024];
};

static void say(struct world *world)
{
	for (size_t i = 0; i < world->spp.manifest.entry_count; i++) {
		const struct spp_package *package = &world->packages[i];
		size_t len = strlen(world->said);

		snprintf(world->said + len, sizeof(world->said) - len, "%s%s", i ? " " : "",
			 package->elsewhere ? "-"
			 : package->against ? note_id(package->against)
					    : "KEEP");
	}
}

/* What becomes of each, in their order; '-' = told by another entry of the same file. */
static const char *judge(struct world *world, const struct line *lines)
{
	struct import imp = { .options = &world->options };
	char text[8192] = "{\"manifest\": [";
	struct err err = { 0 };
	size_t count = 0, len;

	world->tree.files = world->files;
	for (; lines[count].file; count++) {
		add_package(text, sizeof(text), &lines[count], count ? "," : "");
		snprintf(world->paths[count], sizeof(world->paths[count]), "packages/%s",
			 lines[count].file);
		if (!tree_find(&world->tree, world->paths[count]))
			world->files[world->tree.count++].path = world->paths[count];
	}
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, "]}");
	world->spp.tree = &world->tree;
	world->spp.packages = world->packages;
	world->options.servers = world->servers;
	CHECK_INT(spp_manifest_add_json((const uint8_t *)text, strlen(text), &world->spp.manifest,
					&err),
		  0);
	CHECK_INT(spp_judge(&imp, &world->spp, &err), 0);
	CHECK_STR(err.text, "");
	say(world);
	spp_manifest_free(&world->spp.manifest);
	inventory_free(&world->servers[0]);
	inventory_free(&world->servers[1]);
	return world->said;
}

static const struct line kinds[] = {
	{ "a-driver.rpm", "Bmc", A "=1.0", NULL },
	{ "b.rpm", "RuntimeAgent", A "=1.1", NULL },
	{ "c.exe", "Uefi,RuntimeAgent", A "=1.2", NULL },
	{ "d.deb", "", A "=1.3", NULL },
	{ "e.fwpkg", "Bmc", A "=1.0", NULL },
	{ 0 },
};

static void test_kinds(void)
{
	struct world plain = { 0 }, tools = { .options = { .vendor_tools = true } };

	CHECK_STR(judge(&plain, kinds), "SOFTWARE VENDOR_TOOL VENDOR_TOOL VENDOR_TOOL KEEP");
	CHECK_STR(judge(&tools, kinds), "SOFTWARE KEEP KEEP KEEP KEEP");
}

static const struct line fitting[] = {
	{ "a.fwpkg", "Bmc", A "=1.0", NULL },
	{ "b.fwpkg", "Bmc", B "=1.0", NULL },
	{ "ac.fwpkg", "Bmc", C "=1.0 " A "=0.9", NULL },
	{ "plane.fwpkg", "Bmc", P "=1.0", NULL },
	{ "bplane.fwpkg", "Bmc", B "=1.0 " P "=2.0", NULL },
	{ "odd.fwpkg", "Bmc", B "=1.0 moon=1.0", NULL },
	{ "none.fwpkg", "Bmc", "", NULL },
	{ 0 },
};

static void test_servers(void)
{
	struct world one = { .options = { .server_count = 1 } };
	struct world two = { .options = { .server_count = 2 } };
	struct world keep = { .options = { .server_count = 1, .keep_undecided = true } };
	struct world other = { .options = { .server_count = 1 } };

	make_server("A", &one.servers[0]);
	CHECK_STR(judge(&one, fitting),
		  "KEEP NOT_FOR_THESE SUPERSEDED CANNOT_TELL CANNOT_TELL KEEP KEEP");
	make_server("B", &two.servers[0]);
	make_server("A", &two.servers[1]);
	CHECK_STR(judge(&two, fitting), "KEEP KEEP SUPERSEDED CANNOT_TELL KEEP KEEP KEEP");
	make_server("A", &keep.servers[0]);
	CHECK_STR(judge(&keep, fitting), "KEEP NOT_FOR_THESE SUPERSEDED SUPERSEDED KEEP KEEP KEEP");
	make_server("C!", &other.servers[0]);
	CHECK_STR(judge(&other, fitting),
		  "NOT_FOR_THESE NOT_FOR_THESE KEEP NOT_FOR_THESE NOT_FOR_THESE KEEP KEEP");
}

static void test_versions(void)
{
	static const struct {
		struct line lines[MAX_PACKAGES];
		const char *said;
	} cases[] = {
		/* the newest, whatever the order */
		{ { { "1.fwpkg", "Bmc", A "=1.9", NULL },
		    { "2.fwpkg", "Bmc", A "=1.10", NULL },
		    { "3.fwpkg", "Bmc", A "=1.8", NULL } },
		  "SUPERSEDED KEEP SUPERSEDED" },
		/* for all its devices, or not at all */
		{ { { "1.fwpkg", "Bmc", A "=1.0 " B "=1.0", NULL },
		    { "2.fwpkg", "Bmc", A "=2.0", NULL } },
		  "KEEP KEEP" },
		{ { { "1.fwpkg", "Bmc", A "=1.0 " B "=1.0", NULL },
		    { "2.fwpkg", "Bmc", A "=2.0", NULL },
		    { "3.fwpkg", "Bmc", B "=2.0", NULL } },
		  "SUPERSEDED KEEP KEEP" },
		/* what a program brings is not there for us */
		{ { { "1.fwpkg", "Bmc", A "=1.0", NULL },
		    { "2.rpm", "RuntimeAgent", A "=2.0", NULL } },
		  "KEEP VENDOR_TOOL" },
		/* an order that is not known decides nothing */
		{ { { "1.fwpkg", "Bmc", A "=1.0", NULL }, { "2.fwpkg", "Bmc", A "=HPG1", NULL } },
		  "KEEP KEEP" },
		/* one version, packed twice */
		{ { { "1.rpm", "Uefi,RuntimeAgent", A "=1.0", NULL },
		    { "2.fwpkg", "Bmc", A "=1.0", NULL },
		    { "3.fwpkg", "Bmc", A "=1.0", NULL } },
		  "SUPERSEDED KEEP KEEP" },
		/* a stepping stone, the oldest that will do, and the stone's own */
		{ { { "1.fwpkg", "Bmc", A "=1.30", NULL },
		    { "2.fwpkg", "Bmc", A "=1.40", NULL },
		    { "3.fwpkg", "Bmc", A "=1.50", NULL },
		    { "4.fwpkg", "Bmc", A "=2.10", "1.40" } },
		  "SUPERSEDED KEEP SUPERSEDED KEEP" },
		{ { { "1.fwpkg", "Bmc", A "=1.30", NULL },
		    { "2.fwpkg", "Bmc", A "=1.40", "1.20" },
		    { "3.fwpkg", "Bmc", A "=1.50", NULL },
		    { "4.fwpkg", "Bmc", A "=2.10", "1.35" } },
		  "KEEP KEEP SUPERSEDED KEEP" },
		{ { { "1.fwpkg", "Bmc", A "=1.30", NULL },
		    { "2.fwpkg", "Bmc", A "=1.40", NULL },
		    { "3.fwpkg", "Bmc", A "=2.10", "1.45" } },
		  "SUPERSEDED SUPERSEDED KEEP" },
		/* whether it reaches that version cannot be told */
		{ { { "1.fwpkg", "Bmc", A "=1.30", NULL }, { "2.fwpkg", "Bmc", A "=2.10", "B" } },
		  "KEEP KEEP" },
		/* the same file again */
		{ { { "1.fwpkg", "Bmc", A "=1.0", NULL },
		    { "1.fwpkg", "Bmc", B "=1.0", NULL },
		    { "2.rpm", "RuntimeAgent", "", NULL },
		    { "2.rpm", "Uefi", C "=1.0", NULL } },
		  "KEEP - - KEEP" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world = { 0 };

		CHECK_STR(judge(&world, cases[i].lines), cases[i].said);
	}
}

static void test_all_versions(void)
{
	static const struct line lines[] = { { "1.fwpkg", "Bmc", A "=1.0", NULL },
					     { "2.fwpkg", "Bmc", A "=2.0", NULL },
					     { 0 } };
	struct world world = { .options = { .all_versions = true } };

	CHECK_STR(judge(&world, lines), "KEEP KEEP");
}

int main(void)
{
	TAP_RUN(test_kinds);
	TAP_RUN(test_servers);
	TAP_RUN(test_versions);
	TAP_RUN(test_all_versions);
	return TAP_END();
}
