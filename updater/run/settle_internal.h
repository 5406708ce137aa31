/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of an earlier run, asked of its device. */
#ifndef DRYDOCK_RUN_SETTLE_INTERNAL_H
#define DRYDOCK_RUN_SETTLE_INTERNAL_H

#include "run/settle.h"

enum outcome {
	FOUND_OLD = 1,
	FOUND_NEW,
	FOUND_PENDING,
	FOUND_AGAIN,
	FOUND_FAILED,
	FOUND_HUMAN,
	FOUND_NOT_BEGUN, /* only planned, and that is how it stayed */
};

struct finding {
	enum outcome outcome;
	enum step_state state;		/* what the step is in now */
	const char *reason;		/* stable id, "" = none */
	char found[DEVICE_VERSION_MAX]; /* read back; "" = not read */
	char text[512];			/* for people, without a full stop */
	char why[160];			/* FOUND_HUMAN: the cause alone */
};

/*
 * Asks the device of history->steps[index], which is open, waits or is unknown. Steps of the same
 * device with lower numbers must have been settled: their last records say how. Whatever goes wrong
 * is a finding.
 */
void settle_ask(const struct settle *settle, const struct history *history, size_t index,
		struct finding *ret);

#endif
