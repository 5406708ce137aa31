/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way into an iLO: opened only when somebody said so, and always closed again. */
#include <stdlib.h>
#include <string.h>

#include "hw/redfish.h"
#include "hwio_ilo.h"
#include "ilo/ilo_internal.h"
#include "run/bmc_door.h"
#include "tap.h"
#include "temp_tree.h"

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct world {
	struct hwio_ilo *lab;
	struct bmc_access access;
	struct inventory inv;
	struct journal *journal;
	struct events *events;
	struct console *console;
	struct bmc_door door;
	struct err err;
};

static struct world *start(void)
{
	const struct ilo_settings settings = { .generation = 5,
					       .user = "admin",
					       .password = "lab-secret" };
	struct world *world = calloc(1, sizeof(*world));
	struct device *bmc;

	world->lab = hwio_ilo_new(&settings);
	world->lab->hw.bmc = &world->access;
	CHECK_INT(inventory_add(&world->inv, DEVICE_BMC, "bmc", &bmc, &world->err), 0);
	CHECK_INT(device_set_prop(bmc, "ilo.generation", "5"), 0);
	CHECK_INT(device_set_prop(bmc, "redfish.upload", "vnic-disabled"), 0);
	CHECK_INT(journal_open_volatile("S1", &world->journal, &world->err), 0);
	CHECK_INT(events_open(NULL, &world->events, &world->err), 0);
	CHECK_INT(console_open(NULL, &world->console, &world->err), 0);
	world->door = (struct bmc_door){ .hw = &world->lab->hw,
					 .journal = world->journal,
					 .events = world->events,
					 .console = world->console,
					 .run_id = RUN_A,
					 .step = 4 };
	return world;
}

static void stop(struct world *world)
{
	CHECK_INT(world->lab->n_open, 0);
	inventory_free(&world->inv);
	journal_close(world->journal);
	events_close(world->events);
	console_close(world->console);
	hwio_ilo_free(world->lab);
	free(world);
}

static void append(struct world *world, enum journal_type type, const char *run_id,
		   const char *continues)
{
	struct journal_record record = { .type = type };

	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	snprintf(record.component, sizeof(record.component), "%s", continues);
	CHECK_INT(journal_append(world->journal, &record, &world->err), 0);
}

/* The last state of the card in the journal; 0 = none. */
static enum step_state noted(struct world *world)
{
	struct journal_record *records = NULL;
	enum step_state state = (enum step_state)0;
	size_t count;

	CHECK_INT(journal_read(world->journal, &records, &count, &world->err), 0);
	for (size_t i = 0; i < count; i++)
		if (bmc_door_is_step(&records[i]))
			state = records[i].state;
	free(records);
	return state;
}

static unsigned int times(struct world *world, const char *text)
{
	unsigned int count = 0;

	for (const char *at = ilo_log(world->lab->ilo); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void card_and_account(void)
{
	struct world *world = start();

	append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
	ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	snprintf(world->access.pin, sizeof(world->access.pin), HWIO_ILO_PIN);
	world->access.ca_file = "ca.pem";
	world->access.may_make_account = true;
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), 0);
	/* Who the iLO must be, and what is allowed, is as it was said. */
	CHECK_STR(world->access.pin, HWIO_ILO_PIN);
	CHECK_STR(world->access.ca_file, "ca.pem");
	CHECK(world->access.may_make_account);
	CHECK_INT(noted(world), STEP_ACTIVATED);
	CHECK_INT(times(world, "virtual network card: on"), 1);
	CHECK_INT(times(world, "restart"), 1);
	CHECK(strncmp(world->access.user, "drydock-", 8) == 0);
	CHECK(strlen(world->access.password) >= 16);
	CHECK_INT(bmc_door_close(&world->door, true, &world->err), 0);
	CHECK_INT(noted(world), STEP_VERIFIED);
	CHECK_INT(times(world, "virtual network card: off"), 1);
	CHECK_INT(times(world, "restart"), 2);
	CHECK_INT(times(world, "removed"), 1);
	CHECK_STR(world->access.password, "");
	CHECK(!world->door.vnic_on && !world->door.account_made);
	stop(world);
}

/* The iLO may still flash: it is not restarted, and what stays open is told. */
static void no_restart_while_it_flashes(void)
{
	struct world *world = start();

	append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
	ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), 0);
	CHECK_INT(bmc_door_close(&world->door, false, &world->err), ERR_BUSY);
	CHECK_CONTAINS(world->err.text, "still on");
	CHECK_INT(times(world, "restart"), 1);
	CHECK_INT(times(world, "removed"), 1); /* the account goes all the same */
	CHECK_INT(noted(world), STEP_ACTIVATED);
	stop(world);
}

