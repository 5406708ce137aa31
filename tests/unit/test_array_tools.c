/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our images against the formats' own tools: what mdadm, LVM and libblkid say of them is what they
 * were made to be, and what mkfs.btrfs makes is read as what it is. Without the tool the test is
 * skipped.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "array_image.h"
#include "base/cleanup.h"
#include "format/btrfs.h"
#include "tap.h"
#include "temp_tree.h"

static uint8_t disk[IMAGE_BYTES];
static char said[65536]; /* by the tool that ran last */

/* Its status; -1 = it could not be run. */
static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int run(const char *fmt, ...)
{
	char command[1024] = "PATH=$PATH:/usr/sbin:/sbin; exec 2>&1; ";
	size_t used = strlen(command);
	va_list ap;
	FILE *pipe;

	va_start(ap, fmt);
	vsnprintf(command + used, sizeof(command) - used, fmt, ap);
	va_end(ap);
	pipe = popen(command, "r");
	if (!pipe)
		return -1;
	used = fread(said, 1, sizeof(said) - 1, pipe);
	said[used] = '\0';
	return pclose(pipe);
}

static bool is_there(const char *tool)
{
	if (strcmp(tool, "a loop device") == 0)
		return run("test -w /dev/loop-control && losetup -f") == 0 && is_there("mdadm");
	return run("command -v %s >/dev/null", tool) == 0;
}

/* Writes the disk into the tree's file "disk". */
static void save(const struct temp_tree *tree)
{
	temp_tree_put(tree, "/disk", disk, sizeof(disk));
	memset(disk, 0, sizeof(disk));
}

static void check_said(const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		CHECK_CONTAINS(said, parts[i]);
}

#define CHECK_SAID(...)                                             \
	do {                                                        \
		static const char *const parts[] = { __VA_ARGS__ }; \
		check_said(parts, sizeof(parts) / sizeof(*parts));  \
	} while (0)

static void mdadm_reads_our_superblocks(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct md_image image = MD_IMAGE_MIRROR(1);

	for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
		image.version = (enum md_version)version;
		md_image_put(disk, &image);
		save(&tree);
		CHECK_INT(run("mdadm --examine %s/disk", tree.dir), 0);
		CHECK_SAID("Raid Level : raid1", "Raid Devices : 2", "- correct");
		CHECK_CONTAINS(said, "Events : 17");
		CHECK_CONTAINS(said, version == MD_0_90
					     ? "UUID : abacadae:01020304:05060708:090a0b0c"
					     : "Array UUID : abacadae:afb0b1b2:b3b4b5b6:b7b8b9ba");
		CHECK_CONTAINS(said, "State : clean");
		if (version != MD_0_90)
			CHECK_CONTAINS(said, "Device Role : Active device 1");
	}
}

static void mdadm_reads_our_states(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct md_image image = MD_IMAGE_MIRROR(0xffff);

	image.features = 2;
	image.recovery_offset = 1000;
	md_image_put(disk, &image);
	save(&tree);
	CHECK_INT(run("mdadm --examine %s/disk", tree.dir), 0);
	CHECK_SAID("Device Role : spare", "Recovery Offset : 1000 sectors");
	image = (struct md_image)MD_IMAGE_MIRROR(0);
	image.resync_offset = 0;
	image.features = 4;
	md_image_put(disk, &image);
	save(&tree);
	CHECK_INT(run("mdadm --examine %s/disk", tree.dir), 0);
	CHECK_SAID("State : active", "Reshape pos'n : 0");
}

static void mdadm_reads_our_intel_metadata(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	const struct imsm_image image = {
		.disks = 4, .generation = 5, .map_state = 2, .failed = 1, .more_spares = 10
	};

	imsm_image_put(disk, &image);
	save(&tree);
	/* It asks for the size of sectors, which a file does not have. */
	CHECK_INT(run("l=$(losetup -r -f --show %s/disk) && IMSM_NO_PLATFORM=1 "
		      "IMSM_DEVNAME_AS_SERIAL=1 mdadm --examine $l; rc=$?; losetup -d $l; exit $rc",
		      tree.dir),
		  0);
	CHECK_SAID("Intel Raid ISM Cfg Sig.", "Orig Family : cafe0001", "Generation : 00000005",
		   "Checksum : ", " correct", "[Volume0]", "Members : 4", "Failed disk : 3",
		   "Map State : degraded", "RAID Level : 10", "RAID Devices : 1",
		   "State : active failed", "State : spare");
}

