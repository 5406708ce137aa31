/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/arrays.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_image.h"
#include "base/cleanup.h"
#include "hw/hwio_record.h"
#include "tap.h"
#include "temp_tree.h"

static uint8_t disk[IMAGE_BYTES]; /* what put_block() writes; empty again after it */

/* A machine with drives below /sys and /dev, and its inventory. */
struct machine {
	struct temp_tree tree;
	struct hwio *hw;
	struct inventory inv;
	struct err err;
	int rc;
};

static struct machine machine_make(void)
{
	struct machine machine = { .tree = temp_tree_make() };

	machine.hw = hwio_real_new(machine.tree.dir);
	memset(disk, 0, sizeof(disk));
	return machine;
}

static void machine_free(struct machine *machine)
{
	hwio_real_free(machine->hw);
	inventory_free(&machine->inv);
	temp_tree_remove(&machine->tree);
}

#define CLEANUP_MACHINE __attribute__((cleanup(machine_free)))

/* folder: below /sys/devices, what the link shows. */
static void put_block(struct machine *machine, const char *folder, const char *name, bool partition)
{
	char path[256], text[256];

	snprintf(text, sizeof(text), "/sys/devices/%s/%s", folder, name);
	snprintf(path, sizeof(path), "%s/size", text);
	temp_tree_text(&machine->tree, path, "4096\n");
	snprintf(path, sizeof(path), "%s/partition", text);
	if (partition)
		temp_tree_text(&machine->tree, path, "1\n");
	snprintf(path, sizeof(path), "/sys/class/block/%s", name);
	snprintf(text, sizeof(text), "../../devices/%s/%s", folder, name);
	temp_tree_link(&machine->tree, path, text);
	snprintf(path, sizeof(path), "/dev/%s", name);
	temp_tree_put(&machine->tree, path, disk, sizeof(disk));
	memset(disk, 0, sizeof(disk));
}

/* Drive number with its disk as one block device: /dev/nvme<number>n1. */
static struct device *put_drive(struct machine *machine, unsigned int number)
{
	char folder[64], name[24], id[24];
	struct device *dev;

	snprintf(folder, sizeof(folder), "pci0000:00/0000:0%u:00.0/nvme/nvme%u", number, number);
	snprintf(name, sizeof(name), "nvme%un1", number);
	put_block(machine, folder, name, false);
	snprintf(id, sizeof(id), "nvme:%u", number);
	CHECK_INT(inventory_add(&machine->inv, DEVICE_NVME, id, &dev, NULL), 0);
	snprintf(dev->node, sizeof(dev->node), "/dev/nvme%u", number);
	return dev;
}

static void put_partition(struct machine *machine, unsigned int number, unsigned int part)
{
	char folder[80], name[24];

	snprintf(folder, sizeof(folder), "pci0000:00/0000:0%u:00.0/nvme/nvme%u/nvme%un1", number,
		 number, number);
	snprintf(name, sizeof(name), "nvme%un1p%u", number, part);
	put_block(machine, folder, name, true);
}

static void probe(struct machine *machine)
{
	machine->rc = arrays_probe(machine->hw, &machine->inv, &machine->err);
}

static const char *prop(const struct machine *machine, unsigned int number, const char *key)
{
	char id[24];
	const char *value;

	snprintf(id, sizeof(id), "nvme:%u", number);
	value = device_prop(inventory_find(&machine->inv, id), key);
	return value ? value : "(none)";
}

#define UUID "abacadae:afb0b1b2:b3b4b5b6:b7b8b9ba"

/* Members number 0.. on as many drives, each changed by edit(). */
static void put_members(struct machine *machine, const struct md_image *first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct md_image image = *first;

		image.role = i;
		md_image_put(disk, &image);
		put_drive(machine, i);
	}
}

