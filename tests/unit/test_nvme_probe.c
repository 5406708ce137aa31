/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NVMe drives in the inventory, found again, and what an interrupted update has left in them. */
#include <errno.h>
#include <stdlib.h>

#include "backends/backend.h"
#include "hwio_nvme.h"
#include "tap.h"

static struct inventory probe(struct hwio_nvme *lab)
{
	struct inventory inv = { 0 };
	struct err err = { 0 };

	CHECK_INT(backend_nvme.probe(&lab->hw, &inv, &err), 0);
	CHECK_INT(lab->n_open, 0);
	return inv;
}

static void stop(struct hwio_nvme *lab, struct inventory *inv)
{
	CHECK_INT(lab->n_open, 0);
	inventory_free(inv);
	hwio_nvme_free(lab);
}

static const char *prop(const struct device *dev, const char *key)
{
	const char *value = device_prop(dev, key);

	return value ? value : "(none)";
}

static void everything_a_drive_says(void)
{
	static const char *const props[][2] = {
		{ "nvme.fr", "1.2.3" },
		{ "nvme.slot1", "1.2.3" },
		{ "nvme.slot2", "(none)" },
		{ "nvme.active_slot", "1" },
		{ "nvme.next_slot", "0" },
		{ "nvme.slots", "4" },
		{ "nvme.slot1_readonly", "yes" },
		{ "nvme.fwug", "2" },
		{ "nvme.mdts", "6" },
		{ "nvme.oacs_fw", "yes" },
		{ "nvme.mtfa", "30" },
		{ "nvme.activate_without_reset", "no" },
		{ "nvme.pci", "0000:01:00.0" },
		{ "nvme.fguid", "(none)" },
		{ "nvme.error", "(none)" },
	};
	static const char *const targets[] = { "nvme-model:LAB X100", "pci:dd1a:a80a:103c:01f4",
					       "pci:dd1a:a80a" };
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv;
	struct device *dev;

	hwio_nvme_add(lab,
		      "model=LAB X100,serial=SN42,revision=1.2.3,slots=4,slot1_ro=1,fwug=2,"
		      "mdts=6,mtfa=30,activate_now=0");
	inv = probe(lab);
	CHECK_INT(inv.count, 1);
	dev = inv.devices;
	CHECK_STR(dev->id, "nvme:SN42");
	CHECK_INT(dev->kind, DEVICE_NVME);
	CHECK_STR(dev->name, "nvme0 (LAB X100, S/N SN42)");
	CHECK_STR(dev->vendor, "0xdd1a");
	CHECK_STR(dev->model, "LAB X100");
	CHECK_STR(dev->serial, "SN42");
	CHECK_STR(dev->version, "1.2.3"); /* live: sysfs says STALE */
	CHECK_STR(dev->node, "/dev/nvme0");
	CHECK_STR(dev->parent, "pci:0000:01:00.0");
	CHECK_STR(dev->backend, "nvme");
	CHECK_INT(dev->evidence, EVIDENCE_EMULATOR);
	CHECK(dev->updateable);
	for (size_t i = 0; i < sizeof(props) / sizeof(*props); i++)
		CHECK_STR(prop(dev, props[i][0]), props[i][1]);
	CHECK_INT(dev->target_count, 3);
	for (size_t i = 0; i < 3; i++)
		CHECK_STR(dev->targets[i], targets[i]);
	stop(lab, &inv);
}

/* Law: planning reads. Nothing but Identify and Get Log Page reaches a drive. */
static void probing_only_reads(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv;

	hwio_nvme_add(lab, "");
	inv = probe(lab);
	CHECK_INT(lab->n_commands, 2);
	CHECK_INT(lab->command[0].opcode, 0x06);
	CHECK_INT(lab->command[0].cdw10, 1);
	CHECK_INT(lab->command[0].data_len, 4096);
	CHECK_INT(lab->command[1].opcode, 0x02);
	CHECK_INT(lab->command[1].cdw10, 127 << 16 | 3);
	CHECK_INT(lab->command[1].data_len, 512);
	stop(lab, &inv);
}

static void no_driver_no_drives(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv = probe(lab);

	CHECK_INT(inv.count, 0);
	stop(lab, &inv);
}

