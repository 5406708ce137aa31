/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/waiting.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"

struct waiting {
	void (*say)(void *ctx, const char *what, unsigned int seconds);
	void *ctx;
	uint32_t first_ms, interval_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *what; /* NULL = nothing yet */
	uint64_t since_ms, next_ms;
	bool stopped;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sleep_until(struct waiting *waiting, uint64_t ms)
{
	const struct timespec time = { .tv_sec = (time_t)(ms / 1000),
				       .tv_nsec = (long)(ms % 1000) * 1000000 };

	pthread_cond_timedwait(&waiting->changed, &waiting->lock, &time);
}

static void *watch(void *arg)
{
	struct waiting *waiting = arg;

	pthread_mutex_lock(&waiting->lock);
	while (!waiting->stopped) {
		uint64_t now = now_ms();

		if (!waiting->what) {
			pthread_cond_wait(&waiting->changed, &waiting->lock);
		} else if (now < waiting->next_ms) {
			sleep_until(waiting, waiting->next_ms);
		} else {
			waiting->say(waiting->ctx, waiting->what,
				     (unsigned int)((now - waiting->since_ms) / 1000));
			waiting->next_ms = now + waiting->interval_ms;
		}
	}
	pthread_mutex_unlock(&waiting->lock);
	return NULL;
}

static void destroy(struct waiting *waiting)
{
	pthread_cond_destroy(&waiting->changed);
	pthread_mutex_destroy(&waiting->lock);
	free(waiting);
}

struct waiting *waiting_start(void (*say)(void *ctx, const char *what, unsigned int seconds),
			      void *ctx, uint32_t first_ms, uint32_t interval_ms)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));
	pthread_condattr_t attr;

	if (!waiting)
		return NULL;
	waiting->say = say;
	waiting->ctx = ctx;
	waiting->first_ms = first_ms;
	waiting->interval_ms = interval_ms;
	pthread_mutex_init(&waiting->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&waiting->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (thread_start(&waiting->thread, watch, waiting) == 0)
		return waiting;
	destroy(waiting);
	return NULL;
}

void waiting_at(struct waiting *waiting, const char *what)
{
	if (!waiting)
		return;
	pthread_mutex_lock(&waiting->lock);
	waiting->what = what;
	waiting->since_ms = now_ms();
	waiting->next_ms = waiting->since_ms + waiting->first_ms;
	pthread_cond_signal(&waiting->changed);
	pthread_mutex_unlock(&waiting->lock);
}

void waiting_stop(struct waiting *waiting)
{
	if (!waiting)
		return;
	pthread_mutex_lock(&waiting->lock);
	waiting->stopped = true;
	pthread_cond_signal(&waiting->changed);
	pthread_mutex_unlock(&waiting->lock);
	pthread_join(waiting->thread, NULL);
	destroy(waiting);
}
