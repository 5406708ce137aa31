/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SES backend against the emulated enclosure: what reached it and what came of it. Each test is
 * one enclosure, one image and one thing that is special about them.
 */
#include "ses_bench.h"

static const char *prop(const struct device *dev, const char *key)
{
	const char *value = device_prop(dev, key);

	return value ? value : "";
}

static void saved_and_activated(void)
{
	static const uint8_t first[24] = { 0x0e, 0, 0x10, 0x14, 0, 0, 0,    7, 0x07, 0, 0,    3,
					   0,	 0, 0,	  0,	0, 0, 0x28, 2, 0,    0, 0x10, 0 };
	static const uint8_t last[24] = { 0x0e, 0, 0x08, 0x18, 0, 0, 0,	   7, 0x07, 0, 0,    3,
					  0,	0, 0x20, 0,    0, 0, 0x28, 2, 0,    0, 0x08, 2 };
	struct bench bench;
	const struct hwio_sg_command *command;

	start(&bench, "buffer_id=3");
	CHECK_INT(backend_ses.check(&bench.io, &bench.err), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK(image_arrived(&bench));
	CHECK_INT(bench.model.pieces, 3);
	command = hwio_sg_nth(bench.lab, SEND, 1, 0x10, 0);
	CHECK(!memcmp(command->parameters, first, sizeof(first)));
	CHECK_INT(command->data_len, 24 + 4096);
	CHECK_INT(command->timeout_ms, 15 * MINUTE_MS);
	/* 2050 bytes, filled up to whole dwords. */
	command = hwio_sg_nth(bench.lab, SEND, 1, 0x10, 2);
	CHECK(!memcmp(command->parameters, last, sizeof(last)));
	CHECK_INT(command->data_len, 24 + 2052);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.pieces_at_intent, 0);
	CHECK_INT(bench.progress, bench.payload.size);
	CHECK_STR(version_after(&bench), "0200");
	CHECK_STR(prop(bench.io.dev, "ses.rev"), "0200");
	stop(&bench);
}

