/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/text.h"

struct trace {
	char name[TRACE_DEVICE_MAX];
	int fd; /* -1 = closed: full, or it could not be written */
	uint64_t bytes;
	struct trace *next;
};

struct trace_set {
	pthread_mutex_t lock;
	char dir[FSIO_PATH_MAX];
	uint64_t limit_bytes;
	struct trace *traces;
	struct err first; /* the first error; writing the other traces goes on */
};

struct trace_set *trace_set_new(const char *dir, uint64_t limit_bytes)
{
	struct trace_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	pthread_mutex_init(&set->lock, NULL);
	text_copy(set->dir, sizeof(set->dir), dir);
	set->limit_bytes = limit_bytes;
	return set;
}

void trace_set_limit(struct trace_set *set, uint64_t limit_bytes)
{
	pthread_mutex_lock(&set->lock);
	set->limit_bytes = limit_bytes;
	pthread_mutex_unlock(&set->lock);
}

void trace_set_free(struct trace_set *set)
{
	struct trace *next;

	if (!set)
		return;
	trace_set_sync(set, NULL);
	for (struct trace *trace = set->traces; trace; trace = next) {
		next = trace->next;
		if (trace->fd >= 0)
			close(trace->fd);
		free(trace);
	}
	pthread_mutex_destroy(&set->lock);
	free(set);
}

static void fail(struct trace_set *set, struct trace *trace, int errnum)
{
	if (!set->first.code)
		err_set_errno(&set->first, errnum == ENOSPC ? ERR_FULL : ERR_IO, errnum,
			      "%s/trace-%s.jsonl", set->dir, trace->name);
	if (trace->fd >= 0)
		close(trace->fd);
	trace->fd = -1;
}

int trace_set_sync(struct trace_set *set, struct err *err)
{
	int rc;

	pthread_mutex_lock(&set->lock);
	for (struct trace *trace = set->traces; trace; trace = trace->next)
		if (trace->fd >= 0 && fdatasync(trace->fd) < 0)
			fail(set, trace, errno);
	rc = set->first.code;
	if (rc && err)
		*err = set->first;
	pthread_mutex_unlock(&set->lock);
	return rc;
}

void trace_line_begin(struct trace_line *line, uint64_t seq, const char *call)
{
	line->doc = yyjson_mut_doc_new(NULL);
	line->obj = yyjson_mut_obj(line->doc);
	yyjson_mut_doc_set_root(line->doc, line->obj);
	yyjson_mut_obj_add_uint(line->doc, line->obj, "seq", seq);
	yyjson_mut_obj_add_str(line->doc, line->obj, "call", call);
}

void trace_line_text(struct trace_line *line, const char *key, const char *text)
{
	char clean[TRACE_TEXT_MAX];

	text_copy(clean, sizeof(clean), text);
	yyjson_mut_obj_add_strcpy(line->doc, line->obj, key, clean);
}

void trace_line_texts(struct trace_line *line, const char *key, char (*texts)[HWIO_NAME_MAX],
		      size_t count)
{
	yyjson_mut_val *arr = yyjson_mut_obj_add_arr(line->doc, line->obj, key);
	char clean[HWIO_NAME_MAX];

	for (size_t i = 0; i < count; i++) {
		text_copy(clean, sizeof(clean), texts[i]);
		yyjson_mut_arr_add_strcpy(line->doc, arr, clean);
	}
}

void trace_line_number(struct trace_line *line, const char *key, int64_t number)
{
	yyjson_mut_obj_add_sint(line->doc, line->obj, key, number);
}

static void add_hash(struct trace_line *line, yyjson_mut_val *obj, const void *data, size_t len)
{
	uint8_t hash[HASH_BYTES];
	char text[2 * HASH_BYTES + 1];

	if (hash_sha256(data, len, hash))
		return;
	hex_encode(hash, sizeof(hash), text);
	yyjson_mut_obj_add_strcpy(line->doc, obj, "sha256", text);
}

