/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const err_ids[] = {
	"USAGE",     "NOMEM",	    "IO",	   "NOT_FOUND", "FORMAT",
	"TOO_LARGE", "DUPLICATE",   "HASH",	   "SIGNATURE", "POLICY",
	"FULL",	     "UNSUPPORTED", "BUSY",	   "DEVICE",	"DEVICE_GONE",
	"OVERDUE",   "PROOF",	    "INTERRUPTED", "INTERNAL",	"NO_WRITABLE_ESP",
};

_Static_assert(sizeof(err_ids) / sizeof(*err_ids) == ERR_USAGE - ERR_LAST + 1,
	       "one id for each code");

/* The last code of this thread: what err_prefix() returns where nobody wants the text. */
static _Thread_local int last_code = ERR_INTERNAL;

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	last_code = code;
	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_set_errno(struct err *err, int code, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	last_code = code;
	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(errnum));
	return code;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char prefixed[sizeof(err->text)];
	va_list ap;
	int len;

	if (!err)
		return last_code;
	va_start(ap, fmt);
	len = vsnprintf(prefixed, sizeof(prefixed), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(prefixed))
		snprintf(prefixed + len, sizeof(prefixed) - (size_t)len, ": %s", err->text);
	memcpy(err->text, prefixed, sizeof(prefixed));
	return err->code;
}

const char *err_id(int code)
{
	int index = ERR_USAGE - code;

	if (code > ERR_USAGE || code < ERR_LAST)
		return "INTERNAL";
	return err_ids[index];
}
