/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has no node in /dev: cards with disks below them, the server, its management controller. */
#include <unistd.h>

#include "interlock_machine.h"
#include "ipmi_bench.h"

static bool is_in_use(struct machine *machine, struct device *dev, const char *boot_disk)
{
	return interlock_in_use(machine->hw, dev, boot_disk, machine->why, sizeof(machine->why));
}

static bool card_in_use(struct machine *machine, const char *id, const char *boot_disk)
{
	struct device dev = { .kind = DEVICE_PCI };

	snprintf(dev.id, sizeof(dev.id), "%s", id);
	return is_in_use(machine, &dev, boot_disk);
}

/* An HBA at 03:00.0 with a disk behind an expander, another one at 04:00.0 with one disk. */
static void put_hbas(struct machine *machine)
{
	put(machine, "/sys/class/net/none/x", "");
	put_block(machine,
		  "pci0000:00/0000:00:01.0/0000:03:00.0/host0/port-0:0/expander-0:0/"
		  "port-0:0:1/end_device-0:0:1/target0:0:1/0:0:1:0/block",
		  "sdb", "8:16");
	put_block(machine, "pci0000:00/0000:00:02.0/0000:04:00.0/host1/target1:0:0/1:0:0:0/block",
		  "sdc", "8:32");
}

static void storage_cards(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_hbas(&machine);
	CHECK(!card_in_use(&machine, "pci:0000:03:00.0", NULL));
	CHECK_STR(machine.why, "");
	put_mount(&machine, "8:16");
	CHECK(card_in_use(&machine, "pci:0000:03:00.0", NULL));
	CHECK_STR(machine.why, "it carries the file system mounted at /srv");
	CHECK(card_in_use(&machine, "pci:0000:03:00.1", NULL)); /* the same card */
	CHECK(card_in_use(&machine, "pci:0000:00:01.0", NULL)); /* the port above it */
	CHECK(!card_in_use(&machine, "pci:0000:04:00.0", NULL));
	CHECK(!card_in_use(&machine, "pci:0000:03:01.0", NULL));
	CHECK(card_in_use(&machine, "pci:0000:04:00.0", "/dev/sdc"));
	CHECK_STR(machine.why, "this run was booted from it: /dev/sdc");
	put_block(&machine, "virtual/block", "md0", "9:0");
	put_slave(&machine, "md0", "sdc");
	CHECK(card_in_use(&machine, "pci:0000:04:00.0", NULL));
	CHECK_STR(machine.why, "it is a member of md0");
}

static void swap_below_a_card(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_hbas(&machine);
	put(&machine, "/proc/swaps", "Filename Type Size Used Priority\n/dev/sdc partition 9\n");
	CHECK(card_in_use(&machine, "pci:0000:04:00.0", NULL));
	CHECK_STR(machine.why, "it carries the swap space /dev/sdc");
	CHECK(!card_in_use(&machine, "pci:0000:03:00.0", NULL));
}

/* One drive, two controllers in two slots: the namespace's own path names neither. */
static void multipath_namespaces_below_a_card(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_hbas(&machine);
	put_block(&machine, "virtual/nvme-subsystem/nvme-subsys4", "nvme4n1", "259:4");
	temp_tree_link(&machine.tree, "/sys/class/nvme-subsystem/nvme-subsys4/nvme2",
		       "../../../pci0000:00/0000:05:00.0/nvme/nvme2");
	temp_tree_link(&machine.tree, "/sys/class/nvme-subsystem/nvme-subsys4/nvme3",
		       "../../../pci0000:80/0000:85:00.0/nvme/nvme3");
	put(&machine, "/sys/class/nvme-subsystem/nvme-subsys4/nvme4n1/size", "8\n");
	put_mount(&machine, "259:4");
	CHECK(card_in_use(&machine, "pci:0000:05:00.0", NULL));
	CHECK_STR(machine.why, "it carries the file system mounted at /srv");
	CHECK(card_in_use(&machine, "pci:0000:85:00.0", NULL));
	CHECK(!card_in_use(&machine, "pci:0000:06:00.0", NULL));
	/* A controller without a place may be anywhere. */
	put(&machine, "/sys/class/nvme-subsystem/nvme-subsys4/nvme9/serial", "S\n");
	CHECK(card_in_use(&machine, "pci:0000:06:00.0", NULL));
	/* So may all of a subsystem that cannot be read. */
	put_block(&machine, "virtual/nvme-subsystem/nvme-subsys5", "nvme5n1", "259:5");
	put_mount(&machine, "259:5");
	CHECK(card_in_use(&machine, "pci:0000:07:00.0", NULL));
}