static void lvm_reads_our_volumes(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	const struct lvm_image image = { .number = 1, .volumes = 2, .seqno = 7, .wrapped = true };

	lvm_image_put(disk, &image);
	save(&tree);
	CHECK_INT(run("LVM_SYSTEM_DIR=%s pvck --dump headers %s/disk", tree.dir, tree.dir), 0);
	CHECK_SAID("pv_header.pv_uuid abc001DEFG0001hijkLMNOpqrsTuvwx1", "mda_header_1 at 4096",
		   "metadata text at", "seqno 7", "vgname vg-data");
	CHECK(!strstr(said, "CHECK"));
}

static void blkid_knows_them_all(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct md_image md = MD_IMAGE_MIRROR(1);
	const struct imsm_image imsm = { .disks = 2 };
	const struct lvm_image lvm = { .volumes = 1, .seqno = 1 };

	md_image_put(disk, &md);
	save(&tree);
	CHECK_INT(run("blkid -p -o export %s/disk", tree.dir), 0);
	CHECK_SAID("VERSION=1.2", "UUID=abacadae-afb0-b1b2-b3b4-b5b6b7b8b9ba",
		   "TYPE=linux_raid_member", "LABEL=host:data");
	lvm_image_put(disk, &lvm);
	save(&tree);
	CHECK_INT(run("blkid -p -o export %s/disk", tree.dir), 0);
	CHECK_SAID("UUID=abc000-DEFG-0000-hijk-LMNO-pqrs-Tuvwx0", "TYPE=LVM2_member");
	imsm_image_put(disk, &imsm);
	save(&tree);
	CHECK_INT(run("blkid -p -o export %s/disk", tree.dir), 0);
	CHECK_SAID("TYPE=isw_raid_member", "VERSION=1.3.00");
	btrfs_image_put(disk, 1, 2, 9);
	save(&tree);
	CHECK_INT(run("blkid -p -o export %s/disk", tree.dir), 0);
	CHECK_SAID("TYPE=btrfs", "UUID=5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
}

static void we_read_what_mkfs_btrfs_makes(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct btrfs_super super[2];

	CHECK_INT(run("cd %s; truncate -s 256M a b; mkfs.btrfs -q -d raid1 -m raid1 "
		      "-U 01234567-89ab-cdef-0123-456789abcdef a b && "
		      "head -c 131072 a >a.head && head -c 131072 b >b.head",
		      tree.dir),
		  0);
	for (unsigned int i = 0; i < 2; i++) {
		CLEANUP_FREE char *all = temp_tree_read(&tree, i ? "/b.head" : "/a.head");

		CHECK(all);
		if (!all)
			return;
		CHECK_INT(btrfs_parse((const uint8_t *)all + BTRFS_OFFSET, BTRFS_BYTES, &super[i],
				      NULL),
			  0);
		CHECK_STR(super[i].uuid, "01234567-89ab-cdef-0123-456789abcdef");
		CHECK_INT(super[i].devices, 2);
		CHECK_INT(super[i].device, i + 1);
	}
	CHECK_INT(super[0].generation, super[1].generation);
}

#define TAP_RUN_WITH(tool, function)                                                       \
	do {                                                                               \
		if (is_there(tool))                                                        \
			TAP_RUN(function);                                                 \
		else                                                                       \
			printf("ok %d - " #function " # SKIP no " tool "\n", ++tap_count); \
	} while (0)

int main(void)
{
	TAP_RUN_WITH("mdadm", mdadm_reads_our_superblocks);
	TAP_RUN_WITH("mdadm", mdadm_reads_our_states);
	TAP_RUN_WITH("a loop device", mdadm_reads_our_intel_metadata);
	TAP_RUN_WITH("pvck", lvm_reads_our_volumes);
	TAP_RUN_WITH("blkid", blkid_knows_them_all);
	TAP_RUN_WITH("mkfs.btrfs", we_read_what_mkfs_btrfs_makes);
	return TAP_END();
}
