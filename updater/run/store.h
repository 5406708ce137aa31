/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payloads of a plan in RAM (law 7): copied chunk by chunk, each verified where it lies, so
 * that the medium may go. Below the folder lies the same "blobs/ab/abcd..." as in a repository: a
 * payload that is in the store is opened there as it would be on the medium.
 */
#ifndef DRYDOCK_RUN_STORE_H
#define DRYDOCK_RUN_STORE_H

#include "hw/hwio.h"
#include "plan/plan.h"
#include "run/events.h"
#include "ui/console.h"

#define STORE_RESERVE_BYTES (256ull << 20) /* stays free for everything else */

/* What fits, before anything is copied. */
struct store_need {
	uint64_t payload_bytes; /* of all steps, each payload once */
	uint64_t kernel_bytes;	/* the largest payload that the kernel copies once more */
	uint64_t available;	/* MemAvailable */
	uint64_t missing;	/* 0 = all of it fits, with the reserve */
};

struct store_options {
	struct hwio *hw; /* clock, /proc/meminfo */
	const char *repo_dir;
	const char *ram_dir; /* on a tmpfs; made when it is not there */
	struct events *events;
	struct console *console;
	/* Asked between chunks: true ends the copying (ERR_INTERRUPTED). NULL = never. */
	bool (*interrupted)(void *ctx);
	void *ctx;
};

struct store;

/* How much the plan needs and the machine has. ERR_IO (no /proc/meminfo). Reads only. */
int store_measure(struct hwio *hw, const struct plan *plan, struct store_need *ret,
		  struct err *err);

/*
 * Does this step take the medium away, or may it: a step on the BMC (virtual media), or on what
 * boot_disk ("/dev/sda", NULL = unknown) hangs from?
 */
bool store_disturbs_medium(struct hwio *hw, const struct step *step, const char *boot_disk);

/*
 * Copies payloads into RAM: all of the plan when that fits; else only those that steps need which
 * disturb the medium (chosen[i] for plan->steps[i]). A chunk that cannot be read or does not hold
 * is read again, after longer and longer pauses, while the rest goes on; rate and ETA are said at
 * least every 10 s. A payload that cannot be completed is left out of the store: its step will
 * read from the medium, and fail there if it must. *ret is never NULL on success.
 * ERR_NOMEM, ERR_FULL (the folder), ERR_IO (the folder), ERR_INTERRUPTED.
 */
int store_fill(const struct store_options *options, const struct plan *plan, const bool *chosen,
	       struct store **ret, struct err *err);

/* Where a step's payload is to be opened: the store's folder, or the repository's. */
const char *store_dir(const struct store *store, const struct payload_ref *ref);

/* Every payload that was to be copied is there, and it was all of the plan. */
bool store_holds_all(const struct store *store);

/* Removes the files. Takes NULL. */
void store_free(struct store *store);

#endif
