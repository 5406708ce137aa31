/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_record.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hw/bmc_access.h"
#include "hw/ioctl_table.h"
#include "hw/run_note.h"
#include "hw/trace.h"
#include "hw/trace_http.h"

#define PATH_MAX_BYTES 512 /* of what is kept of a path */

/* Which path a descriptor belongs to. */
struct open_file {
	int fd;
	char path[PATH_MAX_BYTES];
	char phase[HWIO_PHASE_MAX]; /* in which it was opened */
	struct open_file *next;
};

struct hwio_record {
	struct hwio hw;
	struct hwio *inner;
	struct trace_set *traces;
	uint64_t number; /* no other recorder of this process has it */
	pthread_t owner;
	pthread_mutex_t lock; /* of what is below */
	uint64_t seq;
	struct open_file *files;
	char phase[HWIO_PHASE_MAX]; /* of the owner, and of threads that have none */
};

/* What a thread is doing for one recorder. */
static _Thread_local struct {
	uint64_t number;
	char phase[HWIO_PHASE_MAX];
} own;

/* One call from its beginning to its line. */
struct call {
	struct hwio_record *rec;
	struct trace_line line;
	uint64_t begin_ms;
	char path[PATH_MAX_BYTES];
};

/*
 * A thread's own phase; the owner's; for a thread that only helps (the one that reads a flash's
 * progress) that in which the descriptor was opened.
 */
static const char *phase_of(const struct hwio_record *rec, const char *opened_in)
{
	if (own.number == rec->number)
		return own.phase;
	return opened_in && !pthread_equal(pthread_self(), rec->owner) ? opened_in : rec->phase;
}

static uint64_t next_seq(struct hwio_record *rec, const char *opened_in,
			 char ret_phase[HWIO_PHASE_MAX])
{
	uint64_t seq;

	pthread_mutex_lock(&rec->lock);
	seq = ++rec->seq;
	text_copy(ret_phase, HWIO_PHASE_MAX, phase_of(rec, opened_in));
	pthread_mutex_unlock(&rec->lock);
	return seq;
}

static void enter_phase(struct hwio_record *rec, const char *phase)
{
	if (!pthread_equal(pthread_self(), rec->owner)) {
		own.number = rec->number;
		text_copy(own.phase, sizeof(own.phase), phase);
		return;
	}
	pthread_mutex_lock(&rec->lock);
	text_copy(rec->phase, sizeof(rec->phase), phase);
	pthread_mutex_unlock(&rec->lock);
}

static void call_begin_in(struct call *call, struct hwio *hw, const char *name, const char *path,
			  const char *opened_in)
{
	char phase[HWIO_PHASE_MAX];

	call->rec = hw->priv;
	call->begin_ms = call->rec->inner->ops->now_ms(call->rec->inner);
	text_copy(call->path, sizeof(call->path), path);
	trace_line_begin(&call->line, next_seq(call->rec, opened_in, phase), name);
	trace_line_number(&call->line, "at_ms", (int64_t)call->begin_ms);
	if (phase[0])
		trace_line_text(&call->line, "phase", phase);
	trace_line_text(&call->line, "path", call->path);
}

static void call_begin(struct call *call, struct hwio *hw, const char *name, const char *path)
{
	call_begin_in(call, hw, name, path, NULL);
}

static void find_path(struct hwio_record *rec, int fd, char ret[PATH_MAX_BYTES],
		      char ret_phase[HWIO_PHASE_MAX])
{
	const struct open_file *file;

	pthread_mutex_lock(&rec->lock);
	for (file = rec->files; file && file->fd != fd; file = file->next)
		;
	text_copy(ret, PATH_MAX_BYTES, file ? file->path : "");
	text_copy(ret_phase, HWIO_PHASE_MAX, file ? file->phase : "");
	pthread_mutex_unlock(&rec->lock);
}

static void call_begin_fd(struct call *call, struct hwio *hw, const char *name, int fd)
{
	char path[PATH_MAX_BYTES], phase[HWIO_PHASE_MAX];

	find_path(hw->priv, fd, path, phase);
	call_begin_in(call, hw, name, path, phase);
	trace_line_number(&call->line, "fd", fd);
}

static void call_end(struct call *call, int64_t result)
{
	struct hwio_record *rec = call->rec;
	uint64_t now = rec->inner->ops->now_ms(rec->inner);

	trace_line_number(&call->line, "result", result);
	trace_line_number(&call->line, "ms", (int64_t)(now - call->begin_ms));
	trace_set_append(rec->traces, call->path, &call->line);
}

static void remember(struct hwio_record *rec, int fd, const char *path)
{
	struct open_file *file = calloc(1, sizeof(*file));

	if (!file)
		return;
	file->fd = fd;
	text_copy(file->path, sizeof(file->path), path);
	pthread_mutex_lock(&rec->lock);
	text_copy(file->phase, sizeof(file->phase), phase_of(rec, NULL));
	file->next = rec->files;
	rec->files = file;
	pthread_mutex_unlock(&rec->lock);
}

