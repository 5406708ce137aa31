/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a component fit a server, does it not, or can that not be told from what is known of it? */
#include <stdlib.h>

#include "base/cleanup.h"
#include "edit.h"
#include "import/wanted.h"
#include "inventory/identity.h"
#include "tap.h"
#include "tmpdir.h"

#define CARD	  "pci:15b3:1023:15b3:0002"
#define HPE_CARD  "hpe-target:a6b1a447-382a-5a4f-15b3-102315b30002"
#define HPE_OTHER "hpe-target:a6b1a447-382a-5a4f-15b3-102315b30003"
#define HPE_DRIVE "hpe-target:562340a5-3052-3030-3936-305959585052" /* VR000960YYXPR */
#define HPE_PLANE "hpe-target:9675b54e-1c96-44c3-a7a1-901507000000"

static struct device *add(struct inventory *inv, enum device_kind kind, const char *id)
{
	struct device *dev = NULL;

	CHECK_INT(inventory_add(inv, kind, id, &dev, NULL), 0);
	return dev;
}

static void add_function(struct inventory *inv, const char *address, const char *class_code,
			 const char *ids, const char *subsystem)
{
	struct device *dev = add(inv, DEVICE_PCI, address);
	char target[64];

	CHECK_INT(device_set_prop(dev, "pci.class", class_code), 0);
	CHECK_INT(device_set_prop(dev, "pci.id", ids), 0);
	CHECK_INT(device_set_prop(dev, "pci.subsystem", subsystem), 0);
	snprintf(target, sizeof(target), "pci:%s:%s", ids, subsystem);
	CHECK_INT(device_add_target(dev, target), 0);
}

static void add_system(struct inventory *inv, const char *vendor, const char *model)
{
	struct device *dev = add(inv, DEVICE_SYSTEM, "system");

	snprintf(dev->vendor, sizeof(dev->vendor), "%s", vendor);
	snprintf(dev->model, sizeof(dev->model), "%s", model);
	snprintf(dev->version, sizeof(dev->version), "U30");
	CHECK_INT(device_set_prop(dev, "bios.version", "U30"), 0);
}

static void add_drive(struct inventory *inv, const char *model)
{
	struct device *dev = add(inv, DEVICE_NVME, "nvme:1");
	char target[64];

	snprintf(dev->model, sizeof(dev->model), "%s", model);
	snprintf(target, sizeof(target), "nvme-model:%s", model);
	CHECK_INT(device_add_target(dev, target), 0);
}

/* What the machines below are, by the words of the cases. */
static void make(const char *words, struct inventory *ret)
{
	add_function(ret, "pci:0", "0200", "15b3:1023", "15b3:0002");
	if (strstr(words, "ilo"))
		add_function(ret, "pci:1", "0880", "103c:3307", "1590:00e4");
	if (strstr(words, "raid"))
		add_function(ret, "pci:2", "0104", "1000:10e2", "1590:0293");
	if (strstr(words, "sata"))
		add_function(ret, "pci:3", "0106", "8086:a182", "1590:00ea");
	if (strstr(words, "nvme"))
		add_function(ret, "pci:4", "0108", "144d:a824", "1590:0001");
	if (strstr(words, "hpe"))
		add_system(ret, "HPE", "ProLiant DL380 Gen10");
	if (strstr(words, "other"))
		add_system(ret, "Supermicro", "X11");
	if (strstr(words, "drive"))
		add_drive(ret, "VR000960YYXPR");
	CHECK_INT(identity_add(ret, NULL), 0);
}

static enum wanted ask(const struct inventory *servers, size_t count, const char *targets,
		       const char *backend)
{
	struct component comp = { 0 };
	enum wanted ret;

	CHECK_INT(component_set(&comp, "backend", backend, NULL), 0);
	while (*targets) {
		char target[128];
		size_t len = strcspn(targets, "|");

		snprintf(target, sizeof(target), "%.*s", (int)len, targets);
		CHECK_INT(component_add_target(&comp, target, NULL), 0);
		targets += len + (targets[len] == '|');
	}
	ret = wanted_component(servers, count, &comp);
	component_free(&comp);
	return ret;
}

