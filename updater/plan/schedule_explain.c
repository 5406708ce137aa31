/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step holds and what it waits for, in words. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan/schedule_internal.h"

static void tell_hold(FILE *out, const struct hold *held, const struct resource *res)
{
	fprintf(out, "  %s %s%s%s", held->exclusive ? "alone on" : "below", res->words,
		res->id[0] ? " " : "", res->id);
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
