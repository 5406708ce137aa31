/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives that are busy: before an update, and between its download and its commit. */
#include "nvme_bench.h"

#include "format/nvme.h"

enum { GET_LOG = 0x02, IDENTIFY = 0x06 };

static void what_is_under_way_is_told_before(void)
{
	static const struct {
		const char *settings;
		int want;
		const char *words;
	} cases[] = {
		{ "sanitize=40", ERR_BUSY, "sanitize operation is going on, 39 % are done" },
		{ "sanitize=101", 0, "" },
		{ "self_test=7", ERR_BUSY, "a self-test is going on, 7 % are done" },
		{ "self_test=101", 0, "" },
		{ "format=60", ERR_BUSY, "a format is going on, 60 % are done" },
		{ "format=101", 0, "" },
		{ "sanitize=101,self_test=101,format=101", 0, "" },
		{ "sanitize=101,self_test=101,format=1", ERR_BUSY, "a format is going on, 1 %" },
		{ "", 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		CHECK_INT(backend_nvme.check(&bench.io, &bench.err), cases[i].want);
		if (cases[i].want)
			CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(hwio_nvme_count(bench.lab, DOWNLOAD), 0);
		stop(&bench);
	}
}

/* A drive that does not offer them is not asked; one that cannot answer is not called busy. */
static void only_what_a_drive_offers_is_asked_for(void)
{
	struct bench bench;
	size_t logs;

	start(&bench, "");
	logs = hwio_nvme_count(bench.lab, GET_LOG);
	CHECK_INT(backend_nvme.check(&bench.io, &bench.err), 0);
	CHECK_INT(hwio_nvme_count(bench.lab, GET_LOG), logs + 1); /* the firmware slots */
	stop(&bench);
	start(&bench, "self_test=101,format=101,ns_mb=0");
	logs = hwio_nvme_count(bench.lab, GET_LOG);
	CHECK_INT(backend_nvme.check(&bench.io, &bench.err), 0);
	CHECK_INT(hwio_nvme_count(bench.lab, GET_LOG), logs + 2);
	stop(&bench);
}

/* Sent all the same: the drive refuses, and that is what is said. */
static void a_drive_that_became_busy_refuses(void)
{
	static const struct {
		const char *settings, *words;
	} cases[] = {
		{ "sanitize=50",
		  "a sanitize operation is going on (NVMe status 01Dh, do not retry)" },
		{ "format=50", "a format is going on (NVMe status 084h, do not retry)" },
	};

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		bench_write(&bench, ERR_BUSY);
		CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_CONTAINS(bench.err.text, "nothing was committed");
		CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
		CHECK_STR(version_after(&bench), "1.0.0");
		stop(&bench);
	}
}

/* The commit would be refused too: it is not sent before the drive answers again. */
static void a_commit_waits_for_a_drive_that_digests(void)
{
	struct bench bench;
	uint64_t begin;

	start(&bench, "busy_logs=20");
	begin = bench.lab->now_ms;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(bench.lab->now_ms - begin >= 20 * 1000 && bench.lab->now_ms - begin < 25 * 1000);
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 1);
	CHECK_STR(version_after(&bench), "2.0.0");
	CHECK(image_arrived(&bench));
	stop(&bench);
}

static void one_that_stays_busy_gets_no_commit(void)
{
	struct bench bench;
	uint64_t begin;

	start(&bench, "busy_logs=1000");
	begin = bench.lab->now_ms;
	bench_write(&bench, ERR_BUSY);
	CHECK(bench.lab->now_ms - begin >= 60 * 1000 && bench.lab->now_ms - begin < 70 * 1000);
	CHECK_CONTAINS(bench.err.text, "busy since 60 s after the download");
	CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), 0);
	bench.drive->model.busy_left = 0;
	CHECK_STR(version_after(&bench), "1.0.0");
	stop(&bench);
}

static void a_commit_that_hangs_is_overdue(void)
{
	enum backend_recovery found = 0;
	struct bench bench;

	start(&bench, "hang_at_commit=1");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_CONTAINS(bench.err.text, "commit to slot 2");
	CHECK_INT(backend_nvme.recover(&bench.io, &found, NULL), 0);
	CHECK_INT(found, RECOVER_OLD_RUNS);
	bench.progress = 0;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(version_after(&bench), "2.0.0");
	stop(&bench);
}

