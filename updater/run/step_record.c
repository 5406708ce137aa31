/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_record.h"

#include <stdio.h>
#include <time.h>

struct journal_record step_record(const char *run_id, unsigned int base, const struct step *step,
				  uint16_t attempt)
{
	struct journal_record record = {
		.type = JOURNAL_STEP,
		.time = (uint64_t)time(NULL),
		.step = (uint16_t)(base + step->number),
		.attempt = attempt,
	};

	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	snprintf(record.device, sizeof(record.device), "%s", step->dev->id);
	snprintf(record.component, sizeof(record.component), "%s", step->comp->id);
	snprintf(record.from, sizeof(record.from), "%s", step->from);
	snprintf(record.to, sizeof(record.to), "%s", step->comp->version);
	return record;
}