static void a_whole_mirror_of_each_version(void)
{
	for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct md_image image = MD_IMAGE_MIRROR(0);

		image.version = (enum md_version)version;
		put_members(&machine, &image, 2);
		probe(&machine);
		CHECK_INT(machine.rc, 0);
		for (unsigned int i = 0; i < 2; i++) {
			CHECK_STR(prop(&machine, i, "array.0"),
				  version == MD_0_90 ? "md:abacadae:01020304:05060708:090a0b0c"
						     : "md:" UUID);
			CHECK_STR(prop(&machine, i, "array.0.state"), "whole");
			CHECK_STR(prop(&machine, i, "array.1"), "(none)");
		}
	}
}

static void a_member_that_is_not_here(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	put_members(&machine, &image, 1);
	put_drive(&machine, 1); /* a drive, with nothing on it */
	probe(&machine);
	CHECK_INT(machine.rc, 0);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
	CHECK_STR(prop(&machine, 1, "array.0"), "(none)");
}

/* The drive of another kind, SATA, that has no entry in the inventory counts too. */
static void all_disks_count_as_members(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	put_members(&machine, &image, 1);
	image.role = 1;
	md_image_put(disk, &image);
	put_block(&machine, "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block", "sda",
		  false);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "whole");
}

static void a_member_that_was_left_out(void)
{
	for (unsigned int behind = 0; behind <= 2; behind++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct md_image image = MD_IMAGE_MIRROR(0);

		put_members(&machine, &image, 1);
		image.role = 1;
		image.events -= behind;
		md_image_put(disk, &image);
		put_drive(&machine, 1);
		probe(&machine);
		for (unsigned int i = 0; i < 2; i++)
			CHECK_STR(prop(&machine, i, "array.0.state"),
				  behind <= 1 ? "whole"
					      : "degraded: 1 of 2 members are here, "
						"1 more out of date");
	}
}

static void spares_do_not_make_it_whole(void)
{
	static const unsigned int roles[] = { 0xffff, 0xfffe, 0xfffd };

	for (size_t i = 0; i < 3; i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct md_image image = MD_IMAGE_MIRROR(0);

		put_members(&machine, &image, 1);
		image.role = roles[i];
		md_image_put(disk, &image);
		put_drive(&machine, 1);
		probe(&machine);
		CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
		CHECK_STR(prop(&machine, 1, "array.0.state"), "degraded: 1 of 2 members are here");
	}
}

/* A replacement that is being filled has the number of what it replaces: it is no other member. */
static void a_number_counts_once(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	for (unsigned int i = 0; i < 2; i++) {
		md_image_put(disk, &image);
		put_drive(&machine, i);
	}
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
}

static void work_that_is_not_finished(void)
{
	static const struct {
		uint32_t features;
		uint64_t recovery, resync;
		const char *want;
	} table[] = {
		{ 2, 100, UINT64_MAX, "rebuilding: a recovery is not finished" },
		{ 4, 0, UINT64_MAX, "rebuilding: a reshape is not finished" },
		{ 0, 0, 512, "rebuilding: a resync is not finished" },
		{ 0, 0, 0, "unclean: all 2 members are here, it was not shut down" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct md_image image = MD_IMAGE_MIRROR(0);

		put_members(&machine, &image, 1);
		image.role = 1;
		image.features = table[i].features;
		image.recovery_offset = table[i].recovery;
		image.resync_offset = table[i].resync;
		md_image_put(disk, &image);
		put_drive(&machine, 1);
		probe(&machine);
		CHECK_STR(prop(&machine, 0, "array.0.state"), table[i].want);
		CHECK_STR(prop(&machine, 1, "array.0.state"), table[i].want);
	}
}

/* Missing beats everything else: nothing may be said to be under way that hides it. */
static void degraded_comes_first(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	image.level = 6;
	image.disks = 4;
	image.resync_offset = 512;
	put_members(&machine, &image, 3);
	probe(&machine);
	CHECK_STR(prop(&machine, 2, "array.0.state"), "degraded: 3 of 4 members are here");
}

static void paths_to_a_drive_are_no_set(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	image.level = -4;
	put_members(&machine, &image, 1);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0"), "md:" UUID);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "(none)");
}

static void partitions_and_several_arrays(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image boot = MD_IMAGE_MIRROR(0), data = MD_IMAGE_MIRROR(0);

	data.uuid = 0x10;
	boot.version = MD_1_0;
	for (unsigned int i = 0; i < 2; i++) {
		put_drive(&machine, i);
		boot.role = data.role = i;
		md_image_put(disk, &boot);
		put_partition(&machine, i, 1);
		if (i == 0)
			md_image_put(disk, &data);
		put_partition(&machine, i, 2);
	}
	probe(&machine);
	CHECK_INT(machine.rc, 0);
	CHECK_STR(prop(&machine, 0, "array.0"), "md:" UUID);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "whole");
	CHECK_STR(prop(&machine, 0, "array.1"), "md:10111213:14151617:18191a1b:1c1d1e1f");
	CHECK_STR(prop(&machine, 0, "array.1.state"), "degraded: 1 of 2 members are here");
	CHECK_STR(prop(&machine, 1, "array.0.state"), "whole");
	CHECK_STR(prop(&machine, 1, "array.1"), "(none)");
}

