/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/bmc_door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "hw/ilo_queue.h"
#include "hw/ilo_service.h"
#include "hw/ilo_settings.h"

#define BACKEND "ilo-redfish" /* what goes in by this door */
#define ASK_MS	30000u
#define SAY_MS	10000u		  /* law 9 */
#define BACK_MS (10u * 60 * 1000) /* an iLO restarts in about 90 s; some take minutes */

enum bmc_door_state bmc_door_state(const struct inventory *inv)
{
	static const struct {
		const char *word;
		enum bmc_door_state state;
	} words[] = {
		{ "yes", BMC_DOOR_OPEN },
		{ "vnic-disabled", BMC_DOOR_NO_NETWORK },
		{ "no-credentials", BMC_DOOR_NO_LOGIN },
		{ "high-security", BMC_DOOR_SECURITY },
		{ "no-way", BMC_DOOR_NO_WAY },
	};
	const struct device *bmc = inventory_find(inv, "bmc");
	const char *upload = bmc ? device_prop(bmc, "redfish.upload") : NULL;

	if (!upload)
		return BMC_DOOR_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, upload) == 0)
			return words[i].state;
	return BMC_DOOR_NO_WAY;
}

bool bmc_door_may_open(enum bmc_door_state state, const struct bmc_access *access)
{
	bool login = access->user[0] || access->may_make_account;

	switch (state) {
	case BMC_DOOR_OPEN:
		return true;
	case BMC_DOOR_NO_NETWORK:
		return access->may_enable_vnic && login;
	case BMC_DOOR_NO_LOGIN:
		return login;
	case BMC_DOOR_NONE:
	case BMC_DOOR_SECURITY:
	case BMC_DOOR_NO_WAY:
		break;
	}
	return false;
}

/* Switched on it would still want a login: that is the reason then. */
static enum reason reason_of(enum bmc_door_state state, const struct bmc_access *access)
{
	switch (state) {
	case BMC_DOOR_NO_NETWORK:
		return access->may_enable_vnic ? REASON_NO_CREDENTIALS : REASON_VNIC_DISABLED;
	case BMC_DOOR_NO_LOGIN:
		return REASON_NO_CREDENTIALS;
	case BMC_DOOR_SECURITY:
		return REASON_HIGH_SECURITY;
	case BMC_DOOR_NONE:
	case BMC_DOOR_OPEN:
	case BMC_DOOR_NO_WAY:
		break;
	}
	return REASON_BMC_UNREACHABLE;
}

static const char *words_of(const struct inventory *inv, enum reason reason)
{
	const struct device *bmc = inventory_find(inv, "bmc");
	const char *text = bmc ? device_prop(bmc, "redfish.upload.text") : NULL;

	if (reason == REASON_NO_CREDENTIALS)
		return "the iLO wants a login for an upload: --ilo-login FILE, or "
		       "--temporary-account";
	if (reason == REASON_VNIC_DISABLED)
		return "the iLO's virtual network card is off; --enable-vnic would switch it on, "
		       "which restarts the iLO";
	return text ? text : "there is no way into the management controller that carries firmware";
}

int bmc_door_bars(const struct inventory *inv, const struct catalog *cat,
		  const struct bmc_access *access, struct plan_bars *bars, struct err *err)
{
	const enum bmc_door_state state = bmc_door_state(inv);
	const enum reason reason = reason_of(state, access);
	int rc = 0;

	if (state == BMC_DOOR_NONE || bmc_door_may_open(state, access))
		return 0;
	for (size_t i = 0; i < cat->count && !rc; i++)
		if (strcmp(cat->components[i].backend, BACKEND) == 0)
			rc = plan_bars_add(bars, NULL, cat->components[i].id, reason, err, "%s",
					   words_of(inv, reason));
	return rc;
}

bool bmc_door_is_step(const struct journal_record *record)
{
	return strcmp(record->component, BMC_DOOR_VNIC) == 0;
}

/* Law 4: what is about to be changed is on the medium first. */
static int note(struct bmc_door *door, enum step_state state, const char *found, const char *text,
		struct err *err)
{
	struct journal_record record = {
		.type = JOURNAL_STEP,
		.time = (uint64_t)time(NULL),
		.step = door->step,
		.attempt = 1,
		.state = state,
		.device = BMC_DOOR_DEVICE,
		.component = BMC_DOOR_VNIC,
		.from = "off",
		.to = "on, then off",
	};

	memcpy(record.run_id, door->run_id, sizeof(record.run_id));
	snprintf(record.found, sizeof(record.found), "%s", found);
	snprintf(record.text, sizeof(record.text), "%s", text);
	events_emit(door->events, "StepState", EVENT_U("step", door->step),
		    EVENT_S("state", step_state_name(state)), EVENT_S("found", found),
		    EVENT_S("reason", ""), EVENT_S("text", text));
	return journal_append(door->journal, &record, err);
}

