/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define QUEUE_BYTES   (256u << 10)
#define DRAIN_SECONDS 5
#define POLL_MS	      500

/* One console device: a ring of bytes, filled by console_say(), emptied by its thread. */
struct device_sink {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char ring[QUEUE_BYTES];
	size_t head, fill;
	size_t lost; /* bytes dropped since the last line that said so */
	bool closing, idle;
	struct device_sink *next;
};

struct console {
	struct device_sink *sinks;
	int transcript;	      /* -1 = none */
	pthread_mutex_t lock; /* keeps lines whole between threads */
};

static void queue_bytes(struct device_sink *sink, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sink->ring[(sink->head + sink->fill + i) % QUEUE_BYTES] = text[i];
	sink->fill += len;
}

/* Terminals need a carriage return; a console that nobody set up may not add it. */
static void queue_text(struct device_sink *sink, const char *text, size_t len)
{
	char note[64];
	size_t note_len;

	pthread_mutex_lock(&sink->lock);
	if (sink->fill + 2 * len + sizeof(note) > QUEUE_BYTES) {
		sink->lost += len;
		pthread_mutex_unlock(&sink->lock);
		return;
	}
	if (sink->lost) {
		note_len = (size_t)snprintf(note, sizeof(note), "[%zu bytes not shown here]\r\n",
					    sink->lost);
		queue_bytes(sink, note, note_len);
		sink->lost = 0;
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			queue_bytes(sink, "\r", 1);
		queue_bytes(sink, text + i, 1);
	}
	pthread_cond_signal(&sink->changed);
	pthread_mutex_unlock(&sink->lock);
}

/* Writes what the device takes; false when it is broken. */
static bool write_some(struct device_sink *sink, const char *part, size_t *len)
{
	struct pollfd poll_fd = { .fd = sink->fd, .events = POLLOUT };
	ssize_t written;

	if (poll(&poll_fd, 1, POLL_MS) <= 0) {
		*len = 0;
		return true;
	}
	written = write(sink->fd, part, *len);
	if (written < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	*len = written < 0 ? 0 : (size_t)written;
	return true;
}

static void *drain(void *arg)
{
	struct device_sink *sink = arg;
	char part[512];
	size_t len;
	bool works = true;

	pthread_mutex_lock(&sink->lock);
	while (works) {
		while (sink->fill == 0 && !sink->closing)
			pthread_cond_wait(&sink->changed, &sink->lock);
		if (sink->fill == 0)
			break;
		len = sink->fill < sizeof(part) ? sink->fill : sizeof(part);
		for (size_t i = 0; i < len; i++)
			part[i] = sink->ring[(sink->head + i) % QUEUE_BYTES];
		pthread_mutex_unlock(&sink->lock);
		works = write_some(sink, part, &len);
		pthread_mutex_lock(&sink->lock);
		sink->head = (sink->head + len) % QUEUE_BYTES;
		sink->fill -= len;
	}
	sink->idle = true;
	pthread_cond_broadcast(&sink->changed);
	pthread_mutex_unlock(&sink->lock);
	return NULL;
}

static void free_sink(struct device_sink *sink)
{
	pthread_cond_destroy(&sink->changed);
	pthread_mutex_destroy(&sink->lock);
	close(sink->fd);
	free(sink);
}

static int start_sink(struct console *console, int fd)
{
	struct device_sink *sink = calloc(1, sizeof(*sink));

	if (!sink) {
		close(fd);
		return ENOMEM;
	}
	sink->fd = fd;
	pthread_mutex_init(&sink->lock, NULL);
	pthread_cond_init(&sink->changed, NULL);
	if (pthread_create(&sink->thread, NULL, drain, sink)) {
		free_sink(sink);
		return EAGAIN;
	}
	sink->next = console->sinks;
	console->sinks = sink;
	return 0;
}

int console_open(const struct opt_list *devices, struct console **ret, struct err *err)
{
	struct console *console = calloc(1, sizeof(*console));
	int rc;

	if (!console)
		return err_set(err, ERR_NOMEM, "out of memory");
	console->transcript = -1;
	pthread_mutex_init(&console->lock, NULL);
	for (size_t i = 0; devices && i < devices->count; i++) {
		int fd = open(devices->items[i], O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

		rc = fd < 0 ? errno : start_sink(console, fd);
		if (rc)
			console_say(console, "console %s cannot be used: %s", devices->items[i],
				    strerror(rc));
	}
	*ret = console;
	return 0;
}

int console_add_transcript(struct console *console, const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	pthread_mutex_lock(&console->lock);
	console->transcript = fd;
	pthread_mutex_unlock(&console->lock);
	return 0;
}

void console_say(struct console *console, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len <= 0)
		return;
	if (text[len - 1] != '\n') {
		char *longer = realloc(text, (size_t)len + 2);

		if (!longer)
			return;
		text = longer;
		text[len++] = '\n';
		text[len] = '\0';
	}
	pthread_mutex_lock(&console->lock);
	/* A stdout or transcript that fails costs nothing: all is in the events too. */
	fsio_write_all(STDOUT_FILENO, text, (size_t)len);
	for (struct device_sink *sink = console->sinks; sink; sink = sink->next)
		queue_text(sink, text, (size_t)len);
	if (console->transcript >= 0) {
		fsio_write_all(console->transcript, text, (size_t)len);
		fdatasync(console->transcript);
	}
	pthread_mutex_unlock(&console->lock);
}

/* A device that takes nothing any more keeps its thread: it is left behind, never waited for. */
static void close_sink(struct device_sink *sink)
{
	struct timespec until;
	bool idle;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += DRAIN_SECONDS;
	pthread_mutex_lock(&sink->lock);
	sink->closing = true;
	pthread_cond_signal(&sink->changed);
	while (!sink->idle)
		if (pthread_cond_timedwait(&sink->changed, &sink->lock, &until))
			break;
	idle = sink->idle;
	pthread_mutex_unlock(&sink->lock);
	if (!idle) {
		pthread_detach(sink->thread);
		return;
	}
	pthread_join(sink->thread, NULL);
	free_sink(sink);
}

void console_close(struct console *console)
{
	struct device_sink *next;

	if (!console)
		return;
	for (struct device_sink *sink = console->sinks; sink; sink = next) {
		next = sink->next;
		close_sink(sink);
	}
	if (console->transcript >= 0)
		close(console->transcript);
	pthread_mutex_destroy(&console->lock);
	free(console);
}
