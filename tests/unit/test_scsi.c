/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scsi backend against the emulated drive: what reached it, and what came of it. */
#include "scsi_bench.h"

static uint32_t be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static unsigned int mode_of(const struct hwio_sg_command *command)
{
	return command ? command->cdb[1] & 0x1f : 0;
}

/* Pieces of 32 KiB from 0 upwards, the rest unpadded, 15 minutes each. */
static void in_pieces_that_are_activated_at_once(void)
{
	const struct hwio_sg_command *command;
	struct bench bench;

	start(&bench, "");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.writes_at_intent, 0);
	CHECK_INT(bench.model.writes, 4);
	for (uint32_t i = 0; (command = nth_write(&bench, i)); i++) {
		uint32_t len = i < 3 ? 32768 : 4096;

		CHECK_INT(command->cdb[1], 7);
		CHECK_INT(command->cdb[2], 0);
		CHECK_INT(be24(command->cdb + 3), i * 32768);
		CHECK_INT(be24(command->cdb + 6), len);
		CHECK_INT(command->data_len, len);
		CHECK_INT(command->timeout_ms, 15 * MINUTE_MS);
	}
	CHECK_INT(bench.progress, bench.payload.size);
	CHECK_STR(version_after(&bench), "0200");
	CHECK_STR(prop(&bench, "scsi.rev"), "0200");
	CHECK_STR(prop(&bench, "drive.rev"), "0200");
	stop(&bench);
}

static void modes_and_pieces(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t size;
		unsigned int mode, writes, piece;
	} cases[] = {
		{ "modes=0x1e", NULL, 100000, 0xe, 4, 32768 },
		{ "modes=0x18", NULL, 100000, 0x7, 4, 32768 },
		{ "modes=0x40", NULL, 100000, 0x5, 1, 100000 },
		{ "modes=0x5e", "scsi-mode=7", 100000, 0x7, 4, 32768 },
		{ "modes=0x5e", "scsi-mode=5", 100000, 0x5, 1, 100000 },
		{ "modes=0", "scsi-mode=e", 100000, 0xe, 4, 32768 },
		{ "modes=0", "scsi-mode=d", 100000, 0xd, 4, 32768 },
		{ "boundary=255", NULL, 100000, 0x5, 1, 100000 },
		{ "boundary=0", NULL, 100000, 0x7, 4, 32768 },
		{ "boundary=16", NULL, 100000, 0x7, 2, 65536 },
		{ "boundary=20", NULL, 100000, 0x7, 1, 100000 },
		{ "buffer=0", NULL, 100000, 0x7, 4, 32768 },
		{ "pages=0", NULL, 100000, 0x7, 4, 32768 },
		{ "capacity=0", NULL, 100000, 0x7, 4, 32768 },
		{ "capacity=16777215", NULL, 100000, 0x7, 4, 32768 },
		{ "boundary=12,capacity=4095", NULL, 100000, 0x7, 4, 32768 },
		{ "capacity=100000", NULL, 100000, 0x7, 4, 32768 },
		{ "", NULL, 65536, 0x7, 2, 32768 },
		{ "", NULL, 101, 0x7, 1, 101 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_size(&bench, cases[i].settings, cases[i].size);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		bench_write(&bench, 0);
		if (bench.model.writes != cases[i].writes)
			printf("# %s\n", cases[i].settings);
		CHECK_INT(bench.model.writes, cases[i].writes);
		CHECK_INT(mode_of(nth_write(&bench, 0)), cases[i].mode);
		CHECK_INT(nth_write(&bench, 0)->data_len, cases[i].piece);
		CHECK(image_arrived(&bench));
		stop(&bench);
	}
}