/* Whoever flashes it, by whatever way: it is not reset in the middle, neither first nor last. */
static void no_restart_while_somebody_flashes(void)
{
	struct world *world = start();

	append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
	ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	ilo_set_knob(world->lab->ilo, ILO_KNOB_BUSY, 300, NULL);
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), ERR_BUSY);
	CHECK_CONTAINS(world->err.text, "at work");
	CHECK_INT(times(world, "virtual network card: on"), 0);
	CHECK_INT(times(world, "restart"), 0);
	CHECK_INT(noted(world), STEP_VERIFIED); /* off, as it was */
	hwio_ilo_wait(world->lab, 300000);
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), 0);
	ilo_set_knob(world->lab->ilo, ILO_KNOB_BUSY, 300, NULL);
	CHECK_INT(bmc_door_close(&world->door, true, &world->err), ERR_BUSY);
	CHECK_INT(times(world, "restart"), 1);
	CHECK_INT(noted(world), STEP_ACTIVATED);
	stop(world);
}

static void refused_and_full(void)
{
	static const enum ilo_knob knobs[] = { ILO_KNOB_ACCOUNTS_FULL, ILO_KNOB_ACCOUNT_REFUSED };
	static const int codes[] = { ERR_FULL, ERR_POLICY };

	for (size_t i = 0; i < 2; i++) {
		struct world *world = start();

		append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
		ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
		ilo_set_knob(world->lab->ilo, knobs[i], 0, NULL);
		CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), codes[i]);
		/* Shut again, all of it. */
		CHECK_INT(noted(world), STEP_VERIFIED);
		CHECK_INT(times(world, "virtual network card: off"), 1);
		CHECK_STR(world->access.user, "");
		stop(world);
	}
}

/* An iLO that does not come back is not restarted once more. */
static void never_back(void)
{
	struct world *world = start();

	append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
	ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	ilo_set_knob(world->lab->ilo, ILO_KNOB_NEVER_BACK, 0, NULL);
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), ERR_OVERDUE);
	CHECK_INT(noted(world), STEP_WRITING);
	CHECK_INT(times(world, "restart"), 1);
	stop(world);
}

/* A start after the power went: as the session makes its door. */
static void start_again(struct world *world)
{
	world->door = (struct bmc_door){ .hw = &world->lab->hw,
					 .journal = world->journal,
					 .events = world->events,
					 .console = world->console,
					 .run_id = RUN_B };
	bmc_access_wipe(&world->access);
}

static void open_and_die(struct world *world)
{
	append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
	ilo_set_knob(world->lab->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_NETWORK, &world->err), 0);
	start_again(world);
}

/*
 * The power went while it was open. The next start takes the account away and restarts nothing: its
 * payloads are not in RAM yet. At its end it closes the card, and the one after finds nothing.
 */
static void left_open(void)
{
	struct world *world = start();

	open_and_die(world);
	CHECK_INT(bmc_door_clean(&world->door, &world->inv, &world->err), 0);
	CHECK(world->door.vnic_on);
	CHECK_INT(times(world, "removed"), 1);
	CHECK_INT(times(world, "restart"), 1);
	CHECK_STR(world->door.run_id, RUN_A); /* no other run has begun */
	CHECK_INT(world->door.step, 5);
	CHECK_INT(bmc_door_close(&world->door, true, &world->err), 0);
	CHECK_INT(times(world, "virtual network card: off"), 1);
	CHECK_INT(noted(world), STEP_VERIFIED);
	start_again(world);
	CHECK_INT(bmc_door_clean(&world->door, &world->inv, &world->err), 0);
	CHECK(!world->door.vnic_on);
	CHECK_INT(times(world, "restart"), 2);
	stop(world);
}

/* The run that goes on has it as a step of its own, and is found when the power goes once more. */
static void left_open_twice(void)
{
	struct world *world = start();

	open_and_die(world);
	CHECK_INT(bmc_door_clean(&world->door, &world->inv, &world->err), 0);
	append(world, JOURNAL_RUN_BEGIN, RUN_B, RUN_A);
	memcpy(world->door.run_id, RUN_B, sizeof(RUN_B));
	world->door.step = 3;
	CHECK_INT(bmc_door_open(&world->door, BMC_DOOR_NO_LOGIN, &world->err), 0);
	CHECK_INT(noted(world), STEP_ACTIVATED);
	CHECK_INT(times(world, "virtual network card: on"), 1); /* it was */
	CHECK_INT(times(world, "made"), 2);
	start_again(world);
	append(world, JOURNAL_RUN_END, RUN_B, ""); /* an ended run does not make it forgotten */
	CHECK_INT(bmc_door_clean(&world->door, &world->inv, &world->err), 0);
	CHECK(world->door.vnic_on);
	CHECK_STR(world->door.run_id, RUN_B);
	CHECK_INT(world->door.step, 4);
	CHECK_INT(bmc_door_close(&world->door, true, &world->err), 0);
	CHECK_INT(noted(world), STEP_VERIFIED);
	stop(world);
}

static unsigned int queue_task(struct world *world, const char *name)
{
	struct redfish *rf = NULL;
	char body[256];

	snprintf(body, sizeof(body),
		 "{\"Name\":\"%s\",\"Command\":\"ApplyUpdate\",\"Filename\":\"drydock-f\","
		 "\"UpdatableBy\":[\"Uefi\"]}",
		 name);
	CHECK_INT(redfish_open(&world->lab->hw, REDFISH_ASK, 10000, &rf, &world->err), 0);
	CHECK_INT(redfish_send(rf,
			       &(struct redfish_request){
				       .method = "POST",
				       .path = "/redfish/v1/UpdateService/UpdateTaskQueue",
				       .body = body },
			       NULL, &world->err),
		  0);
	redfish_close(rf);
	return times(world, " removed");
}

