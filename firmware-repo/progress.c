/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAW_EVERY_MS 100
#define BAR_COLUMNS   20
#define COLUMNS	      79 /* the last one of 80 stays free: some terminals go to the next line */

static struct {
	pthread_mutex_t lock; /* bytes come from several threads */
	bool shown;	      /* it is a terminal and something has begun */
	const char *what;
	char item[128];
	uint64_t total, done;
	uint64_t began_ms, drawn_ms;
} bar = { .lock = PTHREAD_MUTEX_INITIALIZER };

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * At most that many columns of a text, padded to exactly those. What is not ASCII is counted as two
 * columns, as Japanese letters are; what could move the cursor becomes '?'.
 */
static void fit(char *to, size_t size, const char *from, size_t columns)
{
	size_t used = 0, width;

	for (; *from && columns > 0; columns -= width) {
		unsigned char c = (unsigned char)*from;
		size_t len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		width = len > 1 ? 2 : 1;
		if (width > columns || strnlen(from, len) < len || used + len >= size)
			break;
		memcpy(to + used, from, len);
		if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xc2))
			to[used] = '?';
		used += len;
		from += len;
	}
	while (columns-- > 0 && used + 1 < size)
		to[used++] = ' ';
	to[used] = '\0';
}

static int put_bar(char *to, size_t size, uint64_t done, uint64_t total)
{
	unsigned int share = (unsigned int)(done < total ? done * 100 / total : 100);
	unsigned int marks = share * BAR_COLUMNS / 100;

	return snprintf(to, size, " [%.*s%.*s] %3u %%", (int)marks, "####################",
			(int)(BAR_COLUMNS - marks), "....................", share);
}

void progress_line(char *to, size_t size, const char *what, const char *item, uint64_t done,
		   uint64_t total, uint64_t elapsed_ms)
{
	char head[160];
	uint64_t rate = elapsed_ms ? done * 1000 / elapsed_ms : 0;
	size_t used = (size_t)snprintf(head, sizeof(head), "%.20s", what);

	if (total > 0)
		used += (size_t)put_bar(head + used, sizeof(head) - used, done, total);
	used += (size_t)snprintf(head + used, sizeof(head) - used, " %" PRIu64, done >> 20);
	if (total > 0)
		used += (size_t)snprintf(head + used, sizeof(head) - used, "/%" PRIu64,
					 total >> 20);
	used += (size_t)snprintf(head + used, sizeof(head) - used, " MiB %" PRIu64 " MiB/s ",
				 rate >> 20);
	if (total > done && rate > 0 && elapsed_ms > 2000) {
		uint64_t left = (total - done) / rate;

		used += (size_t)snprintf(head + used, sizeof(head) - used,
					 "%" PRIu64 ":%02" PRIu64 " ", left / 60, left % 60);
	}
	snprintf(to, size, "%s", head);
	if (used < COLUMNS && used < size)
		fit(to + used, size - used, item, COLUMNS - used);
}

/* The lock is held. */
static void draw(void)
{
	char line[512];
	uint64_t now = now_ms();

	if (!bar.shown || now - bar.drawn_ms < DRAW_EVERY_MS)
		return;
	bar.drawn_ms = now;
	progress_line(line, sizeof(line), bar.what, bar.item, bar.done, bar.total,
		      now - bar.began_ms);
	fprintf(stderr, "\r%s", line);
}

void progress_begin(const char *what, uint64_t total)
{
	pthread_mutex_lock(&bar.lock);
	bar.shown = isatty(STDERR_FILENO) == 1;
	bar.what = what;
	bar.item[0] = '\0';
	bar.total = total;
	bar.done = 0;
	bar.began_ms = now_ms();
	bar.drawn_ms = 0;
	draw();
	pthread_mutex_unlock(&bar.lock);
}

void progress_item(const char *name)
{
	pthread_mutex_lock(&bar.lock);
	snprintf(bar.item, sizeof(bar.item), "%s", name);
	draw();
	pthread_mutex_unlock(&bar.lock);
}

void progress_add(uint64_t bytes)
{
	pthread_mutex_lock(&bar.lock);
	bar.done += bytes;
	draw();
	pthread_mutex_unlock(&bar.lock);
}

void progress_clear(void)
{
	pthread_mutex_lock(&bar.lock);
	if (bar.shown && bar.drawn_ms > 0)
		fprintf(stderr, "\r%*s\r", COLUMNS, "");
	bar.drawn_ms = 0;
	pthread_mutex_unlock(&bar.lock);
}

void progress_end(void)
{
	progress_clear();
	pthread_mutex_lock(&bar.lock);
	bar.shown = false;
	pthread_mutex_unlock(&bar.lock);
}