/* The namespace hangs below its subsystem; its paths are hidden block devices of their own. */
static void a_drive_with_two_controllers(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	put_drive(&machine, 0);
	put_drive(&machine, 1);
	put_drive(&machine, 2);
	temp_tree_text(&machine.tree, "/sys/class/nvme-subsystem/nvme-subsys7/nvme0", "");
	temp_tree_text(&machine.tree, "/sys/class/nvme-subsystem/nvme-subsys7/nvme1", "");
	temp_tree_text(&machine.tree, "/sys/class/nvme-subsystem/nvme-subsys7/nvme7n1", "");
	md_image_put(disk, &image);
	put_block(&machine, "virtual/nvme-subsystem/nvme-subsys7", "nvme7n1", false);
	image.role = 1;
	md_image_put(disk, &image);
	temp_tree_text(&machine.tree, "/sys/devices/p/nvme/nvme0/nvme7c0n1/hidden", "1\n");
	put_block(&machine, "p/nvme/nvme0", "nvme7c0n1", false);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
	CHECK_STR(prop(&machine, 1, "array.0.state"), "degraded: 1 of 2 members are here");
	CHECK_STR(prop(&machine, 2, "array.0"), "(none)");
}

/* Loop and RAM disks, the server's own arrays when it runs, sticks. */
static void what_is_no_disk_is_not_read(void)
{
	static const struct {
		const char *folder, *name;
	} table[] = {
		{ "virtual/block", "loop0" },
		{ "virtual/block", "md0" },
		{ "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host1/t/l/block", "sdb" },
		{ "pci0000:00/0000:00:1f.2/ata2/host1/t/l/block", "sr0" },
	};
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);

	put_members(&machine, &image, 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		image.role = 1;
		md_image_put(disk, &image);
		put_block(&machine, table[i].folder, table[i].name, false);
	}
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
}

static void put_lvm(struct machine *machine, const struct lvm_image *first, unsigned int number)
{
	struct lvm_image image = *first;

	image.number = number;
	lvm_image_put(disk, &image);
	put_drive(machine, number);
}

static void volume_groups(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct lvm_image image = { .volumes = 3, .seqno = 5, .wrapped = true };

	put_lvm(&machine, &image, 0);
	image.no_metadata = true;
	put_lvm(&machine, &image, 1);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0"), "lvm:vg-data");
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 2 of 3 members are here");
	CHECK_STR(prop(&machine, 1, "array.0.state"), "degraded: 2 of 3 members are here");
	put_lvm(&machine, &image, 2);
	probe(&machine);
	CHECK_STR(prop(&machine, 1, "array.0.state"), "whole");
	CHECK_STR(prop(&machine, 2, "array.0"), "lvm:vg-data");
}