static void announce(struct bmc_door *door)
{
	events_emit(
		door->events, "Step", EVENT_U("step", door->step),
		EVENT_S("component", BMC_DOOR_VNIC),
		EVENT_S("component_name", "virtual network card of the iLO, on for the uploads"),
		EVENT_S("device", BMC_DOOR_DEVICE), EVENT_S("device_name", "iLO"),
		EVENT_S("from", "off"), EVENT_S("to", "on, then off"), EVENT_S("backend", BACKEND),
		EVENT_S("evidence", "emulator"), EVENT_U("expected_seconds", 180));
}

static void still_waiting(void *ctx)
{
	struct bmc_door *door = ctx;

	if (door->tick)
		door->tick(door->ctx);
	if (door->hw->ops->now_ms(door->hw) - door->said_ms < SAY_MS)
		return;
	door->said_ms = door->hw->ops->now_ms(door->hw);
	console_say(door->console, "  the iLO restarts; what goes through it is away meanwhile.");
}

/* Sets the card; when that counts only after a restart of the iLO, restarts it and waits. */
static int set_vnic(struct bmc_door *door, bool on, struct err *err)
{
	struct redfish *rf = NULL;
	bool is_on = !on, reset = false;
	int rc = redfish_open(door->hw, REDFISH_ASK, ASK_MS, &rf, err);

	rc = rc ? rc : ilo_vnic_get(rf, &is_on, err);
	if (!rc && is_on != on)
		rc = ilo_vnic_set(rf, on, &reset, err);
	if (!rc && reset)
		rc = ilo_reset(rf, err);
	redfish_close(rf);
	if (rc || !reset)
		return rc;
	return ilo_wait_back(door->hw, door->hw->ops->now_ms(door->hw) + BACK_MS, still_waiting,
			     door, err);
}

static int open_vnic(struct bmc_door *door, struct err *err)
{
	int rc;

	announce(door);
	rc = note(door, STEP_WRITING, "", "", err);
	if (rc)
		return rc;
	console_say(door->console,
		    "The iLO's virtual network card is switched on for this run: the iLO restarts "
		    "now, its virtual media and network cards go for about two minutes and come "
		    "back. It is switched off again at the end.");
	door->vnic_on = true; /* as far as anybody can tell from here on */
	rc = set_vnic(door, true, err);
	if (!rc)
		rc = note(door, STEP_ACTIVATED, "on", "", err);
	return rc ? err_prefix(err, "the iLO's virtual network card could not be switched on") : 0;
}

/* It is on since an earlier run; to be switched off is now this one's. */
static int keep_vnic(struct bmc_door *door, struct err *err)
{
	announce(door);
	return note(door, STEP_ACTIVATED, "on", "an earlier run had left it on", err);
}

static int open_account(struct bmc_door *door, struct err *err)
{
	struct redfish *rf = NULL;
	int rc = redfish_open(door->hw, REDFISH_ASK, ASK_MS, &rf, err);

	door->account_made = true;
	if (!rc)
		rc = ilo_account_make(rf, door->hw->bmc, err);
	redfish_close(rf);
	if (rc)
		return err_prefix(err, "no account could be made on the iLO");
	console_say(door->console,
		    "The account \"%s\" is made on the iLO for this run, and removed at its end. "
		    "The iLO's log will show it.",
		    door->hw->bmc->user);
	events_emit(door->events, "TemporaryAccount", EVENT_S("user", door->hw->bmc->user));
	return 0;
}

int bmc_door_open(struct bmc_door *door, enum bmc_door_state state, struct err *err)
{
	struct err ignored = { 0 };
	int rc = 0;

	if (door->vnic_on)
		rc = keep_vnic(door, err);
	if (!rc && state == BMC_DOOR_NO_NETWORK)
		rc = open_vnic(door, err);
	if (!rc && state != BMC_DOOR_NONE && !door->hw->bmc->user[0])
		rc = open_account(door, err);
	if (rc)
		bmc_door_close(door, rc != ERR_OVERDUE, &ignored);
	return rc;
}

static int sweep_accounts(struct bmc_door *door, unsigned int *ret_count, struct err *err)
{
	struct redfish *rf = NULL;
	int rc = redfish_open(door->hw, REDFISH_ASK, ASK_MS, &rf, err);

	*ret_count = 0;
	rc = rc ? rc : ilo_account_sweep(rf, ret_count, err);
	redfish_close(rf);
	return rc;
}

static int close_account(struct bmc_door *door, struct err *err)
{
	unsigned int count;
	int rc = sweep_accounts(door, &count, err);

	if (rc) {
		err_prefix(err, "the account \"%s\" is still on the iLO: remove it",
			   door->hw->bmc->user);
		return rc;
	}
	door->account_made = false;
	bmc_access_wipe(door->hw->bmc);
	console_say(door->console, "The account that was made on the iLO is removed.");
	return 0;
}