static void deferred_and_activated_by_0f(void)
{
	static const char *const flags[] = { "scsi-mode=d", "scsi-mode=e" };

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;

		start(&bench, "away=1");
		set_flag(&bench, flags[i]);
		CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
		/* 0Dh: power on and hard reset are to activate it too. */
		CHECK_INT(bench.model.specific, i == 0 ? 6 : 0);
		CHECK_STR(version_after(&bench), "0100");
		CHECK_INT(bench_activate(&bench, 0), BACKEND_DONE);
		CHECK_INT(mode_of(nth_write(&bench, 4)), 0xf);
		CHECK_INT(nth_write(&bench, 4)->data_len, 0);
		CHECK_INT(bench.intents, 2);
		CHECK_INT(bench.model.activations, 1);
		/* One question went unanswered, then it was there again. */
		CHECK_INT(bench.lab->now_ms, 1000 + 60000 + 500);
		CHECK_STR(version_after(&bench), "0200");
		stop(&bench);
	}
}

static void no_activation_where_the_run_lives(void)
{
	struct bench bench;

	start(&bench, "modes=0x1e");
	bench.io.reset_allowed = false;
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_POWER_CYCLE);
	CHECK_INT(bench_activate(&bench, 0), BACKEND_NEEDS_POWER_CYCLE);
	CHECK_INT(bench.model.activations, 0);
	scsi_model_reset(&bench.model, true);
	CHECK_STR(version_after(&bench), "0200");
	stop(&bench);
}

/* ACTIVATE_MICROCODE 10b, and the two states that say it after the fact. */
static void what_waits_for_a_restart_says_so(void)
{
	static const struct {
		const char *settings;
		enum backend_result want;
	} cases[] = {
		{ "activate=2,power_bound=1", BACKEND_NEEDS_POWER_CYCLE },
		{ "activate=2", BACKEND_DONE },
		{ "activate=1,power_bound=1", BACKEND_DONE }, /* it lies: reading back finds out */
	};
	static const struct {
		uint32_t not_ready;
		enum backend_result want;
	} states[] = { { 0x0422, BACKEND_NEEDS_POWER_CYCLE },
		       { 0x0421, BACKEND_NEEDS_REBOOT },
		       { 0x0420, BACKEND_NEEDS_REBOOT } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		CHECK_INT(bench_write(&bench, 0), cases[i].want);
		stop(&bench);
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		struct bench bench;

		start(&bench, "modes=0x1e,lie=1");
		CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
		bench.model.faults.not_ready = states[i].not_ready;
		CHECK_INT(bench_activate(&bench, 0), states[i].want);
		stop(&bench);
	}
}

static void a_drive_without_0f_wants_power(void)
{
	struct bench bench;

	start(&bench, "takes=0x4000");
	set_flag(&bench, "scsi-mode=e");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(bench_activate(&bench, 0), BACKEND_NEEDS_POWER_CYCLE);
	scsi_model_reset(&bench.model, true);
	CHECK_STR(version_after(&bench), "0200");
	stop(&bench);
}

/* Each kind of news at each command: the update ends well, and every byte arrives. */
static void news_are_no_failure(void)
{
	static const uint32_t news[] = { 0x3f01, 0x3f16, 0x3f03, 0x3f0e, 0x2900, 0x2901,
					 0x2902, 0x2904, 0x2907, 0x2a01, 0x3807 };

	for (size_t i = 0; i < sizeof(news) / sizeof(*news); i++)
		for (unsigned int at = 1; at <= 14; at++) {
			struct bench bench;
			bool last;

			start(&bench, "");
			bench.model.commands = 0;
			bench.model.faults.attention = news[i];
			bench.model.faults.attention_at = at;
			CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
			/* A change that is told of when the last piece comes is what it was sent
			 * for: it is not sent twice. */
			last = news[i] >> 8 == 0x3f && (news[i] & 0xff) != 3 &&
			       (news[i] & 0xff) != 0xe && bench.model.size < bench.payload.size;
			CHECK(last || image_arrived(&bench));
			CHECK_STR(version_after(&bench), last ? "0100" : "0200");
			stop(&bench);
		}
}