/* What stands in a text is as old as its seqno. */
static void the_newest_text_counts(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct lvm_image image = { .volumes = 2, .seqno = 5 };

	put_lvm(&machine, &image, 0);
	image.seqno = 6;
	image.missing = true;
	put_lvm(&machine, &image, 1);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
}

/* One volume is on md or below encryption: nobody can say from here that it is missing. */
static void a_volume_that_may_be_hidden(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct lvm_image image = { .volumes = 2, .seqno = 5, .device = "/dev/md127" };

	put_lvm(&machine, &image, 0);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0"), "lvm:vg-data");
	CHECK_STR(prop(&machine, 0, "array.0.state"), "(none)");
}

/* A mirror with its superblock at the end: what is on it is seen on both halves. */
static void a_group_on_a_mirror(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct lvm_image lvm = { .volumes = 1, .seqno = 5, .device = "/dev/md127" };

	image.version = MD_1_0;
	for (unsigned int i = 0; i < 2; i++) {
		image.role = i;
		md_image_put(disk, &image);
		lvm_image_put(disk, &lvm);
		put_drive(&machine, i);
	}
	probe(&machine);
	for (unsigned int i = 0; i < 2; i++) {
		CHECK_STR(prop(&machine, i, "array.0"), "md:" UUID);
		CHECK_STR(prop(&machine, i, "array.0.state"), "whole");
		CHECK_STR(prop(&machine, i, "array.1"), "lvm:vg-data");
		CHECK_STR(prop(&machine, i, "array.1.state"), "whole");
	}
}

static void damaged_lvm_is_no_group(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct lvm_image image = { .volumes = 2, .seqno = 5 };

	lvm_image_put(disk, &image);
	disk[4096 + 512 + 30] ^= 1; /* the text does not have its checksum any more */
	put_drive(&machine, 0);
	probe(&machine);
	CHECK_INT(machine.rc, 0);
	CHECK_STR(prop(&machine, 0, "array.0"), "(none)");
}

