/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ESRT entries as the kernel shows them, in a folder instead of sysfs. */
#include "tap.h"

#include "inventory/identity.h"
#include "inventory/probe.h"
#include "temp_tree.h"

#define ENTRY "/sys/firmware/efi/esrt/entries/entry"

static void put_entry(const struct temp_tree *tree, const char *number, const char *fw_class,
		      const char *type, const char *version)
{
	const char *const files[][2] = {
		{ "fw_class", fw_class },	  { "fw_type", type },
		{ "fw_version", version },	  { "lowest_supported_fw_version", "16908288\n" },
		{ "last_attempt_status", "5\n" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char path[128];

		snprintf(path, sizeof(path), ENTRY "%s/%s", number, files[i][0]);
		temp_tree_text(tree, path, files[i][1]);
	}
}

static int probe(const struct temp_tree *tree, struct inventory *inv)
{
	struct probe_source source = { .hw = hwio_real_new(tree->dir), .root = tree->dir };
	int rc = probe_esrt(&source, inv, NULL);

	hwio_real_free(source.hw);
	return rc;
}

static void entries(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct inventory inv = { 0 };
	const struct device *dev;

	put_entry(&tree, "0", "6DCBD5ED-e82d-4c44-bda1-7194199ad92b\n", "1\n", "16908291\n");
	put_entry(&tree, "1", "12029307-5bb1-5200-99a5-536f1be9d081\n", "2\n", "7\n");
	CHECK_INT(probe(&tree, &inv), 0);
	CHECK_INT(inv.count, 2);
	dev = inventory_find(&inv, "esrt:6dcbd5ed-e82d-4c44-bda1-7194199ad92b");
	CHECK(dev != NULL);
	if (dev) {
		CHECK_INT(dev->kind, DEVICE_ESRT);
		CHECK_STR(dev->name, "system firmware");
		CHECK_STR(dev->version, "16908291");
		CHECK_STR(dev->backend, "");
		CHECK_INT(dev->target_count, 1);
		CHECK_STR(dev->targets[0], "guid:6dcbd5ed-e82d-4c44-bda1-7194199ad92b");
		CHECK_STR(device_prop(dev, "esrt.version"), "16908291");
		CHECK_STR(device_prop(dev, "esrt.lowest"), "16908288");
		CHECK_STR(device_prop(dev, "esrt.last_status"), "5");
	}
	dev = inventory_find(&inv, "esrt:12029307-5bb1-5200-99a5-536f1be9d081");
	CHECK(dev && strcmp(dev->name, "device firmware") == 0);
	CHECK_INT(identity_add(&inv, NULL), 0);
	CHECK_INT(inv.devices[0].target_count, 1);
	inventory_free(&inv);
}

static void none(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct inventory inv = { 0 };

	CHECK_INT(probe(&tree, &inv), 0);
	CHECK_INT(inv.count, 0);
}

static void damaged(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct inventory inv = { 0 };

	put_entry(&tree, "0", "no class\n", "1\n", "1\n");
	CHECK_INT(probe(&tree, &inv), ERR_FORMAT);
	inventory_free(&inv);
}

int main(void)
{
	TAP_RUN(entries);
	TAP_RUN(none);
	TAP_RUN(damaged);
	return TAP_END();
}