static void cards_with_disks_and_interfaces(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();

	put_hbas(&machine);
	put_interface(&machine, "eth0", "pci0000:00/0000:00:02.0/0000:04:00.1", "0x1003\n");
	CHECK(card_in_use(&machine, "pci:0000:04:00.0", NULL));
	CHECK_STR(machine.why, "its interface eth0 is up");
	CHECK(!card_in_use(&machine, "pci:0000:03:00.0", NULL));
}

static void cards_of_which_nothing_can_be_read(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	char path[128];

	CHECK(card_in_use(&machine, "pci:0000:03:00.0", NULL));
	CHECK_STR(machine.why, "the list of network interfaces cannot be read");
	put_hbas(&machine);
	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", machine.tree.dir);
	CHECK_INT(unlink(path), 0);
	CHECK(card_in_use(&machine, "pci:0000:03:00.0", NULL));
	CHECK_STR(machine.why, "the list of mounts cannot be read");
}

/* Its controller's disks may lie on it. */
static void a_drive_behind_a_raid_controller(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct device dev = { .kind = DEVICE_DRIVE, .parent = "pci:0000:03:00.0" };

	put_hbas(&machine);
	CHECK_INT(device_set_prop(&dev, "scsi.behind", "sg3"), 0);
	snprintf(dev.node, sizeof(dev.node), "/dev/sg3");
	CHECK(!is_in_use(&machine, &dev, NULL));
	put_mount(&machine, "8:32");
	CHECK(!is_in_use(&machine, &dev, NULL));
	put_mount(&machine, "8:16");
	CHECK(is_in_use(&machine, &dev, NULL));
	CHECK_STR(machine.why, "it carries the file system mounted at /srv");
	dev.parent[0] = '\0';
	CHECK(is_in_use(&machine, &dev, NULL));
	CHECK_STR(machine.why, "where it is in the device tree is not known");
	device_free(&dev);
}

/* -- the server and its BMC: files, and a BMC at /dev/ipmi0 when there is one ------------------ */

#define BMC_FD 7777

struct server {
	struct hwio hw;
	struct machine *machine;
	struct bmc bmc;
	bool has_bmc;
	char why[128];
};

static int server_open(struct hwio *hw, const char *path, int flags)
{
	struct server *server = hw->priv;
	struct hwio *files = server->machine->hw;

	if (!server->has_bmc || strcmp(path, "/dev/ipmi0") != 0)
		return files->ops->open(files, path, flags);
	return bmc_open(&server->bmc.hw, path, flags) == 7 ? BMC_FD : -EACCES;
}

static int server_close(struct hwio *hw, int fd)
{
	struct server *server = hw->priv;
	struct hwio *files = server->machine->hw;

	return fd == BMC_FD ? bmc_close(&server->bmc.hw, 7) : files->ops->close(files, fd);
}

static ssize_t server_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio *files = ((struct server *)hw->priv)->machine->hw;

	return files->ops->read(files, fd, buf, size);
}

static int server_list(struct hwio *hw, const char *path, char (**ret)[HWIO_NAME_MAX],
		       size_t *ret_count)
{
	struct hwio *files = ((struct server *)hw->priv)->machine->hw;

	return files->ops->list(files, path, ret, ret_count);
}

static ssize_t server_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio *files = ((struct server *)hw->priv)->machine->hw;

	return files->ops->readlink(files, path, buf, size);
}

static int server_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	CHECK_INT(fd, BMC_FD);
	return bmc_ioctl(&((struct server *)hw->priv)->bmc.hw, 7, request, arg);
}