/* Every status of SES-4 table 53 as the end of a download. */
static void outcomes_of_a_download(void)
{
	static const struct {
		const char *settings, *flag;
		int rc;
		enum backend_result want;
		const char *words;
	} cases[] = {
		{ "final_set=1,final=0x00", NULL, 0, BACKEND_DONE, "" },
		{ "final_set=1,final=0x01", NULL, ERR_DEVICE, 0, "expects more from offset 10242" },
		{ "final_set=1,final=0x10", NULL, 0, BACKEND_DONE, "" },
		{ "final_set=1,final=0x11", NULL, 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "final_set=1,final=0x12", NULL, 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "final_set=1,final=0x13", NULL, 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "final_set=1,final=0x80", NULL, ERR_DEVICE, 0,
		  "a field of the request was wrong" },
		{ "final_set=1,final=0x81", NULL, ERR_DEVICE, 0,
		  "does not accept this image (status 81h, additional 05h)" },
		{ "final_set=1,final=0x82", NULL, ERR_DEVICE, 0, "came too late" },
		{ "final_set=1,final=0x83", NULL, ERR_DEVICE, 0, "before it is reset" },
		{ "final_set=1,final=0x84", NULL, ERR_DEVICE, 0, "a reset is safe" },
		{ "final_set=1,final=0x85", NULL, ERR_DEVICE, 0, "nothing to activate" },
		{ "final_set=1,final=0x86", NULL, ERR_DEVICE, 0, "unknown status (status 86h" },
		{ "final_set=1,final=0x87", NULL, ERR_DEVICE, 0, "unknown status (status 87h" },
		{ "final_set=1,final=0x40", NULL, ERR_DEVICE, 0, "unknown status (status 40h" },
		{ "storing=5", NULL, 0, BACKEND_DONE, "" },
		{ "storing=5,storing_errors=3", NULL, 0, BACKEND_DONE, "" },
		{ "storing=5000", NULL, ERR_OVERDUE, 0, "the image is not stored after 900 s" },
		{ "storing=5,storing_errors=5000", NULL, ERR_OVERDUE, 0,
		  "it did not come back within 900 s" },
		{ "", "ses-mode=6", 0, BACKEND_DONE, "" },
		{ "", "ses-mode=7", 0, BACKEND_DONE, "" },
		{ "", "ses-mode=e", 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "storing=3", "ses-mode=e", 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "counts=0", NULL, 0, BACKEND_DONE, "" },
		{ "max_size=0", NULL, 0, BACKEND_DONE, "" },
		{ "attention=3", NULL, 0, BACKEND_DONE, "" },
		{ "forget_at=2", NULL, 0, BACKEND_DONE, "" },
		{ "forget_at=2,forget_always=1", NULL, ERR_DEVICE, 0, "again and again" },
		{ "stale=1", NULL, 0, BACKEND_DONE, "" },
		{ "skip=1", NULL, ERR_DEVICE, 0,
		  "offset 0 of 10242: the enclosure expects offset 8192, 4096 of 10242 bytes" },
		{ "early=1", NULL, ERR_DEVICE, 0, "takes the image to end here" },
		{ "refuse_at=2", NULL, ERR_DEVICE, 0,
		  "download, offset 4096 of 10242: it refuses what the page says (sense "
		  "5h/26h/00h)" },
		{ "discard_at=2", NULL, ERR_DEVICE, 0, "offset 4096 of 10242: discarded" },
		{ "hang_at=2", NULL, ERR_OVERDUE, 0, "no answer within the time" },
		{ "gone_at=2", NULL, ERR_DEVICE_GONE, 0, "nothing answers at its address" },
		{ "busy_at=2", NULL, ERR_BUSY, 0, "it is busy (SCSI status 08h)" },
		{ "rebuilt_at=2", NULL, ERR_DEVICE, 0,
		  "was rebuilt meanwhile (generation 00000008h, was 00000007h)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench, cases[i].settings);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(bench_write(&bench, cases[i].rc), cases[i].want);
		if (cases[i].rc)
			CHECK_CONTAINS(bench.err.text, cases[i].words);
		else
			CHECK(image_arrived(&bench));
		stop(&bench);
	}
}

static void activated_afterwards(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "");
	set_flag(&bench, "ses-mode=e");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_STR(version_after(&bench), "0100");
	CHECK_INT(backend_ses.check(&bench.io, &bench.err), ERR_BUSY);
	CHECK_INT(backend_ses.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_DONE);
	CHECK_INT(bench.model.activations, 1);
	CHECK_INT(bench.intents, 2);
	CHECK_STR(version_after(&bench), "0200");
	stop(&bench);
}

static void an_activation_that_waits_for_power(void)
{
	enum backend_result result = 0;
	struct bench bench;

	start(&bench, "final_set=1,final=0x13");
	set_flag(&bench, "ses-mode=e");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_ACTIVATE);
	CHECK_INT(backend_ses.activate(&bench.io, &result, &bench.err), 0);
	CHECK_INT(result, BACKEND_NEEDS_POWER_CYCLE);
	ses_model_reset(&bench.model, true);
	CHECK_STR(version_after(&bench), "0200");
	stop(&bench);
}

/* Law 5: the backend cannot see this; reading back does. */
static void claims_success_and_runs_another(void)
{
	static const char *const settings[][2] = { { "lie=1", "0100" },
						   { "revert=1", "0100" },
						   { "wrong_revision=0150", "0150" } };

	for (size_t i = 0; i < 3; i++) {
		struct bench bench;

		start(&bench, settings[i][0]);
		CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
		CHECK_STR(version_after(&bench), settings[i][1]);
		stop(&bench);
	}
}

