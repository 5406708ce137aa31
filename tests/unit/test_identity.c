/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vendors' names of devices: GUIDs out of published packages, and what fwupd computes. */
#include "tap.h"

#include "base/err.h"
#include "format/guid.h"
#include "inventory/identity.h"

static void instance_ids(void)
{
	/* Computed by Python's uuid.uuid5(uuid.NAMESPACE_DNS, ...). */
	static const char *const rows[][2] = {
		{ "PCI\\VEN_15B3&DEV_1021", "12029307-5bb1-5200-99a5-536f1be9d081" },
		{ "PCI\\VEN_8086&DEV_1593&SUBSYS_103C1234",
		  "383169f1-fa3f-5322-8ec0-a644685ff27e" },
		{ "NVME\\VEN_144D&DEV_A80A", "bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a" },
	};
	char guid[GUID_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK_INT(guid_of_instance_id(rows[i][0], guid), 0);
		CHECK_STR(guid, rows[i][1]);
	}
}

static void texts(void)
{
	static const char *const bad[] = {
		"",
		"00000000-0000-0000-0000-00000000000",
		"00000000-0000-0000-0000-0000000000000",
		"00000000-0000-0000-00000-00000000000",
		"0000000g-0000-0000-0000-000000000000",
		"00000000000000000000000000000000----",
	};
	uint8_t be[GUID_BYTES], mixed[GUID_BYTES];
	char text[GUID_TEXT];

	CHECK_INT(guid_parse_be("00112233-4455-6677-8899-AABBCCDDEEFF", be), 0);
	for (unsigned int i = 0; i < GUID_BYTES; i++)
		CHECK_INT(be[i], 0x11 * i);
	guid_text_be(be, text);
	CHECK_STR(text, "00112233-4455-6677-8899-aabbccddeeff");
	guid_text_mixed(be, text);
	CHECK_STR(text, "33221100-5544-7766-8899-aabbccddeeff");
	CHECK_INT(guid_parse_mixed(text, mixed), 0);
	CHECK(memcmp(be, mixed, sizeof(be)) == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK_INT(guid_parse_be(bad[i], be), ERR_FORMAT);
		CHECK_INT(guid_parse_mixed(bad[i], be), ERR_FORMAT);
	}
}

static void hpe_targets(void)
{
	/* Out of packages and firmware inventories that HPE publishes. */
	static const char *const rows[][2] = {
		{ "562340a5-3052-3030-3936-305959585052", "drive-model:VR000960YYXPR" },
		{ "4d2340a5-304f-3130-3630-304b594c4543", "drive-model:MO001600KYLEC" },
		{ "4D2340A5-304B-3030-3438-3047584E5842", "drive-model:MK000480GXNXB" },
		{ "a6b1a447-382a-5a4f-15b3-102315b30002", "pci:15b3:1023:15b3:0002" },
		{ "A6B1A447-382A-5A4F-14E4-16D815900212", "pci:14e4:16d8:1590:0212" },
		{ "00000000-0000-0000-0000-000001553330", "hpe-rom:U30" },
		{ "4764a662-b342-4fc7-9ce9-258c5d99e815", "ilo:5" },
		{ "C0BCF2B9-1141-49AF-AAB8-C73791F0349C", "ilo:5" },
	};
	static const char *const unknown[] = {
		"2f317b9d-c9e3-4d76-bff6-b9d0d085a952", /* the class of iLOs */
		"00000000-0000-0000-0000-000000000205", /* a system ROM, of any family */
		"00000000-0000-0000-0000-000001753330", /* no family is in small letters */
		"562340a5-3052-3030-3936-3059595850ff", "562340a5-0000-0000-0000-000000000000",
		"a6b1a447-382a-5a4f-15b3-102315b3000",	"nonsense",
	};
	char target[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK(identity_of_hpe_target(rows[i][0], target, sizeof(target)));
		CHECK_STR(target, rows[i][1]);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		bool known = identity_of_hpe_target(unknown[i], target, sizeof(target));

		if (i == 4) { /* 'V' and nothing behind it: a model of one letter */
			CHECK(known);
			CHECK_STR(target, "drive-model:V");
			continue;
		}
		CHECK(!known);
	}
}

static bool has(const struct device *dev, const char *target)
{
	for (size_t i = 0; i < dev->target_count; i++)
		if (strcmp(dev->targets[i], target) == 0)
			return true;
	printf("# %s has no %s\n", dev->id, target);
	return false;
}

static struct device *add(struct inventory *inv, enum device_kind kind, const char *id)
{
	struct device *dev = NULL;

	CHECK_INT(inventory_add(inv, kind, id, &dev, NULL), 0);
	return dev;
}

