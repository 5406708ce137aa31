/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/ticker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"

struct ticker {
	struct console *console;
	const char *what;
	uint32_t interval_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped;
};

static void add_ms(struct timespec *time, uint32_t ms)
{
	time->tv_sec += ms / 1000;
	time->tv_nsec += (long)(ms % 1000) * 1000000;
	time->tv_sec += time->tv_nsec / 1000000000;
	time->tv_nsec %= 1000000000;
}

static void *tick(void *arg)
{
	struct ticker *ticker = arg;
	uint64_t said_ms = 0;
	struct timespec next;

	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&ticker->lock);
	while (!ticker->stopped) {
		add_ms(&next, ticker->interval_ms);
		while (!ticker->stopped)
			if (pthread_cond_timedwait(&ticker->changed, &ticker->lock, &next))
				break;
		if (ticker->stopped)
			break;
		said_ms += ticker->interval_ms;
		console_say(ticker->console, "  %s ... (%llu s)", ticker->what,
			    (unsigned long long)(said_ms / 1000));
	}
	pthread_mutex_unlock(&ticker->lock);
	return NULL;
}

struct ticker *ticker_start(struct console *console, const char *what, uint32_t interval_ms)
{
	struct ticker *ticker = calloc(1, sizeof(*ticker));

	if (!ticker)
		return NULL;
	ticker->console = console;
	ticker->what = what;
	ticker->interval_ms = interval_ms;
	pthread_mutex_init(&ticker->lock, NULL);
	pthread_cond_init(&ticker->changed, NULL);
	if (thread_start(&ticker->thread, tick, ticker)) {
		free(ticker);
		return NULL;
	}
	return ticker;
}

void ticker_stop(struct ticker *ticker)
{
	if (!ticker)
		return;
	pthread_mutex_lock(&ticker->lock);
	ticker->stopped = true;
	pthread_cond_signal(&ticker->changed);
	pthread_mutex_unlock(&ticker->lock);
	pthread_join(ticker->thread, NULL);
	pthread_cond_destroy(&ticker->changed);
	pthread_mutex_destroy(&ticker->lock);
	free(ticker);
}