/* All ways of having slot 1 read-only, with and without activation by a reset. */
static void slot_1_read_only_in_all_combinations(void)
{
	for (unsigned int slots = 1; slots <= 7; slots++)
		for (unsigned int active = 1; active <= slots; active++)
			for (unsigned int now = 0; now < 2; now++) {
				struct bench bench;
				char settings[64];
				bool possible = slots > 1;

				snprintf(settings, sizeof(settings),
					 "slot1_ro=1,slots=%u,activate_now=%u", slots, now);
				start(&bench, settings);
				strcpy(bench.drive->model.firmware.slot[active], "1.0.0");
				bench.drive->model.firmware.active = (uint8_t)active;
				CHECK_INT(backend_nvme.check(&bench.io, &bench.err),
					  possible ? 0 : ERR_UNSUPPORTED);
				CHECK_INT(bench_write(&bench, possible ? 0 : ERR_UNSUPPORTED),
					  !possible ? 0
					  : now	    ? BACKEND_DONE
						    : BACKEND_NEEDS_ACTIVATE);
				CHECK_INT(hwio_nvme_count(bench.lab, COMMIT), possible);
				CHECK_STR(bench.drive->model.firmware.slot[1], "1.0.0");
				/* The running image stays as long as another slot can be written.
				 */
				if (slots > 2 || active == 1)
					CHECK_STR(bench.drive->model.firmware.slot[active],
						  "1.0.0");
				stop(&bench);
			}
}

/* A machine full of drives: one attribute of each, and commands to the one alone. */
static void opening_again_is_cheap(void)
{
	struct inventory inv = { 0 };
	struct hwio_nvme *lab = hwio_nvme_new();
	char node[64];
	size_t opened;

	for (int i = 0; i < 16; i++) {
		char settings[32];

		snprintf(settings, sizeof(settings), "serial=S%d", i);
		hwio_nvme_add(lab, settings);
	}
	CHECK_INT(backend_nvme.probe(&lab->hw, &inv, NULL), 0);
	opened = lab->n_opened;
	CHECK_INT(backend_nvme.refresh(&lab->hw, &inv.devices[15], NULL), 0);
	/* its serial number, five attributes, its node, four for its PCI ids */
	CHECK(lab->n_opened - opened <= 11);
	opened = lab->n_opened;
	strcpy(node, inv.devices[15].node);
	strcpy(inv.devices[15].node, "/dev/nvme3"); /* the names changed places */
	CHECK_INT(backend_nvme.refresh(&lab->hw, &inv.devices[15], NULL), 0);
	CHECK_STR(inv.devices[15].node, node);
	CHECK(lab->n_opened - opened <= 11 + 16);
	inventory_free(&inv);
	hwio_nvme_free(lab);
}

static void what_tells_that_a_drive_is_busy(void)
{
	uint8_t buf[NVME_IDENTIFY_BYTES] = { 0 };
	unsigned int percent = 77;

	CHECK(!nvme_self_test_running(buf, 4, &percent));
	CHECK(!nvme_sanitize_running(buf, 8, &percent));
	CHECK(!nvme_format_running(buf, sizeof(buf), &percent));
	for (unsigned int operation = 1; operation < 16; operation++) {
		buf[0] = (uint8_t)(0xf0 | operation);
		buf[1] = 0xff;
		CHECK_INT(nvme_self_test_running(buf, 4, &percent), operation != 15);
		CHECK_INT(percent, 127);
		CHECK(!nvme_self_test_running(buf, 3, &percent));
	}
	for (unsigned int status = 0; status < 8; status++) {
		buf[0] = 0;
		buf[1] = 0x80;
		buf[2] = (uint8_t)(0xf8 | status);
		CHECK_INT(nvme_sanitize_running(buf, 8, &percent), status == 2);
	}
	CHECK_INT(percent, 50);
	CHECK(!nvme_sanitize_running(buf, 7, &percent));
	buf[32] = 0x0a; /* does not say that it tells */
	CHECK(!nvme_format_running(buf, sizeof(buf), &percent));
	buf[32] = 0x8a;
	CHECK(nvme_format_running(buf, sizeof(buf), &percent));
	CHECK_INT(percent, 90);
	buf[32] = 0xff;
	CHECK(nvme_format_running(buf, sizeof(buf), &percent));
	CHECK_INT(percent, 0);
	CHECK(!nvme_format_running(buf, sizeof(buf) - 1, &percent));
}

int main(void)
{
	TAP_RUN(what_is_under_way_is_told_before);
	TAP_RUN(only_what_a_drive_offers_is_asked_for);
	TAP_RUN(a_drive_that_became_busy_refuses);
	TAP_RUN(a_commit_waits_for_a_drive_that_digests);
	TAP_RUN(one_that_stays_busy_gets_no_commit);
	TAP_RUN(a_commit_that_hangs_is_overdue);
	TAP_RUN(slot_1_read_only_in_all_combinations);
	TAP_RUN(opening_again_is_cheap);
	TAP_RUN(what_tells_that_a_drive_is_busy);
	return TAP_END();
}
