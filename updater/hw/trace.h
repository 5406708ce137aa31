/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trace files of a run: one a device, JSON objects of one line each. README.md in this folder
 * has the format.
 */
#ifndef DRYDOCK_HW_TRACE_H
#define DRYDOCK_HW_TRACE_H

#include <stdint.h>

#include <yyjson.h>

#include "base/err.h"
#include "hw/hwio.h"
#include "hw/trace_keep.h"

#define TRACE_FORMAT	 2
#define TRACE_TEXT_MAX	 16384	     /* of a note, with the NUL */
#define TRACE_DATA_BYTES (64u << 10) /* of larger data the hash must do */

struct trace_set;

/* "/dev/hpilo/d0ccb1" -> "hpilo-d0ccb1"; all of sysfs, procfs and the notes share "sys". */
#define TRACE_DEVICE_MAX 48
void trace_device_name(const char *path, char ret[TRACE_DEVICE_MAX]);

/*
 * Traces go to files dir/trace-<device>.jsonl, each of at most limit_bytes; dir must exist, a file
 * that exists is continued. NULL = no memory.
 */
struct trace_set *trace_set_new(const char *dir, uint64_t limit_bytes);
void trace_set_limit(struct trace_set *set, uint64_t limit_bytes);
void trace_set_free(struct trace_set *set); /* syncs; takes NULL */

/* Makes durable what was written. The first error of any trace, ever: ERR_IO, ERR_FULL. */
int trace_set_sync(struct trace_set *set, struct err *err);

/* A line under construction. A step that gets no memory is left out of it. */
struct trace_line {
	yyjson_mut_doc *doc;
	yyjson_mut_val *obj;
};

void trace_line_begin(struct trace_line *line, uint64_t seq, const char *call);
/* Keys must outlive the line; texts are copied. */
void trace_line_text(struct trace_line *line, const char *key, const char *text);
void trace_line_texts(struct trace_line *line, const char *key, char (*texts)[HWIO_NAME_MAX],
		      size_t count);
void trace_line_number(struct trace_line *line, const char *key, int64_t number);
/* len bytes by the rule; why says what was kept back. Large data is kept as its hash. */
void trace_line_data(struct trace_line *line, const char *key, const void *data, size_t len,
		     enum trace_rule rule, const char *why);

/* Appends the line to the trace for path ("/dev/nvme0" -> nvme0, /sys/... -> sys) and frees it. */
void trace_set_append(struct trace_set *set, const char *path, struct trace_line *line);

#endif