static int server_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	CHECK_INT(fd, BMC_FD);
	return bmc_poll(&((struct server *)hw->priv)->bmc.hw, 7, events, timeout_ms);
}

static uint64_t server_now(struct hwio *hw)
{
	return ((struct server *)hw->priv)->bmc.now_ms;
}

static void server_sleep(struct hwio *hw, uint32_t ms)
{
	((struct server *)hw->priv)->bmc.now_ms += ms;
}

static const struct hwio_ops server_ops = {
	.name = "server",
	.open = server_open,
	.close = server_close,
	.read = server_read,
	.list = server_list,
	.readlink = server_readlink,
	.ioctl = server_ioctl,
	.poll = server_poll,
	.now_ms = server_now,
	.sleep_ms = server_sleep,
};

static void put_bmc(struct server *server)
{
	server->has_bmc = true;
	server->bmc.hw.priv = &server->bmc;
	server->bmc.answer = ILO;
	server->bmc.answer_len = sizeof(ILO) - 1;
}

static bool server_in_use(struct server *server, enum device_kind kind, const char *boot_disk)
{
	struct device dev = { .kind = kind, .node = "/dev/ipmi0" };

	server->hw = (struct hwio){ .ops = &server_ops, .priv = server };
	return interlock_in_use(&server->hw, &dev, boot_disk, server->why, sizeof(server->why));
}

static void the_server(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct server server = { .machine = &machine };

	put_hbas(&machine);
	put_mount(&machine, "8:16"); /* of the run itself, or nobody else's matter */
	CHECK(!server_in_use(&server, DEVICE_SYSTEM, NULL));
	CHECK_STR(server.why, "");
	put_block(&machine, "virtual/block", "md0", "9:0"); /* RAID 0 */
	put_block(&machine, "virtual/block", "md1", "9:1");
	put(&machine, "/sys/devices/virtual/block/md1/md/sync_action", "idle\n");
	put_bmc(&server);
	CHECK(!server_in_use(&server, DEVICE_SYSTEM, NULL));
	CHECK_INT(server.bmc.asked, 1);
	CHECK_INT(server.bmc.open, 0);
	put(&machine, "/sys/devices/virtual/block/md1/md/sync_action", "resync\n");
	CHECK(server_in_use(&server, DEVICE_SYSTEM, NULL));
	CHECK_STR(server.why, "the array md1 is at work: resync");
}

static void a_bmc_that_is_being_updated(void)
{
	static const char updating[] = "\x20\x01\x82\x72\x02\x8f\x0b\x00\x00\x00\x20";
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct server server = { .machine = &machine };

	put_bmc(&server);
	put_block(&machine, "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/t/l/block", "sdz",
		  "65:144");
	put(&machine, "/sys/class/block/sdz/device/vendor", "SanDisk \n");
	put(&machine, "/sys/class/block/sdz/device/model", "Ultra\n");
	put(&machine, "/sys/bus/pci/devices/0000:00:14.0/class", "0x0c0330\n");
	CHECK(!server_in_use(&server, DEVICE_BMC, "/dev/sdz"));
	CHECK_STR(server.why, "");
	server.bmc.answer = updating;
	server.bmc.answer_len = sizeof(updating) - 1;
	CHECK(server_in_use(&server, DEVICE_BMC, "/dev/sdz"));
	CHECK_STR(server.why, "the management controller is being updated");
	CHECK(server_in_use(&server, DEVICE_SYSTEM, NULL));
	server.bmc.silent = true;
	CHECK(server_in_use(&server, DEVICE_SYSTEM, NULL));
	CHECK_CONTAINS(server.why, "the management controller does not answer:");
	CHECK_INT(server.bmc.open, 0);
}

