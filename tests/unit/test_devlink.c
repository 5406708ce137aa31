/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The devlink backend against a kernel behind the seam: what reached the device and what came of
 * it, and each way in which the kernel, the driver or the way to them fails.
 */
#include <errno.h>
#include <linux/devlink.h>

#include "net_bench.h"

#define NSIM "nic:netdevsim/netdevsim10"

static void start(struct bench *bench)
{
	bench_make(bench, &backend_devlink, "devlink.fw.mgmt");
	bench->d = hwio_net_add(bench->net, "netdevsim", "netdevsim10");
	bench->d->serial = "NSIM10";
	bench->d->flash_ms = 9000;
	bench_find(bench, NSIM);
}

static void activated_by_a_reload(void)
{
	struct bench bench;

	start(&bench);
	CHECK_INT(bench_check(&bench), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK(image_arrived(&bench));
	CHECK_STR(bench.d->file, "drydock-netdevsim-netdevsim10.bin");
	CHECK_STR(bench.d->component_asked, "");
	CHECK_INT(bench.d->mask_asked, 0);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.flashes_at_intent, 0);
	CHECK_INT(bench.progress, BENCH_IMAGE);
	CHECK_STR(reads(&bench, "devlink.fw.mgmt"), "1.0.0");
	CHECK_STR(prop(bench.dev, "devlink.stored.fw.mgmt"), "2.0.0");
	CHECK_INT(bench_recover(&bench), RECOVER_PENDING);
	CHECK_INT(bench_check(&bench), ERR_BUSY);
	CHECK_STR(bench.err.text,
		  "an earlier update waits for its activation: fw.mgmt 2.0.0 is "
		  "stored, 1.0.0 runs");
	CHECK_INT(bench_activate(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.intents, 2);
	CHECK_STR(reads(&bench, "devlink.fw.mgmt"), "2.0.0");
	CHECK_STR(bench.dev->version, "2.0.0");
	CHECK_INT(bench_recover(&bench), RECOVER_NEW_RUNS);
	stop(&bench);
}

static void the_folder_of_the_loader_is_set_back(void)
{
	struct bench bench;

	start(&bench);
	snprintf(bench.net->firmware_path, sizeof(bench.net->firmware_path), "/opt/firmware");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK(image_arrived(&bench));
	CHECK_STR(bench.net->firmware_path, "/opt/firmware");
	CHECK_INT(bench.net->path_writes, 2);
	bench.net->firmware_path[0] = '\0';
	stop(&bench);
}

/* What the driver said is in the trace once each, and the time that it wants is news only. */
static void progress_is_told(void)
{
	struct bench bench;

	start(&bench);
	bench.d->flash_ms = 30 * MINUTE_MS; /* longer than it said, longer than any deadline */
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_STR(bench.net->notes,
		  "devlink: Preparing to flash\ndevlink: Flashing\n"
		  "devlink: Flash select (up to 81 s)\n");
	CHECK_INT(bench.progress, BENCH_IMAGE);
	stop(&bench);
}

static void lost_progress_is_no_failure(void)
{
	struct bench bench;

	start(&bench);
	bench.net->events_lost = 3;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_STR(bench.net->notes, "devlink: Flash select (up to 81 s)\n");
	CHECK_INT(bench.progress, BENCH_IMAGE);
	stop(&bench);
}

static void component_and_mask(void)
{
	struct bench bench;

	start(&bench);
	bench.d->component = "fw.mgmt";
	bench.d->overwrite_known = 3;
	add_flag(&bench, "devlink-component=fw.mgmt");
	add_flag(&bench, "devlink-overwrite-settings");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_STR(bench.d->component_asked, "fw.mgmt");
	CHECK_INT(bench.d->mask_asked, DEVLINK_FLASH_OVERWRITE_SETTINGS);
	hwio_net_restart(bench.net);
	add_flag(&bench, "devlink-overwrite-identifiers");
	bench.progress = 0;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.d->mask_asked, 3);
	stop(&bench);
}

static void runs_at_once(void)
{
	struct bench bench;

	start(&bench);
	bench.d->now = true;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(reads(&bench, "devlink.fw.mgmt"), "2.0.0");
	CHECK_INT(bench.d->activations, 0);
	stop(&bench);
}

