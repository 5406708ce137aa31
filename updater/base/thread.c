/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/thread.h"

#include <signal.h>
#include <stdatomic.h>

int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	rc = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (rc)
		return rc;
	/* A thread begins with the mask of the one that makes it: pthread_create(3). */
	rc = pthread_create(ret, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct each {
	size_t count;
	atomic_size_t next;
	void (*run)(void *ctx, size_t index);
	void *ctx;
};

static void *each_next(void *arg)
{
	struct each *each = arg;

	for (size_t i; (i = atomic_fetch_add(&each->next, 1)) < each->count;)
		each->run(each->ctx, i);
	return NULL;
}

void thread_each(size_t count, void (*run)(void *ctx, size_t index), void *ctx)
{
	struct each each = { .count = count, .run = run, .ctx = ctx };
	pthread_t threads[THREAD_EACH_MAX - 1];
	size_t started = 0;

	while (started < THREAD_EACH_MAX - 1 && started + 1 < count &&
	       thread_start(&threads[started], each_next, &each) == 0)
		started++;
	each_next(&each);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}
