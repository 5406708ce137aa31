/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "haste.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#define SHORT_NS  300000000 /* longer waits stay as they are */
#define MOMENT_NS 1000000

/* What the linker makes of the name with --wrap. */
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
				  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
				  const struct timespec *until);

static bool in_haste;

void haste_begin(void)
{
	in_haste = true;
}

/* Is until within a short wait on this clock? Then it becomes a moment from now. */
static bool shorten(clockid_t clock, struct timespec *until)
{
	struct timespec now;
	long long left_ns;

	clock_gettime(clock, &now);
	left_ns = (long long)(until->tv_sec - now.tv_sec) * 1000000000 +
		  (until->tv_nsec - now.tv_nsec);
	if (left_ns <= MOMENT_NS || left_ns > SHORT_NS)
		return false;
	now.tv_nsec += MOMENT_NS;
	now.tv_sec += now.tv_nsec / 1000000000;
	now.tv_nsec %= 1000000000;
	*until = now;
	return true;
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
				  const struct timespec *until)
{
	struct timespec earlier;

	if (!until) /* musl's pthread_cond_wait() */
		return __real_pthread_cond_timedwait(cond, mutex, until);
	earlier = *until;
	/* Nobody asks a condition for its clock; no time is close to now on both. */
	if (in_haste && !shorten(CLOCK_REALTIME, &earlier))
		shorten(CLOCK_MONOTONIC, &earlier);
	return __real_pthread_cond_timedwait(cond, mutex, &earlier);
}