static void refused_before_the_first_command(void)
{
	static const struct {
		const char *settings, *flag;
		uint32_t size;
		int want;
		const char *words;
	} cases[] = {
		{ "download=0", NULL, 4096, ERR_UNSUPPORTED, "it does not know this page" },
		{ "max_size=4096", NULL, 4097, ERR_TOO_LARGE, "takes 4096 at most" },
		{ "status_set=1,status=0x02", NULL, 4096, ERR_BUSY, "an update is going on" },
		{ "status_set=1,status=0x03", NULL, 4096, ERR_BUSY, "(status 03h)" },
		{ "status_set=1,status=0x11", NULL, 4096, ERR_BUSY, "an earlier update waits" },
		{ "status_set=1,status=0x12", NULL, 4096, ERR_BUSY, "after a power cycle" },
		{ "status_set=1,status=0x13", NULL, 4096, ERR_BUSY, "when it is activated" },
		{ "status_set=1,status=0x80", NULL, 4096, 0, "" },
		{ "status_set=1,status=0x83", NULL, 4096, 0, "" },
		{ "status_set=1,status=0x10", NULL, 4096, 0, "" },
		{ "", "ses-mode=5", 4096, ERR_UNSUPPORTED, "\"ses-mode=5\" is not known" },
		{ "", "nvme-ca1", 4096, ERR_UNSUPPORTED, "\"nvme-ca1\" is not known" },
		{ "", "ses-subenclosure=1", 4096, ERR_UNSUPPORTED, "this is 0" },
		{ "", "ses-subenclosure=0", 4096, 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start_part(&bench, cases[i].settings, cases[i].size, 0);
		if (cases[i].flag)
			set_flag(&bench, cases[i].flag);
		CHECK_INT(backend_ses.check(&bench.io, &bench.err), cases[i].want);
		if (cases[i].want)
			CHECK_CONTAINS(bench.err.text, cases[i].words);
		CHECK_INT(bench.intents, 0);
		CHECK_INT(bench.model.pieces, 0);
		if (cases[i].want) {
			bench_write(&bench, cases[i].want);
			CHECK_INT(bench.model.pieces, 0);
		}
		stop(&bench);
	}
}

static void without_intent_nothing_is_sent(void)
{
	struct bench bench;

	start(&bench, "");
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.model.pieces, 0);
	stop(&bench);
}

static void a_bad_chunk_is_never_sent(void)
{
	struct bench bench;

	start(&bench, "");
	bench.fail_read_at = 5000;
	bench_write(&bench, ERR_HASH);
	CHECK_INT(bench.model.pieces, 1);
	CHECK_STR(version_after(&bench), "0100");
	stop(&bench);
}

