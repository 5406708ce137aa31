/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scsi backend when things go wrong: what was sent all the same, what was not, what was said.
 */
#include <errno.h>

#include "scsi_bench.h"

/* key << 16 | asc << 8 | ascq of the second piece. */
static void refused_pieces(void)
{
	static const struct {
		uint32_t sense;
		int want;
		const char *words;
	} cases[] = {
		{ 0x052000, ERR_UNSUPPORTED, "does not know this command (sense 5/20/00)" },
		{ 0x052400, ERR_UNSUPPORTED, "does not take this form of the command" },
		{ 0x052500, ERR_DEVICE_GONE, "no device at this address any more" },
		{ 0x052600, ERR_DEVICE, "does not accept this image (sense 5/26/00)" },
		{ 0x052698, ERR_DEVICE, "does not accept this image (sense 5/26/98)" },
		{ 0x051a00, ERR_DEVICE, "data of this length" },
		{ 0x052c00, ERR_DEVICE, "out of order" },
		{ 0x057408, ERR_DEVICE, "signature does not hold" },
		{ 0x054900, ERR_DEVICE, "refused (sense 5/49/00)" },
		{ 0x072700, ERR_DEVICE, "write protected (sense 7/27/00)" },
		{ 0x077408, ERR_DEVICE, "signature does not hold" },
		{ 0x044400, ERR_DEVICE, "internal error (sense 4/44/00)" },
		{ 0x031100, ERR_DEVICE, "error of its medium" },
		{ 0x0b4700, ERR_DEVICE, "aborted it (sense B/47/00)" },
		{ 0x020404, ERR_BUSY, "being formatted" },
		{ 0x02041b, ERR_BUSY, "being sanitized" },
		{ 0x0d0000, ERR_DEVICE, "refused (sense D/00/00)" },
	};

	for (size_t i = 0; i < 2 * (sizeof(cases) / sizeof(*cases)); i++) {
		struct bench bench;

		start(&bench, i % 2 ? "fail_at=2,descriptor_sense=1" : "fail_at=2");
		bench.model.faults.fail = cases[i / 2].sense;
		bench_write(&bench, cases[i / 2].want);
		CHECK_CONTAINS(bench.err.text, "WRITE BUFFER mode 07h, piece 2 of 4: ");
		CHECK_CONTAINS(bench.err.text, cases[i / 2].words);
		CHECK_INT(bench.model.writes, 2);
		CHECK_STR(version_after(&bench), "0100");
		stop(&bench);
	}
}

/* Errors that were put right, and no sense at all, are no refusal. */
static void recovered_is_done(void)
{
	static const uint32_t senses[] = { 0x011700, 0x000000 };

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;

		start(&bench, "lie=1,fail_at=4"); /* the model does not do what it fails */
		bench.model.faults.fail = senses[i];
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_INT(bench.model.writes, 4);
		stop(&bench);
	}
}

