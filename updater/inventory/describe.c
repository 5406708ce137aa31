/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/describe.h"

#include <stdarg.h>
#include <stdio.h>

#include "inventory/target.h"

void describe_put(struct describe *to, const char *key, const char *fmt, ...)
{
	char text[sizeof(to->dev->props->value)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!to->error)
		to->error = device_set_prop(to->dev, key, text);
}

void describe_target(struct describe *to, const char *type, const char *value)
{
	char text[DEVICE_TARGET_MAX];
	int len = snprintf(text, sizeof(text), "%s:%s", type, value);

	if (len < 0 || (size_t)len >= sizeof(text) || target_check(text))
		return;
	if (!to->error)
		to->error = device_add_target(to->dev, text);
}

int describe_end(const struct describe *to, struct err *err)
{
	return to->error ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