/* SPC-5 §5.5: after a reset the drive has no piece any more, so all are sent again. */
static void a_reset_in_the_middle_begins_again(void)
{
	struct bench bench;

	start(&bench, "");
	bench.model.commands = 0;
	bench.model.faults.attention = 0x2900;
	bench.model.faults.attention_at = 7; /* the third piece */
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.model.writes, 6);
	CHECK_INT(be24(nth_write(&bench, 3)->cdb + 3), 0);
	CHECK_INT(bench.progress, bench.payload.size);
	CHECK(image_arrived(&bench));
	stop(&bench);
}

static void resets_without_end_are_not_waited_for(void)
{
	struct bench bench;

	start(&bench, "");
	bench.model.commands = 0;
	bench.model.faults.attention = 0x2900;
	bench.model.faults.attention_at = 6;
	bench.model.faults.attentions = 1000;
	bench_write(&bench, ERR_BUSY);
	CHECK_CONTAINS(bench.err.text, "was reset or switched on (sense 6/29/00)");
	stop(&bench);
}

static void busy_for_a_while_is_waited_for(void)
{
	static const uint32_t statuses[] = { 0x08, 0x28 };

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;

		start(&bench, "status_at=2,statuses=10");
		bench.model.faults.status = statuses[i];
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK(image_arrived(&bench));
		CHECK_INT(bench.lab->now_ms, 1000 + 10 * 500);
		stop(&bench);
		start(&bench, "status_at=2,statuses=1000");
		bench.model.faults.status = statuses[i];
		bench_write(&bench, ERR_BUSY);
		CHECK_INT(bench.lab->now_ms, 1000 + 30000);
		stop(&bench);
	}
}

static void an_interrupted_update(void)
{
	static const struct {
		const char *settings, *flag, *running, *before;
		uint32_t not_ready;
		enum backend_recovery want;
	} cases[] = {
		{ "", NULL, "0100", "0100", 0, RECOVER_OLD_RUNS },
		{ "", NULL, "0200", "0100", 0, RECOVER_NEW_RUNS },
		{ "", NULL, "0150", "0100", 0, RECOVER_NEEDS_HUMAN },
		{ "", NULL, "0150", "", 0, RECOVER_OLD_RUNS },
		{ "modes=0x1e", NULL, "0100", "0100", 0, RECOVER_WRITE_AGAIN },
		{ "", "scsi-mode=e", "0100", "0100", 0, RECOVER_WRITE_AGAIN },
		{ "activate=2", NULL, "0100", "0100", 0, RECOVER_WRITE_AGAIN },
		{ "", NULL, "0100", "0100", 0x041e, RECOVER_PENDING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum backend_recovery found = 0;
		struct bench bench;

		start(&bench, cases[i].settings);
		bench.comp.payload.size = bench.payload.size;
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		strcpy(bench.model.running, cases[i].running);
		strcpy(bench.inv.devices->version, cases[i].before);
		bench.model.faults.not_ready = cases[i].not_ready;
		bench.io.payload = NULL;
		CHECK_INT(backend_scsi.recover(&bench.io, &found, &bench.err), 0);
		CHECK_INT(found, cases[i].want);
		CHECK_INT(bench.model.writes, 0);
		stop(&bench);
	}
}

int main(void)
{
	TAP_RUN(in_pieces_that_are_activated_at_once);
	TAP_RUN(modes_and_pieces);
	TAP_RUN(deferred_and_activated_by_0f);
	TAP_RUN(no_activation_where_the_run_lives);
	TAP_RUN(what_waits_for_a_restart_says_so);
	TAP_RUN(a_drive_without_0f_wants_power);
	TAP_RUN(news_are_no_failure);
	TAP_RUN(a_reset_in_the_middle_begins_again);
	TAP_RUN(resets_without_end_are_not_waited_for);
	TAP_RUN(busy_for_a_while_is_waited_for);
	TAP_RUN(an_interrupted_update);
	return TAP_END();
}
