/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inventory and updates by way of an iLO, each way of them, as it should go. */
#include "ilo_bench.h"

#define LOCAL_ROM_ID "ilo-fw:00000000-0000-0000-0000-000000000205"

static struct bench bench;

static const char *prop(const char *id, const char *key)
{
	const struct device *dev = inventory_find(&bench.inv, id);
	const char *value = dev ? device_prop(dev, key) : NULL;

	return value ? value : "";
}

static void inventory_over_chif(void)
{
	const struct device *bmc;

	start_machine(&bench, 5);
	take_inventory(&bench);
	bmc = inventory_find(&bench.inv, "bmc");
	CHECK(bmc && bmc->kind == DEVICE_BMC);
	CHECK_STR(bmc->name, "iLO 5");
	CHECK_STR(bmc->version, "2.44");
	CHECK_STR(bmc->backend, "ilo-redfish");
	CHECK_INT(bmc->evidence, EVIDENCE_EMULATOR);
	CHECK_STR(prop("bmc", "bmc.version"), "2.44");
	CHECK_STR(prop("bmc", "redfish.version"), "2.44 Jul 21 2021");
	CHECK_STR(prop("bmc", "ilo.generation"), "5");
	CHECK_STR(prop("bmc", "ilo.way"), "CHIF");
	CHECK_STR(prop("bmc", "ilo.security"), "production");
	CHECK_STR(prop("bmc", "redfish.upload"), "yes");
	CHECK_INT(bench.lab->https, 0);
	CHECK_STR(prop(CPLD_ID, "redfish.version"), "0x2A");
	CHECK_STR(prop(CPLD_ID, "redfish.updateable"), "no");
	CHECK_STR(prop(LOCAL_ROM_ID, "redfish.updateable"), "yes");
	CHECK_STR(inventory_find(&bench.inv, LOCAL_ROM_ID)->parent, "bmc");
	stop(&bench);
}

/* Two cards of a model are one device, which says where they are; a video chip is left alone. */
static void siblings_and_others(void)
{
	const char *card = "ilo-fw:a6b1a447-382a-5a4f-14e4-16d815900212";
	const struct device *video;

	start_machine(&bench, 6);
	take_inventory(&bench);
	CHECK_STR(prop(card, "redfish.context"), "Slot=1:Device=0; Slot=2:Device=0");
	video = inventory_find(&bench.inv, "ilo-fw:embedded-video-controller");
	CHECK(video && !video->updateable);
	CHECK_STR(prop("ilo-fw:embedded-video-controller", "bar"), "NOT_UPDATEABLE");
	/* iLO, ROM, CPLD, power, SPS, the cards, the spare ROM, video */
	CHECK_INT(bench.inv.count, 8);
	stop(&bench);
}

