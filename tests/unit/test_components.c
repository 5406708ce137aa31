/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SMBIOS tells of parts of a machine, merged into what other probers found. */
#include "inventory/components.h"

#include <stdlib.h>

#include "tap.h"
#include "temp_tree.h"

struct table {
	uint8_t bytes[1 << 17];
	size_t len;
};

static void put(struct table *table, uint8_t type, uint16_t handle, const void *body, size_t len,
		const char *strings, size_t strings_len)
{
	uint8_t *at = table->bytes + table->len;

	at[0] = type;
	at[1] = (uint8_t)(4 + len);
	at[2] = (uint8_t)handle;
	at[3] = (uint8_t)(handle >> 8);
	memcpy(at + 4, body, len);
	memcpy(at + 4 + len, strings, strings_len);
	table->len += 4 + len + strings_len;
}

#define PUT(table, type, handle, body, strings) \
	put(table, type, handle, body, sizeof(body) - 1, strings, sizeof(strings))
#define S(s) s "\0"

/* name, version, id of a format, state enabled, updatable, one associated handle */
static void put_firmware(struct table *table, uint16_t handle, const char *version, const char *id,
			 uint8_t id_format, uint16_t associated)
{
	uint8_t body[0x18 - 4 + 2] = { 1, 2, 0, 3, id_format, 0, 0, 0 };
	char strings[256];
	size_t len = 0;

	body[3] = *id ? 3 : 0;
	body[0x14 - 4] = 1;
	body[0x16 - 4] = 4;
	body[0x17 - 4] = 1;
	body[0x18 - 4] = (uint8_t)associated;
	body[0x19 - 4] = (uint8_t)(associated >> 8);
	len += (size_t)snprintf(strings + len, sizeof(strings) - len, "Part %u", handle) + 1;
	len += (size_t)snprintf(strings + len, sizeof(strings) - len, "%s", version) + 1;
	if (*id)
		len += (size_t)snprintf(strings + len, sizeof(strings) - len, "%s", id) + 1;
	strings[len++] = 0;
	put(table, 45, handle, body, sizeof(body), strings, len);
}

static struct device *add(struct inventory *inv, enum device_kind kind, const char *id)
{
	struct device *dev;

	CHECK_INT(inventory_add(inv, kind, id, &dev, NULL), 0);
	return dev;
}

static const char *prop(const struct inventory *inv, const char *id, const char *key)
{
	const struct device *dev = inventory_find(inv, id);
	const char *value = dev ? device_prop(dev, key) : "(no device)";

	return value ? value : "(none)";
}

static void find(const struct table *table, struct inventory *inv)
{
	uint8_t *exact = malloc(table->len ? table->len : 1);

	memcpy(exact, table->bytes, table->len);
	CHECK_INT(components_add(exact, table->len, inv, NULL), 0);
	free(exact);
}

static void a_machine(struct inventory *inv)
{
	add(inv, DEVICE_SYSTEM, "system");
	add(inv, DEVICE_PCI, "pci:0000:3b:00.0");
	add(inv, DEVICE_PCI, "pci:0000:3b:00.1");
	add(inv, DEVICE_PCI, "pci:0000:01:00.0");
	strcpy(add(inv, DEVICE_NVME, "nvme:S1")->parent, "pci:0000:01:00.0");
	add(inv, DEVICE_ESRT, "esrt:6dcbd5ed-e82d-4c44-bda1-7194199ad92b");
	add(inv, DEVICE_BMC, "bmc");
}

#define SLOT_3	 "\x01\xa5\x0d\x04\x04\x03\0\0\0\0\0\x3b\0"
#define ONBOARD	 "\x01\x87\x01\0\0\x01\0"
#define NO_PLACE "\x01\xa5\x0d\x04\x04\x03\0\0\0\xff\xff\xff\xff"

static void put_places(struct table *table)
{
	PUT(table, 0, 1, "\0\0", "\0");
	PUT(table, 38, 2, "\0\0", "\0");
	PUT(table, 9, 3, SLOT_3, S("Slot 3"));
	PUT(table, 41, 4, ONBOARD, S("M.2 Bay 1"));
	PUT(table, 9, 5, NO_PLACE, S("Slot 9"));
}