/* Law 11: what is left alone has a reason, and nothing is hidden. */
static void what_cannot_be_updated_says_why(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv;

	hwio_nvme_add(lab, "serial=OLD,firmware=0");
	hwio_nvme_add(lab, "serial=DEAF")->admin_errno = EIO;
	hwio_nvme_add(lab, "serial=DEAD")->state = "dead";
	hwio_nvme_add(lab, "serial=FAR")->transport = "tcp";
	inv = probe(lab);
	CHECK_INT(inv.count, 4);
	for (size_t i = 0; i < 4; i++)
		CHECK(!inv.devices[i].updateable);
	CHECK_STR(inv.devices[0].version, "1.0.0");
	CHECK_STR(prop(&inv.devices[0], "nvme.oacs_fw"), "no");
	CHECK_STR(inv.devices[1].id, "nvme:DEAF");
	CHECK_STR(inv.devices[1].version, "");
	CHECK_CONTAINS(prop(&inv.devices[1], "nvme.error"),
		       "Identify Controller: the drive is gone");
	CHECK_CONTAINS(prop(&inv.devices[2], "nvme.error"), "the driver says: dead");
	CHECK_CONTAINS(prop(&inv.devices[3], "nvme.error"), "reached over tcp");
	CHECK_STR(inv.devices[3].parent, "");
	for (size_t i = 0; i < lab->n_commands; i++)
		CHECK(lab->command[i].drive < 2); /* the last two were not asked */
	stop(lab, &inv);
}

static void a_drive_that_answers_again_is_updateable_again(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct hwio_nvme_drive *drive = hwio_nvme_add(lab, "serial=DEAF");
	struct inventory inv;

	drive->admin_errno = EIO;
	inv = probe(lab);
	drive->admin_errno = 0;
	CHECK_INT(backend_nvme.refresh(&lab->hw, inv.devices, NULL), 0);
	CHECK(inv.devices->updateable);
	CHECK_STR(inv.devices->version, "1.0.0");
	CHECK_STR(prop(inv.devices, "nvme.error"), "(none)");
	stop(lab, &inv);
}

static void without_a_serial_number_the_place_is_the_name(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct hwio_nvme_drive *drive = hwio_nvme_add(lab, "");
	struct inventory inv;
	struct err err;

	drive->model.config.serial[0] = 0;
	inv = probe(lab);
	CHECK_STR(inv.devices->id, "nvme:0000:01:00.0");
	CHECK_INT(backend_nvme.refresh(&lab->hw, inv.devices, &err), 0);
	drive->address = "0000:09:00.0";
	CHECK_INT(backend_nvme.refresh(&lab->hw, inv.devices, &err), ERR_DEVICE_GONE);
	stop(lab, &inv);
}

/* NVMe 2.0 §5.12: the controllers of a subsystem share its slots; one of them is enough. */
static void a_drive_with_two_ports_is_written_once(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv;

	hwio_nvme_add(lab, "serial=TWIN");
	hwio_nvme_add(lab, "serial=TWIN");
	hwio_nvme_add(lab, "serial=TWIN,vid=0x1234"); /* another vendor's number */
	inv = probe(lab);
	CHECK_INT(inv.count, 3);
	CHECK(inv.devices[0].updateable);
	CHECK(!inv.devices[1].updateable);
	CHECK(inv.devices[2].updateable);
	CHECK_CONTAINS(prop(&inv.devices[1], "nvme.error"), "another controller of nvme:TWIN");
	for (size_t i = 0; i < 3; i++) {
		char node[64];

		strcpy(node, inv.devices[i].node);
		CHECK_INT(backend_nvme.refresh(&lab->hw, &inv.devices[i], NULL), 0);
		CHECK_STR(inv.devices[i].node, node);
	}
	CHECK(!inv.devices[1].updateable);
	stop(lab, &inv);
}

/* After a reboot the names may have changed places. */
static void names_that_changed_places(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct inventory inv;

	hwio_nvme_add(lab, "serial=A,revision=1.0");
	hwio_nvme_add(lab, "serial=B,revision=7.0");
	inv = probe(lab);
	lab->drive[0].number = 1;
	lab->drive[1].number = 0;
	CHECK_INT(backend_nvme.refresh(&lab->hw, &inv.devices[0], NULL), 0);
	CHECK_STR(inv.devices[0].node, "/dev/nvme1");
	CHECK_STR(inv.devices[0].version, "1.0");
	CHECK_STR(inv.devices[0].id, "nvme:A");
	stop(lab, &inv);
}

/* sysfs may lag behind: what the drive itself says counts. */
static void another_drive_in_the_same_place_is_not_taken_for_it(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct err err = { 0 };
	struct inventory inv;

	hwio_nvme_add(lab, "serial=A");
	inv = probe(lab);
	CHECK(!nvme_model_set(&lab->drive[0].model, "vid=0x1234"));
	CHECK_INT(backend_nvme.refresh(&lab->hw, inv.devices, &err), ERR_DEVICE_GONE);
	CHECK_STR(err.text, "nvme0 is another drive now");
	CHECK(!nvme_model_set(&lab->drive[0].model, "serial=B"));
	CHECK_INT(backend_nvme.refresh(&lab->hw, inv.devices, &err), ERR_DEVICE_GONE);
	CHECK_STR(err.text, "the drive is not there any more");
	stop(lab, &inv);
}

