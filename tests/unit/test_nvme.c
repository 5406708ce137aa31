/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The NVMe backend against the emulated drive: what reached the drive, what came of it, and what
 * was said. Each test is one drive, one image and one thing that is special about them.
 */
#include <errno.h>
#include <stdlib.h>

#include "backends/backend.h"
#include "fwimage.h"
#include "hwio_nvme.h"
#include "tap.h"

enum { DOWNLOAD = 0x11, COMMIT = 0x10 };
enum { CA1 = 1 << 3, CA3 = 3 << 3 }; /* in cdw10 of a commit */
#define MINUTE_MS 60000u

/* One update: the drive, the image, and what the caller of the backend saw. */
struct bench {
	struct hwio_nvme *lab;
	struct hwio_nvme_drive *drive;
	struct inventory inv;
	struct component comp;
	char flags[1][48];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents, commands_at_intent;
	uint64_t fail_read_at; /* offset from which reading fails */
	uint64_t progress;
};

static int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->commands_at_intent = hwio_nvme_count(bench->lab, DOWNLOAD);
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static void bench_progress(void *ctx, uint64_t done_bytes)
{
	struct bench *bench = ctx;

	CHECK(done_bytes > bench->progress);
	bench->progress = done_bytes;
}

static int bench_read(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	struct bench *bench = (struct bench *)((char *)src - offsetof(struct bench, payload));

	CHECK(offset + len <= src->size);
	if (offset + len > bench->fail_read_at)
		return err_set(err, ERR_HASH, "chunk 3 differs from its signed hash");
	memcpy(buf, bench->image + offset, len);
	return 0;
}

static void make_image(struct bench *bench, const char *revision, uint32_t size)
{
	struct fwimage image = { .payload_bytes = size - FWIMAGE_HEADER_BYTES };

	snprintf(image.model, sizeof(image.model), "%s", bench->drive->model.config.model);
	snprintf(image.revision, sizeof(image.revision), "%s", revision);
	for (uint32_t i = FWIMAGE_HEADER_BYTES; i < size; i++)
		bench->image[i] = (uint8_t)(i * 2654435761u >> 24);
	image.payload_crc =
		fwimage_crc32(0, bench->image + FWIMAGE_HEADER_BYTES, image.payload_bytes);
	fwimage_write_header(&image, bench->image);
}

/* A machine with one drive in it, and 2.0.0 for it, size bytes long. */
static void start_size(struct bench *bench, const char *settings, uint32_t size)
{
	memset(bench, 0, sizeof(*bench));
	bench->lab = hwio_nvme_new();
	bench->drive = hwio_nvme_add(bench->lab, settings);
	CHECK_INT(backend_nvme.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	bench->image = malloc(size);
	make_image(bench, "2.0.0", size);
	bench->fail_read_at = UINT64_MAX;
	bench->payload = (struct payload_source){ .size = size, .read = bench_read };
	bench->comp = (struct component){
		.version = "2.0.0",
		.proof = { .field = "nvme.fr", .match = PROOF_EQUALS, .value = "2.0.0" },
		.flags = bench->flags,
	};
	bench->io = (struct backend_io){
		.hw = &bench->lab->hw,
		.dev = bench->inv.devices,
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
		.reset_allowed = true,
	};
}

static void start(struct bench *bench, const char *settings)
{
	start_size(bench, settings, 300 * 1024 + 64);
}

static void set_flag(struct bench *bench, const char *flag)
{
	snprintf(bench->flags[0], sizeof(bench->flags[0]), "%s", flag);
	bench->comp.flag_count = 1;
}

static void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	inventory_free(&bench->inv);
	hwio_nvme_free(bench->lab);
	free(bench->image);
}

static enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_nvme.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static const char *version_after(struct bench *bench)
{
	CHECK_INT(backend_nvme.refresh(&bench->lab->hw, bench->inv.devices, &bench->err), 0);
	return bench->inv.devices->version;
}

static const char *prop(const struct bench *bench, const char *key)
{
	const char *value = device_prop(bench->inv.devices, key);

	return value ? value : "";
}

/* Did the image reach the drive whole, and nothing but it? */
static bool image_arrived(const struct bench *bench)
{
	const struct nvme_model_download *download = &bench->drive->model.download;

	return download->size == bench->payload.size &&
	       !memcmp(download->bytes, bench->image, download->size);
}

static uint32_t commit_cdw10(const struct bench *bench, size_t index)
{
	const struct hwio_nvme_command *command = hwio_nvme_nth(bench->lab, COMMIT, index);

	return command ? command->cdw10 : 0;
}

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

static void the_intent_comes_before_the_first_byte(void)
{
	struct bench bench;

	start(&bench, "");
	bench_write(&bench, 0);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.commands_at_intent, 0);
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
	TAP_RUN(activated_without_reset);
	TAP_RUN(activated_by_reset);
	TAP_RUN(no_reset_where_the_run_lives);
	TAP_RUN(the_flag_forbids_activation_without_reset);
	TAP_RUN(success_with_activation_pending);
	TAP_RUN(a_reset_that_does_not_activate_is_not_done);
	TAP_RUN(too_slow_without_reset_goes_on_with_one);
	TAP_RUN(refused_commits);
	TAP_RUN(transfers_and_padding);
	TAP_RUN(without_intent_nothing_is_sent);
	TAP_RUN(the_intent_comes_before_the_first_byte);
	TAP_RUN(a_bad_chunk_is_never_sent_and_nothing_committed);
	TAP_RUN(a_refused_block_ends_the_download);
	TAP_RUN(an_overlap_in_the_middle_ends_the_download);
	TAP_RUN(a_hanging_download_is_overdue);
	TAP_RUN(a_drive_that_vanishes_is_gone);
	TAP_RUN(gone_in_a_commit_leaves_it_open);
	TAP_RUN(a_slow_commit_is_waited_for);
	TAP_RUN(a_commit_beyond_the_kernels_patience_is_overdue);
	TAP_RUN(claims_success_and_runs_the_old_one);
	TAP_RUN(refused_before_the_first_command);
	TAP_RUN(a_second_update_waits_for_the_first);
	TAP_RUN(a_download_left_behind);
	TAP_RUN(back_from_a_reset_under_another_name);
	TAP_RUN(resets_that_fail);
	return TAP_END();
}
