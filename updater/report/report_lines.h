/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of an events file, one object each. Each stands for itself: after a power cut the last
 * one may be half there, followed by whatever the file system left.
 */
#ifndef DRYDOCK_REPORT_LINES_H
#define DRYDOCK_REPORT_LINES_H

#include "base/err.h"
#include "base/json.h"

/*
 * Calls take(ctx, obj) for each whole line that is an object, and bad(ctx) for each that is not.
 * Texts in obj are cleaned as report_copy_text() does. ERR_TOO_LARGE (REPORT_EVENTS_MAX_BYTES).
 */
int report_lines(const uint8_t *buf, size_t len, void (*take)(void *ctx, yyjson_val *obj),
		 void (*bad)(void *ctx), void *ctx, struct err *err);

/* Absent or not a text: what was there stays. At most size - 1 bytes, whole characters. */
void report_line_text(yyjson_val *obj, const char *key, char *ret, size_t size);

/* Absent or not a number: 0. */
uint64_t report_line_number(yyjson_val *obj, const char *key);

/* Seconds since 1970; 0 when absent, or beyond the year 9999. */
double report_line_time(yyjson_val *obj);

#endif