static void no_activation_where_the_run_lives(void)
{
	struct bench bench;

	start(&bench);
	bench.io.reset_allowed = false;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK_INT(bench_activate(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK_INT(bench.d->activations, 0);
	hwio_net_restart(bench.net);
	CHECK_STR(reads(&bench, "devlink.fw.mgmt"), "2.0.0");
	stop(&bench);
}

static void what_must_be_done_for_it_to_run(void)
{
	static const struct {
		bool fw_activate, tells_stored;
		enum activation activation;
		enum backend_result want;
	} rows[] = {
		{ true, true, ACTIVATION_REBOOT, BACKEND_NEEDS_ACTIVATE },
		{ true, true, ACTIVATION_NONE, BACKEND_NEEDS_ACTIVATE },
		{ true, true, ACTIVATION_POWER_CYCLE, BACKEND_NEEDS_POWER_CYCLE },
		{ false, true, ACTIVATION_REBOOT, BACKEND_NEEDS_REBOOT },
		{ false, true, ACTIVATION_DEVICE_RESET, BACKEND_NEEDS_REBOOT },
		{ false, true, ACTIVATION_POWER_CYCLE, BACKEND_NEEDS_POWER_CYCLE },
		{ false, false, ACTIVATION_REBOOT, BACKEND_NEEDS_REBOOT },
		{ false, false, ACTIVATION_POWER_CYCLE, BACKEND_NEEDS_POWER_CYCLE },
		{ true, false, ACTIVATION_DEVICE_RESET, BACKEND_NEEDS_ACTIVATE },
		{ true, false, ACTIVATION_NONE, BACKEND_DONE },
	};
	struct bench bench;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		start(&bench);
		bench.d->fw_activate = rows[i].fw_activate;
		bench.d->tells_stored = rows[i].tells_stored;
		bench.comp.activation = rows[i].activation;
		CHECK_INT(bench_write(&bench, 0), rows[i].want);
		CHECK(image_arrived(&bench));
		stop(&bench);
	}
}

static void a_lie_is_found_by_reading_back(void)
{
	struct bench bench;

	start(&bench);
	bench.d->silent = true;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	CHECK_STR(reads(&bench, "devlink.fw.mgmt"), "1.0.0");
	CHECK_INT(bench_recover(&bench), RECOVER_OLD_RUNS);
	stop(&bench);
}

static void refusals(void)
{
	static const struct {
		int errnum;
		const char *text;
		int want;
		const char *says;
	} rows[] = {
		{ EKEYREJECTED, "the image is signed for another board", ERR_DEVICE,
		  "flash, the driver said last \"Flashing\": the image is signed for another "
		  "board (Key was rejected by service)" },
		{ EIO, NULL, ERR_DEVICE, "flash, the driver said last \"Flashing\": refused: " },
		{ EBUSY, "another flash is going on", ERR_BUSY, "another flash is going on" },
		{ EAGAIN, NULL, ERR_BUSY, "refused" },
		{ EOPNOTSUPP, NULL, ERR_UNSUPPORTED, "refused" },
		{ ENODEV, NULL, ERR_DEVICE_GONE, "refused" },
		{ ENOMEM, NULL, ERR_NOMEM, "refused" },
		{ EINVAL, "\033[31mbad\nimage", ERR_DEVICE, "?[31mbad?image" },
	};
	struct bench bench;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		start(&bench);
		bench.d->refuse_errnum = rows[i].errnum;
		bench.d->refuse_text = rows[i].text;
		bench_write(&bench, rows[i].want);
		CHECK_CONTAINS(bench.err.text, rows[i].says);
		CHECK_INT(bench.err.code, rows[i].want);
		CHECK_INT(bench_recover(&bench), RECOVER_OLD_RUNS);
		CHECK_INT(bench.intents, 1);
		stop(&bench);
	}
}

static void the_kernel_refuses_before_the_driver(void)
{
	struct bench bench;

	start(&bench);
	add_flag(&bench, "devlink-component=fw.undi");
	bench_write(&bench, ERR_DEVICE);
	CHECK_STR(bench.err.text,
		  "flash: selected component is not supported by this device "
		  "(Invalid argument)");
	stop(&bench);

	start(&bench);
	add_flag(&bench, "devlink-overwrite-settings");
	bench_write(&bench, ERR_UNSUPPORTED);
	CHECK_CONTAINS(bench.err.text, "overwrite settings are not supported by this device");
	stop(&bench);
}