static void intel_and_btrfs(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct imsm_image image = { .disks = 2, .generation = 3, .more_spares = 12 };

	imsm_image_put(disk, &image);
	btrfs_image_put(disk, 1, 2, 50);
	put_drive(&machine, 0);
	imsm_image_put(disk, &image);
	put_drive(&machine, 1);
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0"), "imsm:cafe0001");
	CHECK_STR(prop(&machine, 0, "array.0.state"), "whole");
	CHECK_STR(prop(&machine, 0, "array.1"), "btrfs:5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
	CHECK_STR(prop(&machine, 0, "array.1.state"), "degraded: 1 of 2 members are here");
	CHECK_STR(prop(&machine, 1, "array.0.state"), "whole");
	CHECK_STR(prop(&machine, 1, "array.1"), "(none)");
}

static void intel_says_so_itself(void)
{
	static const struct {
		struct imsm_image image;
		const char *want;
	} table[] = {
		{ { .disks = 2, .map_state = 2 }, "degraded: a volume of it says so" },
		{ { .disks = 2, .failed = 1 }, "degraded: a volume of it says so" },
		{ { .disks = 2, .migrating = 1 },
		  "rebuilding: an initialisation, rebuild or migration is not finished" },
		{ { .disks = 3 }, "degraded: 2 of 3 members are here" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();

		for (unsigned int number = 0; number < 2; number++) {
			imsm_image_put(disk, &table[i].image);
			put_drive(&machine, number);
		}
		probe(&machine);
		CHECK_STR(prop(&machine, 0, "array.0.state"), table[i].want);
	}
}

/* Sectors of 4 KiB: the anchor is the last but one of those. */
static void intel_on_large_sectors(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct imsm_image image = { .disks = 1, .more_spares = 90, .sector = 4096 };

	imsm_image_put(disk, &image);
	put_drive(&machine, 0);
	temp_tree_text(&machine.tree,
		       "/sys/devices/pci0000:00/0000:00:00.0/nvme/nvme0/nvme0n1/queue/"
		       "logical_block_size",
		       "4096\n");
	probe(&machine);
	CHECK_STR(prop(&machine, 0, "array.0"), "imsm:cafe0001");
}

static void what_cannot_be_read_is_said(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct md_image image = MD_IMAGE_MIRROR(0);
	char path[256];

	put_members(&machine, &image, 2);
	snprintf(path, sizeof(path), "%s/dev/nvme1n1", machine.tree.dir);
	CHECK_INT(truncate(path, 8192), 0); /* shorter than its size says */
	probe(&machine);
	CHECK_INT(machine.rc, ERR_IO);
	CHECK_CONTAINS(machine.err.text, "/dev/nvme1n1: No data available");
	CHECK_STR(prop(&machine, 0, "array.0.state"), "whole"); /* what was read still counts */
	unlink(path);
	mkdir(path, 0700);
	probe(&machine);
	CHECK_INT(machine.rc, ERR_IO);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "degraded: 1 of 2 members are here");
	rmdir(path);
	probe(&machine); /* a captured machine has no devices */
	CHECK_INT(machine.rc, 0);
}

static void without_drives_nothing_is_read(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	char path[256];

	probe(&machine);
	CHECK_INT(machine.rc, 0);
	put_block(&machine, "pci0000:00/ata1/block", "sda", false);
	snprintf(path, sizeof(path), "%s/dev/sda", machine.tree.dir);
	unlink(path);
	mkdir(path, 0700); /* reading it would be an error */
	probe(&machine);
	CHECK_INT(machine.rc, 0);
}

/* What a drive stores does not leave the machine in a log; what was understood of it does. */
static void traces_hold_no_stored_data(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	CLEANUP_TREE struct temp_tree log = temp_tree_make();
	CLEANUP_FREE char *stored = NULL;
	CLEANUP_FREE char *sys = NULL;
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct hwio *hw = NULL;

	put_members(&machine, &image, 2);
	CHECK_INT(hwio_record_new(machine.hw, log.dir, &hw, NULL), 0);
	CHECK_INT(arrays_probe(hw, &machine.inv, NULL), 0);
	hwio_record_free(hw);
	CHECK_STR(prop(&machine, 0, "array.0.state"), "whole");
	stored = temp_tree_read(&log, "/trace-nvme0n1.jsonl");
	sys = temp_tree_read(&log, "/trace-sys.jsonl");
	CHECK_CONTAINS(stored, "\"call\":\"pread\"");
	CHECK_CONTAINS(stored, "\"offset\":4096");
	CHECK_CONTAINS(stored, "\"sha256\":");
	CHECK(stored && !strstr(stored, "\"hex\""));
	CHECK_CONTAINS(sys, "md:" UUID " member 0, generation 17, 2 wanted at ");
}

int main(void)
{
	TAP_RUN(a_whole_mirror_of_each_version);
	TAP_RUN(a_member_that_is_not_here);
	TAP_RUN(all_disks_count_as_members);
	TAP_RUN(a_member_that_was_left_out);
	TAP_RUN(spares_do_not_make_it_whole);
	TAP_RUN(a_number_counts_once);
	TAP_RUN(work_that_is_not_finished);
	TAP_RUN(degraded_comes_first);
	TAP_RUN(paths_to_a_drive_are_no_set);
	TAP_RUN(partitions_and_several_arrays);
	TAP_RUN(a_drive_with_two_controllers);
	TAP_RUN(what_is_no_disk_is_not_read);
	TAP_RUN(volume_groups);
	TAP_RUN(the_newest_text_counts);
	TAP_RUN(a_volume_that_may_be_hidden);
	TAP_RUN(a_group_on_a_mirror);
	TAP_RUN(damaged_lvm_is_no_group);
	TAP_RUN(intel_and_btrfs);
	TAP_RUN(intel_says_so_itself);
	TAP_RUN(intel_on_large_sectors);
	TAP_RUN(what_cannot_be_read_is_said);
	TAP_RUN(without_drives_nothing_is_read);
	TAP_RUN(traces_hold_no_stored_data);
	return TAP_END();
}
