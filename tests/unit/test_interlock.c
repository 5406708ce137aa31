/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/interlock.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "interlock_machine.h"

/* The drive as it is in most of these tests, with a namespace 259:0 and a partition 259:1. */
static void put_drive(struct machine *machine)
{
	put_block(machine, "p0/nvme/nvme0", "nvme0n1", "259:0");
	put_block(machine, "p0/nvme/nvme0/nvme0n1", "nvme0n1p1", "259:1");
	put_block(machine, "p1/nvme/nvme1", "nvme1n1", "259:8");
}

static bool in_use(struct machine *machine, const char *node, const char *boot_disk)
{
	struct device dev = { .kind = DEVICE_NVME };

	snprintf(dev.node, sizeof(dev.node), "%s", node);
	return interlock_in_use(machine->hw, &dev, boot_disk, machine->why, sizeof(machine->why));
}

static void a_free_drive(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_drive(&machine);
	CHECK(!in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "");
	put_mount(&machine, "259:8"); /* the other drive, and a file system without a device */
	CHECK(!in_use(&machine, "/dev/nvme0", "/dev/nvme1n1"));
	CHECK(in_use(&machine, "/dev/nvme1", NULL));
	CHECK(in_use(&machine, "", NULL));
	CHECK_STR(machine.why, "where it is in /dev is not known");
}

static bool net_in_use(struct machine *machine, enum device_kind kind, const char *id)
{
	struct device dev = { .kind = kind };
	bool ret;

	snprintf(dev.id, sizeof(dev.id), "%s", id);
	CHECK_INT(device_set_prop(&dev, "pci.class", kind == DEVICE_PCI ? "0200" : ""), 0);
	ret = interlock_in_use(machine->hw, &dev, NULL, machine->why, sizeof(machine->why));
	device_free(&dev);
	return ret;
}

static void network_devices(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_interface(&machine, "eth0", "pci0000:00/0000:02:00.0", "0x1002\n");
	put_interface(&machine, "eth1", "pci0000:00/0000:03:00.1", "0x1003\n");
	put_interface(&machine, "eth2", "netdevsim10", "0x82\n");
	CHECK(!net_in_use(&machine, DEVICE_PCI, "pci:0000:02:00.0"));
	CHECK_STR(machine.why, "");
	CHECK(net_in_use(&machine, DEVICE_PCI, "pci:0000:03:00.1"));
	CHECK_STR(machine.why, "its interface eth1 is up");
	/* The functions of a card share its firmware: what resets one resets all. */
	CHECK(net_in_use(&machine, DEVICE_PCI, "pci:0000:03:00.0"));
	CHECK(!net_in_use(&machine, DEVICE_PCI, "pci:0000:03:01.0"));
	CHECK(!net_in_use(&machine, DEVICE_PCI, "pci:0000:00:02.0"));
	CHECK(!net_in_use(&machine, DEVICE_NIC, "nic:netdevsim/netdevsim10"));
	CHECK(!net_in_use(&machine, DEVICE_NIC, "nic:netdevsim/netdevsim1"));
}

static void file_systems_swap_and_the_boot_medium(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_drive(&machine);
	put_mount(&machine, "259:1");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "it carries the file system mounted at /srv");
	put_mount(&machine, "0:9");
	put(&machine, "/proc/swaps",
	    "Filename Type Size Used Priority\n/dev/nvme0n1p1\tpartition 9\n");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "it carries the swap space /dev/nvme0n1p1");
	put(&machine, "/proc/swaps", "Filename Type Size Used Priority\n/swapfile file 9\n");
	CHECK(!in_use(&machine, "/dev/nvme0", NULL));
	CHECK(in_use(&machine, "/dev/nvme0", "/dev/nvme0n1"));
	CHECK_STR(machine.why, "this run was booted from it: /dev/nvme0n1");
}