static void statuses_that_end_it(void)
{
	static const struct {
		uint32_t status;
		int want;
		const char *words;
	} cases[] = {
		{ 0x18, ERR_BUSY, "another host has reserved the drive (SCSI status 18h)" },
		{ 0x30, ERR_BUSY, "(SCSI status 30h)" },
		{ 0x40, ERR_DEVICE, "another host aborted the command" },
		{ 0x22, ERR_DEVICE, "refused (SCSI status 22h)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, "status_at=1");
		bench.model.faults.status = cases[i].status;
		bench_write(&bench, cases[i].want);
		CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(bench.model.writes, 1);
		stop(&bench);
	}
}

/* check() says it, write() does too, and before the intent. */
static void refused_before_the_first_byte(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t not_ready, size;
		int want;
		const char *words;
	} cases[] = {
		{ "", NULL, 0x0400, 4096, ERR_DEVICE, "not ready" },
		{ "", NULL, 0x0401, 4096, ERR_BUSY, "becoming ready" },
		{ "", NULL, 0x0402, 4096, ERR_DEVICE, "not been started" },
		{ "", NULL, 0x0403, 4096, ERR_DEVICE, "waits for a person" },
		{ "", NULL, 0x0404, 4096, ERR_BUSY, "being formatted (sense 2/04/04)" },
		{ "", NULL, 0x0405, 4096, ERR_BUSY, "rebuild" },
		{ "", NULL, 0x0406, 4096, ERR_BUSY, "recalculation" },
		{ "", NULL, 0x0407, 4096, ERR_BUSY, "operation" },
		{ "", NULL, 0x0408, 4096, ERR_BUSY, "long write" },
		{ "", NULL, 0x0409, 4096, ERR_BUSY, "self-test" },
		{ "", NULL, 0x040a, 4096, ERR_BUSY, "ports" },
		{ "", NULL, 0x040b, 4096, ERR_DEVICE, "standby" },
		{ "", NULL, 0x040c, 4096, ERR_DEVICE, "not available" },
		{ "", NULL, 0x0411, 4096, ERR_BUSY, "spun up" },
		{ "", NULL, 0x0412, 4096, ERR_DEVICE, "offline" },
		{ "", NULL, 0x0414, 4096, ERR_BUSY, "allocated" },
		{ "", NULL, 0x041a, 4096, ERR_BUSY, "started" },
		{ "", NULL, 0x041b, 4096, ERR_BUSY, "sanitized" },
		{ "", NULL, 0x041c, 4096, ERR_BUSY, "permission to use power" },
		{ "", NULL, 0x041d, 4096, ERR_BUSY, "configured" },
		{ "", NULL, 0x041e, 4096, ERR_BUSY, "waits for its activation" },
		{ "", NULL, 0x0420, 4096, ERR_DEVICE, "must be reset" },
		{ "", NULL, 0x0421, 4096, ERR_DEVICE, "must be reset" },
		{ "", NULL, 0x0422, 4096, ERR_DEVICE, "switched off and on" },
		{ "", NULL, 0x0424, 4096, ERR_BUSY, "given up" },
		{ "", NULL, 0x0425, 4096, ERR_BUSY, "restored" },
		{ "", NULL, 0x3a00, 4096, ERR_DEVICE, "no medium" },
		{ "", NULL, 0x3e00, 4096, ERR_DEVICE, "not ready (sense 2/3E/00)" },
		{ "reserved=1", NULL, 0, 4096, ERR_BUSY, "reserved" },
		{ "self_test=1", NULL, 0, 4096, ERR_BUSY, "self-test" },
		{ "protected=1", NULL, 0, 4096, ERR_DEVICE, "write protected" },
		{ "capacity=8191", NULL, 0, 8192, ERR_TOO_LARGE, "buffer has 8191" },
		{ "capacity=16777214", NULL, 0, (1 << 24) - 1, ERR_TOO_LARGE,
		  "buffer has 16777214" },
		{ "boundary=21", NULL, 0, 4096, ERR_UNSUPPORTED, "2^21" },
		{ "boundary=255", "scsi-mode=7", 0, 4096, ERR_UNSUPPORTED, "offset 0 only" },
		{ "modes=0x80", NULL, 0, 4096, ERR_UNSUPPORTED, "no mode of download that saves" },
		{ "", "scsi-mode=6", 0, 4096, ERR_UNSUPPORTED, "scsi-mode=6" },
		{ "", "nvme-ca1", 0, 4096, ERR_UNSUPPORTED, "nvme-ca1" },
		{ "", NULL, 0, 1 << 24, ERR_TOO_LARGE, "more than WRITE BUFFER can name" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].size);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		bench.model.faults.not_ready = cases[i].not_ready;
		CHECK_INT(backend_scsi.check(&bench.io, &bench.err), cases[i].want);
		CHECK_CONTAINS(bench.err.text, cases[i].words);
		bench_write(&bench, cases[i].want);
		CHECK_INT(bench.intents, 0);
		CHECK_INT(bench.model.writes, 0);
		stop(&bench);
	}
}

