/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of the firmware before and after, on a folder that stands for efivarfs. */
#include "efivars_place.h"
#include "hw/boot_settings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

#define GLOBAL	 "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define ABC_HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct temp_tree tree;
static struct hwio *hw;

static void put(const char *name, const void *value, size_t len)
{
	uint8_t file[128] = { 0x07 };
	char path[96];

	memcpy(file + 4, value, len);
	snprintf(path, sizeof(path), "/%s", name);
	temp_tree_put(&tree, path, file, 4 + len);
}

static void fresh(void)
{
	temp_tree_remove(&tree);
	CHECK_INT(mkdir(tree.dir, 0700), 0);
	put("BootOrder" GLOBAL, "\x01\0\x0a\0", 4);
	put("Boot0001" GLOBAL, "\0\0\0\0\0\0D\0i\0s\0k\0\0\0", 16);
	put("SecureBoot" GLOBAL, "\x01", 1);
	put("db" SECURITY, "abc", 3);
}

static char *settings_now(void)
{
	struct err err = { 0 };
	char *text = NULL;

	CHECK_INT(boot_settings_read(hw, &text, &err), 0);
	return text;
}

static void reads_them_all(void)
{
	char *text;

	fresh();
	text = settings_now();
	CHECK_STR(text,
		  "BootOrder: 0001 (Disk) 000A (no such entry)\n"
		  "SecureBoot: 1\n"
		  "SetupMode: none\n"
		  "PK: none\n"
		  "KEK: none\n"
		  "db: 3 bytes, SHA-256 " ABC_HASH "\n");
	free(text);
}

#define ATTRIBUTE "/sys/class/firmware-attributes/dell-wmi-sysman/attributes/"

static void bios_attributes(void)
{
	CLEANUP_TREE struct temp_tree sys = temp_tree_make();
	struct hwio *own = hwio_real_new(sys.dir);
	char *before = NULL, *after = NULL, *changes = NULL;

	temp_tree_remove(&tree);
	CHECK_INT(mkdir(tree.dir, 0700), 0);
	temp_tree_text(&sys, ATTRIBUTE "BootMode/current_value", "Uefi\n");
	temp_tree_text(&sys, ATTRIBUTE "SysProfile/current_value", "Perf\n");
	temp_tree_text(&sys, ATTRIBUTE "SetupPassword/current_value", "hunter2\n");
	temp_tree_text(&sys, ATTRIBUTE "reset_bios", "x\n"); /* no attribute */
	CHECK_INT(boot_settings_read(own, &before, NULL), 0);
	CHECK_CONTAINS(before, "BIOS BootMode: Uefi\nBIOS SysProfile: Perf\n");
	CHECK(strstr(before, "Password") == NULL);
	CHECK(strstr(before, "reset_bios") == NULL);
	temp_tree_text(&sys, ATTRIBUTE "SysProfile/current_value", "Default\n");
	CHECK_INT(boot_settings_read(own, &after, NULL), 0);
	CHECK_INT(boot_settings_compare(before, after, &changes, NULL), 0);
	CHECK_STR(changes, "BIOS SysProfile was Perf and is now Default\n");
	free(before);
	free(after);
	free(changes);
	hwio_real_free(own);
}

static void check_compare(const char *before, const char *after, const char *want)
{
	struct err err = { 0 };
	char *text = NULL;

	CHECK_INT(boot_settings_compare(before, after, &text, &err), 0);
	if (want)
		CHECK_STR(text, want);
	else
		CHECK(text == NULL);
	free(text);
}

static void tells_what_is_different(void)
{
	char *before, *after;

	fresh();
	before = settings_now();
	check_compare(before, before, NULL);
	put("BootOrder" GLOBAL, "\x01\0", 2);
	put("SecureBoot" GLOBAL, "\0", 1);
	put("PK" GLOBAL, "abc", 3);
	put("db" SECURITY, "abc", 3);
	after = settings_now();
	check_compare(before, after,
		      "BootOrder was 0001 (Disk) 000A (no such entry) and is now 0001 (Disk)\n"
		      "SecureBoot was 1 and is now 0\n"
		      "PK was none and is now 3 bytes, SHA-256 " ABC_HASH "\n");
	free(before);
	free(after);
}

/* A boot by BIOS after one by UEFI says nothing about the variables. */
static void nothing_is_no_difference(void)
{
	check_compare("", "SecureBoot: 1\n", NULL);
	check_compare("SecureBoot: 1\n", "", NULL);
	check_compare("PK: none\n", "PKI: none\n", "PK was none and is now not known\n");
}

int main(int argc, char **argv)
{
	(void)argc;
	tree = efivars_place(argv);
	hw = hwio_real_new(NULL);
	TAP_RUN(reads_them_all);
	TAP_RUN(tells_what_is_different);
	TAP_RUN(nothing_is_no_difference);
	TAP_RUN(bios_attributes);
	hwio_real_free(hw);
	temp_tree_remove(&tree);
	return TAP_END();
}
