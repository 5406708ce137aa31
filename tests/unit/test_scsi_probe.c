/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SAS drives in the inventory, found again, and by two paths. */
#include <errno.h>
#include <scsi/sg.h>

#include "scsi_bench.h"

static void everything_a_drive_says(void)
{
	static const char *const props[][2] = {
		{ "scsi.rev", "0100" },	      { "drive.rev", "0100" },
		{ "drive.protocol", "SAS" },  { "scsi.wwn", "5000c50000000001" },
		{ "scsi.sg", "sg0" },	      { "scsi.address", "0:0:0:0" },
		{ "scsi.driver", "mpt3sas" }, { "scsi.modes", "7def" },
		{ "scsi.activate", "1" },     { "scsi.boundary", "9" },
		{ "scsi.buffer", "8388608" }, { "scsi.error", "" },
	};
	const struct device *dev;
	struct bench bench;

	start(&bench, "modes=0x1e,activate=1,capacity=8388608");
	dev = bench.inv.devices;
	CHECK_STR(dev->id, "drive:LAB0000001");
	CHECK_INT(dev->kind, DEVICE_DRIVE);
	CHECK_STR(dev->name, "sda (DRYDOCK LABSAS0000001, S/N LAB0000001)");
	CHECK_STR(dev->vendor, "DRYDOCK");
	CHECK_STR(dev->model, "LABSAS0000001");
	CHECK_STR(dev->serial, "LAB0000001");
	CHECK_STR(dev->version, "0100"); /* live: sysfs says STAL */
	CHECK_STR(dev->node, "/dev/sda");
	CHECK_STR(dev->parent, "pci:0000:00:1f.2");
	CHECK_STR(dev->backend, "scsi");
	CHECK(dev->updateable);
	for (size_t i = 0; i < sizeof(props) / sizeof(*props); i++)
		CHECK_STR(prop(&bench, props[i][0]), props[i][1]);
	CHECK_INT(dev->target_count, 1);
	CHECK_STR(dev->targets[0], "drive-model:LABSAS0000001");
	for (size_t i = 0; i < bench.lab->n_commands; i++) /* probing only reads */
		CHECK(bench.lab->command[i].cdb[0] == 0x12 || bench.lab->command[i].cdb[0] == 0x3c);
	stop(&bench);
}

/* Law 11: what is left alone has a reason, and gets no command. */
static void what_is_no_drive_of_ours(void)
{
	static const struct {
		const char *driver, *vendor, *model, *bar, *words;
		unsigned int type;
	} cases[] = {
		{ "usb-storage", "SanDisk", "Stick", "NOT_UPDATEABLE", "connected by USB", 0 },
		{ "uas", "SanDisk", "Stick", "NOT_UPDATEABLE", "connected by USB", 0 },
		{ "iscsi_tcp", "LIO-ORG", "disk", "NOT_UPDATEABLE", "storage system", 0 },
		{ "mpt3sas", "HP", "DVD", "NOT_UPDATEABLE", "optical", 5 },
		{ "mpt3sas", "HP", "Ultrium", "NOT_UPDATEABLE", "tape", 1 },
		{ "virtio_scsi", "QEMU", "QEMU HARDDISK", "", "virtual machine", 0 },
		{ "smartpqi", "HPE", "LOGICAL VOLUME", "BEHIND_RAID", "logical volume", 0 },
		{ "hpsa", "HP", "LOGICAL VOLUME", "BEHIND_RAID", "logical volume", 0 },
		{ "aacraid", "Adaptec", "Array", "BEHIND_RAID", "RAID controller", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_drive(&bench, "");
		bench.device->driver = cases[i].driver;
		bench.device->vendor = cases[i].vendor;
		bench.device->name = cases[i].model;
		bench.device->type = cases[i].type;
		CHECK_INT(backend_scsi.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
		CHECK_INT(bench.inv.count, 1);
		CHECK(!bench.inv.devices->updateable);
		CHECK_STR(bench.inv.devices->backend, "");
		CHECK_STR(prop(&bench, "bar"), cases[i].bar);
		CHECK_CONTAINS(prop(&bench, "scsi.error"), cases[i].words);
		CHECK_INT(bench.lab->n_commands, 0);
		stop(&bench);
	}
}

static void others_are_others(void)
{
	static const struct {
		const char *vendor;
		unsigned int type;
	} cases[] = { { "ATA", 0 }, { "HPE", 0x0d }, { "HPE", 0x0c }, { "HPE", 3 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_drive(&bench, "");
		bench.device->vendor = cases[i].vendor;
		bench.device->type = cases[i].type;
		CHECK_INT(backend_scsi.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
		CHECK_INT(bench.inv.count, 0);
		stop(&bench);
	}
}

static void odd_answers(void)
{
	struct bench bench;

	start_drive(&bench, "inquiry_bytes=20");
	CHECK_INT(backend_scsi.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 1);
	CHECK(!bench.inv.devices->updateable);
	CHECK_CONTAINS(prop(&bench, "scsi.error"), "without a revision");
	CHECK_STR(bench.inv.devices->id, "drive:0:0:0:0");
	stop(&bench);
	start(&bench, "junk_serial=\xff\x01X");
	CHECK_STR(bench.inv.devices->serial, "??X");
	stop(&bench);
	start(&bench, "pages=0");
	CHECK_STR(bench.inv.devices->id, "drive:0:0:0:0");
	CHECK_INT(backend_scsi.refresh(&bench.lab->hw, bench.inv.devices, NULL), 0);
	bench.device->number = 3; /* its place was its only name */
	CHECK_INT(backend_scsi.refresh(&bench.lab->hw, bench.inv.devices, NULL), ERR_DEVICE_GONE);
	stop(&bench);
	start_drive(&bench, "");
	bench.device->sg_errno = EIO;
	CHECK_INT(backend_scsi.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_CONTAINS(prop(&bench, "scsi.error"), "INQUIRY: the driver refused");
	stop(&bench);
}

/* The same drive by two ports is written once; after a restart it may have another name. */
static void two_paths_and_other_names(void)
{
	struct hwio_sg_device *second;
	struct bench bench;

	start_drive(&bench, "");
	second = hwio_sg_add(bench.lab, &bench.model, bench_run);
	second->vendor = bench.model.config.vendor;
	second->name = bench.model.config.product;
	second->block = true;
	CHECK_INT(backend_scsi.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 2);
	CHECK(bench.inv.devices[0].updateable);
	CHECK(!bench.inv.devices[1].updateable);
	CHECK_STR(device_prop(&bench.inv.devices[1], "scsi.error"),
		  "another path to drive:LAB0000001");
	bench.device->removed = true;
	CHECK_INT(backend_scsi.refresh(&bench.lab->hw, &bench.inv.devices[0], NULL), 0);
	CHECK_STR(bench.inv.devices[0].node, "/dev/sdb");
	strcpy(bench.model.config.serial, "OTHER");
	CHECK_INT(backend_scsi.refresh(&bench.lab->hw, &bench.inv.devices[0], &bench.err),
		  ERR_DEVICE_GONE);
	CHECK_CONTAINS(bench.err.text, "another drive now");
	stop(&bench);
}

int main(void)
{
	TAP_RUN(everything_a_drive_says);
	TAP_RUN(what_is_no_drive_of_ours);
	TAP_RUN(others_are_others);
	TAP_RUN(odd_answers);
	TAP_RUN(two_paths_and_other_names);
	return TAP_END();
}
