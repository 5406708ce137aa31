/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The NVMe backend when things go wrong: what was sent all the same, what was not, and what was
 * said. Each test is one drive and one fault.
 */
#include <errno.h>

#include "nvme_bench.h"

static void refused_commits(void)
{
	static const struct {
		const char *settings, *words;
		int want;
	} cases[] = {
		{ "reject_image=1",
		  "does not accept this firmware image (NVMe status 107h, do not retry)",
		  ERR_DEVICE },
		{ "commit_status=0x106", "invalid or read-only firmware slot (NVMe status 106h",
		  ERR_DEVICE },
		{ "commit_status=0x113", "prohibits activating this image (NVMe status 113h",
		  ERR_DEVICE },
		{ "commit_status=0x006", "internal error of the drive (NVMe status 006h",
		  ERR_DEVICE },
		{ "commit_status=0x7c1", "vendor specific refusal (NVMe status 7C1h", ERR_DEVICE },
		{ "commit_status=0x001", "does not know this command", ERR_UNSUPPORTED },
		{ "commit_status=0x371", "the path to the drive failed", ERR_DEVICE_GONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		bench_write(&bench, cases[i].want);
		CHECK(!strncmp(bench.err.text, "commit to slot 2: ", 18));
		CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 1);
		CHECK_STR(version_after(&bench), "1.0.0");
		stop(&bench);
	}
}

/* Law 4: no intent on stable storage, no command that changes anything. */
static void without_intent_nothing_is_sent(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "activate_now=0");
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 0);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_STR(bench.err.text, "journal: no room");
	CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), ERR_FULL);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 0);
	stop(&bench);
}

static void a_bad_chunk_is_never_sent_and_nothing_committed(void)
{
	struct bench bench;

	start(&bench, "mdts=4");
	bench.fail_read_at = 3 * 65536;
	bench_write(&bench, ERR_HASH);
	CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 3);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_STR(bench.err.text,
		  "nothing was committed: download, block 4 of 5: "
		  "chunk 3 differs from its signed hash");
	CHECK_STR(version_after(&bench), "1.0.0");
	stop(&bench);
}

static void a_refused_block_ends_the_download(void)
{
	struct bench bench;

	start(&bench, "mdts=4,download_fail_at=2,download_fail_status=0x002");
	bench_write(&bench, ERR_DEVICE);
	CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 2);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_CONTAINS(bench.err.text, "block 2 of 5: invalid field in the command");
	stop(&bench);
}

/* What only the first block may be told does not restart a download that is under way. */
static void an_overlap_in_the_middle_ends_the_download(void)
{
	struct bench bench;

	start(&bench, "mdts=4,download_fail_at=2,download_fail_status=0x114");
	bench_write(&bench, ERR_BUSY);
	CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 2);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 0);
	stop(&bench);
}

/* The driver waits 15 minutes, then resets the drive: overdue, and that is said. */
static void a_hanging_download_is_overdue(void)
{
	struct bench bench;

	start(&bench, "mdts=4,hang_at_offset=70000");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(bench.lab->now_ms, 1000 + 15 * MINUTE_MS);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_STR(bench.err.text,
		  "nothing was committed: download, block 2 of 5: no answer "
		  "within 900 s, the driver has reset the drive");
	stop(&bench);
}

static void a_drive_that_vanishes_is_gone(void)
{
	struct bench bench;

	start(&bench, "mdts=4,gone_at_offset=70000");
	bench_write(&bench, ERR_DEVICE_GONE);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_CONTAINS(bench.err.text, "vanished");
	CHECK_INT(backend_nvme.refresh(&bench.lab->hw, bench.inv.devices, &bench.err),
		  ERR_DEVICE_GONE);
	CHECK_STR(bench.inv.devices->version, "1.0.0"); /* untouched */
	CHECK_INT(backend_nvme.check(&bench.io, &bench.err), ERR_DEVICE_GONE);
	stop(&bench);
}

/* Without hot plug nvme.ko finds out only when the command's time is up (seen on 6.12). */
static void a_drive_that_vanishes_unnoticed_is_overdue_then_gone(void)
{
	struct bench bench;

	start(&bench, "mdts=4,gone_at_offset=70000");
	bench.drive->no_hotplug = true;
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	CHECK_INT(backend_nvme.refresh(&bench.lab->hw, bench.inv.devices, &bench.err),
		  ERR_DEVICE_GONE);
	stop(&bench);
}

static void gone_in_a_commit_leaves_it_open(void)
{
	struct bench bench;

	start(&bench, "gone_at_commit=1");
	bench_write(&bench, ERR_DEVICE_GONE);
	CHECK_STR(bench.err.text,
		  "commit to slot 2: the driver gave the command up: "
		  "the drive vanished or was reset");
	stop(&bench);
}

