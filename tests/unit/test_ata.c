/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ATA backend against the emulated drive, when all goes well: what reached the drive and what
 * came of it. Each test is one drive, one image and one thing that is special about them.
 */
#include "ata_bench.h"

/* 100 KiB are 200 blocks: 64, 64, 64 and 8, PIO data out, COUNT and offset as ACS-4 has them. */
static void in_pieces(void)
{
	struct bench bench;
	const struct hwio_sg_command *command;

	start(&bench, "");
	CHECK_INT(backend_ata.check(&bench.io, &bench.err), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	CHECK_INT(bench.model.downloads, 4);
	for (uint32_t i = 0; (command = nth_download(&bench, i)); i++) {
		uint32_t blocks = i < 3 ? 64 : 8, offset = 64 * i;

		CHECK_INT(command->cdb[1], 5 << 1);
		CHECK_INT(command->cdb[2], 0x20 | 0x04 | 2); /* CK_COND, blocks, in COUNT */
		CHECK_INT(command->cdb[4], 0x03);
		CHECK_INT(command->cdb[6], blocks);
		CHECK_INT(command->cdb[8], 0);
		CHECK_INT(command->cdb[10] | command->cdb[12] << 8, offset);
		CHECK_INT(command->data_len, blocks * 512);
		CHECK_INT(command->timeout_ms, 15 * MINUTE_MS);
	}
	CHECK_INT(bench.progress, bench.payload.size);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.downloads_at_intent, 0);
	CHECK_STR(version_after(&bench), "2.00");
	CHECK_STR(prop(&bench, "ata.rev"), "2.00");
	CHECK_STR(prop(&bench, "drive.rev"), "2.00");
	stop(&bench);
}

/* More than 255 blocks at once: the length is in two fields, the transport's is what counts. */
static void in_one_piece(void)
{
	struct bench bench;
	const struct hwio_sg_command *command;

	start_size(&bench, "offsets=0", 300 * 1024);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	CHECK_INT(bench.model.downloads, 1);
	command = nth_download(&bench, 0);
	CHECK_INT(command->cdb[2], 0x20 | 0x04 | 3);
	CHECK_INT(command->cdb[4], 0x07);
	CHECK_INT(command->cdb[6], 600 & 0xff);
	CHECK_INT(command->cdb[8], 600 >> 8);
	CHECK_STR(version_after(&bench), "2.00");
	stop(&bench);
}

static void by_dma_where_there_is_nothing_else(void)
{
	struct bench bench;
	const struct hwio_sg_command *command;

	start(&bench, "download=0,dma=1");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	command = hwio_sg_nth(bench.lab, PASS_THROUGH, ATA_COMMAND, DOWNLOAD_DMA, 0);
	CHECK(command && command->cdb[1] == 6 << 1);
	CHECK_STR(version_after(&bench), "2.00");
	stop(&bench);
}

static void deferred_then_activated(void)
{
	enum backend_result result = 0;
	struct bench bench;
	const struct hwio_sg_command *command;

	start(&bench, "deferred=1");
	bench.comp.activation = ACTIVATION_DEVICE_RESET;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(nth_download(&bench, 0)->cdb[4], 0x0e);
	CHECK_STR(version_after(&bench), "1.00");
	CHECK_INT(backend_ata.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_DONE);
	CHECK_INT(bench.intents, 2);
	command = nth_download(&bench, 4);
	CHECK_INT(command->cdb[4], 0x0f);
	CHECK_INT(command->cdb[1], 3 << 1);
	CHECK_INT(command->cdb[2], 0x20);
	CHECK_INT(command->data_len, 0);
	CHECK_INT(command->timeout_ms, 15 * MINUTE_MS);
	CHECK_STR(version_after(&bench), "2.00");
	stop(&bench);
}

