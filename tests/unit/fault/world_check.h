/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold whatever was disturbed. Each returns NULL, or what is wrong, in words. */
#ifndef DRYDOCK_TESTS_WORLD_CHECK_H
#define DRYDOCK_TESTS_WORLD_CHECK_H

#include "world.h"

/*
 * At any moment, from the drives and the medium alone:
 * - no drive has received a byte without its intent being durable (law 4);
 * - none was written or its image stored again unless the journal says that it failed before;
 * - what is verified runs (law 5);
 * - drives that are not in the plan were left alone.
 */
const char *world_check_laws(const struct world *world);

/* The same, and: the exit status that the last boot ended with is true. */
const char *world_check_status(const struct world *world);

/*
 * After a boot whose seam lied and failed, so that it may not even have seen every drive: the laws,
 * and an exit status that is not better than the last word on any step.
 */
const char *world_check_disturbed(const struct world *world);

/*
 * Undisturbed boots, a reboot or power cycle between them as the exit status asks, each checked,
 * until nothing is left to do.
 */
#define WORLD_MAX_BOOTS 6
const char *world_boot_to_the_end(struct world *world, enum nvme_model_reset power);

/*
 * The end of it all, a line for each step of the plan: what became of it, and what its drive runs.
 * Valid until the next call.
 */
const char *world_final_report(const struct world *world);

#endif
