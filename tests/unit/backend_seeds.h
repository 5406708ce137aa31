/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One backend updating one emulated device while every n-th call on it fails, fails after the deed,
 * stalls, is answered with a lie, or takes the device away, as a seed has it (hw/hwio_fault.h).
 * Whatever happens:
 *   - nothing is sent that changes the device before the intent is recorded;
 *   - what reads back as the new version is the new version;
 *   - recover(), asked without disturbance, tells the truth: OLD_RUNS and WRITE_AGAIN when the old
 *     firmware runs, NEW_RUNS when the new does, PENDING when a restart brings it;
 *   - undisturbed updates after it, with the restarts that they ask for, bring the new version.
 * Seeds are 1 to 20, or DRYDOCK_SEEDS=FIRST-LAST from the environment (soak).
 */
#ifndef DRYDOCK_TESTS_BACKEND_SEEDS_H
#define DRYDOCK_TESTS_BACKEND_SEEDS_H

#include "backends/backend.h"

struct backend_seeds {
	const struct backend *backend;
	const struct component *comp; /* with a proof */
	const uint8_t *image;	      /* its payload */
	size_t image_len;
	const char *ram_dir; /* for backends that need one; NULL = none */
	/* A machine with one such device, running the old version; called once a seed. Its clock
	 * moves only when somebody waits. */
	struct hwio *(*make)(void *ctx);
	void (*free)(void *ctx);
	/* The restart of the machine: power 0 = a reboot, 1 = a power cycle. */
	void (*restart)(void *ctx, bool power);
	/* The truth, asked of the model, not through the seam. */
	const char *(*runs)(void *ctx); /* the version */
	bool (*was_touched)(void *ctx); /* was anything sent that changes it? */
	bool (*holds_image)(void *ctx); /* did it receive the payload, byte for byte? */
	void *ctx;
};

/* The number of seeds that went wrong, each told in comment lines; 1 when nothing was disturbed. */
unsigned int backend_seeds(const struct backend_seeds *what);

#endif