static void each_goes_into_the_device_it_names(void)
{
	static struct table table;
	struct inventory inv = { 0 };
	size_t before;

	a_machine(&inv);
	before = inv.count;
	strcpy(inventory_find(&inv, "nvme:S1")->version, "live");
	put_places(&table);
	put_firmware(&table, 0x50, "U30 v2", "x", 0, 1);
	put_firmware(&table, 0x51, "2.72", "x", 0, 2);
	put_firmware(&table, 0x52, "22.31", "x", 0, 3);
	put_firmware(&table, 0x53, "HPG1", "x", 0, 4);
	put_firmware(&table, 0x54, "7.0", "6DCBD5ED-E82D-4C44-BDA1-7194199AD92B", 1, 3);
	put_firmware(&table, 0x55, "9.9", "x", 0, 3); /* a second one of the card */
	find(&table, &inv);
	CHECK_INT(inv.count, before);
	CHECK_STR(prop(&inv, "system", "smbios.version"), "U30 v2");
	CHECK_STR(prop(&inv, "bmc", "smbios.version"), "2.72");
	CHECK_STR(prop(&inv, "pci:0000:3b:00.0", "smbios.version"), "22.31");
	CHECK_STR(prop(&inv, "pci:0000:3b:00.0", "smbios.2.version"), "9.9");
	CHECK_STR(prop(&inv, "pci:0000:3b:00.1", "smbios.version"), "(none)");
	CHECK_STR(prop(&inv, "nvme:S1", "smbios.version"), "HPG1");
	CHECK_STR(inventory_find(&inv, "nvme:S1")->version, "live");
	CHECK_STR(inventory_find(&inv, "pci:0000:3b:00.0")->version, "22.31");
	CHECK_STR(prop(&inv, "esrt:6dcbd5ed-e82d-4c44-bda1-7194199ad92b", "smbios.version"), "7.0");
	CHECK_STR(prop(&inv, "system", "smbios.state"), "enabled");
	CHECK_STR(prop(&inv, "system", "smbios.updatable"), "yes");
	CHECK_STR(inventory_find(&inv, "pci:0000:3b:00.1")->slot, "Slot 3");
	CHECK_STR(inventory_find(&inv, "pci:0000:01:00.0")->slot, "M.2 Bay 1");
	inventory_free(&inv);
}

static void what_names_nothing_is_a_device(void)
{
	static struct table table;
	struct inventory inv = { 0 };
	const struct device *dev;

	a_machine(&inv);
	put_places(&table);
	put_firmware(&table, 0x60, "1.0", "CPLD", 0, 5);	 /* an empty slot */
	put_firmware(&table, 0x61, "2.0", "CPLD", 0, 0x61);	 /* itself */
	put_firmware(&table, 0x62, "3.0", "", 0, 0x61);		 /* another component */
	put_firmware(&table, 0x63, "4.0", "A\x01 B", 0, 0xeeee); /* nothing */
	put_firmware(&table, 0x64, "5.0", "11111111-2222-3333-4444-55555555AAAA", 1, 0xeeee);
	find(&table, &inv);
	dev = inventory_find(&inv, "smbios:45:CPLD");
	CHECK(dev != NULL);
	if (dev) {
		CHECK_INT(dev->kind, DEVICE_FIRMWARE);
		CHECK_STR(dev->name, "Part 96");
		CHECK_STR(dev->version, "1.0");
		CHECK_STR(dev->backend, "");
		CHECK(dev->updateable);
		CHECK_INT(dev->target_count, 0);
	}
	CHECK_STR(prop(&inv, "smbios:45:CPLD#2", "smbios.version"), "2.0");
	CHECK_STR(prop(&inv, "smbios:45:0062", "smbios.version"), "3.0");
	CHECK_STR(prop(&inv, "smbios:45:A? B", "smbios.version"), "4.0");
	dev = inventory_find(&inv, "smbios:45:11111111-2222-3333-4444-55555555aaaa");
	CHECK(dev && dev->target_count == 1);
	if (dev && dev->target_count)
		CHECK_STR(dev->targets[0], "guid:11111111-2222-3333-4444-55555555aaaa");
	inventory_free(&inv);
}