/* 04h/1Fh: it runs nothing and waits for just this. */
static void a_drive_that_waits_for_microcode_gets_it(void)
{
	struct bench bench;

	start(&bench, "not_ready=0x041f");
	CHECK_INT(backend_scsi.check(&bench.io, &bench.err), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	stop(&bench);
}

static void an_empty_image(void)
{
	struct bench bench;

	start(&bench, "");
	bench.payload.size = 0;
	CHECK_INT(backend_scsi.check(&bench.io, &bench.err), ERR_FORMAT);
	stop(&bench);
}

/* Law 4: no intent on stable storage, no command that changes anything. */
static void without_intent_nothing_is_sent(void)
{
	struct bench bench;

	start(&bench, "modes=0x1e");
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	bench_activate(&bench, ERR_FULL);
	CHECK_INT(bench.intents, 2);
	CHECK_INT(bench.model.writes, 0);
	stop(&bench);
}

static void a_bad_chunk_is_never_sent(void)
{
	struct bench bench;

	start(&bench, "");
	bench.fail_read_at = 2 * 32768;
	bench_write(&bench, ERR_HASH);
	CHECK_INT(bench.model.writes, 2);
	CHECK_CONTAINS(bench.err.text, "piece 3 of 4: chunk 3 differs from its signed hash");
	stop(&bench);
}

static void hanging_is_overdue_vanished_is_gone(void)
{
	struct bench bench;

	start(&bench, "hang_at=2");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(bench.lab->now_ms, 1000 + 15 * MINUTE_MS);
	CHECK_INT(bench.model.writes, 2);
	stop(&bench);
	start(&bench, "gone_at=2");
	bench_write(&bench, ERR_DEVICE_GONE);
	CHECK_INT(backend_scsi.refresh(&bench.lab->hw, bench.inv.devices, &bench.err),
		  ERR_DEVICE_GONE);
	CHECK_INT(backend_scsi.check(&bench.io, &bench.err), ERR_DEVICE_GONE);
	CHECK_STR(bench.inv.devices->version, "0100"); /* untouched */
	stop(&bench);
}

/* Law 8: ten times what is expected. */
static void a_slow_drive_gets_time(void)
{
	struct bench bench;

	start(&bench, "");
	bench.comp.expected_seconds = 301;
	bench_write(&bench, 0);
	CHECK_INT(nth_write(&bench, 0)->timeout_ms, 3010000);
	stop(&bench);
}

/* Law 5: the backend cannot see this; reading back does. */
static void claims_success_and_runs_another(void)
{
	struct bench bench;

	start(&bench, "lie=1");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(version_after(&bench), "0100");
	stop(&bench);
	start(&bench, "wrong_revision=0150");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(version_after(&bench), "0150");
	stop(&bench);
}

static void gone_after_its_activation(void)
{
	struct bench bench;

	start(&bench, "modes=0x1e,away=1000");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	bench_activate(&bench, ERR_OVERDUE);
	CHECK_CONTAINS(bench.err.text, "did not come back within 120 s");
	CHECK(bench.lab->now_ms >= 121000 && bench.lab->now_ms < 185000);
	stop(&bench);
	start(&bench, "modes=0x1e");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	bench.model.faults.gone_at = bench.model.writes + 1;
	bench_activate(&bench, ERR_DEVICE_GONE);
	stop(&bench);
}

/* 0Fh refused although modes 0Dh and 0Eh are there: an error, unless the new version runs. */
static void a_refused_activation(void)
{
	struct bench bench;

	start(&bench, "modes=0x1e,fail_at=5,fail=0x044400");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	bench_activate(&bench, ERR_DEVICE);
	CHECK_CONTAINS(bench.err.text, "activation (WRITE BUFFER mode 0Fh): internal error");
	stop(&bench);
}

int main(void)
{
	TAP_RUN(refused_pieces);
	TAP_RUN(recovered_is_done);
	TAP_RUN(statuses_that_end_it);
	TAP_RUN(refused_before_the_first_byte);
	TAP_RUN(a_drive_that_waits_for_microcode_gets_it);
	TAP_RUN(an_empty_image);
	TAP_RUN(without_intent_nothing_is_sent);
	TAP_RUN(a_bad_chunk_is_never_sent);
	TAP_RUN(hanging_is_overdue_vanished_is_gone);
	TAP_RUN(a_slow_drive_gets_time);
	TAP_RUN(claims_success_and_runs_another);
	TAP_RUN(gone_after_its_activation);
	TAP_RUN(a_refused_activation);
	return TAP_END();
}
