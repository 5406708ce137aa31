/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ATA backend when things go wrong: what was sent all the same, what was not, and what was
 * said. Each test is one drive and one fault.
 */
#include <errno.h>

#include "ata_bench.h"

static void refused_downloads(void)
{
	static const struct {
		const char *settings, *words;
		int want;
		unsigned int downloads;
	} cases[] = {
		{ "abort_at=1",
		  "download, block 1 of 4: the drive aborted the command (ATA error 04h)",
		  ERR_DEVICE, 1 },
		{ "abort_at=3", "block 3 of 4: the drive aborted", ERR_DEVICE, 3 },
		{ "icrc_at=2",
		  "block 2 of 4: the transfer to the drive was corrupted (ATA error 84h)",
		  ERR_DEVICE, 2 },
		{ "df_at=2", "the drive is faulty (ATA status 70h)", ERR_DEVICE, 2 },
		{ "busy_at=2", "the drive is busy (SCSI status 08h)", ERR_BUSY, 2 },
		{ "reject=1", "block 4 of 4: the drive aborted the command", ERR_DEVICE, 4 },
		{ "reset_at=3", "block 3 of 4: the drive was reset in the middle of the download",
		  ERR_DEVICE, 2 },
		{ "hang_at=2", "block 2 of 4: no answer within the time", ERR_OVERDUE, 2 },
		{ "gone_at=2", "block 2 of 4: nothing answers at its address", ERR_DEVICE_GONE, 2 },
		{ "abort_at=1,no_registers=1", "the drive aborted the command (sense Bh/00h/00h)",
		  ERR_DEVICE, 1 },
		{ "icrc_at=1,no_registers=1", "corrupted (sense Bh/47h/00h)", ERR_DEVICE, 1 },
		{ "abort_at=1,fixed_sense=1", "the drive aborted the command", ERR_DEVICE, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		bench_write(&bench, cases[i].want);
		CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(bench.model.downloads, cases[i].downloads);
		if (cases[i].want != ERR_DEVICE_GONE)
			CHECK_STR(version_after(&bench), "1.00");
		stop(&bench);
	}
}

/* The kernel gets its 15 minutes, and ten times what is expected. */
static void a_hanging_download_is_overdue(void)
{
	struct bench bench;

	start(&bench, "hang_at=1");
	bench.comp.expected_seconds = 200;
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(nth_download(&bench, 0)->timeout_ms, 2000 * 1000);
	CHECK_INT(bench.lab->now_ms, 1000 + 2000 * 1000);
	stop(&bench);
}

static void a_drive_that_vanishes_is_gone(void)
{
	struct bench bench;

	start(&bench, "gone_at=2");
	bench_write(&bench, ERR_DEVICE_GONE);
	CHECK_INT(backend_ata.refresh(&bench.lab->hw, bench.inv.devices, &bench.err),
		  ERR_DEVICE_GONE);
	CHECK_STR(bench.inv.devices->version, "1.00"); /* untouched */
	CHECK_INT(backend_ata.check(&bench.io, &bench.err), ERR_DEVICE_GONE);
	stop(&bench);
}

/* Law 4: no intent on stable storage, no command that changes anything. */
static void without_intent_nothing_is_sent(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "deferred=1");
	set_flag(&bench, "ata-mode=e");
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(backend_ata.activate(&bench.io, &result, &bench.err), ERR_FULL);
	CHECK_INT(bench.model.downloads, 0);
	stop(&bench);
}

static void a_bad_chunk_is_never_sent(void)
{
	struct bench bench;

	start(&bench, "");
	bench.fail_read_at = 2 * 32768;
	bench_write(&bench, ERR_HASH);
	CHECK_INT(bench.model.downloads, 2);
	CHECK_STR(bench.err.text, "download, block 3 of 4: chunk 3 differs from its signed hash");
	CHECK_STR(version_after(&bench), "1.00");
	stop(&bench);
}

/* Law 5: the backend cannot see this; reading back does. */
static void claims_success_and_runs_another(void)
{
	static const char *const settings[][2] = { { "lie=1", "1.00" },
						   { "revert=1", "1.00" },
						   { "wrong_revision=1.50", "1.50" } };

	for (size_t i = 0; i < 3; i++) {
		struct bench bench;

		start(&bench, settings[i][0]);
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_STR(version_after(&bench), settings[i][1]);
		stop(&bench);
	}
}

