/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of a recorded run in the order in which they are answered: one lane a phase and device,
 * and one a phase and path of sysfs, procfs and notes. Used by hwio_replay.c.
 */
#ifndef DRYDOCK_HW_REPLAY_LANES_H
#define DRYDOCK_HW_REPLAY_LANES_H

#include "hw/trace_read.h"

struct replay_lane {
	const char *phase, *key; /* key: "nvme0" or "/sys/class/nvme" */
	const struct trace_call **calls;
	size_t count, next;
	bool again; /* it was answered to its end, and is from its beginning again */
};

struct replay_lanes {
	struct trace_file *files;
	size_t file_count;
	const struct trace_call **calls;
	size_t call_count;
	struct replay_lane *lanes;
	size_t lane_count;
};

/* As hwio_replay_new() says. *ret must be {0}; replay_lanes_free() frees it, also after errors. */
int replay_lanes_read(struct replay_lanes *ret, const char *path, struct err *err);
void replay_lanes_free(struct replay_lanes *lanes);

/* The lane for path (a file, or who says a note) in that phase; NULL = there is none. */
struct replay_lane *replay_lane_find(const struct replay_lanes *lanes, const char *phase,
				     const char *path);

/* The first call of a phase, in the order of their numbers; NULL = there is none. */
const struct trace_call *replay_phase_begin(const struct replay_lanes *lanes, const char *phase);

/* The next call to be answered, and the next one that is left over; NULL = none. */
const struct trace_call *replay_lane_next(struct replay_lane *lane);
void replay_lane_again(struct replay_lane *lane);
const struct trace_call *replay_left_over(const struct replay_lanes *lanes, const char *phase);

#endif
