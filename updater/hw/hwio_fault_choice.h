/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a call: by rules or by a seed. Used by hwio_fault.c only. */
#ifndef DRYDOCK_HW_HWIO_FAULT_CHOICE_H
#define DRYDOCK_HW_HWIO_FAULT_CHOICE_H

#include "hw/hwio_fault.h"

/* kind 0 = nothing */
struct fault_choice {
	enum hwio_fault_kind kind;
	int errnum;
	uint32_t stall_ms;
};

struct fault_rule {
	struct hwio_fault_rule rule;
	char *path;
	unsigned int seen; /* calls that fit */
};

struct fault_seed {
	uint64_t seed;
	unsigned int one_in; /* 0 = no disturbance by seed */
	bool gone;
};

/* The path itself or something below it. */
bool fault_path_is_below(const char *path, const char *top);

/* Counts the call for every rule; what the first one that strikes does. */
struct fault_choice fault_choose_by_rule(struct fault_rule *rules, size_t count, const char *path,
					 enum hwio_fault_call call, unsigned long request);

/* For the number-th call on a device. */
struct fault_choice fault_choose_by_seed(const struct fault_seed *seed, const char *path,
					 enum hwio_fault_call call, uint64_t number);

#endif
