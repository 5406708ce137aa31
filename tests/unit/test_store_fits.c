/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is copied when not all of it fits, where it lies, and which steps disturb the medium. */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store_world.h"

static void measured(void)
{
	struct world world;
	struct store_need need;

	store_world_make(&world);
	store_world_add(&world, 3 * MIB, "nvme");
	store_world_add(&world, 2 * MIB, "devlink");
	store_world_add(&world, 1 * MIB, "uefi-capsule");
	store_world_set_available(&world, 256 + 6 + 3);
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.payload_bytes, 6 * MIB);
	CHECK_INT(need.kernel_bytes, 3 * MIB);
	CHECK_INT(need.available, 265 * MIB);
	CHECK_INT(need.missing, 0);
	store_world_set_available(&world, 256 + 6 + 2);
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.missing, MIB);
	temp_tree_text(&world.tree, "/proc/meminfo", "MemFree: 17 kB\n");
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), ERR_IO);
	store_world_drop(&world);
}

static void not_all_fits(void)
{
	static const bool second[STEPS] = { false, false, true, false };
	static const bool first_and_second[STEPS] = { true, false, true, false };
	struct world world;

	store_world_make_three(&world);
	store_world_set_available(&world, 256 + 3);
	CHECK_INT(store_world_fill(&world, second), 0);
	CHECK(!store_holds_all(world.store));
	store_world_check_absent(&world, 0);
	store_world_check_absent(&world, 1);
	store_world_check_there(&world, 2);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(store_world_fill(&world, first_and_second), ERR_FULL);
	CHECK_CONTAINS(world.err.text, "3 MiB of memory are missing");
	CHECK(!world.store);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(!store_holds_all(world.store));
	store_world_check_absent(&world, 2);
	store_world_drop(&world);
}

/* What fits is copied whole, whatever was chosen. */
static void all_fits_despite_choice(void)
{
	static const bool second[STEPS] = { false, false, true, false };
	struct world world;

	store_world_make_three(&world);
	CHECK_INT(store_world_fill(&world, second), 0);
	CHECK(store_holds_all(world.store));
	store_world_drop(&world);
}

/* What a run that died has left is removed; a folder that others can write to is not used. */
static void folder(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	store_world_make_three(&world);
	payload_name(world.comps[0].payload.sha256, 0, name);
	tmpdir_write_text(&world.ram, name, "a part of what was copied then");
	tmpdir_write_text(&world.ram, "blobs/00/0000", "something else");
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	store_world_check_there(&world, 0);
	CHECK(access(tmpdir_file(&world.ram, "blobs/00/0000"), F_OK) != 0);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(chmod(world.ram.path, 0777), 0);
	CHECK_INT(store_world_fill(&world, NULL), ERR_IO);
	CHECK_CONTAINS(world.err.text, "others may write there");
	world.options.ram_dir = "/proc/no/such";
	CHECK_INT(store_world_fill(&world, NULL), ERR_IO);
	world.options.ram_dir = tmpdir_file(&world.repo, "new/folder");
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	store_world_drop(&world);
}

/* A symbolic link in the place of the folder, or of a file in it, is not followed. */
static void links(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	store_world_make_three(&world);
	CHECK_INT(symlink(world.ram.path, tmpdir_file(&world.repo, "link")), 0);
	world.options.ram_dir = tmpdir_file(&world.repo, "link");
	CHECK_INT(store_world_fill(&world, NULL), ERR_IO);
	world.options.ram_dir = world.ram.path;
	payload_name(world.comps[0].payload.sha256, 0, name);
	tmpdir_write_text(&world.repo, "precious", "precious");
	tmpdir_write_text(&world.ram, name, "");
	CHECK_INT(unlink(tmpdir_file(&world.ram, name)), 0);
	CHECK_INT(symlink(tmpdir_file(&world.repo, "precious"), tmpdir_file(&world.ram, name)), 0);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	store_world_check_there(&world, 0);
	CHECK_INT(truncate(tmpdir_file(&world.repo, "precious"), 8), 0);
	store_world_drop(&world);
}

static void disturbing(void)
{
	static const struct {
		const char *id, *parent, *node, *class_name, *backend, *disk;
		enum device_kind kind;
		bool want;
	} rows[] = {
		{ "ilo", "", "", "bmc", "ilo-redfish", "/dev/sda", DEVICE_SYSTEM, true },
		{ "system", "", "", "system-rom", "ilo-redfish", "/dev/sda", DEVICE_SYSTEM, true },
		{ "system", "", "", "system-rom", "uefi-capsule", "/dev/sda", DEVICE_SYSTEM,
		  false },
		{ "pci:0000:00:14.0", "", "", "controller", "x", "/dev/sda", DEVICE_PCI, true },
		{ "pci:0000:00:14.0", "", "", "other", "x", "/dev/sda1", DEVICE_PCI, true },
		{ "pci:0000:00:14", "", "", "other", "x", "/dev/sda", DEVICE_PCI, false },
		{ "pci:0000:03:00.0", "", "", "controller", "x", "/dev/sda", DEVICE_PCI, false },
		{ "pci:0000:03:00.0", "", "", "controller", "x", NULL, DEVICE_PCI, true },
		{ "pci:0000:03:00.0", "", "", "controller", "x", "/dev/sdz", DEVICE_PCI, true },
		{ "pci:0000:03:00.0", "", "", "nic", "devlink", NULL, DEVICE_PCI, false },
		{ "ses:1", "pci:0000:00:14.0", "/dev/sg1", "other", "x", "/dev/sda", DEVICE_PCI,
		  true },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/nvme0n1",
		  DEVICE_NVME, true },
		{ "nvme:2", "pci:0000:04:00.0", "/dev/nvme1", "drive", "nvme", "/dev/nvme0n1",
		  DEVICE_NVME, false },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/nvme9n1",
		  DEVICE_NVME, true },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/sda",
		  DEVICE_NVME, false },
	};
	struct world world;

	store_world_make(&world);
	temp_tree_link(&world.tree, "/sys/class/block/sda",
		       "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/host6/block/sda");
	temp_tree_link(&world.tree, "/sys/class/block/sda1",
		       "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/host6/block/sda/sda1");
	temp_tree_link(&world.tree, "/sys/class/block/nvme0n1",
		       "../../devices/pci0000:00/0000:04:00.0/nvme/nvme0/nvme0n1");
	temp_tree_link(&world.tree, "/sys/class/block/nvme9n1",
		       "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme9n1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct device dev = { .kind = rows[i].kind };
		struct component comp = { 0 };
		struct step step = { .dev = &dev, .comp = &comp };

		snprintf(dev.id, sizeof(dev.id), "%s", rows[i].id);
		snprintf(dev.parent, sizeof(dev.parent), "%s", rows[i].parent);
		snprintf(dev.node, sizeof(dev.node), "%s", rows[i].node);
		comp.class_name = rows[i].class_name;
		comp.backend = rows[i].backend;
		component_complete(&comp);
		if (store_disturbs_medium(&world.hw, &step, rows[i].disk) != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(store_disturbs_medium(&world.hw, &step, rows[i].disk), rows[i].want);
	}
	store_world_drop(&world);
}

int main(void)
{
	TAP_RUN(measured);
	TAP_RUN(not_all_fits);
	TAP_RUN(all_fits_despite_choice);
	TAP_RUN(folder);
	TAP_RUN(links);
	TAP_RUN(disturbing);
	return TAP_END();
}
