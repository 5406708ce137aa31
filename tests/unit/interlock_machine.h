/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine made of files: what the interlocks look at. */
#ifndef DRYDOCK_TEST_INTERLOCK_MACHINE_H
#define DRYDOCK_TEST_INTERLOCK_MACHINE_H

#include <stdlib.h>

#include "run/interlock.h"
#include "tap.h"
#include "temp_tree.h"

struct machine {
	struct temp_tree tree;
	struct hwio *hw;
	struct inventory inv;
	struct catalog cat;
	struct plan_bars bars;
	char *warnings;
	char why[128];
};

static struct machine machine_make(void)
{
	struct machine machine = { .tree = temp_tree_make() };

	machine.hw = hwio_real_new(machine.tree.dir);
	temp_tree_text(&machine.tree, "/proc/self/mountinfo", "22 1 0:2 / / rw - rootfs none rw\n");
	temp_tree_text(&machine.tree, "/sys/class/block/none/x", "");
	return machine;
}

static void machine_free(struct machine *machine)
{
	hwio_real_free(machine->hw);
	inventory_free(&machine->inv);
	plan_bars_free(&machine->bars);
	free(machine->warnings);
	temp_tree_remove(&machine->tree);
}

#define CLEANUP_MACHINE __attribute__((cleanup(machine_free)))

static void put(struct machine *machine, const char *path, const char *text)
{
	temp_tree_text(&machine->tree, path, text);
}

/* A block device below /sys/devices/<folder>, by name and by number. */
static void put_block(struct machine *machine, const char *folder, const char *name,
		      const char *number)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "/sys/devices/%s/%s/dev", folder, name);
	put(machine, path, number);
	snprintf(target, sizeof(target), "../../devices/%s/%s", folder, name);
	snprintf(path, sizeof(path), "/sys/class/block/%s", name);
	temp_tree_link(&machine->tree, path, target);
	snprintf(path, sizeof(path), "/sys/dev/block/%s", number);
	temp_tree_link(&machine->tree, path, target);
}

static void put_slave(struct machine *machine, const char *name, const char *slave)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/slaves/%s", name, slave);
	put(machine, path, "");
}

static void put_mount(struct machine *machine, const char *number)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "22 1 0:2 / / rw - rootfs none rw\n23 22 %s / /srv rw - x y z\n", number);
	put(machine, "/proc/self/mountinfo", text);
}

static void put_interface(struct machine *machine, const char *name, const char *at,
			  const char *flags)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "/sys/devices/%s/net/%s/flags", at, name);
	put(machine, path, flags);
	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/net/%s", at, name);
	temp_tree_link(&machine->tree, path, target);
}

#endif
