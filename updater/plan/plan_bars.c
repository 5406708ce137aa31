/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan/plan.h"

int plan_bars_add(struct plan_bars *bars, const char *device, const char *component,
		  enum reason reason, struct err *err, const char *fmt, ...)
{
	struct plan_bar *list = reallocarray(bars->list, bars->count + 1, sizeof(*list));
	va_list ap;

	assert((device && device[0]) || (component && component[0]));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	bars->list = list;
	list += bars->count++;
	*list = (struct plan_bar){ .reason = reason };
	snprintf(list->device, sizeof(list->device), "%s", device ? device : "");
	snprintf(list->component, sizeof(list->component), "%s", component ? component : "");
	va_start(ap, fmt);
	vsnprintf(list->text, sizeof(list->text), fmt, ap);
	va_end(ap);
	return 0;
}

void plan_bars_free(struct plan_bars *bars)
{
	free(bars->list);
	*bars = (struct plan_bars){ 0 };
}
