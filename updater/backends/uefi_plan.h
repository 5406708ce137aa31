/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a capsule for an entry of the ESRT, and would the firmware take it? Decided before the act. */
#ifndef DRYDOCK_BACKENDS_UEFI_PLAN_H
#define DRYDOCK_BACKENDS_UEFI_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "format/capsule.h"
#include "hw/esrt.h"
#include "repo/catalog.h"

/* A capsule, looked at as far as the plan needs it. */
struct uefi_capsule {
	struct capsule head;
	struct capsule_item items[CAPSULE_MAX_ITEMS]; /* of an FMP capsule: head.item_count */
};

/*
 * The flags that the capsule goes out with. PERSIST_ACROSS_RESET is added: without it the firmware
 * would process the capsule at once, in the middle of the run. INITIATE_RESET is taken away: the
 * kernel refuses it, and the reset is ours. The flags are outside what FMP signs (UEFI 2.10, 23.3).
 */
uint32_t uefi_plan_flags(uint32_t flags);

/*
 * What can be told without the payload: ERR_UNSUPPORTED (a flag that is not known; the version is
 * below what the firmware accepts), ERR_TOO_LARGE, ERR_FORMAT (a size that no capsule has).
 */
int uefi_plan_check(const struct esrt_entry *entry, const struct component *comp, uint64_t size,
		    struct err *err);

/*
 * The same of the capsule itself. ERR_FORMAT: it is a picture, or for other devices;
 * ERR_UNSUPPORTED: below the lowest version that the firmware accepts.
 */
int uefi_plan_judge(const struct esrt_entry *entry, const struct uefi_capsule *cap,
		    struct err *err);

/* The number that the component's proof wants in fw_version; false: it names none. */
bool uefi_plan_wanted(const struct component *comp, uint32_t *ret);

#endif
