/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run may change on an iLO, when it is allowed, to be able to upload: its virtual network
 * card and an account of its own. Each is undone at the end; run/ keeps the journal of it.
 */
#ifndef DRYDOCK_HW_ILO_SETTINGS_H
#define DRYDOCK_HW_ILO_SETTINGS_H

#include <stdbool.h>

#include "hw/bmc_access.h"
#include "hw/redfish.h"

#define ILO_ACCOUNT_PREFIX "drydock-"

/* Is the virtual NIC on? ERR_UNSUPPORTED: this iLO has none. */
int ilo_vnic_get(struct redfish *rf, bool *ret, struct err *err);
/*
 * Sets it; *ret_reset: it counts only after a reset of the iLO, which is the caller's to ask for.
 * ERR_BUSY: the iLO flashes something, so it could not be reset; nothing was set.
 */
int ilo_vnic_set(struct redfish *rf, bool on, bool *ret_reset, struct err *err);

/*
 * Manager.Reset; returns when the iLO has taken the request. ERR_BUSY: it flashes something,
 * whoever has begun that, and was not reset.
 */
int ilo_reset(struct redfish *rf, struct err *err);

/*
 * Waits until an iLO that was reset is back: gone first (or a changed uptime), then answering and
 * idle; on the clock of the seam, deadline_ms. alive() is called every few seconds; NULL = nobody
 * wants to hear. ERR_OVERDUE. No client may be open meanwhile.
 */
int ilo_wait_back(struct hwio *hw, uint64_t deadline_ms, void (*alive)(void *ctx), void *ctx,
		  struct err *err);

/*
 * Makes an account with the rights to update firmware and no others (Login, iLOConfig as uploading
 * wants it), named ILO_ACCOUNT_PREFIX and random letters, with a random password that exists in
 * *ret alone, of which nothing else changes. ERR_FULL: the iLO's table of accounts is full;
 * ERR_POLICY: it refused.
 */
int ilo_account_make(struct redfish *rf, struct bmc_access *ret, struct err *err);

/* Removes every account whose name begins with the prefix; *ret_count how many there were. */
int ilo_account_sweep(struct redfish *rf, unsigned int *ret_count, struct err *err);

#endif