/*
 * What waits since an earlier boot had its chance; but when another machine was started nobody here
 * knows: what its own runs have queued is left alone.
 */
static void tidied(void)
{
	static const char *const urls[] = { "", "https://" HWIO_ILO_REMOTE };

	for (size_t i = 0; i < 2; i++) {
		struct world *world = start();
		uint8_t *file = calloc(1, 16);
		CLEANUP_TREE struct temp_tree tree = temp_tree_make();
		struct hwio *other = hwio_real_new(tree.dir);

		temp_tree_text(&tree, "/proc/sys/kernel/random/boot_id", "newboot1-2222\n");
		world->lab->other = other;

		append(world, JOURNAL_RUN_BEGIN, RUN_A, "");
		CHECK(ilo_store(world->lab->ilo, "drydock-f", file, 16));
		CHECK_INT(queue_task(world, "drydock-cafe-oldboot1"), 0);
		snprintf(world->access.url, sizeof(world->access.url), "%s", urls[i]);
		snprintf(world->access.user, sizeof(world->access.user), "admin");
		snprintf(world->access.password, sizeof(world->access.password), "lab-secret");
		CHECK_INT(bmc_door_clean(&world->door, &world->inv, &world->err), 0);
		CHECK_INT(times(world, "task drydock-cafe-oldboot1 removed"), i == 0);
		stop(world);
		hwio_real_free(other);
	}
}

static void allowed(void)
{
	static const struct {
		enum bmc_door_state state;
		bool vnic, account, user, opens;
		enum reason reason;
	} rows[] = {
		{ BMC_DOOR_OPEN, false, false, false, true, (enum reason)0 },
		{ BMC_DOOR_NO_NETWORK, false, false, true, false, REASON_VNIC_DISABLED },
		{ BMC_DOOR_NO_NETWORK, false, true, false, false, REASON_VNIC_DISABLED },
		{ BMC_DOOR_NO_NETWORK, true, false, false, false, REASON_NO_CREDENTIALS },
		{ BMC_DOOR_NO_NETWORK, true, true, false, true, (enum reason)0 },
		{ BMC_DOOR_NO_NETWORK, true, false, true, true, (enum reason)0 },
		{ BMC_DOOR_NO_LOGIN, true, false, false, false, REASON_NO_CREDENTIALS },
		{ BMC_DOOR_NO_LOGIN, false, true, false, true, (enum reason)0 },
		{ BMC_DOOR_SECURITY, true, true, false, false, REASON_HIGH_SECURITY },
		{ BMC_DOOR_NO_WAY, true, true, true, false, REASON_BMC_UNREACHABLE },
	};
	static const char *const words[] = {
		[BMC_DOOR_OPEN] = "yes",
		[BMC_DOOR_NO_NETWORK] = "vnic-disabled",
		[BMC_DOOR_NO_LOGIN] = "no-credentials",
		[BMC_DOOR_SECURITY] = "high-security",
		[BMC_DOOR_NO_WAY] = "no-way",
	};
	struct component comps[3] = { { .id = "rom", .backend = "ilo-redfish" },
				      { .id = "old", .backend = "ilo-ribcl" },
				      { .id = "drive", .backend = "nvme" } };
	const struct catalog cat = { .components = comps, .count = 3 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bmc_access access = { .may_enable_vnic = rows[i].vnic,
					     .may_make_account = rows[i].account };
		struct inventory inv = { 0 };
		struct plan_bars bars = { 0 };
		struct device *bmc;

		snprintf(access.user, sizeof(access.user), "%s", rows[i].user ? "admin" : "");
		CHECK_INT(inventory_add(&inv, DEVICE_BMC, "bmc", &bmc, NULL), 0);
		CHECK_INT(device_set_prop(bmc, "redfish.upload", words[rows[i].state]), 0);
		CHECK_INT(bmc_door_state(&inv), rows[i].state);
		CHECK_INT(bmc_door_may_open(rows[i].state, &access), rows[i].opens);
		CHECK_INT(bmc_door_bars(&inv, &cat, &access, &bars, NULL), 0);
		CHECK_INT(bars.count, rows[i].opens ? 0 : 1);
		if (bars.count) {
			CHECK_INT(bars.list[0].reason, rows[i].reason);
			CHECK_STR(bars.list[0].component, "rom");
		}
		plan_bars_free(&bars);
		inventory_free(&inv);
	}
}

int main(void)
{
	TAP_RUN(card_and_account);
	TAP_RUN(no_restart_while_it_flashes);
	TAP_RUN(no_restart_while_somebody_flashes);
	TAP_RUN(refused_and_full);
	TAP_RUN(never_back);
	TAP_RUN(left_open);
	TAP_RUN(left_open_twice);
	TAP_RUN(tidied);
	TAP_RUN(allowed);
	return TAP_END();
}
