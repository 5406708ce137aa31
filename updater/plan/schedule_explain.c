/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step holds and what it waits for, in words. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/schedule_internal.h"

/* "SAS HBA 0000:03:00.0" */
static void name_resource(const struct resource *res, char *text, size_t size)
{
	const char *id = res->id;

	if (res->type == RESOURCE_DEVICE && strcmp(id, "system") == 0)
		id = "";
	if (res->type == RESOURCE_DEVICE && strncmp(id, "pci:", 4) == 0)
		id += 4;
	snprintf(text, size, "%s%s%s", res->words, id[0] ? " " : "", id);
}

static const char *how_it_ended(enum schedule_outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PENDING:
		return "waits for a restart";
	case OUTCOME_BAD:
		return "did not end well";
	case OUTCOME_LEFT:
		return "was left alone";
	case OUTCOME_OVERDUE:
		return "is overdue";
	case OUTCOME_GOOD:
		break;
	}
	return "has not ended";
}

void schedule_explain_end(const struct schedule *schedule, enum reason reason, unsigned int which,
			  char *text, size_t size)
{
	const char *name = schedule->plan->steps[which - 1].dev->name;
	const char *end = how_it_ended(schedule->items[which - 1].outcome);

	switch (reason) {
	case REASON_COMPONENT_WITHDRAWN:
		snprintf(text, size, "step %u with the same component %s (%s)", which, end, name);
		break;
	case REASON_REQUIRES:
		snprintf(text, size, "step %u, which must be completed first, %s (%s)", which, end,
			 name);
		break;
	case REASON_STOPPED:
		snprintf(text, size, "step %u %s (%s), and nothing was to begin after that", which,
			 end, name);
		break;
	default:
		snprintf(text, size, "step %u, the first of its kind, %s (%s), and is not proven",
			 which, end, name);
	}
}

void schedule_explain_holder(const struct schedule *s, unsigned int number, char *text, size_t size)
{
	const struct resource *res = schedule_stuck_on(s, &s->items[number - 1]);
	char name[256];
	size_t i = 0;

	while (i < s->count &&
	       (s->items[i].state != ITEM_OVERDUE ||
		(res && !schedule_holds(s, &s->items[i], (size_t)(res - s->resources)))))
		i++;
	assert(i < s->count);
	if (!res) {
		snprintf(text, size,
			 "it begins when all earlier steps have come back, and step %zu (%s) is "
			 "overdue",
			 i + 1, s->plan->steps[i].dev->name);
		return;
	}
	name_resource(res, name, sizeof(name));
	snprintf(text, size, "%s is held by step %zu (%s), which is overdue", name, i + 1,
		 s->plan->steps[i].dev->name);
}

static void tell_hold(FILE *out, const struct hold *held, const struct resource *res)
{
	char name[256];

	name_resource(res, name, sizeof(name));
	fprintf(out, "  %s %s", held->exclusive ? "alone on" : "shares", name);
	if (!held->exclusive && res->at_once)
		fprintf(out, ", at most %u at once", res->at_once);
	if (res->exclusive || res->shared)
		fprintf(out, " (held by %u now)", res->exclusive + res->shared);
	fputc('\n', out);
}

static void tell_order(FILE *out, const struct schedule *s, const struct item *item)
{
	for (size_t i = 0; i < s->count; i++)
		if (set_has(&item->after, i))
			fprintf(out, "  after step %zu (%s)%s\n", i + 1,
				s->plan->steps[i].dev->name,
				set_has(&s->good, i) ? ", which ended well" : "");
	if (item->barrier)
		fputs("  after all earlier steps, and before all later ones\n", out);
}

static void tell_family(FILE *out, const struct schedule *s, const struct item *item)
{
	const struct family *family = &s->families[item->family];

	if (family->proven)
		fputs("  its component is proven on this model\n", out);
	else if (family->at_work && item->state == ITEM_WAITING)
		fputs("  waits for the first of its kind, which is at work\n", out);
	else
		fputs("  the first of its kind goes alone, then the others\n", out);
}

static void tell(FILE *out, const struct schedule *s, unsigned int number)
{
	static const char *const states[] = {
		[ITEM_WAITING] = "waits",
		[ITEM_AT_WORK] = "at work",
		[ITEM_OVERDUE] = "overdue",
		[ITEM_ENDED] = "ended",
	};
	const struct step *step = &s->plan->steps[number - 1];
	const struct item *item = &s->items[number - 1];

	fprintf(out, "step %u, %s on %s: %s\n", number, step->comp->id, step->dev->name,
		states[item->state]);
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &s->holds[item->first_hold + i];

		tell_hold(out, held, &s->resources[held->resource]);
	}
	tell_order(out, s, item);
	tell_family(out, s, item);
}

int schedule_explain(const struct schedule *schedule, unsigned int number, char **ret_text,
		     struct err *err)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool failed;

	assert(number >= 1 && number <= schedule->count);
	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	tell(out, schedule, number);
	failed = ferror(out) != 0;
	failed = fclose(out) != 0 || failed;
	if (failed || !text) {
		free(text);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	*ret_text = text;
	return 0;
}