/* Law 11: the damaged one is there with its reason, and its siblings are as they were. */
static void damage_costs_itself_only(void)
{
	static struct table table;
	struct inventory inv = { 0 };

	add(&inv, DEVICE_SYSTEM, "system");
	put_firmware(&table, 0x10, "1.0", "FIRST", 0, 0);
	PUT(&table, 45, 0x11, "\x01\x02", S("Cut") S("6.6"));
	PUT(&table, 45, 0x12, "", "\0");
	PUT(&table, 43, 0x13, "NTC\0", "\0");
	PUT(&table, 42, 0x14, "\x40\xff", "\0");
	put_firmware(&table, 0x15, "2.0", "LAST", 0, 0);
	memcpy(table.bytes + table.len, "\x2d\x03\x16\x00\0\0", 6); /* a length below 4 */
	table.len += 6;
	put_firmware(&table, 0x17, "3.0", "BEHIND", 0, 0);
	find(&table, &inv);
	CHECK_STR(prop(&inv, "smbios:45:FIRST", "smbios.version"), "1.0");
	CHECK_STR(prop(&inv, "smbios:45:LAST", "smbios.version"), "2.0");
	CHECK_STR(prop(&inv, "smbios:45:0011", "smbios.version"), "6.6");
	CHECK_CONTAINS(prop(&inv, "smbios:45:0011", "smbios.error"), "6 bytes instead of 24");
	CHECK_CONTAINS(prop(&inv, "smbios:45:0012", "smbios.error"), "4 bytes");
	CHECK_CONTAINS(prop(&inv, "tpm", "smbios.error"), "type 43: 8 bytes");
	CHECK_CONTAINS(prop(&inv, "system", "system.host-interface.1"), "does not fit");
	CHECK(!inventory_find(&inv, "smbios:45:BEHIND"));
	inventory_free(&inv);
}

static void too_many_end_it(void)
{
	static struct table table;
	struct inventory inv = { 0 };
	struct err err = { 0 };

	for (unsigned int i = 0; i <= COMPONENTS_MAX; i++)
		put_firmware(&table, (uint16_t)i, "1", "", 0, 0xffff);
	CHECK_INT(components_add(table.bytes, table.len, &inv, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "more than 1024");
	CHECK_INT(inv.count, COMPONENTS_MAX);
	inventory_free(&inv);
	CHECK_INT(components_add(table.bytes, (4u << 20) + 1, &inv, &err), ERR_TOO_LARGE);
}

/* The BMC that has no driver, and the TPM, once each whoever tells of them. */
static void a_bmc_and_a_tpm(void)
{
	static const char tpm[] = "NTC\0\x02\0\x02\0\x07\0\0\0\0\0\x00\0\0\0\0\0\0\0\0";
	static struct table table;
	struct inventory inv = { 0 };

	PUT(&table, 38, 2, "\0\0", "\0");
	put(&table, 43, 3, tpm, 0x17, "\0", 2);
	put(&table, 43, 4, tpm, 0x17, "\0", 2);
	put_firmware(&table, 0x10, "7.2.3.1", "", 0, 3);
	find(&table, &inv);
	CHECK_INT(inv.count, 2);
	CHECK_CONTAINS(prop(&inv, "bmc", "ipmi.error"), "no driver");
	CHECK_STR(prop(&inv, "tpm", "tpm.version"), "7.2");
	CHECK_STR(prop(&inv, "tpm", "smbios.version"), "7.2.3.1");
	CHECK_STR(inventory_find(&inv, "tpm")->vendor, "NTC");
	inventory_free(&inv);
}

static void a_tpm_that_only_the_kernel_has(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	struct inventory inv = { 0 };

	device_set_prop(add(&inv, DEVICE_SYSTEM, "system"), "system.tpm", "none");
	CHECK_INT(components_probe(hw, &inv, NULL), 0);
	CHECK_INT(inv.count, 1);
	device_set_prop(inv.devices, "system.tpm", "present, version 2");
	CHECK_INT(components_probe(hw, &inv, NULL), 0);
	CHECK_INT(inv.count, 2);
	CHECK(inventory_find(&inv, "tpm") != NULL);
	inventory_free(&inv);
	hwio_real_free(hw);
}

int main(void)
{
	TAP_RUN(each_goes_into_the_device_it_names);
	TAP_RUN(what_names_nothing_is_a_device);
	TAP_RUN(damage_costs_itself_only);
	TAP_RUN(too_many_end_it);
	TAP_RUN(a_bmc_and_a_tpm);
	TAP_RUN(a_tpm_that_only_the_kernel_has);
	return TAP_END();
}