/* A SCSI disk without partitions: its own link ends with its name. */
static void a_whole_disk_as_file_system(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_block(&machine, "p/ata1/host0/t/l/block", "sda", "8:0");
	put_block(&machine, "p/ata1/host0/t/l/block", "sdaa", "65:160");
	put_mount(&machine, "8:0");
	CHECK(in_use(&machine, "/dev/sda", NULL));
	CHECK(!in_use(&machine, "/dev/sdaa", NULL));
}

/* LVM on md on a partition. */
static void stacks_of_devices(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_drive(&machine);
	put_block(&machine, "virtual/block", "md127", "9:127");
	put_slave(&machine, "md127", "nvme0n1p1");
	put_block(&machine, "virtual/block", "dm-0", "254:0");
	put_slave(&machine, "dm-0", "md127");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "it is a member of dm-0");
	CHECK(!in_use(&machine, "/dev/nvme1", NULL));
	put_mount(&machine, "254:0");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "it carries the file system mounted at /srv");
}

static void loop_devices(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_drive(&machine);
	put_block(&machine, "virtual/block", "loop3", "7:3");
	CHECK(!in_use(&machine, "/dev/nvme0", NULL)); /* it is not bound to anything */
	put(&machine, "/sys/devices/virtual/block/loop3/loop/backing_file", "/dev/nvme0n1p1\n");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
	CHECK_STR(machine.why, "it is a member of loop3");
	CHECK(!in_use(&machine, "/dev/nvme1", NULL));
	put(&machine, "/sys/devices/virtual/block/loop3/loop/backing_file", "/run/image.iso\n");
	CHECK(!in_use(&machine, "/dev/nvme0", NULL));
	put(&machine, "/sys/devices/virtual/block/loop3/loop/backing_file", "/dev/gone\n");
	CHECK(in_use(&machine, "/dev/nvme0", NULL)); /* nobody can tell what that is */
}

/* A drive with two controllers: what lives on it is on both, and on no other drive. */
static void namespaces_with_several_paths(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_block(&machine, "virtual/nvme-subsystem/nvme-subsys4", "nvme4n1", "259:4");
	put(&machine, "/sys/class/nvme-subsystem/nvme-subsys4/nvme2", "");
	put(&machine, "/sys/class/nvme-subsystem/nvme-subsys4/nvme3", "");
	put_mount(&machine, "259:4");
	CHECK(in_use(&machine, "/dev/nvme2", NULL));
	CHECK(in_use(&machine, "/dev/nvme3", NULL));
	CHECK(!in_use(&machine, "/dev/nvme4", NULL));
	/* Who belongs to it cannot be read: then everyone may. */
	put_block(&machine, "virtual/nvme-subsystem/nvme-subsys5", "nvme5n1", "259:5");
	put_mount(&machine, "259:5");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
}

static void what_cannot_be_read_is_in_use(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct temp_tree empty = temp_tree_make();
	struct hwio *hw = hwio_real_new(empty.dir);
	struct device dev = { .node = "/dev/nvme0" };

	CHECK(interlock_in_use(hw, &dev, NULL, machine.why, sizeof(machine.why)));
	CHECK_STR(machine.why, "the list of mounts cannot be read");
	temp_tree_text(&empty, "/proc/self/mountinfo", "");
	CHECK(interlock_in_use(hw, &dev, NULL, machine.why, sizeof(machine.why)));
	CHECK_STR(machine.why, "the list of block devices cannot be read");
	hwio_real_free(hw);
	temp_tree_remove(&empty);
	/* Made of something that is not there. */
	put_drive(&machine);
	put_block(&machine, "virtual/block", "md1", "9:1");
	put_slave(&machine, "md1", "nvme9n1");
	CHECK(in_use(&machine, "/dev/nvme0", NULL));
}

/* -- bars ----------------------------------------------------------------- */

static struct device *put_device(struct machine *machine, const char *id, const char *backend)
{
	struct device *dev;

	CHECK_INT(inventory_add(&machine->inv, DEVICE_NVME, id, &dev, NULL), 0);
	snprintf(dev->backend, sizeof(dev->backend), "%s", backend);
	return dev;
}

