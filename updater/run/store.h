/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payloads of a plan and their attachments in RAM (law 7): copied chunk by chunk, each verified
 * where it lies, so that the medium may go. Below the folder lies the same "blobs/ab/abcd..." as in
 * a repository: a payload that is in the store is opened there as it would be on the medium.
 */
#ifndef DRYDOCK_RUN_STORE_H
#define DRYDOCK_RUN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"
#include "plan/plan.h"
#include "run/events.h"
#include "ui/console.h"

#define STORE_RESERVE_BYTES (256ull << 20) /* stays free for everything else */
#define STORE_TOOL_BYTES    (256ull << 20) /* what a vendor's tool may unpack: its /tmp */

/* What fits, before anything is copied. */
struct store_need {
	uint64_t payload_bytes; /* of all steps with their attachments, the same bytes once */
	/*
	 * What the kernel copies once more, of every step whose backend hands its payload over in
	 * one piece: they may be at work at the same time, and a capsule stays until the reset. The
	 * runtime of a vendor's tool and what the tool may unpack count here, too.
	 */
	uint64_t kernel_bytes;
	uint64_t available; /* MemAvailable */
	uint64_t missing;   /* 0 = all of it fits, with the reserve */
};

/*
 * Where the bytes come from: reads len bytes at offset of a file below the repository. again: they
 * were read before and were wrong, so the medium itself is to be asked, not a cache. Called by one
 * thread at a time. ERR_NOT_FOUND, ERR_IO (also: the file is shorter).
 */
struct store_source {
	int (*read)(void *ctx, const char *name, uint64_t offset, void *buf, size_t len, bool again,
		    struct err *err);
	void *ctx;
};

struct store_options {
	struct hwio *hw; /* clock, /proc/meminfo */
	const char *repo_dir;
	const char *ram_dir; /* on a tmpfs; made when it is not there, emptied when it is */
	struct events *events;
	struct console *console;
	/* Asked between chunks: true ends the copying (ERR_INTERRUPTED). NULL = never. */
	bool (*interrupted)(void *ctx);
	void *ctx;
	/* For tests: NULL = the files below repo_dir; 0 = CATALOG_PART_BYTES. */
	const struct store_source *source;
	uint64_t part_bytes;
};

struct store;

/* How much the plan needs and the machine has. ERR_IO (no /proc/meminfo). Reads only. */
int store_measure(struct hwio *hw, const struct plan *plan, struct store_need *ret,
		  struct err *err);

/*
 * Does this step take the medium away, or may it: a step on the BMC (virtual media), or on what
 * boot_disk ("/dev/sda") hangs from? When the disk is not known (NULL, or not in sysfs), on any
 * controller.
 */
bool store_disturbs_medium(struct hwio *hw, const struct step *step, const char *boot_disk);

/*
 * Copies payloads into RAM: all of the plan when that fits; else only those that steps need which
 * disturb the medium (chosen[i] for plan->steps[i]; NULL = none). A chunk that cannot be read or
 * does not hold is read again (five times in a minute; wrong bytes three times in 14 s), while the
 * rest goes on; rate and ETA are said at least every 10 s. A payload that cannot be completed is
 * left out of the store, and that is said: its step will read from the medium, and fail there if it
 * must. *ret is never NULL on success. ERR_NOMEM, ERR_FULL (what is missing is named), ERR_IO (the
 * folder, /proc/meminfo), ERR_INTERRUPTED.
 */
int store_fill(const struct store_options *options, const struct plan *plan, const bool *chosen,
	       struct store **ret, struct err *err);

/* Where a step's payload, or an attachment, is to be opened: the store's folder, or the
 * repository's. */
const char *store_dir(const struct store *store, const struct payload_ref *ref);

/* Every payload that was to be copied is there, and it was all of the plan. */
bool store_holds_all(const struct store *store);

/* Removes the files. Takes NULL. */
void store_free(struct store *store);

#endif
