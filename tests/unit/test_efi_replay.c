/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EFI variables through the real libefivar, recorded, and answered by the notes alone. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "efivars_place.h"
#include "hw/efi_var.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "tap.h"

#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static struct temp_tree place;

/* efivarfs: four bytes of attributes, then the value. */
static void put(const char *name, const void *value, size_t len)
{
	static uint8_t file[8192] = { 0x07 };
	char path[96];

	memcpy(file + 4, value, len);
	snprintf(path, sizeof(path), "/%s" GLOBAL, name);
	temp_tree_put(&place, path, file, 4 + len);
}

struct seen {
	uint16_t entry;
	uint64_t indications;
	int missing, set, removed, names_rc;
	char names[128];
	size_t big_size;
	int big_rc, big_first;
};

static int add_name(void *ctx, const char *name)
{
	struct seen *seen = ctx;
	size_t len = strlen(seen->names);

	snprintf(seen->names + len, sizeof(seen->names) - len, "%s ", name);
	return 0;
}

/* What a step does with variables. */
static struct seen work(struct hwio *hw)
{
	struct seen ret = { 0 };
	uint8_t *big = NULL;

	CHECK_INT(efi_var_get_u16(hw, "BootCurrent", &ret.entry), 0);
	CHECK_INT(efi_var_get_u64(hw, "OsIndications", &ret.indications), 0);
	ret.missing = efi_var_get_u16(hw, "BootNext", &ret.entry);
	ret.set = efi_var_set_u64(hw, "OsIndications", ret.indications | 4);
	ret.removed = efi_var_remove(hw, "Gone");
	ret.names_rc = efi_var_names(hw, EFI_GLOBAL_GUID, add_name, &ret);
	ret.big_rc = efi_var_get(hw, EFI_GLOBAL_GUID, "Big", &big, &ret.big_size);
	ret.big_first = big ? big[0] : -1;
	free(big);
	return ret;
}

static void fresh(void)
{
	static const char big[5000] = "x";
	char path[96];

	put("BootCurrent", "\x03\x1a", 2);
	put("OsIndications", "\x01\0\0\0\0\0\0\0", 8);
	put("Big", big, sizeof(big));
	snprintf(path, sizeof(path), "%s/BootNext" GLOBAL, place.dir);
	(void)unlink(path);
}

static struct seen record(const struct temp_tree *tree)
{
	struct hwio *real = hwio_real_new(NULL), *hw = NULL;
	struct seen ret;

	CHECK_INT(hwio_record_new(real, tree->dir, &hw, NULL), 0);
	ret = work(hw);
	hwio_record_free(hw);
	hwio_real_free(real);
	return ret;
}

static void answers_come_from_the_notes(void)
{
	struct temp_tree tree = temp_tree_make();
	struct seen live, again;
	struct hwio *hw = NULL;
	char *file;

	fresh();
	live = record(&tree);
	CHECK_INT(live.entry, 0x1a03);
	CHECK_INT(live.indications, 1);
	CHECK_INT(live.missing, -ENOENT);
	CHECK_INT(live.set, 0);
	CHECK_CONTAINS(live.names, "BootCurrent ");
	CHECK_CONTAINS(live.names, "OsIndications ");
	CHECK_INT(live.big_first, 'x');
	/* The desk's own variables are others: none is read, none is written. */
	put("BootCurrent", "\x09\x09", 2);
	put("OsIndications", "\x10\0\0\0\0\0\0\0", 8);
	put("BootNext", "\x01\0", 2);
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	again = work(hw);
	CHECK_INT(again.entry, live.entry);
	CHECK_INT(again.indications, live.indications);
	CHECK_INT(again.missing, live.missing);
	CHECK_INT(again.set, live.set);
	CHECK_INT(again.removed, live.removed);
	CHECK_INT(again.names_rc, live.names_rc);
	CHECK_STR(again.names, live.names);
	CHECK_INT(again.big_rc, 0);
	CHECK_INT(again.big_size, 5000);
	CHECK_INT(again.big_first, 0); /* its bytes were not kept */
	CHECK_INT(hwio_replay_check(hw, NULL), 0);
	file = temp_tree_read(&place, "/OsIndications" GLOBAL);
	CHECK(file && file[4] == 0x10);
	free(file);
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
}

static void other_calls_are_refused(void)
{
	struct temp_tree tree = temp_tree_make();
	struct hwio *hw = NULL;
	uint64_t number;
	uint16_t entry;

	fresh();
	(void)record(&tree);
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	CHECK_INT(efi_var_get_u16(hw, "BootOrder", &entry), -EPROTO); /* BootCurrent was asked */
	CHECK_INT(efi_var_get_u64(hw, "OsIndications", &number), 0);
	CHECK_INT(efi_var_get_u16(hw, "BootNext", &entry), -ENOENT);
	CHECK_INT(efi_var_set_u64(hw, "OsIndications", 1), -EPROTO); /* it was 5 */
	for (int i = 0; i < 3; i++)
		(void)efi_var_remove(hw, "Gone");
	CHECK_INT(efi_var_remove(hw, "Gone"), -EPROTO); /* there is nothing more */
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
}

int main(int argc, char **argv)
{
	(void)argc;
	place = efivars_place(argv);
	TAP_RUN(answers_come_from_the_notes);
	TAP_RUN(other_calls_are_refused);
	temp_tree_remove(&place);
	return TAP_END();
}