static void add_hex(struct trace_line *line, yyjson_mut_val *obj, const void *data, size_t len)
{
	CLEANUP_FREE char *text = malloc(2 * len + 1);

	if (!text)
		return;
	hex_encode(data, len, text);
	yyjson_mut_obj_add_strcpy(line->doc, obj, "hex", text);
}

void trace_line_data(struct trace_line *line, const char *key, const void *data, size_t len,
		     enum trace_rule rule, const char *why)
{
	yyjson_mut_val *obj = yyjson_mut_obj_add_obj(line->doc, line->obj, key);

	yyjson_mut_obj_add_uint(line->doc, obj, "len", len);
	if (rule == TRACE_NOTHING)
		yyjson_mut_obj_add_str(line->doc, obj, "redacted", why);
	else if (rule == TRACE_HASH || len > TRACE_DATA_BYTES)
		add_hash(line, obj, data, len);
	else
		add_hex(line, obj, data, len);
}

void trace_device_name(const char *path, char ret[TRACE_DEVICE_MAX])
{
	const char *name = strncmp(path, "/dev/", 5) == 0 ? path + 5 : "sys";
	size_t i;

	for (i = 0; name[i] && i + 1 < TRACE_DEVICE_MAX; i++)
		ret[i] = (name[i] >= '0' && name[i] <= '9') || (name[i] >= 'A' && name[i] <= 'Z') ||
					 (name[i] >= 'a' && name[i] <= 'z')
				 ? name[i]
				 : '-';
	ret[i] = '\0';
}

static void write_line(struct trace_set *set, struct trace *trace, const char *text, size_t len)
{
	static const char full[] = "{\"truncated\":true}\n";
	int rc;

	if (trace->fd < 0)
		return;
	if (trace->bytes + len + sizeof(full) > set->limit_bytes) {
		rc = fsio_write_all(trace->fd, full, sizeof(full) - 1);
		if (rc || fdatasync(trace->fd) < 0) {
			fail(set, trace, rc ? -rc : errno);
			return;
		}
		close(trace->fd);
		trace->fd = -1;
		return;
	}
	rc = fsio_write_all(trace->fd, text, len);
	if (rc)
		fail(set, trace, -rc);
	trace->bytes += len;
}

static void open_trace(struct trace_set *set, struct trace *trace)
{
	char path[FSIO_PATH_MAX], head[TRACE_DEVICE_MAX + 64];
	int len = snprintf(path, sizeof(path), "%s/trace-%s.jsonl", set->dir, trace->name);

	trace->fd = -1;
	if (len < 0 || (size_t)len >= sizeof(path)) {
		fail(set, trace, ENAMETOOLONG);
		return;
	}
	trace->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (trace->fd < 0) {
		fail(set, trace, errno);
		return;
	}
	len = snprintf(head, sizeof(head), "{\"format\":%d,\"device\":\"%s\"}\n", TRACE_FORMAT,
		       trace->name);
	write_line(set, trace, head, (size_t)len);
}

static struct trace *find_trace(struct trace_set *set, const char *path)
{
	char name[TRACE_DEVICE_MAX];
	struct trace *trace;

	trace_device_name(path, name);
	for (trace = set->traces; trace; trace = trace->next)
		if (strcmp(trace->name, name) == 0)
			return trace;
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return NULL;
	memcpy(trace->name, name, sizeof(name));
	trace->next = set->traces;
	set->traces = trace;
	open_trace(set, trace);
	return trace;
}

void trace_set_append(struct trace_set *set, const char *path, struct trace_line *line)
{
	size_t len = 0;
	CLEANUP_FREE char *text = yyjson_mut_write(line->doc, YYJSON_WRITE_NEWLINE_AT_END, &len);
	struct trace *trace;

	yyjson_mut_doc_free(line->doc);
	*line = (struct trace_line){ 0 };
	if (!text)
		return;
	pthread_mutex_lock(&set->lock);
	trace = find_trace(set, path);
	if (trace)
		write_line(set, trace, text, len);
	pthread_mutex_unlock(&set->lock);
}