/* Before the descriptor is closed: another thread may get the same number right after it. */
static void forget(struct hwio_record *rec, int fd)
{
	struct open_file **link, *file;

	pthread_mutex_lock(&rec->lock);
	for (link = &rec->files; *link && (*link)->fd != fd; link = &(*link)->next)
		;
	file = *link;
	if (file)
		*link = file->next;
	pthread_mutex_unlock(&rec->lock);
	free(file);
}

static int record_open(struct hwio *hw, const char *path, int flags)
{
	struct call call;
	int rc;

	call_begin(&call, hw, "open", path);
	trace_line_number(&call.line, "flags", flags);
	rc = call.rec->inner->ops->open(call.rec->inner, path, flags);
	if (rc >= 0)
		remember(call.rec, rc, path);
	call_end(&call, rc);
	return rc;
}

static int record_close(struct hwio *hw, int fd)
{
	struct call call;
	int rc;

	call_begin_fd(&call, hw, "close", fd);
	forget(call.rec, fd);
	rc = call.rec->inner->ops->close(call.rec->inner, fd);
	call_end(&call, rc);
	return rc;
}

static void add_data(struct call *call, const char *key, const void *data, size_t len,
		     struct trace_keep keep)
{
	trace_line_data(&call->line, key, data, len, keep.rule, keep.why);
}

static void add_request(struct call *call, unsigned long request, const struct ioctl_data *data)
{
	char text[24];

	snprintf(text, sizeof(text), "%lx", request);
	trace_line_text(&call->line, "request", text);
	if (data->name)
		trace_line_text(&call->line, "name", data->name);
	if (data->arg_len)
		trace_line_data(&call->line, "arg", data->arg, data->arg_len, TRACE_BYTES, "");
	for (size_t i = 0; i < data->count; i++) {
		const struct ioctl_buffer *buffer = &data->buffers[i];

		if (!buffer->from_device)
			add_data(call, buffer->key, buffer->data, buffer->len, buffer->keep);
	}
}

static void add_answer(struct call *call, const struct ioctl_data *before,
		       const struct ioctl_data *after, int result)
{
	if (memcmp(before->arg, after->arg, before->arg_len) != 0)
		trace_line_data(&call->line, "arg_after", after->arg, after->arg_len, TRACE_BYTES,
				"");
	/*
	 * Which buffer it was is taken from before: the device had no say in that. How much of it
	 * is filled and what it is may be known only after: never more, never less strictly.
	 */
	for (size_t i = 0; i < before->count && result == 0; i++) {
		const struct ioctl_buffer *room = &before->buffers[i];
		const struct ioctl_buffer *filled = ioctl_buffer(after, room->key);

		if (!room->from_device || !filled)
			continue;
		add_data(call, room->key, room->data,
			 room->len < filled->len ? room->len : filled->len,
			 filled->keep.rule > room->keep.rule ? filled->keep : room->keep);
	}
}

static int record_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct ioctl_data before, after;
	struct call call;
	int rc;

	call_begin_fd(&call, hw, "ioctl", fd);
	ioctl_describe(request, arg, false, &before);
	add_request(&call, request, &before);
	rc = call.rec->inner->ops->ioctl(call.rec->inner, fd, request, arg);
	ioctl_describe(request, arg, true, &after);
	add_answer(&call, &before, &after, rc);
	call_end(&call, rc);
	return rc;
}

static ssize_t record_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct call call;
	ssize_t len;

	call_begin_fd(&call, hw, "read", fd);
	trace_line_number(&call.line, "size", (int64_t)size);
	len = call.rec->inner->ops->read(call.rec->inner, fd, buf, size);
	if (len > 0)
		add_data(&call, "in", buf, (size_t)len,
			 trace_keep_data(call.path, buf, (size_t)len, false));
	call_end(&call, len);
	return len;
}

static ssize_t record_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct call call;
	ssize_t len;

	call_begin_fd(&call, hw, "write", fd);
	add_data(&call, "out", buf, size, trace_keep_data(call.path, buf, size, true));
	len = call.rec->inner->ops->write(call.rec->inner, fd, buf, size);
	call_end(&call, len);
	return len;
}

static ssize_t record_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	struct call call;
	ssize_t len = -ENOSYS;

	call_begin_fd(&call, hw, "pread", fd);
	trace_line_number(&call.line, "size", (int64_t)size);
	trace_line_number(&call.line, "offset", (int64_t)offset);
	if (call.rec->inner->ops->pread)
		len = call.rec->inner->ops->pread(call.rec->inner, fd, buf, size, offset);
	if (len > 0)
		trace_line_data(&call.line, "in", buf, (size_t)len, TRACE_HASH, "stored data");
	call_end(&call, len);
	return len;
}