/* A card that PCI has found already gets what the iLO knows of it. */
static void known_devices_are_filled_in(void)
{
	struct device *nic;

	start_machine(&bench, 5);
	CHECK_INT(inventory_add(&bench.inv, DEVICE_PCI, "pci:0000:03:00.0", &nic, NULL), 0);
	CHECK_INT(device_add_target(nic, "hpe-target:A6B1A447-382A-5A4F-14E4-16D815900212"), 0);
	snprintf(nic->backend, sizeof(nic->backend), "devlink");
	CHECK_INT(backend_ilo_redfish.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_STR(prop("pci:0000:03:00.0", "redfish.version"), "20.8.41");
	CHECK_STR(inventory_find(&bench.inv, "pci:0000:03:00.0")->backend, "devlink");
	CHECK(!inventory_find(&bench.inv, "ilo-fw:a6b1a447-382a-5a4f-14e4-16d815900212"));
	stop(&bench);
}

static void an_ilo_4_is_only_read(void)
{
	start_machine(&bench, 4);
	take_inventory(&bench);
	CHECK_STR(prop("bmc", "ilo.generation"), "4");
	CHECK_STR(inventory_find(&bench.inv, "bmc")->backend, "");
	CHECK_STR(prop("bmc", "redfish.upload"), "no-way");
	CHECK_STR(prop(LOCAL_ROM_ID, "redfish.version"), "U30 v2.34 (04/08/2020)");
	CHECK_STR(inventory_find(&bench.inv, LOCAL_ROM_ID)->backend, "");
	stop(&bench);
}

static void an_ilo_7_gives_only_links(void)
{
	start_machine(&bench, 7);
	snprintf(bench.access.url, sizeof(bench.access.url), "https://" HWIO_ILO_REMOTE);
	take_inventory(&bench);
	CHECK_STR(prop("bmc", "ilo.way"), "HTTPS");
	CHECK_STR(prop("bmc", "bmc.version"), "1.12.00");
	CHECK_STR(prop("bmc", "redfish.upload"), "yes");
	CHECK_STR(prop("system", "redfish.class"), "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4");
	CHECK_INT(bench.inv.count, 8);
	stop(&bench);
}

static void another_machines_ilo(void)
{
	const struct device *system;

	start_machine(&bench, 5);
	snprintf(bench.access.url, sizeof(bench.access.url), "https://" HWIO_ILO_REMOTE);
	take_inventory(&bench);
	CHECK_STR(prop("bmc", "ilo.way"), "HTTPS");
	system = inventory_find(&bench.inv, "system");
	CHECK(system != NULL);
	CHECK_STR(system->serial, "LABILO0001");
	CHECK_STR(prop("system", "system.rom"), "U30 v2.34 (04/08/2020)");
	CHECK_INT(bench.lab->opens, 0); /* nothing of this machine was asked */
	stop(&bench);
}

static void ways_for_files(void)
{
	start_machine(&bench, 5);
	bench.lab->hw.bmc = NULL;
	take_inventory(&bench);
	CHECK_STR(prop("bmc", "redfish.upload"), "no-credentials");
	stop(&bench);
	start_machine(&bench, 5);
	ilo_set_knob(bench.lab->ilo, ILO_KNOB_VNIC_OFF, 1, NULL);
	take_inventory(&bench);
	CHECK_STR(prop("bmc", "redfish.upload"), "vnic-disabled");
	CHECK(prop("bmc", "redfish.upload.text")[0] != '\0');
	stop(&bench);
}

/* Nobody there: nothing is said, nothing waited for. */
static void no_ilo(void)
{
	uint64_t begin_ms;

	start_machine(&bench, 5);
	bench.lab->channels = 0;
	bench.lab->no_vnic = true;
	begin_ms = bench.lab->now_ms;
	take_inventory(&bench);
	CHECK_INT(bench.inv.count, 0);
	CHECK_INT(bench.lab->https, 0);
	CHECK(bench.lab->now_ms - begin_ms < 1000);
	stop(&bench);
}

/* A dead or busy one costs no more than 15 s, and is said to be there. */
static void a_silent_ilo(void)
{
	static const enum ilo_knob knobs[] = { ILO_KNOB_DEAD, ILO_KNOB_503 };

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		uint64_t begin_ms;

		start_machine(&bench, 5);
		ilo_set_knob(bench.lab->ilo, knobs[i], 100000, NULL);
		begin_ms = bench.lab->now_ms;
		CHECK(backend_ilo_redfish.probe(&bench.lab->hw, &bench.inv, &bench.err) != 0);
		CHECK(bench.lab->now_ms - begin_ms <= 15000);
		printf("# %u: %u ms: %s\n", (unsigned int)knobs[i],
		       (unsigned int)(bench.lab->now_ms - begin_ms), bench.err.text);
		stop(&bench);
	}
}

static void the_ilo_itself(void)
{
	start(&bench, 5, "bmc", "iLO 5", NEW_ILO);
	bench.comp.proof = (struct proof){ "bmc.version", PROOF_EQUALS, "2.96" };
	CHECK_INT(check(&bench), 0);
	CHECK_INT(put(&bench), 0);
	CHECK_INT(bench.result, BACKEND_DONE);
	CHECK_INT(bench.intents, 1);
	CHECK_STR(ilo_version(bench.lab->ilo, "iLO"), NEW_ILO);
	CHECK_STR(reads(&bench, "bmc.version"), "2.96");
	CHECK_STR(reads(&bench, "redfish.version"), NEW_ILO);
	CHECK_INT(recovered(&bench), RECOVER_NEW_RUNS);
	stop(&bench);
}

static void flashed_for_the_next_boot(void)
{
	const char *version = "U30 v3.00 (01/01/2024)";

	start(&bench, 5, ROM_ID, "System ROM", version);
	CHECK_INT(check(&bench), 0);
	CHECK_INT(put(&bench), 0);
	CHECK_INT(bench.result, BACKEND_NEEDS_REBOOT);
	CHECK(strlen(ilo_flashed(bench.lab->ilo, "System ROM")) == 64);
	CHECK_STR(reads(&bench, "redfish.version"), "U30 v2.34 (04/08/2020)");
	CHECK_INT(recovered(&bench), RECOVER_PENDING);
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 60000);
	CHECK_STR(reads(&bench, "redfish.version"), version);
	CHECK_INT(recovered(&bench), RECOVER_NEW_RUNS);
	stop(&bench);
}