/* The drive that the run lives on, and one whose component wants it: nothing is activated. */
static void deferred_until_a_power_cycle(void)
{
	for (int i = 0; i < 2; i++) {
		enum backend_result result = 0;
		struct bench bench;

		start(&bench, "deferred=1");
		bench.comp.activation = i ? ACTIVATION_POWER_CYCLE : ACTIVATION_DEVICE_RESET;
		bench.io.reset_allowed = i;
		CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_POWER_CYCLE);
		CHECK_INT(backend_ata.activate(&bench.io, &result, &bench.err), 0);
		CHECK_INT(result, BACKEND_NEEDS_POWER_CYCLE);
		CHECK_INT(bench.model.activations, 0);
		CHECK_STR(version_after(&bench), "1.00");
		ata_model_reset(&bench.model, true);
		CHECK_STR(version_after(&bench), "2.00");
		stop(&bench);
	}
}

/* What COUNT says after the last piece, ACS-4 §7.7.4; a path without registers says nothing. */
static void outcomes_of_a_download(void)
{
	static const struct {
		const char *settings, *flag;
		int rc;
		enum backend_result want;
		const char *words;
	} cases[] = {
		{ "count_set=1,count=0", "ata-mode=3", 0, BACKEND_DONE, "" },
		{ "count_set=1,count=1", "ata-mode=3", ERR_DEVICE, 0, "expects more" },
		{ "count_set=1,count=2", "ata-mode=3", 0, BACKEND_DONE, "" },
		{ "count_set=1,count=3", "ata-mode=3", 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "count_set=1,count=4", "ata-mode=3", 0, BACKEND_DONE, "" },
		{ "power_only=1", "ata-mode=3", 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "power_only=1", "ata-mode=7", 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "", "ata-mode=7", 0, BACKEND_DONE, "" },
		{ "early=1", "ata-mode=3", ERR_DEVICE, 0,
		  "download, block 1 of 4: the drive takes the image to end here" },
		{ "deferred=1,count_set=1,count=0", "ata-mode=e", 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "deferred=1,count_set=1,count=2", "ata-mode=e", 0, BACKEND_DONE, "" },
		{ "deferred=1,count_set=1,count=3", "ata-mode=e", 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "fixed_sense=1", NULL, 0, BACKEND_DONE, "" },
		{ "fixed_sense=1,power_only=1", NULL, 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "no_registers=1", NULL, 0, BACKEND_DONE, "" },
		{ "attention=3", NULL, 0, BACKEND_DONE, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(bench_write(&bench, cases[i].rc), cases[i].want);
		if (cases[i].rc)
			CHECK_CONTAINS(bench.err.text, cases[i].words);
		stop(&bench);
	}
}

/* An activation that only power can do is said, not taken for done. */
static void an_activation_that_waits_for_power(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "deferred=1,power_only=1");
	set_flag(&bench, "ata-mode=e");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(backend_ata.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_NEEDS_POWER_CYCLE);
	ata_model_reset(&bench.model, true);
	CHECK_STR(version_after(&bench), "2.00");
	stop(&bench);
}

/* A drive that resets itself is asked until it answers; each question has its own time-out. */
static void back_after_a_while(void)
{
	struct bench bench;

	start(&bench, "away=1");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.lab->now_ms, 1000 + MINUTE_MS + 500);
	CHECK_STR(version_after(&bench), "2.00");
	stop(&bench);
	start(&bench, "away=9");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_CONTAINS(bench.err.text, "the drive did not come back within 120 s: ");
	stop(&bench);
}

static void found_again_under_another_name(void)
{
	struct bench bench;

	start(&bench, "");
	bench.device->number = 3;
	CHECK_STR(version_after(&bench), "1.00");
	CHECK_STR(bench.inv.devices->node, "/dev/sdd");
	CHECK_STR(prop(&bench, "scsi.sg"), "sg3");
	CHECK_STR(bench.inv.devices->name, "sdd (DRYDOCK LAB SATA DRIVE, S/N LABATA0001)");
	stop(&bench);
}

int main(void)
{
	TAP_RUN(in_pieces);
	TAP_RUN(in_one_piece);
	TAP_RUN(by_dma_where_there_is_nothing_else);
	TAP_RUN(deferred_then_activated);
	TAP_RUN(deferred_until_a_power_cycle);
	TAP_RUN(outcomes_of_a_download);
	TAP_RUN(an_activation_that_waits_for_power);
	TAP_RUN(back_after_a_while);
	TAP_RUN(found_again_under_another_name);
	return TAP_END();
}
