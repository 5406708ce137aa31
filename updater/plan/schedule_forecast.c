/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the plan is expected to take: the schedule walked through with a clock of its own. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/schedule_internal.h"

uint64_t schedule_seconds(const struct step *step)
{
	return step->comp->expected_seconds ? step->comp->expected_seconds
					    : SCHEDULE_UNKNOWN_SECONDS;
}

static void *copy_of(const void *list, size_t count, size_t size)
{
	void *copy = calloc(count + 1, size);

	if (copy && count)
		memcpy(copy, list, count * size);
	return copy;
}

/* One that nothing has begun of. */
static struct schedule *fresh_copy(const struct schedule *schedule)
{
	struct schedule *s = copy_of(schedule, 1, sizeof(*s));

	if (!s)
		return NULL;
	s->items = copy_of(s->items, s->count, sizeof(*s->items));
	s->families = copy_of(s->families, s->family_count, sizeof(*s->families));
	s->resources = copy_of(s->resources, s->resource_count, sizeof(*s->resources));
	s->holds = copy_of(s->holds, s->hold_count, sizeof(*s->holds));
	if (!s->items || !s->families || !s->resources || !s->holds) {
		schedule_free(s);
		return NULL;
	}
	schedule_reset(s);
	return s;
}

/* The step at work that ends first; 0 = none is at work. */
static unsigned int first_to_end(const struct schedule *s, const uint64_t *ends)
{
	unsigned int first = 0;

	for (unsigned int i = 0; i < s->count; i++)
		if (s->items[i].state == ITEM_AT_WORK && (!first || ends[i] < ends[first - 1]))
			first = i + 1;
	return first;
}

/* Returns when the last step ends, in seconds. */
static uint64_t simulate(struct schedule *s, uint64_t *starts, uint64_t *ends)
{
	unsigned int number = 0;
	uint64_t now = 0;

	do {
		if (number) {
			now = ends[number - 1];
			schedule_end(s, number, OUTCOME_GOOD);
		}
		while ((number = schedule_next(s))) {
			schedule_begin(s, number);
			ends[number - 1] = now + schedule_seconds(&s->plan->steps[number - 1]);
			if (starts)
				starts[number - 1] = now;
		}
		number = first_to_end(s, ends);
	} while (number);
	return now;
}

int schedule_forecast(const struct schedule *schedule, struct schedule_forecast *ret,
		      uint64_t *starts, struct err *err)
{
	CLEANUP_FREE uint64_t *ends = calloc(schedule->count + 1, sizeof(*ends));
	struct schedule *s = fresh_copy(schedule);
	int rc = ends && s ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	*ret = (struct schedule_forecast){ .complete = true };
	for (size_t i = 0; i < schedule->count; i++) {
		ret->one_by_one += schedule_seconds(&schedule->plan->steps[i]);
		if (!schedule->plan->steps[i].comp->expected_seconds)
			ret->complete = false;
	}
	if (!rc)
		rc = schedule_bound(schedule, &ret->bound, err);
	if (!rc)
		ret->makespan = simulate(s, starts, ends);
	schedule_free(s);
	return rc;
}