/* Law 8: slower than expected is not an error; what the kernel gets is ten times as long. */
static void a_slow_commit_is_waited_for(void)
{
	struct bench bench;

	start(&bench, "commit_delay_ms=3000000");
	bench.comp.expected_seconds = 301;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(hwio_nvme_nth(bench.lab, COMMIT, 0)->timeout_ms, 3010000);
	CHECK_INT(bench.lab->now_ms, 1000 + 3000000);
	stop(&bench);
}

static void a_commit_beyond_the_kernels_patience_is_overdue(void)
{
	struct bench bench;

	start(&bench, "commit_delay_ms=900001");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 1);
	CHECK_STR(bench.err.text,
		  "commit to slot 2: no answer within 900 s, "
		  "the driver has reset the drive");
	stop(&bench);
}

/* Law 5: the backend cannot see this; reading back does. */
static void claims_success_and_runs_the_old_one(void)
{
	static const char *const settings[] = { "commit_lie=1", "revert=1" };

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;

		start(&bench, settings[i]);
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_STR(version_after(&bench), "1.0.0");
		CHECK_STR(prop(&bench, "nvme.fr"), "1.0.0");
		stop(&bench);
	}
}

static void refused_before_the_first_command(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t size;
		int want;
	} cases[] = {
		{ "firmware=0", NULL, 4096, ERR_UNSUPPORTED }, /* QEMU's own drive */
		{ "slots=1,slot1_ro=1", NULL, 4096, ERR_UNSUPPORTED },
		{ "", "nvme-no-such", 4096, ERR_UNSUPPORTED },
		{ "", NULL, 4097, ERR_FORMAT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].size);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(backend_nvme.check(&bench.io, &bench.err), cases[i].want);
		bench_write(&bench, cases[i].want);
		CHECK_INT(bench.intents, 0);
		CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 0);
		stop(&bench);
	}
}

/* A run was cut off in a download: the drive holds half of it and refuses the next beginning. */
static void a_download_left_behind(void)
{
	struct bench bench;

	start(&bench, "mdts=4,overlap=1,activate_now=1");
	bench.fail_read_at = 2 * 65536;
	bench_write(&bench, ERR_HASH);
	bench.fail_read_at = UINT64_MAX;
	bench.progress = 0;
	bench.io.reset_allowed = false;
	bench_write(&bench, ERR_BUSY);
	CHECK_CONTAINS(bench.err.text, "overlaps an earlier download");
	bench.io.reset_allowed = true;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 1);
	CHECK(image_arrived(&bench));
	CHECK_STR(version_after(&bench), "2.0.0");
	stop(&bench);
}

static void resets_that_fail(void)
{
	static const struct {
		int reset_errno;
		uint32_t reset_ms;
		bool lost;
		int want;
		uint64_t want_waited_ms;
	} cases[] = {
		{ EACCES, 0, false, ERR_DEVICE, 0 },
		{ EBUSY, 0, false, 0, 0 }, /* somebody else's reset: not activated, it turns out */
		{ ENETRESET, 0, false, 0, 0 }, /* the driver looked too early */
		{ 0, 600000, false, ERR_OVERDUE, 120000 },
		{ 0, 0, true, ERR_DEVICE_GONE, 120000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum backend_result result = 0;
		struct bench bench;

		start(&bench, "activate_now=0");
		bench_write(&bench, 0);
		bench.drive->reset_errno = cases[i].reset_errno;
		bench.drive->reset_ms = cases[i].reset_ms;
		bench.drive->lost_in_reset = cases[i].lost;
		CHECK_INT(backend_nvme.activate(&bench.io, &result, &bench.err), cases[i].want);
		CHECK_INT(result, BACKEND_NEEDS_REBOOT);
		CHECK_INT(bench.lab->now_ms, 1000 + cases[i].want_waited_ms);
		stop(&bench);
	}
}

int main(void)
{
	TAP_RUN(refused_commits);
	TAP_RUN(without_intent_nothing_is_sent);
	TAP_RUN(a_bad_chunk_is_never_sent_and_nothing_committed);
	TAP_RUN(a_refused_block_ends_the_download);
	TAP_RUN(an_overlap_in_the_middle_ends_the_download);
	TAP_RUN(a_hanging_download_is_overdue);
	TAP_RUN(a_drive_that_vanishes_is_gone);
	TAP_RUN(a_drive_that_vanishes_unnoticed_is_overdue_then_gone);
	TAP_RUN(gone_in_a_commit_leaves_it_open);
	TAP_RUN(a_slow_commit_is_waited_for);
	TAP_RUN(a_commit_beyond_the_kernels_patience_is_overdue);
	TAP_RUN(claims_success_and_runs_the_old_one);
	TAP_RUN(refused_before_the_first_command);
	TAP_RUN(a_download_left_behind);
	TAP_RUN(resets_that_fail);
	return TAP_END();
}
