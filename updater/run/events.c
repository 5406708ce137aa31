/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/events.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/json.h"
#include "base/text.h"

#define FILE_NAME "events.jsonl"

struct events {
	pthread_mutex_t lock; /* keeps lines whole between threads */
	int fd;		      /* -1 = nothing is kept */
	struct logs *logs;
};

static int open_file(struct events *events, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, logs_dir(events->logs), FILE_NAME, err);

	if (rc)
		return rc;
	events->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (events->fd < 0)
		return err_set_errno(err, errno == ENOSPC ? ERR_FULL : ERR_IO, errno, "%s", path);
	logs_sync_file(events->logs, FILE_NAME);
	return 0;
}

int events_open(struct logs *logs, struct events **ret, struct err *err)
{
	struct events *events = calloc(1, sizeof(*events));
	int rc;

	if (!events)
		return err_set(err, ERR_NOMEM, "out of memory");
	events->fd = -1;
	events->logs = logs;
	pthread_mutex_init(&events->lock, NULL);
	rc = logs ? open_file(events, err) : 0;
	if (rc) {
		events_close(events);
		return rc;
	}
	*ret = events;
	return 0;
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1000.0;
}

/* The text with what is not UTF-8, and control characters, replaced; of the document's memory. */
static const char *clean_text(yyjson_mut_doc *doc, const char *text)
{
	size_t size = strlen(text) + 1;
	CLEANUP_FREE char *copy = malloc(size);

	if (!copy)
		return "";
	text_copy(copy, size, text);
	return yyjson_mut_get_str(yyjson_mut_strcpy(doc, copy));
}

static char *write_line(const char *name, const struct event_field *fields, bool clean,
			size_t *ret_len)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_real(doc, root, "t", seconds(CLOCK_REALTIME));
	yyjson_mut_obj_add_real(doc, root, "up", seconds(CLOCK_BOOTTIME));
	yyjson_mut_obj_add_str(doc, root, "event", name);
	for (; fields->key; fields++) {
		const char *text = fields->text ? fields->text : "";

		if (fields->kind == EVENT_NUMBER)
			yyjson_mut_obj_add_uint(doc, root, fields->key, fields->number);
		else
			yyjson_mut_obj_add_str(doc, root, fields->key,
					       clean ? clean_text(doc, text) : text);
	}
	return yyjson_mut_write(doc, YYJSON_WRITE_ESCAPE_UNICODE, ret_len);
}

/* Text that a device gave us, or that was cut, may not be UTF-8: the line must not be lost by it.
 */
static char *make_line(const char *name, const struct event_field *fields, size_t *ret_len)
{
	char *line = write_line(name, fields, false, ret_len);

	if (!line)
		line = write_line(name, fields, true, ret_len);
	if (line) {
		line[*ret_len] = '\n';
		*ret_len += 1;
	}
	return line;
}

void events_emit_fields(struct events *events, const char *name, const struct event_field *fields)
{
	CLEANUP_FREE char *line = NULL;
	size_t len = 0;

	if (!events || events->fd < 0)
		return;
	line = make_line(name, fields, &len);
	if (!line)
		return;
	pthread_mutex_lock(&events->lock);
	/* RAM without room: nothing that the run should stop for, and nowhere to say it. */
	(void)fsio_write_all(events->fd, line, len);
	pthread_mutex_unlock(&events->lock);
	logs_sync_file(events->logs, FILE_NAME);
}

const char *events_dir(const struct events *events)
{
	return events->logs ? logs_dir(events->logs) : NULL;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	if (events->fd >= 0)
		close(events->fd);
	pthread_mutex_destroy(&events->lock);
	free(events);
}
