/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The NVMe backend against the emulated drive, when all goes well: what reached the drive and what
 * came of it. Each test is one drive, one image and one thing that is special about them.
 */
#include "nvme_bench.h"

static void activated_without_reset(void)
{
	struct bench bench;
	const struct hwio_nvme_command *command;

	start(&bench, "activate_now=1,mdts=5,fwug=1");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	/* 128 KiB, 128 KiB and the rest, dwords from 0 upwards, 15 minutes each. */
	CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 3);
	for (uint32_t i = 0; (command = hwio_nvme_nth(bench.lab, DOWNLOAD, i)); i++) {
		uint32_t len = i < 2 ? 128 * 1024 : 44 * 1024 + 64;

		CHECK_INT(command->data_len, len);
		CHECK_INT(command->cdw10, len / 4 - 1);
		CHECK_INT(command->cdw11, i * 32 * 1024);
		CHECK_INT(command->timeout_ms, 15 * MINUTE_MS);
	}
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 1);
	CHECK_INT(commit_cdw10(&bench, 0), CA3 | 2);
	CHECK_INT(hwio_nvme_nth(bench.lab, COMMIT, 0)->timeout_ms, 15 * MINUTE_MS);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 0);
	CHECK_INT(bench.progress, bench.payload.size);
	CHECK_STR(version_after(&bench), "2.0.0");
	CHECK_STR(prop(&bench, "nvme.fr"), "2.0.0");
	CHECK_STR(prop(&bench, "nvme.active_slot"), "2");
	CHECK_STR(prop(&bench, "nvme.slot1"), "1.0.0"); /* the way back */
	stop(&bench);
}

static void activated_by_reset(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "activate_now=0");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(commit_cdw10(&bench, 0), CA1 | 2);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 0); /* write() does not reset */
	CHECK_STR(version_after(&bench), "1.0.0");
	CHECK_STR(prop(&bench, "nvme.next_slot"), "2");
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_DONE);
	CHECK_INT(bench.intents, 2);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 1);
	CHECK_STR(version_after(&bench), "2.0.0");
	CHECK_STR(prop(&bench, "nvme.next_slot"), "0");
	stop(&bench);
}

static void no_reset_where_the_run_lives(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "activate_now=0");
	bench.io.reset_allowed = false;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_NEEDS_REBOOT);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 0);
	stop(&bench);
}

static void the_flag_forbids_activation_without_reset(void)
{
	struct bench bench;

	start(&bench, "activate_now=1");
	set_flag(&bench, "nvme-ca1");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(commit_cdw10(&bench, 0), CA1 | 2);
	stop(&bench);
}

/* 10Bh, 110h and 111h: stored, and which reset activates. */
static void success_with_activation_pending(void)
{
	static const struct {
		const char *settings;
		bool reset_allowed;
		enum backend_result want;
	} cases[] = {
		{ "activate_now=1,commit_status=0x10b", true, BACKEND_NEEDS_REBOOT },
		{ "activate_now=0,commit_status=0x10b", true, BACKEND_NEEDS_REBOOT },
		{ "activate_now=1,commit_status=0x110", true, BACKEND_NEEDS_POWER_CYCLE },
		{ "activate_now=1,commit_status=0x111", true, BACKEND_NEEDS_ACTIVATE },
		{ "activate_now=1,commit_status=0x111", false, BACKEND_NEEDS_REBOOT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		bench.io.reset_allowed = cases[i].reset_allowed;
		CHECK_INT(bench_write(&bench, 0), cases[i].want);
		CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 1);
		CHECK_STR(version_after(&bench), "1.0.0");
		CHECK_STR(prop(&bench, "nvme.slot2"), "2.0.0");
		stop(&bench);
	}
}

/* A reset that is too weak for the image: said, not taken for done. */
static void a_reset_that_does_not_activate_is_not_done(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "commit_status=0x10b");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_NEEDS_REBOOT);
	nvme_model_reset(&bench.drive->model, NVME_RESET_CONVENTIONAL);
	CHECK_STR(version_after(&bench), "2.0.0");
	stop(&bench);
}

