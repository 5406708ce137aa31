/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SATA drives in the inventory, what they say of themselves, and what is said of silent ones. */
#include "ata_bench.h"
#include "format/ata.h"

static void probe(struct bench *bench, const char *settings)
{
	start_drive(bench, settings);
	CHECK_INT(backend_ata.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
}

static void what_a_drive_says(void)
{
	const struct device *dev;
	struct bench bench;

	probe(&bench, "deferred=1,min_blocks=8,max_blocks=65535,security=0x0b");
	dev = bench.inv.devices;
	CHECK_INT(dev->kind, DEVICE_DRIVE);
	CHECK_STR(dev->id, "drive:LABATA0001");
	CHECK_STR(dev->name, "sda (DRYDOCK LAB SATA DRIVE, S/N LABATA0001)");
	CHECK_STR(dev->version, "1.00"); /* live, sysfs says STAL */
	CHECK_STR(dev->node, "/dev/sda");
	CHECK_STR(dev->parent, "pci:0000:00:1f.2");
	CHECK_STR(dev->backend, "ata");
	CHECK(dev->updateable);
	CHECK_INT(dev->target_count, 1);
	CHECK_STR(dev->targets[0], "drive-model:DRYDOCK LAB SATA DRIVE");
	CHECK_STR(prop(&bench, "drive.protocol"), "SATA");
	CHECK_STR(prop(&bench, "drive.wwn"), "5000111122223333");
	CHECK_STR(prop(&bench, "scsi.sg"), "sg0");
	CHECK_STR(prop(&bench, "ata.download"), "yes, in pieces, deferred");
	CHECK_STR(prop(&bench, "ata.min_blocks"), "8");
	CHECK_STR(prop(&bench, "ata.max_blocks"), "none");
	CHECK_STR(prop(&bench, "ata.security"), "unlocked, frozen");
	stop(&bench);
}

static void drives_that_cannot_be_updated(void)
{
	static const struct {
		const char *settings, *id, *words;
	} cases[] = {
		{ "download=0", "drive:LABATA0001", "the drive has no DOWNLOAD MICROCODE command" },
		{ "pass_through=0", "drive:0:0:0:0", "takes no ATA commands (sense 5h/20h/00h)" },
		{ "identify_abort=1", "drive:0:0:0:0", "IDENTIFY DEVICE: the drive aborted" },
		{ "identify_hang=1", "drive:0:0:0:0", "no answer within the time" },
		{ "identify_bytes=511", "drive:0:0:0:0", "511 bytes came instead of 512" },
		{ "identify_bytes=0", "drive:0:0:0:0", "0 bytes came instead of 512" },
		{ "checksum=2", "drive:0:0:0:0", "its checksum is wrong" },
		{ "atapi=1", "drive:0:0:0:0", "not of an ATA drive" },
		{ "model=,revision=,serial=", "drive:0:0:0:0", "the drive says nothing" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		probe(&bench, cases[i].settings);
		CHECK_STR(bench.inv.devices->id, cases[i].id);
		CHECK(!bench.inv.devices->updateable);
		CHECK_CONTAINS(prop(&bench, "ata.error"), cases[i].words);
		CHECK_STR(bench.inv.devices->backend, "ata");
		stop(&bench);
	}
}

static void without_a_serial_number(void)
{
	struct bench bench;

	probe(&bench, "serial=");
	CHECK_STR(bench.inv.devices->id, "drive:5000111122223333");
	bench.device->number = 2;
	CHECK_STR(version_after(&bench), "1.00");
	stop(&bench);
	probe(&bench, "serial=,wwn=0");
	CHECK_STR(bench.inv.devices->id, "drive:0:0:0:0");
	CHECK_STR(version_after(&bench), "1.00");
	bench.device->number = 2; /* nothing tells that it is the same */
	CHECK_INT(backend_ata.refresh(&bench.lab->hw, bench.inv.devices, &bench.err),
		  ERR_DEVICE_GONE);
	stop(&bench);
}

/* Not ours: another vendor field, another type, behind USB, no sg node. */
static void what_is_left_alone(void)
{
	struct bench bench;

	for (int i = 0; i < 3; i++) {
		start_drive(&bench, "");
		if (i == 0)
			bench.device->vendor = "HP";
		else if (i == 1)
			bench.device->type = 5;
		else
			bench.device->driver = "usb-storage";
		CHECK_INT(backend_ata.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
		CHECK_INT(bench.inv.count, i == 2);
		CHECK_INT(bench.lab->n_commands, 0);
		stop(&bench);
	}
}

/* Where the log is not let through, IDENTIFY DEVICE has to do. */
static void a_log_is_not_needed(void)
{
	struct bench bench;

	probe(&bench, "log=0,deferred=1");
	CHECK_STR(prop(&bench, "ata.download"), "yes, in pieces");
	stop(&bench);
}

static void swap_text(uint8_t *buf, unsigned int word, const char *text)
{
	for (size_t i = 0; text[i]; i++)
		buf[2 * word + (i ^ 1)] = (uint8_t)text[i];
}

/* Blanks on the left, bytes that no terminal should see, words that say nothing. */
static void odd_identify_data(void)
{
	uint8_t buf[ATA_BLOCK_BYTES];
	struct ata_identity id;
	struct err err;

	memset(buf, 0, sizeof(buf));
	swap_text(buf, 10, "   SN 1\x1b\xff ");
	swap_text(buf, 27, "  MODEL ");
	swap_text(buf, 23, "A");
	CHECK_INT(ata_parse_identify(buf, sizeof(buf), &id, &err), 0);
	CHECK_STR(id.serial, "SN 1??");
	CHECK_STR(id.model, "MODEL");
	CHECK_STR(id.revision, "A");
	CHECK(!id.download && !id.offsets && !id.locked && !id.wwn);
	memset(buf + 100, 0xff, 400); /* words 50 to 249: not one of them is valid */
	CHECK_INT(ata_parse_identify(buf, sizeof(buf), &id, &err), 0);
	CHECK(!id.download && !id.download_dma && !id.offsets && !id.smart && !id.sanitize);
	CHECK(!id.locked && !id.wwn && !id.min_blocks && !id.max_blocks);
	for (size_t len = 0; len < sizeof(buf); len++)
		CHECK_INT(ata_parse_identify(buf, len, &id, &err), ERR_FORMAT);
	CHECK_INT(ata_parse_capabilities(buf, sizeof(buf), &id, &err), ERR_FORMAT);
	CHECK_INT(ata_parse_capabilities(buf, 511, &id, &err), ERR_FORMAT);
}

/* The registers in both formats of sense data, whole and cut anywhere. */
static void registers_in_sense_data(void)
{
	static const uint8_t wide[] = { 0x72, 1,    0,	  0x1d, 0, 0, 0, 14,  9,   12,	 1,
					0x04, 0x40, 0x02, 6,	7, 8, 9, 0xa, 0xb, 0x40, 0x51 };
	static const uint8_t fixed[] = { 0x70, 0, 1, 0x04, 0x51, 0, 0x03, 10, 0x80,
					 1,    2, 3, 0,	   0x1d, 0, 0,	  0,  0 };
	struct ata_result result;

	ata_parse_result(wide, sizeof(wide), &result);
	CHECK(result.known && result.wide);
	CHECK_INT(result.error, 0x04);
	CHECK_INT(result.status, 0x51);
	CHECK_INT(result.count, 0x4002);
	CHECK_INT(result.lba, 0x0a0806 * 0x1000000ll + 0x0b0907);
	ata_parse_result(fixed, sizeof(fixed), &result);
	CHECK(result.known && !result.wide);
	CHECK_INT(result.count, 3);
	CHECK_INT(result.lba, 0x030201);
	for (size_t len = 0; len < sizeof(wide); len++) {
		ata_parse_result(wide, len, &result);
		CHECK(!result.known);
	}
	ata_parse_result(fixed, 13, &result);
	CHECK(!result.known);
}

int main(void)
{
	TAP_RUN(what_a_drive_says);
	TAP_RUN(drives_that_cannot_be_updated);
	TAP_RUN(without_a_serial_number);
	TAP_RUN(what_is_left_alone);
	TAP_RUN(a_log_is_not_needed);
	TAP_RUN(odd_identify_data);
	TAP_RUN(registers_in_sense_data);
	return TAP_END();
}
