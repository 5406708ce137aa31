/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/report.h"

#define YEAR_10000 253402300800.0 /* in seconds since 1970 */

void report_line_text(yyjson_val *obj, const char *key, char *ret, size_t size)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	if (yyjson_is_str(val))
		report_copy_text(ret, size, yyjson_get_str(val), yyjson_get_len(val));
}

uint64_t report_line_number(yyjson_val *obj, const char *key)
{
	return yyjson_get_uint(yyjson_obj_get(obj, key));
}

double report_line_time(yyjson_val *obj)
{
	double time = yyjson_get_num(yyjson_obj_get(obj, "t"));

	/* Also false for NaN. */
	return time >= 0 && time < YEAR_10000 ? time : 0;
}

/* What a device calls itself need not be UTF-8, but JSON must be. False: it is no object. */
static bool take_line(const uint8_t *text, size_t len, void (*take)(void *ctx, yyjson_val *obj),
		      void *ctx)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	CLEANUP_FREE char *clean = NULL;

	if (len < REPORT_LINE_MAX_BYTES)
		clean = malloc(len + 1);
	if (!clean || memchr(text, '\0', len))
		return false;
	report_copy_text(clean, len + 1, (const char *)text, len);
	if (json_parse((const uint8_t *)clean, strlen(clean), REPORT_LINE_MAX_BYTES, &doc, NULL))
		return false;
	take(ctx, yyjson_doc_get_root(doc));
	return true;
}

int report_lines(const uint8_t *buf, size_t len, void (*take)(void *ctx, yyjson_val *obj),
		 void (*bad)(void *ctx), void *ctx, struct err *err)
{
	size_t pos = 0;

	if (len > REPORT_EVENTS_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%zu bytes of events, at most %u are read", len,
			       REPORT_EVENTS_MAX_BYTES);
	while (pos < len) {
		const uint8_t *line = buf + pos;
		const uint8_t *end = memchr(line, '\n', len - pos);
		size_t line_len = end ? (size_t)(end - line) : len - pos;

		pos += line_len + 1;
		if (end && line_len > 0 && line[line_len - 1] == '\r')
			line_len--;
		/* The whole line is there only when its end is. */
		if (!end || (line_len > 0 && !take_line(line, line_len, take, ctx)))
			bad(ctx);
	}
	return 0;
}