static void recovery(void)
{
	static const struct {
		const char *settings, *before, *running;
		enum backend_recovery want;
	} cases[] = {
		{ "", "0100", "0100", RECOVER_OLD_RUNS },
		{ "", "0100", "0200", RECOVER_NEW_RUNS },
		{ "", "", "0100", RECOVER_OLD_RUNS },
		{ "", "0100", "0150", RECOVER_NEEDS_HUMAN },
		{ "status_set=1,status=0x01", "0100", "0100", RECOVER_WRITE_AGAIN },
		{ "status_set=1,status=0x10", "0100", "0200", RECOVER_NEW_RUNS },
		{ "status_set=1,status=0x11", "0100", "0100", RECOVER_PENDING },
		{ "status_set=1,status=0x12", "0100", "0100", RECOVER_PENDING },
		{ "status_set=1,status=0x13", "0100", "0100", RECOVER_PENDING },
		{ "status_set=1,status=0x80", "0100", "0100", RECOVER_WRITE_AGAIN },
		{ "status_set=1,status=0x83", "0100", "0100", RECOVER_WRITE_AGAIN },
		{ "status_set=1,status=0x84", "0100", "0100", RECOVER_WRITE_AGAIN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum backend_recovery answer = 0;
		struct bench bench;

		start(&bench, cases[i].settings);
		snprintf(bench.inv.devices->version, sizeof(bench.inv.devices->version), "%s",
			 cases[i].before);
		snprintf(bench.model.running[0], sizeof(bench.model.running[0]), "%s",
			 cases[i].running);
		CHECK_INT(backend_ses.recover(&bench.io, &answer, &bench.err), 0);
		CHECK_INT(answer, cases[i].want);
		stop(&bench);
	}
}

/* What is stored when the machine comes back is waited for: then the new one runs. */
static void recovery_waits_until_it_is_stored(void)
{
	enum backend_recovery answer = 0;
	struct bench bench;

	start(&bench, "storing=2000,storing_errors=40");
	bench_write(&bench, ERR_OVERDUE);
	CHECK_INT(backend_ses.recover(&bench.io, &answer, &bench.err), ERR_OVERDUE);
	CHECK_INT(backend_ses.recover(&bench.io, &answer, &bench.err), 0);
	CHECK_INT(answer, RECOVER_NEW_RUNS);
	stop(&bench);
}

/* A backplane behind the same process: a device of its own, written with its own number. */
static void a_subenclosure(void)
{
	struct bench bench;

	start_part(&bench, "secondaries=2", 9000, 2);
	CHECK_STR(bench.inv.devices[0].id, "enclosure:5000000000001000");
	CHECK_STR(bench.io.dev->id, "enclosure:5000000000001002");
	CHECK_STR(bench.io.dev->parent, "enclosure:5000000000001000");
	CHECK_STR(prop(bench.io.dev, "hold.0"), "enclosure:5000000000001000");
	CHECK_STR(prop(&bench.inv.devices[0], "hold.0"), "enclosure:5000000000001000");
	CHECK_STR(bench.io.dev->targets[0], "enclosure-model:LAB BACKPLANE");
	set_flag(&bench, "ses-subenclosure=2");
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(hwio_sg_nth(bench.lab, SEND, 1, 0x10, 0)->parameters[1], 2);
	CHECK_STR(version_after(&bench), "0200");
	CHECK_STR(bench.model.running[0], "0100");
	CHECK_STR(bench.model.running[1], "0100");
	stop(&bench);
}

static void in_the_inventory(void)
{
	struct bench bench;
	const struct device *dev;

	start(&bench, "");
	dev = bench.inv.devices;
	CHECK_INT(dev->kind, DEVICE_ENCLOSURE);
	CHECK_STR(dev->id, "enclosure:5000000000001000");
	CHECK_STR(dev->name, "sg0 (LAB ENCLOSURE, id 5000000000001000)");
	CHECK_STR(dev->vendor, "DRYDOCK");
	CHECK_STR(dev->version, "0100"); /* live, sysfs says STAL */
	CHECK_STR(dev->node, "/dev/sg0");
	CHECK_STR(dev->parent, "pci:0000:00:1f.2");
	CHECK_STR(dev->backend, "ses");
	CHECK(dev->updateable);
	CHECK_STR(dev->targets[0], "enclosure-model:LAB ENCLOSURE");
	stop(&bench);
	start(&bench, "pages=0"); /* no list of its pages: they are asked for themselves */
	CHECK(bench.inv.devices->updateable);
	stop(&bench);
	start(&bench, "pages=0,download=0");
	CHECK(!bench.inv.devices->updateable);
	stop(&bench);
	start(&bench, "download=0");
	CHECK(!bench.inv.devices->updateable);
	CHECK_CONTAINS(prop(bench.inv.devices, "ses.error"), "no page for firmware");
	stop(&bench);
}

/* What is cut off anywhere is a reason, and no sibling is skipped. */
static void pages_cut_anywhere(void)
{
	for (uint32_t len = 1; len < 60; len++) {
		struct bench bench;
		char settings[32];

		snprintf(settings, sizeof(settings), "page_bytes=%u", len);
		start_box(&bench, settings);
		hwio_sg_add(bench.lab, &bench.model, bench_run)->type = 0x0d;
		bench.lab->device[1].vendor = bench.lab->device[1].name = "X";
		CHECK_INT(backend_ses.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
		CHECK_INT(bench.inv.count, 2);
		if (len < 52) {
			CHECK(!bench.inv.devices[0].updateable);
			CHECK_STR(bench.inv.devices[0].id, "enclosure:0:0:0:0");
			CHECK_CONTAINS(prop(&bench.inv.devices[0], "ses.error"), "page");
		}
		stop(&bench);
	}
}

/* Two processes of one box: told apart by their ports, also when they change places. */
static void twins(void)
{
	struct ses_model other;
	struct bench bench;

	start_box(&bench, "");
	ses_model_init(&other);
	CHECK_INT(ses_model_set(&other, "revision=0099"), 0);
	hwio_sg_add(bench.lab, &other, bench_run);
	bench.lab->device[1].vendor = "DRYDOCK";
	bench.lab->device[1].name = "LAB ENCLOSURE";
	bench.lab->device[1].type = 0x0d;
	bench.lab->device[1].sas_address = "0x5000000000aaaa02";
	CHECK_INT(backend_ses.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 2);
	bench.lab->device[0].number = 1;
	bench.lab->device[1].number = 0;
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(backend_ses.refresh(&bench.lab->hw, &bench.inv.devices[i], &bench.err),
			  0);
		CHECK_STR(bench.inv.devices[i].version, i ? "0099" : "0100");
		CHECK_STR(prop(&bench.inv.devices[i], "hold.0"), "enclosure:5000000000001000");
	}
	ses_model_free(&other);
	stop(&bench);
}

/* Drives get the enclosure as parent by the address that both sides know. */
static void drives_in_slots(void)
{
	struct device *dev;
	struct bench bench;

	start_box(&bench, "");
	bench.model.slot_address[2] = 0x5000cca012345679;
	hwio_sg_add(bench.lab, &bench.model, bench_run); /* sysfs only */
	bench.lab->device[1].vendor = bench.lab->device[1].name = "X";
	bench.lab->device[1].sas_address = "0x5000cca012345679";
	CHECK_INT(inventory_add(&bench.inv, DEVICE_DRIVE, "drive:1", &dev, &bench.err), 0);
	CHECK_INT(device_set_prop(dev, "scsi.sg", "sg1"), 0);
	CHECK_INT(inventory_add(&bench.inv, DEVICE_DRIVE, "drive:2", &dev, &bench.err), 0);
	CHECK_INT(device_set_prop(dev, "scsi.sg", "sg7"), 0);
	snprintf(dev->parent, sizeof(dev->parent), "pci:0000:00:1f.2");
	CHECK_INT(backend_ses.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 3);
	CHECK_STR(bench.inv.devices[0].parent, "enclosure:5000000000001000");
	CHECK_STR(bench.inv.devices[0].slot, "Bay 3");
	CHECK_STR(bench.inv.devices[1].parent, "pci:0000:00:1f.2");
	stop(&bench);
}

int main(void)
{
	TAP_RUN(saved_and_activated);
	TAP_RUN(outcomes_of_a_download);
	TAP_RUN(activated_afterwards);
	TAP_RUN(an_activation_that_waits_for_power);
	TAP_RUN(claims_success_and_runs_another);
	TAP_RUN(refused_before_the_first_command);
	TAP_RUN(without_intent_nothing_is_sent);
	TAP_RUN(a_bad_chunk_is_never_sent);
	TAP_RUN(recovery);
	TAP_RUN(recovery_waits_until_it_is_stored);
	TAP_RUN(a_subenclosure);
	TAP_RUN(in_the_inventory);
	TAP_RUN(pages_cut_anywhere);
	TAP_RUN(twins);
	TAP_RUN(drives_in_slots);
	return TAP_END();
}
