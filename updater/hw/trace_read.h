/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading trace files (README.md in this folder): whoever received a log folder may have any. */
#ifndef DRYDOCK_HW_TRACE_READ_H
#define DRYDOCK_HW_TRACE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "base/err.h"

#define TRACE_FILE_MAX_BYTES (32u << 20) /* of one file */
#define TRACE_LINE_MAX_BYTES (1u << 20)
#define TRACE_MAX_CALLS	     (1u << 20) /* of one file */

enum trace_kind {
	TRACE_OPEN = 1,
	TRACE_CLOSE,
	TRACE_IOCTL,
	TRACE_READ,
	TRACE_WRITE,
	TRACE_PREAD,
	TRACE_POLL,
	TRACE_LIST,
	TRACE_READLINK,
	TRACE_NOTE,
	TRACE_HTTP,
	TRACE_KIND_LAST = TRACE_HTTP
};

/* One line. Its texts belong to the file. */
struct trace_call {
	enum trace_kind kind;
	uint64_t seq, at_ms, ms;
	int64_t result;
	int fd;		   /* -1 = not a call on one */
	const char *path;  /* of a note: who says it */
	const char *phase; /* "" = none */
	const char *file;  /* name of the trace file */
	yyjson_val *obj;   /* the other members; each was checked */
};

/* Data of a call. */
struct trace_data {
	bool there;
	size_t len;
	const char *hex;    /* 2 * len digits; NULL = the bytes are not in the trace */
	const char *sha256; /* 64 digits; NULL = nor is the hash */
};

struct trace_file {
	char device[64]; /* "nvme0"; "sys" = sysfs, procfs and all else */
	char *name;	 /* of the file, for messages */
	struct trace_call *calls;
	size_t count;
	yyjson_doc **docs;
	size_t doc_count;
};

const char *trace_kind_name(enum trace_kind kind); /* "open" */

/*
 * Parses a whole trace file. ret must be {0}; it is freed on error. ERR_FORMAT (also: cut off, a
 * trace that had reached its limit, two recordings in one file), ERR_TOO_LARGE, ERR_UNSUPPORTED (a
 * later format), ERR_DUPLICATE, ERR_NOMEM; err names file and line.
 */
int trace_file_parse(const char *name, const uint8_t *buf, size_t len, struct trace_file *ret,
		     struct err *err);
/* The same from a file, named by the last part of its path. Also ERR_IO, ERR_NOT_FOUND. */
int trace_file_read(const char *path, struct trace_file *ret, struct err *err);
void trace_file_free(struct trace_file *file);

/* Members of a call that are there because it was parsed: numbers, texts, data. */
int64_t trace_number(const struct trace_call *call, const char *key);	/* 0 = absent */
const char *trace_text(const struct trace_call *call, const char *key); /* "" = absent */
struct trace_data trace_data(const struct trace_call *call, const char *key);

/* The names of a list; NULL behind the last. */
const char *trace_name(const struct trace_call *call, size_t index);

#endif
