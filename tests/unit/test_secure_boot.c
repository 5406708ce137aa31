/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efivars_place.h"
#include "hw/secure_boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

#define VARIABLE "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static struct temp_tree tree;
static struct hwio *hw;

/* efivarfs: four bytes of attributes, then the value. */
static const char *state_of(const char *value, size_t len)
{
	uint8_t file[16] = { 0x06 };

	memcpy(file + 4, value, len);
	temp_tree_put(&tree, VARIABLE, file, 4 + len);
	return secure_boot_state(hw);
}

static void no_variable_is_unknown(void)
{
	CHECK_STR(secure_boot_state(hw), "unknown");
}

static void one_is_on_and_zero_is_off(void)
{
	CHECK_STR(state_of("\x01", 1), "on");
	CHECK_STR(state_of("\x00", 1), "off");
	CHECK_STR(state_of("\x01", 1), "on");
}

static void another_size_is_unknown(void)
{
	CHECK_STR(state_of("\x01\x00", 2), "unknown");
	CHECK_STR(state_of("", 0), "unknown");
}

int main(int argc, char **argv)
{
	(void)argc;
	tree = efivars_place(argv);
	hw = hwio_real_new(NULL);
	TAP_RUN(no_variable_is_unknown);
	TAP_RUN(one_is_on_and_zero_is_off);
	TAP_RUN(another_size_is_unknown);
	hwio_real_free(hw);
	temp_tree_remove(&tree);
	return TAP_END();
}