/* The flash was done, its answer was lost: what the device stores decides. */
static void lost_answers(void)
{
	static const enum hwio_net_answer faults[] = { ANSWER_CUT,     ANSWER_LIE_MESSAGE,
						       ANSWER_SHORT,   ANSWER_WRONG_SEQ,
						       ANSWER_ENOBUFS, ANSWER_SILENCE };
	static const int silent[] = { ERR_FORMAT,  ERR_FORMAT, ERR_FORMAT,
				      ERR_OVERDUE, ERR_IO,     ERR_OVERDUE };
	struct bench bench;

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		uint64_t began_ms;

		start(&bench);
		bench.net->flash_answer = faults[i];
		began_ms = bench.net->now_ms;
		CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
		CHECK(image_arrived(&bench));
		if (silent[i] == ERR_OVERDUE)
			CHECK(bench.net->now_ms - began_ms >= 15 * MINUTE_MS);
		CHECK(bench.net->now_ms - began_ms < 17 * MINUTE_MS);
		stop(&bench);

		start(&bench);
		bench.net->flash_answer = faults[i];
		bench.d->silent = true;
		bench_write(&bench, silent[i]);
		CHECK_INT(bench_recover(&bench), RECOVER_OLD_RUNS);
		stop(&bench);
	}
}

static void an_answer_to_an_earlier_request_is_passed_over(void)
{
	struct bench bench;

	start(&bench);
	bench.net->flash_answer = ANSWER_LATE_SEQ;
	bench.net->info_answer = ANSWER_LATE_SEQ;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_STR(reads(&bench, "devlink.stored.fw.mgmt"), "2.0.0");
	stop(&bench);
}

/* Expected seconds make the deadline longer, ten times. */
static void patience(void)
{
	struct bench bench;
	uint64_t began_ms;

	start(&bench);
	bench.comp.expected_seconds = 600;
	bench.net->flash_answer = ANSWER_SILENCE;
	bench.d->silent = true;
	began_ms = bench.net->now_ms;
	bench_write(&bench, ERR_OVERDUE);
	CHECK(bench.net->now_ms - began_ms >= 100 * MINUTE_MS);
	CHECK_CONTAINS(bench.err.text, "no answer of the kernel within 6000 s");
	stop(&bench);
}

static void gone_after_the_flash(void)
{
	struct bench bench;

	start(&bench);
	bench.d->gone_after = true;
	bench_write(&bench, ERR_DEVICE_GONE);
	CHECK_CONTAINS(bench.err.text, "flashed, but it does not answer since");
	stop(&bench);
}

static void before_the_first_byte(void)
{
	struct bench bench;

	start(&bench);
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK_INT(bench.d->flashes, 0);
	CHECK_STR(bench.net->firmware_path, "");
	stop(&bench);

	start(&bench);
	bench.fail_read_at = 1000;
	bench_write(&bench, ERR_HASH);
	CHECK_INT(bench.intents, 0);
	CHECK_INT(bench.d->flashes, 0);
	CHECK_INT(bench.net->path_writes, 0);
	stop(&bench);

	start(&bench);
	bench.net->path_errnum = EACCES;
	bench_write(&bench, ERR_IO);
	CHECK_INT(bench.intents, 0);
	CHECK_INT(bench.d->flashes, 0);
	stop(&bench);
}

static void what_check_says(void)
{
	char long_dir[300];
	struct bench bench;

	start(&bench);
	add_flag(&bench, "nvme-ca1");
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	CHECK_STR(bench.err.text, "flag \"nvme-ca1\" is not known");
	bench.comp.flag_count = 0;
	bench.payload.size = 0;
	CHECK_INT(bench_check(&bench), ERR_FORMAT);
	bench.payload.size = 0x80000000u;
	CHECK_INT(bench_check(&bench), ERR_TOO_LARGE);
	bench.payload.size = 0x7fffffffu;
	CHECK_INT(bench_check(&bench), 0);
	bench.io.ram_dir = NULL;
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	memset(long_dir, 'x', sizeof(long_dir));
	long_dir[0] = '/';
	long_dir[256] = '\0';
	bench.io.ram_dir = long_dir;
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	long_dir[255] = '\0';
	CHECK_INT(bench_check(&bench), 0);
	bench.io.ram_dir = bench.ram_dir;
	bench.d->serial = "NSIM99";
	CHECK_INT(bench_check(&bench), ERR_DEVICE_GONE);
	CHECK_CONTAINS(bench.err.text, "netdevsim/netdevsim10 is another device now");
	bench.d->bus = NULL;
	CHECK_INT(bench_check(&bench), ERR_DEVICE_GONE);
	bench.net->no_family = true;
	CHECK_INT(bench_check(&bench), ERR_DEVICE_GONE);
	CHECK_INT(bench.d->flashes, 0);
	stop(&bench);
}