static const struct {
	const char *server, *targets;
	enum wanted wanted;
	const char *backend;
} cases[] = {
	/* PCI functions are always shown. */
	{ "", CARD, WANTED_YES, "devlink" },
	{ "", HPE_CARD, WANTED_YES, "ilo-redfish" },
	{ "", "pci:15b3:1023:15b3:0003", WANTED_NO, "devlink" },
	{ "", HPE_OTHER, WANTED_NO, "ilo-redfish" },
	{ "", HPE_OTHER "|" CARD, WANTED_YES, "ilo-redfish" },
	/* The ROM's family and the iLO's generation are not in a dump. */
	{ "", "hpe-rom:U30", WANTED_CANNOT_TELL, "ilo-redfish" },
	{ "hpe", "hpe-rom:U30", WANTED_YES, "ilo-redfish" },
	{ "hpe", "hpe-rom:U32", WANTED_NO, "ilo-redfish" },
	{ "other", "hpe-rom:U32", WANTED_NO, "ilo-redfish" },
	{ "ilo", "ilo:5", WANTED_CANNOT_TELL, "ilo-redfish" },
	{ "ilo,hpe", "ilo:5", WANTED_YES, "ilo-redfish" },
	{ "ilo,hpe", "ilo:6", WANTED_NO, "ilo-redfish" },
	{ "ilo,hpe", "ilo:6|" HPE_PLANE, WANTED_NO, "ilo-redfish" },
	{ "", "ilo:5", WANTED_NO, "ilo-redfish" },
	/* Neither are drives; NVMe drives are functions, and these tell their model to who asks. */
	{ "", "nvme-model:X", WANTED_NO, "nvme" },
	{ "nvme", "nvme-model:X", WANTED_CANNOT_TELL, "nvme" },
	{ "nvme,hpe,drive", "nvme-model:X", WANTED_NO, "nvme" },
	{ "nvme,hpe,drive", "nvme-model:VR000960YYXPR", WANTED_YES, "nvme" },
	{ "nvme,hpe,drive", HPE_DRIVE, WANTED_YES, "ilo-redfish" },
	{ "nvme,hpe,drive,raid", "nvme-model:X", WANTED_CANNOT_TELL, "nvme" },
	{ "", HPE_DRIVE, WANTED_NO, "ilo-redfish" },
	{ "nvme,hpe", HPE_DRIVE, WANTED_NO, "ilo-redfish" },
	{ "sata,hpe", HPE_DRIVE, WANTED_CANNOT_TELL, "ilo-redfish" },
	{ "sata,hpe", "nvme-model:X", WANTED_NO, "nvme" },
	/* What no inventory shows, other vendors do not have. */
	{ "hpe", HPE_PLANE, WANTED_CANNOT_TELL, "ilo-redfish" },
	{ "other", HPE_PLANE, WANTED_NO, "ilo-redfish" },
	{ "hpe", HPE_PLANE "|" HPE_OTHER, WANTED_CANNOT_TELL, "ilo-redfish" },
	/* A GUID is a hash: who writes it tells what it is of. */
	{ "hpe", "guid:11111111-2222-3333-4444-555555555555", WANTED_NO, "nvme" },
	{ "hpe,sata", "guid:11111111-2222-3333-4444-555555555555", WANTED_CANNOT_TELL, "ata" },
	{ "hpe", "guid:11111111-2222-3333-4444-555555555555", WANTED_CANNOT_TELL, "uefi-capsule" },
	{ "hpe", "guid:11111111-2222-3333-4444-555555555555", WANTED_NO, "devlink" },
	{ "hpe", "guid:11111111-2222-3333-4444-555555555555", WANTED_CANNOT_TELL, "vendor-tool" },
	{ "hpe", "pldm-uuid:11111111-2222-3333-4444-555555555555", WANTED_CANNOT_TELL,
	  "ilo-redfish" },
	{ "hpe", "", WANTED_CANNOT_TELL, "nvme" },
};

static void test_one_server(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct inventory server = { 0 };
		enum wanted got;

		make(cases[i].server, &server);
		got = ask(&server, 1, cases[i].targets, cases[i].backend);
		if (got != cases[i].wanted)
			printf("# \"%s\" for \"%s\" (%s)\n", cases[i].targets, cases[i].server,
			       cases[i].backend);
		CHECK_INT(got, cases[i].wanted);
		inventory_free(&server);
	}
}

/* One that fits is enough; one that may fit keeps the others from saying no. */
static void test_several(void)
{
	struct inventory servers[2] = { 0 };

	make("hpe,ilo", &servers[0]);
	make("ilo", &servers[1]);
	CHECK_INT(ask(servers, 2, "hpe-rom:U30", "ilo-redfish"), WANTED_YES);
	CHECK_INT(ask(servers, 2, "hpe-rom:U32", "ilo-redfish"), WANTED_CANNOT_TELL);
	CHECK_INT(ask(servers, 1, "hpe-rom:U32", "ilo-redfish"), WANTED_NO);
	CHECK_INT(ask(servers, 0, "hpe-rom:U32", "ilo-redfish"), WANTED_YES);
	inventory_free(&servers[0]);
	inventory_free(&servers[1]);
}

static const char *const dump =
	"02:00.0 0200: 15b3:1023\n"
	"00: b3 15 23 10 00 00 00 00 00 00 00 02 00 00 00 00\n"
	"10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
	"20: 00 00 00 00 00 00 00 00 00 00 00 00 b3 15 02 00\n"
	"30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n";

static void read_file(struct tmpdir *dir, const char *text, int code, const char *says)
{
	struct inventory server = { 0 };
	struct err err = { 0 };

	tmpdir_write_text(dir, "server", text);
	CHECK_INT(wanted_read_server(tmpdir_file(dir, "server"), &server, &err), code);
	if (code) {
		CHECK_CONTAINS(err.text, says);
		CHECK_CONTAINS(err.text, tmpdir_file(dir, "server"));
		CHECK(!server.devices);
	} else {
		CHECK_INT(ask(&server, 1, HPE_CARD, "ilo-redfish"), WANTED_YES);
	}
	inventory_free(&server);
}

static void test_files(void)
{
	struct inventory server = { 0 };
	CLEANUP_FREE char *json = NULL;
	struct tmpdir dir;
	size_t len;

	tmpdir_make(&dir);
	make("", &server);
	CHECK_INT(inventory_to_json(&server, &json, &len, NULL), 0);
	inventory_free(&server);
	read_file(&dir, json, 0, "");
	read_file(&dir, dump, 0, "");
	json[len / 2] = '\0';
	read_file(&dir, json, ERR_FORMAT, "");
	read_file(&dir, "", ERR_FORMAT, "lspci -x");
	read_file(&dir, "02:00.0 0200: 15b3:1023\n", ERR_FORMAT, "line");
	CHECK_INT(wanted_read_server(tmpdir_file(&dir, "none"), &server, NULL), ERR_NOT_FOUND);
	tmpdir_drop(&dir);
}

int main(void)
{
	TAP_RUN(test_one_server);
	TAP_RUN(test_several);
	TAP_RUN(test_files);
	return TAP_END();
}
