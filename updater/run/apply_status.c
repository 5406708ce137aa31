/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From results to the one number that scripts see (DESIGN 10). */
#include <string.h>

#include "run/apply.h"

/* When several hold, the first in this list is told. */
static const enum exit_status precedence[] = {
	EXIT_INTERNAL,	 EXIT_NEEDS_HUMAN, EXIT_INTERRUPTED, EXIT_STEPS_FAILED,
	EXIT_REPOSITORY, EXIT_POLICY,	   EXIT_DEPENDENCY,  EXIT_NEEDS_REBOOT,
};

/* Is this error one of the repository, not of a device? */
static bool is_repository_error(const char *reason)
{
	static const int codes[] = { ERR_HASH, ERR_NOT_FOUND, ERR_FORMAT, ERR_SIGNATURE, ERR_IO };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (strcmp(reason, err_id(codes[i])) == 0)
			return true;
	return false;
}

static enum exit_status status_of_step(const struct step_result *result)
{
	switch (result->state) {
	case STEP_VERIFIED:
		return EXIT_CHANGED;
	case STEP_NEEDS_REBOOT:
	case STEP_NEEDS_POWER_CYCLE:
		return EXIT_NEEDS_REBOOT;
	case STEP_OVERDUE:
	case STEP_UNKNOWN:
		return EXIT_NEEDS_HUMAN;
	case STEP_WITHDRAWN:
		if (strcmp(result->reason, err_id(ERR_INTERRUPTED)) == 0)
			return EXIT_INTERRUPTED;
		return EXIT_STEPS_FAILED;
	case STEP_FAILED:
		if (is_repository_error(result->reason))
			return EXIT_REPOSITORY;
		return EXIT_STEPS_FAILED;
	case STEP_ACCEPTED:
		return EXIT_STEPS_FAILED;
	default:
		return EXIT_INTERNAL;
	}
}

static enum exit_status status_of_reason(enum reason reason)
{
	switch (reason) {
	case REASON_NEEDS_HUMAN:
	case REASON_CRASH_LOOP:
		return EXIT_NEEDS_HUMAN;
	case REASON_COMPONENT_WITHDRAWN:
		return EXIT_STEPS_FAILED;
	case REASON_REQUIRES:
		return EXIT_DEPENDENCY;
	case REASON_TPM_CONSENT:
	case REASON_HOST_POWER:
	case REASON_UNTESTED:
	case REASON_NO_PROOF:
	case REASON_BOOT_PATH:
	case REASON_DEVICE_BUSY:
	case REASON_LOW_MEMORY:
	case REASON_ARRAY_DEGRADED:
	case REASON_LOW_POWER:
	case REASON_LOCKDOWN:
		return EXIT_POLICY;
	default:
		return EXIT_CHANGED;
	}
}

enum exit_status apply_worse_status(enum exit_status a, enum exit_status b)
{
	for (size_t i = 0; i < sizeof(precedence) / sizeof(*precedence); i++)
		if (a == precedence[i] || b == precedence[i])
			return precedence[i];
	return EXIT_CHANGED;
}

static enum exit_status left_status(const struct plan *plan)
{
	enum exit_status status = EXIT_CHANGED;

	for (size_t i = 0; i < plan->left_count; i++)
		status = apply_worse_status(status, status_of_reason(plan->left[i].reason));
	return status;
}

enum exit_status apply_left_status(const struct plan *plan, bool has_devices)
{
	enum exit_status status = left_status(plan);

	if (status != EXIT_CHANGED)
		return status;
	return has_devices ? EXIT_NOTHING_NEEDED : EXIT_NO_DEVICE;
}

enum exit_status apply_exit_status(struct apply_run *run, const struct plan *plan)
{
	enum exit_status status = left_status(plan);

	for (unsigned int number = 1; number <= plan->step_count; number++) {
		struct step_result result = apply_result(run, number);

		status = apply_worse_status(status, status_of_step(&result));
	}
	return status;
}