/* The medium of the run: where it hangs, what it says of itself. */
static void media_that_a_bmc_may_carry(void)
{
#define STICK "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/t/l/block"
#define CHIP  "pci0000:00/0000:00:1c.0/0000:01:00.4/usb3/3-1/3-1:1.0/host7/t/l/block"
	static const struct {
		const char *folder, *vendor, *model;
		bool want;
	} table[] = {
		{ STICK, "SanDisk \n", "Ultra\n", false },
		{ STICK, "AMI     \n", "Virtual CDROM0\n", true },
		{ STICK, "Linux   \n", "File-Stor Gadget\n", true },
		{ STICK, "HP iLO\n", "LUN 01 Media 0\n", true },
		{ STICK, "iDRAC\n", "LCDRIVE\n", true },
		{ STICK, "SanDisk \n", NULL, true },
		{ STICK, NULL, "Ultra\n", true },
		{ CHIP, "SanDisk \n", "Ultra\n", true },
		{ "pci0000:00/0000:03:00.0/ata1/host0/t/l/block", NULL, NULL, false },
		{ "virtual/block", "SanDisk \n", "Ultra\n", true },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct server server = { .machine = &machine };

		put_block(&machine, table[i].folder, "sdz", "65:144");
		if (table[i].vendor)
			put(&machine, "/sys/class/block/sdz/device/vendor", table[i].vendor);
		if (table[i].model)
			put(&machine, "/sys/class/block/sdz/device/model", table[i].model);
		put(&machine, "/sys/bus/pci/devices/0000:00:14.0/class", "0x0c0330\n");
		put(&machine, "/sys/bus/pci/devices/0000:01:00.2/class", "0x088000\n");
		put(&machine, "/sys/bus/pci/devices/0000:01:00.2/vendor", "0x103c\n");
		CHECK_INT(server_in_use(&server, DEVICE_BMC, "/dev/sdz"), table[i].want);
		CHECK_STR(server.why, table[i].want ? "it carries the medium that this run was "
						      "booted from, or may: /dev/sdz"
						    : "");
	}
}

/* What is on the card of the USB controller that the medium hangs from. */
static void cards_that_are_a_bmc(void)
{
	static const struct {
		const char *class_text, *vendor;
		bool want;
	} table[] = {
		{ "0x0c0701\n", "0x8086\n", true }, /* KCS */
		{ "0x0c0702\n", NULL, true },	    /* BT */
		{ "0x088000\n", "0x103c\n", true }, /* iLO */
		{ "0x088000\n", "0x8086\n", false }, { "0x088000\n", NULL, true },
		{ "0x030000\n", "0x103c\n", false }, { NULL, "0x8086\n", true },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP_MACHINE struct machine machine = machine_make();
		struct server server = { .machine = &machine };

		put_block(&machine, CHIP, "sdz", "65:144");
		put(&machine, "/sys/class/block/sdz/device/vendor", "SanDisk\n");
		put(&machine, "/sys/class/block/sdz/device/model", "Ultra\n");
		put(&machine, "/sys/bus/pci/devices/0000:01:00.2/device", "x\n");
		if (table[i].class_text)
			put(&machine, "/sys/bus/pci/devices/0000:01:00.2/class",
			    table[i].class_text);
		if (table[i].vendor)
			put(&machine, "/sys/bus/pci/devices/0000:01:00.2/vendor", table[i].vendor);
		CHECK_INT(server_in_use(&server, DEVICE_BMC, "/dev/sdz"), table[i].want);
	}
}

static void a_bmc_and_a_medium_that_is_not_known(void)
{
	CLEANUP_MACHINE struct machine machine = machine_make();
	struct server server = { .machine = &machine };

	CHECK(server_in_use(&server, DEVICE_BMC, NULL));
	CHECK_STR(server.why, "what this run was booted from is not known");
	CHECK(server_in_use(&server, DEVICE_BMC, "/dev/gone"));
}

int main(void)
{
	TAP_RUN(storage_cards);
	TAP_RUN(swap_below_a_card);
	TAP_RUN(multipath_namespaces_below_a_card);
	TAP_RUN(cards_with_disks_and_interfaces);
	TAP_RUN(cards_of_which_nothing_can_be_read);
	TAP_RUN(a_drive_behind_a_raid_controller);
	TAP_RUN(the_server);
	TAP_RUN(a_bmc_that_is_being_updated);
	TAP_RUN(media_that_a_bmc_may_carry);
	TAP_RUN(cards_that_are_a_bmc);
	TAP_RUN(a_bmc_and_a_medium_that_is_not_known);
	return TAP_END();
}