static void of_a_machine(void)
{
	struct inventory inv = { 0 };
	struct device *dev = add(&inv, DEVICE_PCI, "pci:0000:03:00.0");
	size_t count;

	device_set_prop(dev, "pci.id", "144d:a80a");
	device_set_prop(dev, "pci.subsystem", "144d:a801");
	device_set_prop(dev, "pci.revision", "01");
	dev = add(&inv, DEVICE_NVME, "nvme:S1");
	snprintf(dev->parent, sizeof(dev->parent), "pci:0000:03:00.0");
	snprintf(dev->model, sizeof(dev->model), "MO001600KYLEC");
	device_set_prop(dev, "nvme.fguid", "00112233445566778899aabbccddeeff");
	dev = add(&inv, DEVICE_SYSTEM, "system");
	snprintf(dev->vendor, sizeof(dev->vendor), "HPE");
	snprintf(dev->model, sizeof(dev->model), "ProLiant DL380 Gen10 Plus");
	device_set_prop(dev, "bios.version", "U46");
	device_set_prop(dev, "bios.release", "1.80");
	device_set_prop(dev, "bios.date", "04/08/2023");
	CHECK_INT(identity_add(&inv, NULL), 0);

	dev = inventory_find(&inv, "pci:0000:03:00.0");
	CHECK(has(dev, "hpe-target:a6b1a447-382a-5a4f-144d-a80a144da801"));
	CHECK_INT(dev->target_count, 5); /* and four instance ids */
	dev = inventory_find(&inv, "nvme:S1");
	CHECK(has(dev, "guid:bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a"));
	CHECK(has(dev, "drive-model:MO001600KYLEC"));
	CHECK(has(dev, "hpe-target:4d2340a5-304f-3130-3630-304b594c4543"));
	CHECK(has(dev, "guid:33221100-5544-7766-8899-aabbccddeeff"));
	dev = inventory_find(&inv, "system");
	CHECK(has(dev, "hpe-rom:U46"));
	CHECK(has(dev, "hpe-target:00000000-0000-0000-0000-000001553436"));
	CHECK(has(dev, "ilo:5"));
	CHECK_STR(device_prop(dev, "system.rom"), "U46 v1.80 (04/08/2023)");

	/* Twice changes nothing. */
	count = dev->target_count;
	CHECK_INT(identity_add(&inv, NULL), 0);
	CHECK_INT(dev->target_count, count);
	inventory_free(&inv);
}

/* A drive under another vendor's name is not called by its maker's ids alone. */
static void branded_drive(void)
{
	struct inventory inv = { 0 };
	struct device *dev = add(&inv, DEVICE_PCI, "pci:0000:03:00.0");
	char guid[GUID_TEXT], target[64];

	device_set_prop(dev, "pci.id", "144d:a80a");
	device_set_prop(dev, "pci.subsystem", "1028:1fd9");
	device_set_prop(dev, "pci.revision", "01");
	dev = add(&inv, DEVICE_NVME, "nvme:S1");
	snprintf(dev->parent, sizeof(dev->parent), "pci:0000:03:00.0");
	CHECK_INT(identity_add(&inv, NULL), 0);
	dev = inventory_find(&inv, "nvme:S1");
	CHECK_INT(dev->target_count, 2); /* with the subsystem, and with the revision */
	CHECK_INT(guid_of_instance_id("NVME\\VEN_144D&DEV_A80A&SUBSYS_10281FD9", guid), 0);
	snprintf(target, sizeof(target), "guid:%s", guid);
	CHECK(has(dev, target));
	inventory_free(&inv);
}

/* A drive is called by its model whatever carries its commands; HPE's GUIDs hold 13 characters. */
static void scsi_drive(void)
{
	struct inventory inv = { 0 };
	struct device *dev = add(&inv, DEVICE_DRIVE, "drive:S1");

	snprintf(dev->model, sizeof(dev->model), "EG001200JWJNQ");
	dev = add(&inv, DEVICE_DRIVE, "drive:S2");
	snprintf(dev->model, sizeof(dev->model), "ST1200MM0009");
	CHECK_INT(identity_add(&inv, NULL), 0);
	dev = inventory_find(&inv, "drive:S1");
	CHECK_INT(dev->target_count, 2);
	CHECK(has(dev, "drive-model:EG001200JWJNQ"));
	CHECK(has(dev, "hpe-target:452340a5-3047-3130-3230-304a574a4e51"));
	CHECK_INT(inventory_find(&inv, "drive:S2")->target_count, 1);
	CHECK(has(inventory_find(&inv, "drive:S2"), "drive-model:ST1200MM0009"));
	inventory_free(&inv);
}

/* Of a BMC that is known it is the BMC that is called so; and of others' servers none. */
static void ilo_of(void)
{
	static const struct {
		const char *vendor, *model, *want;
	} rows[] = {
		{ "HPE", "ProLiant DL380 Gen10", "ilo:5" },
		{ "HPE", "ProLiant DL380a Gen12", "ilo:7" },
		{ "HPE", "ProLiant DL360 Gen11", "ilo:6" },
		{ "HP", "ProLiant DL360 Gen9", "ilo:4" },
		{ "HP", "ProLiant DL360 G7", "ilo:3" },
		{ "Dell Inc.", "PowerEdge Gen10", NULL },
		{ "HPNOT", "ProLiant DL380 Gen10", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct inventory inv = { 0 };
		struct device *dev = add(&inv, DEVICE_SYSTEM, "system");

		snprintf(dev->vendor, sizeof(dev->vendor), "%s", rows[i].vendor);
		snprintf(dev->model, sizeof(dev->model), "%s", rows[i].model);
		add(&inv, DEVICE_BMC, "bmc");
		CHECK_INT(identity_add(&inv, NULL), 0);
		CHECK_INT(inventory_find(&inv, "system")->target_count, 0);
		dev = inventory_find(&inv, "bmc");
		CHECK_INT(dev->target_count, rows[i].want ? 1 : 0);
		if (rows[i].want && dev->target_count)
			CHECK_STR(dev->targets[0], rows[i].want);
		if (rows[i].want)
			CHECK_STR(device_prop(dev, "ilo.inferred-from"), rows[i].model);
		inventory_free(&inv);
	}
}

int main(void)
{
	TAP_RUN(instance_ids);
	TAP_RUN(texts);
	TAP_RUN(hpe_targets);
	TAP_RUN(of_a_machine);
	TAP_RUN(branded_drive);
	TAP_RUN(scsi_drive);
	TAP_RUN(ilo_of);
	return TAP_END();
}