static int record_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct call call;
	int rc;

	call_begin_fd(&call, hw, "poll", fd);
	trace_line_number(&call.line, "events", events);
	trace_line_number(&call.line, "timeout_ms", timeout_ms);
	rc = call.rec->inner->ops->poll(call.rec->inner, fd, events, timeout_ms);
	call_end(&call, rc);
	return rc;
}

static int record_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		       size_t *ret_count)
{
	struct call call;
	int rc;

	call_begin(&call, hw, "list", path);
	rc = call.rec->inner->ops->list(call.rec->inner, path, ret_names, ret_count);
	if (rc == 0)
		trace_line_texts(&call.line, "names", *ret_names, *ret_count);
	call_end(&call, rc);
	return rc;
}

static ssize_t record_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct call call;
	ssize_t len;

	call_begin(&call, hw, "readlink", path);
	trace_line_number(&call.line, "size", (int64_t)size);
	len = call.rec->inner->ops->readlink(call.rec->inner, path, buf, size);
	if (len > 0)
		trace_line_data(&call.line, "in", buf, (size_t)len, TRACE_BYTES, "");
	call_end(&call, len);
	return len;
}

/* Not recorded: every line has the time, and the clock is asked all the time. */
static uint64_t record_now_ms(struct hwio *hw)
{
	struct hwio_record *rec = hw->priv;

	return rec->inner->ops->now_ms(rec->inner);
}

static void record_sleep_ms(struct hwio *hw, uint32_t ms)
{
	struct hwio_record *rec = hw->priv;

	rec->inner->ops->sleep_ms(rec->inner, ms);
}

static void record_note(struct hwio *hw, const char *subject, const char *text)
{
	struct call call;

	if (strcmp(subject, HWIO_PHASE) == 0)
		enter_phase(hw->priv, text);
	call_begin(&call, hw, "note", subject);
	trace_line_text(&call.line, "text", text);
	call_end(&call, 0);
	hwio_note(call.rec->inner, subject, text);
}

/* What it does to the device no seam sees. */
static int record_run(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	struct hwio *inner = ((const struct hwio_record *)hw->priv)->inner;
	int rc = inner->ops->run ? inner->ops->run(inner, box, ret) : -ENOSYS;
	CLEANUP_FREE char *note = run_note_make(box, rc, ret);

	if (note)
		record_note(hw, RUN_NOTE, note);
	return rc;
}

static int record_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	struct call call;
	int rc;

	call_begin(&call, hw, "http", HWIO_HTTP);
	trace_http_request(&call.line, request, true);
	rc = http_ask(call.rec->inner, request, ret);
	trace_http_answer(&call.line, request, ret);
	call_end(&call, rc);
	return rc;
}

static const struct hwio_ops record_ops = {
	.name = "record",
	.open = record_open,
	.close = record_close,
	.ioctl = record_ioctl,
	.read = record_read,
	.write = record_write,
	.pread = record_pread,
	.poll = record_poll,
	.list = record_list,
	.readlink = record_readlink,
	.now_ms = record_now_ms,
	.sleep_ms = record_sleep_ms,
	.note = record_note,
	.run = record_run,
	.http = record_http,
};

/* A replay takes the same ways: where the BMC is, and whether there was a login, not which. */
static void note_access(struct hwio *hw)
{
	const struct bmc_access *access = hw->bmc;

	if (access && access->url[0])
		record_note(hw, TRACE_NOTE_BMC_URL, access->url);
	if (access && access->user[0])
		record_note(hw, TRACE_NOTE_BMC_LOGIN, "there was one");
}

int hwio_record_new(struct hwio *inner, const char *dir, struct hwio **ret, struct err *err)
{
	static _Atomic uint64_t count;
	struct hwio_record *rec = calloc(1, sizeof(*rec));

	if (!rec)
		return err_set(err, ERR_NOMEM, "out of memory");
	rec->hw.ops = &record_ops;
	rec->hw.priv = rec;
	rec->hw.bmc = inner->bmc;
	rec->inner = inner;
	rec->traces = trace_set_new(dir, HWIO_RECORD_LIMIT_BYTES);
	if (!rec->traces) {
		free(rec);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	rec->number = ++count;
	rec->owner = pthread_self();
	pthread_mutex_init(&rec->lock, NULL);
	note_access(&rec->hw);
	*ret = &rec->hw;
	return 0;
}

void hwio_record_set_limit(struct hwio *hw, uint64_t limit_bytes)
{
	struct hwio_record *rec = hw->priv;

	trace_set_limit(rec->traces, limit_bytes);
}

int hwio_record_sync(struct hwio *hw, struct err *err)
{
	struct hwio_record *rec = hw->priv;

	return trace_set_sync(rec->traces, err);
}

void hwio_record_free(struct hwio *hw)
{
	struct hwio_record *rec = hw ? hw->priv : NULL;
	struct open_file *next;

	if (!rec)
		return;
	for (struct open_file *file = rec->files; file; file = next) {
		next = file->next;
		free(file);
	}
	trace_set_free(rec->traces);
	pthread_mutex_destroy(&rec->lock);
	free(rec);
}
