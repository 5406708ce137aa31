/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "backends/backend.h"
#include "plan/plan.h"

bool backend_is_wanted(const struct component *comp, const char *prefix, const char *value)
{
	const char *field = comp->proof.field;

	if (strncmp(field, prefix, strlen(prefix)) == 0 || strcmp(field, "drive.rev") == 0)
		return plan_proof_holds(comp, value);
	return strcmp(value, comp->version) == 0;
}