static void activations_that_fail(void)
{
	struct bench bench;

	start(&bench);
	bench_write(&bench, 0);
	bench.d->activate_errnum = EIO;
	bench_activate(&bench, ERR_DEVICE);
	CHECK_CONTAINS(bench.err.text, "reload, fw_activate: ");
	bench.d->activate_errnum = EOPNOTSUPP;
	CHECK_INT(bench_activate(&bench, 0), BACKEND_NEEDS_REBOOT);
	bench.d->activate_errnum = 0;
	bench.intent_error = ERR_FULL;
	bench.d->activations = 0;
	bench_activate(&bench, ERR_FULL);
	CHECK_INT(bench.d->activations, 0);
	stop(&bench);
}

static void it_comes_back_after_a_while(void)
{
	struct bench bench;
	uint64_t began_ms;

	start(&bench);
	bench_write(&bench, 0);
	bench.d->activate_silent = 90;
	began_ms = bench.net->now_ms;
	CHECK_INT(bench_activate(&bench, 0), BACKEND_DONE);
	CHECK(bench.net->now_ms - began_ms >= 90000 && bench.net->now_ms - began_ms < 100000);
	stop(&bench);

	start(&bench);
	bench_write(&bench, 0);
	bench.d->activate_silent = 1000;
	bench_activate(&bench, ERR_DEVICE_GONE);
	CHECK_CONTAINS(bench.err.text, "it does not answer within 120 s");
	stop(&bench);
}

static void what_a_step_has_left(void)
{
	static const struct {
		const char *before, *running, *stored;
		enum backend_recovery want;
	} rows[] = {
		{ "1.0.0", "1.0.0", "1.0.0", RECOVER_OLD_RUNS },
		{ "1.0.0", "1.0.0", "2.0.0", RECOVER_PENDING },
		{ "1.0.0", "2.0.0", "2.0.0", RECOVER_NEW_RUNS },
		{ "1.0.0", "2.0.0", "1.0.0", RECOVER_NEW_RUNS },
		{ "1.0.0", "1.5.0", "1.5.0", RECOVER_NEEDS_HUMAN },
		{ "", "1.0.0", "1.0.0", RECOVER_OLD_RUNS },
	};
	struct bench bench;

	start(&bench);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(bench.dev->version, sizeof(bench.dev->version), "%s", rows[i].before);
		snprintf(bench.d->running, sizeof(bench.d->running), "%s", rows[i].running);
		snprintf(bench.d->stored, sizeof(bench.d->stored), "%s", rows[i].stored);
		CHECK_INT(bench_recover(&bench), rows[i].want);
	}
	stop(&bench);
}

/* Without a proof by devlink the version itself must be equal. */
static void the_proof_may_be_of_another_kind(void)
{
	struct bench bench;

	start(&bench);
	bench.comp.proof.field = "";
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(bench_recover(&bench), RECOVER_PENDING);
	bench.comp.version = "2.0.1";
	CHECK_INT(bench_recover(&bench), RECOVER_OLD_RUNS);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(activated_by_a_reload);
	TAP_RUN(the_folder_of_the_loader_is_set_back);
	TAP_RUN(progress_is_told);
	TAP_RUN(lost_progress_is_no_failure);
	TAP_RUN(component_and_mask);
	TAP_RUN(runs_at_once);
	TAP_RUN(no_activation_where_the_run_lives);
	TAP_RUN(what_must_be_done_for_it_to_run);
	TAP_RUN(a_lie_is_found_by_reading_back);
	TAP_RUN(refusals);
	TAP_RUN(the_kernel_refuses_before_the_driver);
	TAP_RUN(lost_answers);
	TAP_RUN(an_answer_to_an_earlier_request_is_passed_over);
	TAP_RUN(patience);
	TAP_RUN(gone_after_the_flash);
	TAP_RUN(before_the_first_byte);
	TAP_RUN(what_check_says);
	TAP_RUN(activations_that_fail);
	TAP_RUN(it_comes_back_after_a_while);
	TAP_RUN(what_a_step_has_left);
	TAP_RUN(the_proof_may_be_of_another_kind);
	return TAP_END();
}