static void find_bars(struct machine *machine)
{
	plan_bars_free(&machine->bars);
	free(machine->warnings);
	machine->warnings = NULL;
	CHECK_INT(interlock_bars(machine->hw, &machine->inv, &machine->cat, &machine->bars,
				 &machine->warnings, NULL),
		  0);
}

static void check_bar(const struct machine *machine, size_t index, const char *device,
		      enum reason reason, const char *text)
{
	CHECK(index < machine->bars.count);
	if (index >= machine->bars.count)
		return;
	CHECK_STR(machine->bars.list[index].device, device);
	CHECK_STR(machine->bars.list[index].component, "");
	CHECK_STR(reason_id(machine->bars.list[index].reason), reason_id(reason));
	CHECK_STR(machine->bars.list[index].text, text);
}

static void arrays_that_bar(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct device *dev = put_device(&machine, "nvme:A", "nvme");

	device_set_prop(dev, "array.0", "md:1");
	device_set_prop(dev, "array.0.state", "whole");
	device_set_prop(dev, "array.1", "lvm:vg"); /* its state cannot be told */
	device_set_prop(dev, "array.2", "md:2");
	device_set_prop(dev, "array.2.state", "degraded: 1 of 2 members are here");
	device_set_prop(dev, "array.3", "md:3");
	device_set_prop(dev, "array.3.state", "unclean: all 2 members are here");
	dev = put_device(&machine, "nvme:B", "nvme");
	device_set_prop(dev, "array.0", "md:4");
	device_set_prop(dev, "array.0.state", "rebuilding: a recovery is not finished");
	put_device(&machine, "nvme:C", "nvme");
	find_bars(&machine);
	CHECK_INT(machine.bars.count, 2);
	check_bar(&machine, 0, "nvme:A", REASON_ARRAY_DEGRADED,
		  "it is a member of md:2, which is degraded: 1 of 2 members are here");
	check_bar(
		&machine, 1, "nvme:B", REASON_DEVICE_BUSY,
		"it is a member of md:4, whose rebuild must end first: a recovery is not finished");
	CHECK(!machine.warnings);
}

#define SUPPLY "/sys/class/power_supply/"

static void power_that_is_good(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_device(&machine, "nvme:A", "nvme");
	put_device(&machine, "pci:1", "");
	find_bars(&machine);
	CHECK_INT(machine.bars.count, 0);
	put(&machine, SUPPLY "AC0/type", "Mains\n");
	put(&machine, SUPPLY "AC0/online", "0\n");
	put(&machine, SUPPLY "AC1/type", "Mains\n"); /* one of two is enough */
	put(&machine, SUPPLY "AC1/online", "1\n");
	put(&machine, SUPPLY "BAT0/type", "Battery\n");
	put(&machine, SUPPLY "BAT0/present", "1\n");
	put(&machine, SUPPLY "BAT0/capacity", "25\n");
	put(&machine, SUPPLY "BAT1/type", "Battery\n"); /* an empty bay */
	put(&machine, SUPPLY "BAT1/present", "0\n");
	put(&machine, SUPPLY "BAT1/capacity", "0\n");
	put(&machine, SUPPLY "hidpp_battery_0/type", "Battery\n");
	put(&machine, SUPPLY "hidpp_battery_0/scope", "Device\n");
	put(&machine, SUPPLY "hidpp_battery_0/capacity", "3\n");
	put(&machine, SUPPLY "ucsi-source/type", "USB\n");
	put(&machine, SUPPLY "ucsi-source/online", "0\n");
	put(&machine, SUPPLY "ups/type", "UPS\n");
	put(&machine, SUPPLY "ups/status", "Full\n");
	find_bars(&machine);
	CHECK_INT(machine.bars.count, 0);
	CHECK(!machine.warnings);
}

