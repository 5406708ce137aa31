/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/slow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"

struct slow {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ended, left_alone;
	void (*run)(void *arg);
	void (*release)(void *arg);
	void *arg;
};

static _Atomic unsigned int left_alone;

static void destroy(struct slow *slow)
{
	pthread_cond_destroy(&slow->changed);
	pthread_mutex_destroy(&slow->lock);
	free(slow);
}

static void *work(void *arg)
{
	struct slow *slow = arg;
	bool nobody_waits;

	slow->run(slow->arg);
	pthread_mutex_lock(&slow->lock);
	slow->ended = true;
	nobody_waits = slow->left_alone;
	pthread_cond_signal(&slow->changed);
	pthread_mutex_unlock(&slow->lock);
	if (nobody_waits) {
		slow->release(slow->arg);
		destroy(slow);
		left_alone--;
	}
	return NULL;
}

static void init(struct slow *slow)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&slow->lock, NULL);
	pthread_cond_init(&slow->changed, &attr);
	pthread_condattr_destroy(&attr);
}

struct slow *slow_start(void (*run)(void *arg), void (*release)(void *arg), void *arg)
{
	struct slow *slow = calloc(1, sizeof(*slow));
	pthread_t thread;

	if (!slow)
		return NULL;
	slow->run = run;
	slow->release = release;
	slow->arg = arg;
	init(slow);
	if (thread_start(&thread, work, slow)) {
		destroy(slow);
		return NULL;
	}
	pthread_detach(thread);
	return slow;
}

uint64_t slow_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool slow_wait(struct slow *slow, uint64_t end_ms)
{
	const struct timespec end = { .tv_sec = (time_t)(end_ms / 1000),
				      .tv_nsec = (long)(end_ms % 1000) * 1000000 };
	bool ended;

	pthread_mutex_lock(&slow->lock);
	while (!slow->ended && slow_now_ms() < end_ms)
		pthread_cond_timedwait(&slow->changed, &slow->lock, &end);
	ended = slow->ended;
	slow->left_alone = !ended;
	left_alone += !ended;
	pthread_mutex_unlock(&slow->lock);
	if (ended)
		destroy(slow);
	return ended;
}

unsigned int slow_left_alone(void)
{
	return left_alone;
}
