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

#include "base/thread.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/text.h"

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
	int transcript;			     /* -1 = none */
	pthread_mutex_t lock;		     /* keeps lines whole between threads */
	char status[CONSOLE_STATUS_MAX + 1]; /* the line that stays last; "" = none */
	bool stdout_is_terminal;
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
	if (thread_start(&sink->thread, drain, sink)) {
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
	console->stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
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

/* Back to the beginning of the line, and what stands there goes (ECMA-48 8.3.41 EL). */
#define ERASE_LINE "\r\033[K"

/* To one terminal: text in the place of the status line, which moves below it. */
static void over_status(struct console *console, struct device_sink *sink, const char *text,
			size_t len)
{
	const char *status = console->status;

	if (status[0] && sink)
		queue_text(sink, ERASE_LINE, sizeof(ERASE_LINE) - 1);
	else if (status[0])
		fsio_write_all(STDOUT_FILENO, ERASE_LINE, sizeof(ERASE_LINE) - 1);
	if (sink) {
		queue_text(sink, text, len);
		queue_text(sink, status, strlen(status));
	} else {
		fsio_write_all(STDOUT_FILENO, text, len);
		fsio_write_all(STDOUT_FILENO, status, strlen(status));
	}
}

static void to_terminals(struct console *console, const char *text, size_t len)
{
	if (console->stdout_is_terminal)
		over_status(console, NULL, text, len);
	for (struct device_sink *sink = console->sinks; sink; sink = sink->next)
		over_status(console, sink, text, len);
}

/* A stdout or transcript that fails costs nothing: all is in the events too. */
static void to_files(struct console *console, const char *text, size_t len)
{
	if (!console->stdout_is_terminal)
		fsio_write_all(STDOUT_FILENO, text, len);
	if (console->transcript < 0)
		return;
	fsio_write_all(console->transcript, text, len);
	fdatasync(console->transcript);
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
	to_terminals(console, text, (size_t)len);
	to_files(console, text, (size_t)len);
	pthread_mutex_unlock(&console->lock);
}

/* The new status takes the place of the old one, which a terminal erases first. */
static void replace_status(struct console *console, const char *text)
{
	bool was_there = console->status[0] != '\0';

	if (!text) {
		console->status[0] = '\0';
		if (was_there)
			to_terminals(console, "\n", 1);
		return;
	}
	for (struct device_sink *sink = console->sinks; was_there && sink; sink = sink->next)
		queue_text(sink, ERASE_LINE, sizeof(ERASE_LINE) - 1);
	if (was_there && console->stdout_is_terminal)
		fsio_write_all(STDOUT_FILENO, ERASE_LINE, sizeof(ERASE_LINE) - 1);
	console->status[0] = '\0'; /* it is not there any more to be erased */
	to_terminals(console, text, strlen(text));
	text_copy(console->status, sizeof(console->status), text);
	to_files(console, console->status, strlen(console->status));
	to_files(console, "\n", 1);
}

void console_set_status(struct console *console, const char *text)
{
	char cut[CONSOLE_STATUS_MAX + 1] = "";

	if (text)
		text_copy(cut, sizeof(cut), text);
	pthread_mutex_lock(&console->lock);
	if (strcmp(cut, console->status) != 0)
		replace_status(console, text ? cut : NULL);
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
	console_set_status(console, NULL);
	for (struct device_sink *sink = console->sinks; sink; sink = next) {
		next = sink->next;
		close_sink(sink);
	}
	if (console->transcript >= 0)
		close(console->transcript);
	pthread_mutex_destroy(&console->lock);
	free(console);
}