static void power_that_is_not(void)
{
	static const struct {
		const char *file, *text, *want;
	} table[] = {
		{ SUPPLY "AC/online", "0\n", "the machine runs on battery" },
		{ SUPPLY "BAT0/capacity", "24\n", "the power is not safe: BAT0 is at 24 %" },
		{ SUPPLY "ups/status", "Discharging\n",
		  "the power is not safe: ups runs on its battery" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();

		put_device(&machine, "nvme:A", "nvme");
		put_device(&machine, "pci:1", ""); /* nobody could write it anyway */
		put_device(&machine, "nvme:B", "nvme");
		put(&machine, SUPPLY "AC/type", "Mains\n");
		put(&machine, SUPPLY "AC/online", "1\n");
		put(&machine, SUPPLY "BAT0/type", "Battery\n");
		put(&machine, SUPPLY "ups/type", "UPS\n");
		put(&machine, table[i].file, table[i].text);
		find_bars(&machine);
		CHECK_INT(machine.bars.count, 2);
		check_bar(&machine, 0, "nvme:A", REASON_LOW_POWER, table[i].want);
		check_bar(&machine, 1, "nvme:B", REASON_LOW_POWER, table[i].want);
	}
}

static void power_that_cannot_be_told(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_device(&machine, "nvme:A", "nvme");
	put(&machine, "/sys/class/power_supply", "not a folder");
	find_bars(&machine);
	CHECK_INT(machine.bars.count, 0);
	CHECK_CONTAINS(machine.warnings, "whether the machine runs on battery cannot be told");
}

static void lockdown(void)
{
	static const char *const mem[] = { "{node}", "/dev/mem" }, *const own[] = { "{node}" };
	struct tool raw = { .nodes = (const char *[]){ mem[0], mem[1] }, .node_count = 2 };
	struct tool plain = { .nodes = (const char *[]){ own[0] }, .node_count = 1 };
	struct component comps[] = { { .id = "a" },
				     { .id = "b", .tool = &raw },
				     { .id = "c", .tool = &plain } };
	struct catalog cat = { .components = comps, .count = 3 };
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct plan_bars *bars = &machine.bars;
	struct err err = { 0 };

	CHECK_INT(interlock_lockdown(machine.hw, &cat, bars, NULL), 0);
	put(&machine, "/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	CHECK_INT(interlock_lockdown(machine.hw, &cat, bars, NULL), 0);
	CHECK_INT(bars->count, 0);
	put(&machine, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	CHECK_INT(interlock_lockdown(machine.hw, &cat, bars, NULL), 0);
	CHECK_INT(bars->count, 1);
	if (bars->count == 1) {
		CHECK_STR(bars->list[0].device, "");
		CHECK_STR(bars->list[0].component, "b");
		CHECK_STR(reason_id(bars->list[0].reason), "LOCKDOWN");
		CHECK_STR(bars->list[0].text,
			  "the kernel is locked down (integrity), and its tool "
			  "needs /dev/mem, past the kernel's drivers");
	}
	put(&machine, "/sys/kernel/security/lockdown",
	    "a line that is far longer than any that a kernel has ever had in this place\n");
	CHECK_INT(interlock_lockdown(machine.hw, &cat, bars, &err), ERR_IO);
	cat.count = 1; /* nobody wants to know */
	CHECK_INT(interlock_lockdown(machine.hw, &cat, bars, &err), 0);
}

/* What ships works through the kernel's drivers: Secure Boot bars none of it. */
static void no_shipped_backend_is_barred_by_lockdown(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_device(&machine, "nvme:A", "nvme");
	put(&machine, "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	find_bars(&machine);
	CHECK_INT(machine.bars.count, 0);
}

int main(void)
{
	TAP_RUN(a_free_drive);
	TAP_RUN(network_devices);
	TAP_RUN(file_systems_swap_and_the_boot_medium);
	TAP_RUN(a_whole_disk_as_file_system);
	TAP_RUN(stacks_of_devices);
	TAP_RUN(loop_devices);
	TAP_RUN(namespaces_with_several_paths);
	TAP_RUN(what_cannot_be_read_is_in_use);
	TAP_RUN(arrays_that_bar);
	TAP_RUN(power_that_is_good);
	TAP_RUN(power_that_is_not);
	TAP_RUN(power_that_cannot_be_told);
	TAP_RUN(lockdown);
	TAP_RUN(no_shipped_backend_is_barred_by_lockdown);
	return TAP_END();
}