/* The drive as an interrupted step may have left it; 2.0 was to replace 1.0. */
static void what_an_interrupted_update_has_left(void)
{
	static const struct {
		const char *why, *running, *slot2, *before;
		uint8_t active, next;
		enum backend_recovery want;
	} cases[] = {
		{ "nothing happened", "1.0", "", "1.0", 1, 0, RECOVER_OLD_RUNS },
		{ "an older image beside it", "1.0", "0.9", "1.0", 1, 0, RECOVER_OLD_RUNS },
		{ "the slot that runs is also next", "1.0", "", "1.0", 1, 1, RECOVER_OLD_RUNS },
		{ "it runs", "2.0", "2.0", "1.0", 2, 0, RECOVER_NEW_RUNS },
		{ "committed", "1.0", "2.0", "1.0", 1, 2, RECOVER_PENDING },
		{ "stored, never to run", "1.0", "2.0", "1.0", 1, 0, RECOVER_WRITE_AGAIN },
		{ "another image waits", "1.0", "1.5", "1.0", 1, 2, RECOVER_NEEDS_HUMAN },
		{ "neither old nor new", "1.7", "2.0", "1.0", 2, 0, RECOVER_NEEDS_HUMAN },
		{ "what ran before is not known", "1.7", "", "", 1, 0, RECOVER_OLD_RUNS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hwio_nvme *lab = hwio_nvme_new();
		struct nvme_model_firmware *firmware = &hwio_nvme_add(lab, "")->model.firmware;
		struct component comp = {
			.version = "2.0",
			.proof = { .field = "nvme.fr", .match = PROOF_EQUALS, .value = "2.0" },
		};
		struct inventory inv = probe(lab);
		struct backend_io io = { .hw = &lab->hw, .dev = inv.devices, .comp = &comp };
		enum backend_recovery found = 0;

		component_complete(&comp);
		strcpy(firmware->slot[1], "1.0");
		strcpy(firmware->slot[2], cases[i].slot2);
		strcpy(firmware->running, cases[i].running);
		firmware->active = cases[i].active;
		firmware->next = cases[i].next;
		strcpy(inv.devices->version, cases[i].before);
		CHECK_INT(backend_nvme.recover(&io, &found, NULL), 0);
		if (found != cases[i].want)
			printf("# %s\n", cases[i].why);
		CHECK_INT(found, cases[i].want);
		stop(lab, &inv);
	}
}

static void recovery_compares_as_the_proof_says(void)
{
	static const struct {
		struct proof proof;
		enum backend_recovery want;
	} cases[] = {
		{ { .field = "nvme.fr", .match = PROOF_PREFIX, .value = "2." }, RECOVER_NEW_RUNS },
		{ { .field = "nvme.fr", .match = PROOF_PREFIX, .value = "3." }, RECOVER_OLD_RUNS },
		{ { .field = "nvme.fr", .match = PROOF_SCHEME, .value = "2.00" },
		  RECOVER_NEW_RUNS },
		{ { .field = "nvme.fr", .match = PROOF_EQUALS, .value = "2.00" },
		  RECOVER_OLD_RUNS },
		{ { .field = "" }, RECOVER_NEW_RUNS }, /* the component's version */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hwio_nvme *lab = hwio_nvme_new();
		struct component comp = { .version = "2.0", .scheme = VERSION_DOTTED };
		struct inventory inv;
		struct backend_io io = { .hw = &lab->hw, .comp = &comp };
		enum backend_recovery found = 0;

		hwio_nvme_add(lab, "revision=2.0");
		inv = probe(lab);
		io.dev = inv.devices;
		comp.proof = cases[i].proof;
		component_complete(&comp);
		CHECK_INT(backend_nvme.recover(&io, &found, NULL), 0);
		CHECK_INT(found, cases[i].want);
		stop(lab, &inv);
	}
}

int main(void)
{
	TAP_RUN(everything_a_drive_says);
	TAP_RUN(probing_only_reads);
	TAP_RUN(no_driver_no_drives);
	TAP_RUN(what_cannot_be_updated_says_why);
	TAP_RUN(a_drive_that_answers_again_is_updateable_again);
	TAP_RUN(without_a_serial_number_the_place_is_the_name);
	TAP_RUN(a_drive_with_two_ports_is_written_once);
	TAP_RUN(names_that_changed_places);
	TAP_RUN(another_drive_in_the_same_place_is_not_taken_for_it);
	TAP_RUN(what_an_interrupted_update_has_left);
	TAP_RUN(recovery_compares_as_the_proof_says);
	return TAP_END();
}
