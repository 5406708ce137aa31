/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ESRT entries as the kernel shows them, as devices. */
#include "backends/backend.h"

#include <errno.h>
#include <stdio.h>

#include "hwio_efi.h"
#include "inventory/identity.h"
#include "tap.h"

#define SYSTEM "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"
#define CARD   "12029307-5bb1-5200-99a5-536f1be9d081"

static int probe(struct hwio_efi *efi, struct inventory *inv, struct err *err)
{
	int rc = backend_uefi_capsule.probe(&efi->hw, inv, err);

	CHECK_INT(efi->n_open, 0);
	CHECK_INT(efi->n_asked, 0);
	return rc;
}

static const char *prop(const struct device *dev, const char *key)
{
	const char *value = dev ? device_prop(dev, key) : NULL;

	return value ? value : "";
}

static struct hwio_efi *two(void)
{
	struct hwio_efi *efi = hwio_efi_new("6DCBD5ED-e82d-4c44-bda1-7194199ad92b");

	efi->entry[0].version = 16908291;
	efi->entry[0].lowest = 16908288;
	efi->entry[0].last_version = 4294967295;
	efi->entry[0].last_status = 5;
	efi->entry[1] = (struct hwio_efi_entry){ .guid = CARD, .type = 2, .version = 7 };
	efi->n_entries = 2;
	return efi;
}

static void entries(void)
{
	struct hwio_efi *efi = two();
	struct inventory inv = { 0 };
	const struct device *dev;

	CHECK_INT(probe(efi, &inv, NULL), 0);
	CHECK_INT(inv.count, 2);
	dev = inventory_find(&inv, "esrt:" SYSTEM);
	CHECK(dev != NULL);
	if (dev) {
		CHECK_INT(dev->kind, DEVICE_ESRT);
		CHECK_STR(dev->name, "system firmware");
		CHECK_STR(dev->version, "16908291");
		CHECK_STR(dev->backend, "uefi-capsule");
		CHECK(dev->updateable);
		CHECK_INT(dev->evidence, EVIDENCE_EMULATOR);
		CHECK_INT(dev->target_count, 1);
		CHECK_STR(dev->targets[0], "guid:" SYSTEM);
	}
	CHECK_STR(prop(dev, "esrt.version"), "16908291");
	CHECK_STR(prop(dev, "esrt.lowest"), "16908288");
	CHECK_STR(prop(dev, "esrt.flags"), "0x50000");
	CHECK_STR(prop(dev, "esrt.last_version"), "4294967295");
	CHECK_STR(prop(dev, "esrt.last_status"), "5");
	CHECK_STR(prop(dev, "esrt.last_result"), "authentication error");
	dev = inventory_find(&inv, "esrt:" CARD);
	CHECK(dev && strcmp(dev->name, "device firmware") == 0);
	CHECK_INT(identity_add(&inv, NULL), 0);
	CHECK_INT(inv.devices[0].target_count, 1);
	inventory_free(&inv);
	hwio_efi_free(efi);
}

static void none(void)
{
	struct hwio_efi *efi = two();
	struct inventory inv = { 0 };

	efi->no_table = true;
	CHECK_INT(probe(efi, &inv, NULL), 0);
	CHECK_INT(inv.count, 0);
	hwio_efi_free(efi);
}

/* A reason in the inventory, and the sibling is there. */
static void damaged(void)
{
	static const struct {
		const char *file, *text, *want;
	} cases[] = {
		{ "fw_class", "no class", "fw_class of the firmware's entry0 is \"no class\"" },
		{ "fw_class", NULL, "Permission denied" },
		{ "fw_type", "", "fw_type" },
		{ "fw_version", "1.2", "is \"1.2\"" },
		{ "fw_version", "-1", "is \"-1\"" },
		{ "fw_version", "4294967296", "is \"4294967296\"" },
		{ "fw_version", "99999999999999999999999", "fw_version" },
		{ "fw_version", NULL, "Permission denied" },
		{ "lowest_supported_fw_version", "x", "lowest_supported_fw_version" },
		{ "capsule_flags", "0xg", "capsule_flags" },
		{ "last_attempt_version", " ", "last_attempt_version" },
		{ "last_attempt_status", "\xff\xfe", "is \"??\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hwio_efi *efi = two();
		struct inventory inv = { 0 };

		efi->entry[0].broken = cases[i].file;
		efi->entry[0].broken_text = cases[i].text;
		CHECK_INT(probe(efi, &inv, NULL), 0);
		CHECK_INT(inv.count, 2);
		CHECK_STR(inv.devices[0].id,
			  strcmp(cases[i].file, "fw_class") == 0 ? "esrt:entry0" : "esrt:" SYSTEM);
		CHECK(!inv.devices[0].updateable);
		CHECK_INT(inv.devices[0].target_count, 0);
		CHECK_CONTAINS(prop(&inv.devices[0], "esrt.error"), cases[i].want);
		CHECK_STR(inv.devices[1].id, "esrt:" CARD);
		CHECK(inv.devices[1].updateable);
		inventory_free(&inv);
		hwio_efi_free(efi);
	}
}

static void the_same_class_twice(void)
{
	struct hwio_efi *efi = two();
	struct inventory inv = { 0 };

	efi->entry[1].guid = SYSTEM;
	CHECK_INT(probe(efi, &inv, NULL), 0);
	CHECK_INT(inv.count, 2);
	CHECK(inv.devices[0].updateable);
	CHECK(!inv.devices[1].updateable);
	CHECK_CONTAINS(prop(&inv.devices[1], "esrt.error"), "same class");
	inventory_free(&inv);
	hwio_efi_free(efi);
}

/* In the order of their numbers, "entry2" before "entry10", and no more than there can be. */
static void ten_thousand(void)
{
	struct hwio_efi *efi = two();
	struct inventory inv = { 0 };
	struct err err = { 0 };

	efi->n_more = 9998;
	CHECK_INT(probe(efi, &inv, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "10000 entries: the first 256");
	CHECK_INT(inv.count, 256);
	for (size_t i = 0; i < inv.count; i++) {
		char want[16];

		snprintf(want, sizeof(want), "entry%zu", i);
		CHECK_STR(prop(&inv.devices[i], "esrt.entry"), want);
		CHECK(inv.devices[i].updateable);
	}
	inventory_free(&inv);
	hwio_efi_free(efi);
}

static void no_table_to_read(void)
{
	struct hwio_efi *efi = two();
	struct inventory inv = { 0 };
	struct err err = { 0 };

	efi->list_errno = EACCES;
	CHECK_INT(probe(efi, &inv, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "Permission denied");
	hwio_efi_free(efi);
}

int main(void)
{
	TAP_RUN(entries);
	TAP_RUN(none);
	TAP_RUN(damaged);
	TAP_RUN(the_same_class_twice);
	TAP_RUN(ten_thousand);
	TAP_RUN(no_table_to_read);
	return TAP_END();
}