static void check_asks_what_would_refuse(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t size;
		int want;
		const char *words;
	} cases[] = {
		{ "", NULL, 4096, 0, "" },
		{ "download=0", NULL, 4096, ERR_UNSUPPORTED, "no DOWNLOAD MICROCODE command" },
		{ "security=0x0b", NULL, 4096, 0, "" }, /* frozen: every server does that */
		{ "security=0x07", NULL, 4096, ERR_DEVICE, "locked by a password" },
		{ "sanitize=1", NULL, 4096, 0, "" },
		{ "sanitize=1,sanitize_state=1", NULL, 4096, ERR_BUSY,
		  "a sanitize operation is going on, 25 % are done" },
		{ "sanitize=1,sanitize_state=2", NULL, 4096, ERR_DEVICE,
		  "the last sanitize operation failed" },
		{ "sanitize=1,sanitize_state=3", NULL, 4096, 0, "" },
		{ "sanitize=1,sanitize_state=1,fixed_sense=1", NULL, 4096, 0, "" },
		{ "sanitize=1,sanitize_state=1,no_registers=1", NULL, 4096, 0, "" },
		{ "self_test=1", NULL, 4096, ERR_BUSY, "a self-test is running, 70 % remain" },
		{ "self_test=2", NULL, 4096, 0, "" },
		{ "self_test=1,smart=0", NULL, 4096, 0, "" },
		{ "", "ata-mode=e", 4096, ERR_UNSUPPORTED, "with a later activation" },
		{ "offsets=0", "ata-mode=3", 4096, ERR_UNSUPPORTED, "in pieces" },
		{ "", "ata-mode=5", 4096, ERR_UNSUPPORTED, "\"ata-mode=5\" is not known" },
		{ "", "nvme-ca1", 4096, ERR_UNSUPPORTED, "\"nvme-ca1\" is not known" },
		{ "", NULL, 4097, ERR_FORMAT, "whole blocks of 512" },
		{ "min_blocks=9,max_blocks=8", NULL, 8192, ERR_UNSUPPORTED, "9 blocks at least" },
		{ "min_blocks=9", NULL, 4096, ERR_FORMAT, "8 blocks cannot be cut" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].size);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(backend_ata.check(&bench.io, &bench.err), cases[i].want);
		if (cases[i].want)
			CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(bench.intents, 0);
		CHECK_INT(bench.model.downloads, 0);
		stop(&bench);
	}
}

/* Limits that a drive states are kept, and what an image is cut into fits them to the last piece.
 */
static void block_limits(void)
{
	static const struct {
		const char *settings;
		uint32_t blocks, first, count;
	} cases[] = {
		{ "min_blocks=0,max_blocks=0", 200, 64, 4 },
		{ "min_blocks=65535,max_blocks=65535", 200, 64, 4 },
		{ "min_blocks=1,max_blocks=8", 20, 8, 3 },
		{ "min_blocks=100,max_blocks=0", 200, 100, 2 },
		{ "min_blocks=30,max_blocks=70", 70, 40, 2 },
		{ "min_blocks=64,max_blocks=64", 192, 64, 3 },
		{ "min_blocks=300,max_blocks=400", 350, 350, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].blocks * 512);
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_INT(bench.model.downloads, cases[i].count);
		CHECK_INT(nth_download(&bench, 0)->data_len, cases[i].first * 512);
		CHECK(image_arrived(&bench));
		stop(&bench);
	}
}

static void the_driver_s_own_errors(void)
{
	static const struct {
		int errnum;
		unsigned int host_status;
		int want;
	} cases[] = {
		{ ENODEV, 0, ERR_DEVICE_GONE }, { ENXIO, 0, ERR_DEVICE_GONE },
		{ EBUSY, 0, ERR_BUSY },		{ EIO, 0, ERR_DEVICE },
		{ 0, 0x01, ERR_DEVICE_GONE },	{ 0, 0x03, ERR_OVERDUE },
		{ 0, 0x07, ERR_DEVICE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, "");
		bench.device->sg_errno = cases[i].errnum;
		bench.device->host_status = cases[i].host_status;
		CHECK_INT(backend_ata.check(&bench.io, &bench.err), cases[i].want);
		stop(&bench);
	}
}

static void recovery(void)
{
	static const struct {
		const char *before, *running;
		enum backend_recovery want;
	} cases[] = {
		{ "1.00", "1.00", RECOVER_OLD_RUNS },
		{ "1.00", "2.00", RECOVER_NEW_RUNS },
		{ "1.00", "1.50", RECOVER_NEEDS_HUMAN },
		{ "", "1.00", RECOVER_OLD_RUNS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum backend_recovery answer = 0;
		struct bench bench;

		start(&bench, "");
		snprintf(bench.inv.devices->version, sizeof(bench.inv.devices->version), "%s",
			 cases[i].before);
		snprintf(bench.model.running, sizeof(bench.model.running), "%s", cases[i].running);
		CHECK_INT(backend_ata.recover(&bench.io, &answer, &bench.err), 0);
		CHECK_INT(answer, cases[i].want);
		CHECK_INT(bench.model.downloads, 0);
		stop(&bench);
	}
}

int main(void)
{
	TAP_RUN(refused_downloads);
	TAP_RUN(a_hanging_download_is_overdue);
	TAP_RUN(a_drive_that_vanishes_is_gone);
	TAP_RUN(without_intent_nothing_is_sent);
	TAP_RUN(a_bad_chunk_is_never_sent);
	TAP_RUN(claims_success_and_runs_another);
	TAP_RUN(check_asks_what_would_refuse);
	TAP_RUN(block_limits);
	TAP_RUN(the_driver_s_own_errors);
	TAP_RUN(recovery);
	return TAP_END();
}
