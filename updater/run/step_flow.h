/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to the device of one step, in its order: read, check, write, activate, read back and
 * prove. A run (step_work.c) and a replay of it at a desk (replay.c) go the same way.
 */
#ifndef DRYDOCK_STEP_FLOW_H
#define DRYDOCK_STEP_FLOW_H

#include "backends/backend.h"
#include "run/apply.h"

enum work_phase {
	PHASE_CHECKING = 1,
	PHASE_VERIFYING, /* the payload, where it lies */
	PHASE_WRITING,
	PHASE_ACTIVATING,
	PHASE_READING_BACK,
};

/* Called with the ctx of the step's backend_io. */
struct step_flow_hooks {
	void (*enter)(void *ctx, enum work_phase phase);
	/* Opens the payload and verifies all of it (law 3). */
	int (*payload)(void *ctx, struct err *err);
	/* A state the device is in already. */
	void (*reached)(void *ctx, enum step_state state);
};

struct step_flow {
	const struct backend *backend;
	const struct step *step;
	struct device dev; /* a copy that refresh() keeps current; device_free() */
	struct backend_io io;
	const struct step_flow_hooks *hooks;
};

/* From the check to the proof. On error *result has what step_flow_fail() needs. */
int step_flow_run(struct step_flow *flow, struct step_result *result, struct err *err);

/*
 * After an error: failed when the device still answers, unknown when nobody can tell; a write
 * through a BMC that was waited for too long is unknown, too, unless the new version reads back.
 * touched: bytes may have reached it.
 */
void step_flow_fail(struct step_flow *flow, bool touched, const struct err *cause,
		    struct step_result *result);

#endif