static void flashed_at_once(void)
{
	start(&bench, 6, POWER_ID, "Power Management Controller Firmware", "1.0.8");
	bench.comp.activation = ACTIVATION_NONE;
	CHECK_INT(put(&bench), 0);
	CHECK_INT(bench.result, BACKEND_DONE);
	CHECK_STR(reads(&bench, "redfish.version"), "1.0.8");
	CHECK_INT(bench.progress, BENCH_BYTES);
	stop(&bench);
}

/* Type C, and what earlier runs have left in the queue. */
static void written_by_the_system_rom(unsigned int generation)
{
	start(&bench, generation, CPLD_ID, "System Programmable Logic Device", "0x2B");
	set_flag(&bench, "ilo-uefi");
	CHECK_INT(check(&bench), 0);
	CHECK_INT(put(&bench), 0);
	CHECK_INT(bench.result, BACKEND_NEEDS_REBOOT);
	CHECK(did(&bench, "stored drydock-"));
	CHECK(did(&bench, "task drydock-"));
	CHECK_STR(reads(&bench, "redfish.version"), "0x2A");
	CHECK_INT(recovered(&bench), RECOVER_PENDING);
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 60000);
	CHECK_STR(reads(&bench, "redfish.version"), "0x2B");
	CHECK_INT(recovered(&bench), RECOVER_NEW_RUNS);
	/* The next one removes what is ours; an iLO 7 says for ever that it waits. */
	free(bench.image);
	set_component(&bench, CPLD_ID, "System Programmable Logic Device", "0x2C");
	bench.comp.flag_count = 0;
	bench.comp.payload.sha256[0] = 1;
	set_flag(&bench, "ilo-uefi");
	CHECK_INT(put(&bench), 0);
	if (generation != 7)
		CHECK(did(&bench, "removed"));
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 60000);
	CHECK_STR(reads(&bench, "redfish.version"), "0x2C");
	stop(&bench);
}

static void written_at_start_5(void)
{
	written_by_the_system_rom(5);
}

static void written_at_start_7(void)
{
	written_by_the_system_rom(7);
}

/* What goes either way goes the one that the iLO says. */
static void either_way(void)
{
	start(&bench, 5, CPLD_ID, "System Programmable Logic Device", "0x2B");
	set_flag(&bench, "ilo-bmc-uefi");
	CHECK_INT(put(&bench), 0);
	CHECK(did(&bench, "task drydock-"));
	stop(&bench);
	start(&bench, 5, ROM_ID, "System ROM", "U30 v3.00 (01/01/2024)");
	set_flag(&bench, "ilo-bmc-uefi");
	CHECK_INT(put(&bench), 0);
	CHECK(!did(&bench, "task drydock-"));
	stop(&bench);
}

/* Another machine's, with all of it by the network. */
static void a_remote_update(void)
{
	start_machine(&bench, 5);
	snprintf(bench.access.url, sizeof(bench.access.url), "https://" HWIO_ILO_REMOTE);
	take_inventory(&bench);
	set_component(&bench, "bmc", "iLO 5", NEW_ILO);
	CHECK_INT(put(&bench), 0);
	CHECK_INT(bench.result, BACKEND_DONE);
	CHECK_STR(reads(&bench, "redfish.version"), NEW_ILO);
	CHECK_INT(bench.lab->opens, 0);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(inventory_over_chif);
	TAP_RUN(siblings_and_others);
	TAP_RUN(known_devices_are_filled_in);
	TAP_RUN(an_ilo_4_is_only_read);
	TAP_RUN(an_ilo_7_gives_only_links);
	TAP_RUN(another_machines_ilo);
	TAP_RUN(ways_for_files);
	TAP_RUN(no_ilo);
	TAP_RUN(a_silent_ilo);
	TAP_RUN(the_ilo_itself);
	TAP_RUN(flashed_for_the_next_boot);
	TAP_RUN(flashed_at_once);
	TAP_RUN(written_at_start_5);
	TAP_RUN(written_at_start_7);
	TAP_RUN(either_way);
	TAP_RUN(a_remote_update);
	return TAP_END();
}