static void too_slow_without_reset_goes_on_with_one(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "activate_now=1,commit_status=0x112");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 2);
	CHECK_INT(commit_cdw10(&bench, 0), CA3 | 2);
	CHECK_INT(commit_cdw10(&bench, 1), CA1 | 2);
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), 0);
	CHECK_STR(version_after(&bench), "2.0.0");
	stop(&bench);
}

static void transfers_and_padding(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t size, block, blocks, last;
	} cases[] = {
		{ "fwug=0,mdts=0", NULL, 262144, 131072, 2, 131072 },
		{ "fwug=255,mdts=1", NULL, 20004, 8192, 3, 3620 },
		{ "fwug=3,mdts=2", NULL, 30000, 12288, 3, 5424 },
		{ "fwug=3,mdts=2,short_tail=0", "nvme-pad-ff", 30000, 12288, 3, 12288 },
		{ "fwug=1,mdts=5,short_tail=0", "nvme-pad-ff", 131076, 131072, 2, 4096 },
		{ "fwug=1,mdts=1,short_tail=0", "nvme-pad-ff", 16384, 8192, 2, 8192 },
		{ "fwug=1,mdts=4", NULL, 68, 65536, 1, 68 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct nvme_model_download *got;
		uint32_t blocks = cases[i].blocks;
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].size);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), blocks);
		CHECK_INT(hwio_nvme_nth(bench.lab, DOWNLOAD, blocks - 1)->data_len, cases[i].last);
		if (blocks > 1)
			CHECK_INT(hwio_nvme_nth(bench.lab, DOWNLOAD, 0)->data_len, cases[i].block);
		got = &bench.drive->model.download;
		CHECK_INT(got->size, (blocks - 1) * cases[i].block + cases[i].last);
		CHECK(!memcmp(got->bytes, bench.image, cases[i].size));
		for (size_t at = cases[i].size; at < got->size; at++)
			CHECK_INT(got->bytes[at], 0xff);
		CHECK_INT(bench.progress, cases[i].size);
		stop(&bench);
	}
}

static void the_intent_comes_before_the_first_byte(void)
{
	struct bench bench;

	start(&bench, "");
	bench_write(&bench, 0);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.commands_at_intent, 0);
	stop(&bench);
}

static void a_second_update_waits_for_the_first(void)
{
	struct bench bench;

	start(&bench, "activate_now=0");
	CHECK_INT(backend_nvme.check(&bench.io, &bench.err), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(backend_nvme.check(&bench.io, &bench.err), ERR_BUSY);
	CHECK_CONTAINS(bench.err.text, "slot 2 (2.0.0)");
	stop(&bench);
}

static void back_from_a_reset_under_another_name(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "activate_now=0");
	bench.drive->number_after_reset = 3;
	bench.drive->reset_ms = 90000;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_DONE);
	CHECK(bench.lab->now_ms >= 91000 && bench.lab->now_ms < 93000);
	CHECK_STR(version_after(&bench), "2.0.0");
	CHECK_STR(bench.inv.devices->node, "/dev/nvme3");
	CHECK_STR(bench.inv.devices->name, "nvme3 (DRYDOCK LAB NVME, S/N LAB0000001)");
	CHECK_STR(bench.inv.devices->id, "nvme:LAB0000001");
	stop(&bench);
}

int main(void)
{
	TAP_RUN(activated_without_reset);
	TAP_RUN(activated_by_reset);
	TAP_RUN(no_reset_where_the_run_lives);
	TAP_RUN(the_flag_forbids_activation_without_reset);
	TAP_RUN(success_with_activation_pending);
	TAP_RUN(a_reset_that_does_not_activate_is_not_done);
	TAP_RUN(too_slow_without_reset_goes_on_with_one);
	TAP_RUN(transfers_and_padding);
	TAP_RUN(the_intent_comes_before_the_first_byte);
	TAP_RUN(a_second_update_waits_for_the_first);
	TAP_RUN(back_from_a_reset_under_another_name);
	return TAP_END();
}
