/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way by which firmware gets into an iLO, where it is closed: its virtual network card is
 * switched on (which restarts the iLO), an account of our own is made. Both only when the signed
 * policy or a person has said so (bmc_access.h), and both are undone at the end of the run.
 *
 * The network card is a step of the journal, on the device "ilo", component BMC_DOOR_VNIC:
 * "writing" before it is touched, "activated" while it is on, "verified" when it is off again. A
 * start that finds it in between takes it over and switches it off at its own end: that restarts
 * the iLO, whose virtual media this run may have come from. Accounts are found by their name, on
 * any machine.
 */
#ifndef DRYDOCK_RUN_BMC_DOOR_H
#define DRYDOCK_RUN_BMC_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/bmc_access.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "journal/journal.h"
#include "plan/plan.h"
#include "run/events.h"
#include "ui/console.h"

#define BMC_DOOR_DEVICE "ilo"
#define BMC_DOOR_VNIC	"setting:ilo-vnic"

/* What the inventory says of the way for payloads (property "redfish.upload" of the BMC). */
enum bmc_door_state {
	BMC_DOOR_NONE = 1, /* no BMC that anything goes through */
	BMC_DOOR_OPEN,
	BMC_DOOR_NO_NETWORK, /* the virtual network card is off */
	BMC_DOOR_NO_LOGIN,   /* nobody gave one */
	BMC_DOOR_SECURITY,   /* closed by the security state */
	BMC_DOOR_NO_WAY,
};

struct bmc_door {
	struct hwio *hw;
	struct journal *journal;
	struct events *events;
	struct console *console;
	char run_id[33];
	uint16_t step;		 /* the number in the run of the step that the network card is */
	void (*tick)(void *ctx); /* called now and then while the iLO restarts; NULL = not */
	void *ctx;
	/* What is open now. */
	bool vnic_on, account_made;
	uint64_t said_ms; /* its own */
};

enum bmc_door_state bmc_door_state(const struct inventory *inv);

/* May it be opened as far as it is closed, by what the access says? */
bool bmc_door_may_open(enum bmc_door_state state, const struct bmc_access *access);

/*
 * Bars every component that goes in by this door when it is closed and may not be opened: with
 * VNIC_DISABLED, NO_CREDENTIALS, HIGH_SECURITY or BMC_UNREACHABLE. ERR_NOMEM.
 */
int bmc_door_bars(const struct inventory *inv, const struct catalog *cat,
		  const struct bmc_access *access, struct plan_bars *bars, struct err *err);

/*
 * Opens what is closed; a card that an earlier run left on (door->vnic_on) becomes a step of this
 * one. On error everything is as it was, as far as the iLO let it: what is not is
 * said and stays in door for bmc_door_close(). ERR_POLICY, ERR_FULL, ERR_OVERDUE (the iLO did not
 * come back), ERR_DEVICE, ... Payloads must be in RAM: the iLO's virtual media go for a while.
 */
int bmc_door_open(struct bmc_door *door, enum bmc_door_state state, struct err *err);

/*
 * Undoes it. may_reset: nothing that goes through the iLO may still be under way; without it the
 * network card stays on, which is said, and the next start switches it off. Returns 0, or the first
 * error: then something is still open.
 */
int bmc_door_close(struct bmc_door *door, bool may_reset, struct err *err);

/*
 * What earlier runs have left in the iLO goes: their accounts, finished tasks and files. When the
 * journal's last word about the card is not that it is off, it is taken over: vnic_on is set, and
 * run_id and step are those by which it is noted while no run of this start has begun. Nothing is
 * restarted. For every start that may change things.
 */
int bmc_door_clean(struct bmc_door *door, const struct inventory *inv, struct err *err);

/* Is it such a step? settle.c leaves them to us. */
bool bmc_door_is_step(const struct journal_record *record);

#endif