static int close_vnic(struct bmc_door *door, bool may_reset, struct err *err)
{
	int rc = may_reset ? set_vnic(door, false, err)
			   : err_set(err, ERR_BUSY,
				     "a step may still be under way in the iLO, so it is not "
				     "restarted");

	if (!rc)
		rc = note(door, STEP_VERIFIED, "off", "it was on for the uploads, and is off again",
			  err);
	if (rc)
		return err_prefix(err, "the iLO's virtual network card is still on");
	door->vnic_on = false;
	console_say(door->console, "The iLO's virtual network card is off again, as it was.");
	return 0;
}

/* The account first: CHIF needs none to remove it, and the card may be its only way. */
int bmc_door_close(struct bmc_door *door, bool may_reset, struct err *err)
{
	struct err why = { 0 };
	int rc = 0, vnic_rc;

	if (door->account_made)
		rc = close_account(door, err);
	if (door->vnic_on) {
		vnic_rc = close_vnic(door, may_reset, rc ? &why : err);
		rc = rc ? rc : vnic_rc;
	}
	return rc;
}

/* The number behind those of the last run, under which it may be noted without a run of ours. */
static void take_over(struct bmc_door *door, const struct journal_record *records, size_t count)
{
	const struct journal_record *last = &records[count - 1];
	uint16_t highest = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(records[i].run_id, last->run_id) == 0 && records[i].step > highest)
			highest = records[i].step;
	memcpy(door->run_id, last->run_id, sizeof(door->run_id));
	door->step = (uint16_t)(highest + 1);
	door->vnic_on = true;
}

static int find_left_on(struct bmc_door *door, struct err *err)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	enum step_state state = STEP_VERIFIED;
	size_t count = 0;
	int rc = journal_read(door->journal, &records, &count, err);

	for (size_t i = 0; i < count; i++)
		if (bmc_door_is_step(&records[i]))
			state = records[i].state;
	if (rc || state == STEP_VERIFIED)
		return rc;
	take_over(door, records, count);
	console_say(door->console,
		    "An earlier run left the iLO's virtual network card on: it is "
		    "switched off at the end of this one.");
	return 0;
}

/*
 * How the names of this boot's tasks end (backends/ilo_job.c); what waits since an earlier one had
 * its chance. When another machine was started is not known: "", which all names end with.
 */
static void name_of_boot(struct hwio *hw, char ret[9])
{
	char boot_id[48] = "";

	if (!bmc_is_remote(hw))
		hwio_read_attr(hw, "/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	snprintf(ret, 9, "%.8s", boot_id);
}

/* What earlier steps had put into the iLO's queue and repository, and nobody waits for any more. */
static int tidy_queue(struct bmc_door *door, struct redfish *rf, struct err *err)
{
	struct ilo_service service = { 0 };
	struct redfish_update update;
	unsigned int tasks = 0, files = 0;
	char boot[9];
	int rc = ilo_service_find(rf, &service, err);

	rc = rc ? rc : ilo_update_get(rf, &service, &update, err);
	if (rc)
		return rc;
	name_of_boot(door->hw, boot);
	rc = ilo_queue_sweep(rf, &update, NULL, boot, &tasks, err);
	rc = rc ? rc : ilo_repository_sweep(rf, &update, NULL, &files, err);
	if (tasks || files)
		events_emit(door->events, "QueueTidied", EVENT_U("tasks", tasks),
			    EVENT_U("files", files));
	return rc;
}

static int tidy(struct bmc_door *door, struct err *err)
{
	struct redfish *rf = NULL;
	int rc = redfish_open(door->hw, REDFISH_ASK, ASK_MS, &rf, err);

	rc = rc ? rc : tidy_queue(door, rf, err);
	redfish_close(rf);
	return rc ? err_prefix(err, "the iLO's queue") : 0;
}

/* An iLO 4 has neither queue nor repository. */
static bool takes_files(const struct device *bmc)
{
	const char *generation = device_prop(bmc, "ilo.generation");

	return generation && strtoul(generation, NULL, 10) >= 5;
}

int bmc_door_clean(struct bmc_door *door, const struct inventory *inv, struct err *err)
{
	const struct device *bmc = inventory_find(inv, "bmc");
	unsigned int count = 0;
	int rc = find_left_on(door, err);

	/* Before there is an iLO that answers nothing of ours can be looked for in it. */
	if (rc || !bmc || !device_prop(bmc, "ilo.generation") ||
	    !device_prop(bmc, "redfish.upload"))
		return rc;
	rc = sweep_accounts(door, &count, err);
	if (!rc && count) {
		console_say(door->console,
			    "%u account%s that an earlier run had made on the iLO %s removed.",
			    count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
		events_emit(door->events, "AccountsRemoved", EVENT_U("count", count));
	}
	return rc || !takes_files(bmc) ? rc : tidy(door, err);
}
