/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/events.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/json.h"

/* The copy in memory that a lost medium is made up for with; the log goes on without it beyond. */
#define MEMORY_MAX (8u << 20)

struct events {
	pthread_mutex_t lock;
	int fd;	   /* -1 = memory only */
	char *dir; /* NULL = memory only */
	char *memory;
	size_t used, room;
	char moved[256];
};

static int open_file(const char *dir, struct err *err)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/events.jsonl", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set_errno(err, errno == ENOSPC ? ERR_FULL : ERR_IO, errno, "%s", path);
	/* Without support there is nothing to reserve (some RAM file systems): go on. */
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, EVENTS_PREALLOCATE) && errno == ENOSPC) {
		close(fd);
		return err_set_errno(err, ERR_FULL, ENOSPC, "%s: no room for %u bytes", path,
				     EVENTS_PREALLOCATE);
	}
	if (fsync(fd) || fsio_sync_dir(dir, err)) {
		close(fd);
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	}
	return fd;
}

int events_open(const char *dir, struct events **ret, struct err *err)
{
	struct events *events = calloc(1, sizeof(*events));
	int fd = -1;

	if (!events)
		return err_set(err, ERR_NOMEM, "out of memory");
	events->fd = -1;
	if (dir) {
		fd = open_file(dir, err);
		events->dir = strdup(dir);
	}
	if (dir && (fd < 0 || !events->dir)) {
		free(events->dir);
		free(events);
		return fd < 0 ? fd : err_set(err, ERR_NOMEM, "out of memory");
	}
	events->fd = fd;
	pthread_mutex_init(&events->lock, NULL);
	*ret = events;
	return 0;
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1000.0;
}

static char *make_line(const char *name, const struct event_field *fields, size_t *ret_len)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	char *line;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_real(doc, root, "t", seconds(CLOCK_REALTIME));
	yyjson_mut_obj_add_real(doc, root, "up", seconds(CLOCK_BOOTTIME));
	yyjson_mut_obj_add_str(doc, root, "event", name);
	for (; fields->key; fields++) {
		if (fields->kind == EVENT_NUMBER)
			yyjson_mut_obj_add_uint(doc, root, fields->key, fields->number);
		else
			yyjson_mut_obj_add_str(doc, root, fields->key,
					       fields->text ? fields->text : "");
	}
	/* Text that a device gave us may be anything: it is shown, not trusted to be UTF-8. */
	line = yyjson_mut_write(
		doc, YYJSON_WRITE_ALLOW_INVALID_UNICODE | YYJSON_WRITE_ESCAPE_UNICODE, ret_len);
	if (line) {
		line[*ret_len] = '\n';
		*ret_len += 1;
	}
	return line;
}

static void keep(struct events *events, const char *line, size_t len)
{
	if (events->used + len > MEMORY_MAX)
		return;
	if (events->used + len > events->room) {
		size_t room = events->room ? 2 * events->room : 65536;
		char *memory;

		while (room < events->used + len)
			room *= 2;
		memory = realloc(events->memory, room);
		if (!memory)
			return;
		events->memory = memory;
		events->room = room;
	}
	memcpy(events->memory + events->used, line, len);
	events->used += len;
}

/* 0 or a positive errno. */
static int write_synced(int fd, const char *text, size_t len)
{
	int rc = fsio_write_all(fd, text, len);

	if (rc)
		return -rc;
	return fdatasync(fd) ? errno : 0;
}

/* The medium is gone or full: everything so far is written once more, to RAM. */
static void move_to_ram(struct events *events, int errnum)
{
	struct err err = { 0 };

	snprintf(events->moved, sizeof(events->moved), "%s/events.jsonl cannot be written: %s",
		 events->dir, strerror(errnum));
	close(events->fd);
	events->fd = -1;
	free(events->dir);
	events->dir = NULL;
	if (fsio_mkdir_p(EVENTS_RAM_DIR, 0755, &err))
		return;
	events->fd = open_file(EVENTS_RAM_DIR, &err);
	if (events->fd < 0)
		return;
	events->dir = strdup(EVENTS_RAM_DIR);
	write_synced(events->fd, events->memory, events->used);
}

void events_emit_fields(struct events *events, const char *name, const struct event_field *fields)
{
	CLEANUP_FREE char *line = NULL;
	size_t len = 0;
	int rc;

	if (!events)
		return;
	line = make_line(name, fields, &len);
	if (!line)
		return;
	pthread_mutex_lock(&events->lock);
	keep(events, line, len);
	rc = events->fd >= 0 ? write_synced(events->fd, line, len) : 0;
	if (rc)
		move_to_ram(events, rc);
	pthread_mutex_unlock(&events->lock);
}

const char *events_dir(const struct events *events)
{
	return events->dir;
}

const char *events_moved(const struct events *events)
{
	return events->moved[0] ? events->moved : NULL;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	if (events->fd >= 0)
		close(events->fd);
	pthread_mutex_destroy(&events->lock);
	free(events->memory);
	free(events->dir);
	free(events);
}
