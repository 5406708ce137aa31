/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_fault_clock.h"

#include <time.h>

#define STEP_MS	    60000 /* what one look moves the clock on, at the most */
#define PATIENCE_MS 300	  /* real time without a look: nobody watches */
#define WAKE_NS	    5000000

static uint64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t inner_now(struct fault_clock *clock)
{
	return clock->inner->ops->now_ms(clock->inner);
}

void fault_clock_init(struct fault_clock *clock, struct hwio *inner)
{
	pthread_condattr_t attr;

	*clock = (struct fault_clock){ .inner = inner };
	pthread_mutex_init(&clock->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&clock->moved, &attr);
	pthread_condattr_destroy(&attr);
}

void fault_clock_destroy(struct fault_clock *clock)
{
	pthread_cond_destroy(&clock->moved);
	pthread_mutex_destroy(&clock->lock);
}

static void seen(struct fault_clock *clock)
{
	if (!clock->used)
		clock->first = pthread_self();
	else if (!pthread_equal(clock->first, pthread_self()))
		clock->several = true;
	clock->used = true;
}

void fault_clock_seen(struct fault_clock *clock)
{
	pthread_mutex_lock(&clock->lock);
	seen(clock);
	pthread_mutex_unlock(&clock->lock);
}

/*
 * Up to a minute, and never beyond the end of the next stall; not at all while a stall that is over
 * has not been left yet: its call returns at the time that it was to return at.
 */
static void step(struct fault_clock *clock)
{
	uint64_t now = inner_now(clock), next = now + STEP_MS;

	for (unsigned int i = 0; i < FAULT_STALLS; i++)
		if (clock->until_ms[i] && clock->until_ms[i] < next)
			next = clock->until_ms[i];
	if (next > now)
		clock->inner->ops->sleep_ms(clock->inner, (uint32_t)(next - now));
	pthread_cond_broadcast(&clock->moved);
}

/* At most one step each millisecond: many threads that look do not tear the clock away. */
static void look(struct fault_clock *clock)
{
	clock->looked_ms = real_ms();
	if (clock->looked_ms == clock->stepped_ms)
		return;
	clock->stepped_ms = clock->looked_ms;
	step(clock);
}

uint64_t fault_clock_now(struct fault_clock *clock)
{
	uint64_t now;

	pthread_mutex_lock(&clock->lock);
	seen(clock);
	if (clock->stalls)
		look(clock);
	now = inner_now(clock);
	pthread_mutex_unlock(&clock->lock);
	return now;
}

void fault_clock_sleep(struct fault_clock *clock, uint32_t ms)
{
	fault_clock_seen(clock);
	clock->inner->ops->sleep_ms(clock->inner, ms);
	pthread_cond_broadcast(&clock->moved);
}

static void wait_for_a_step(struct fault_clock *clock)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAKE_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&clock->moved, &clock->lock, &until);
}

/* The lock is held. */
static void wait_until(struct fault_clock *clock, uint64_t until_ms)
{
	clock->looked_ms = real_ms();
	while (inner_now(clock) < until_ms) {
		if (clock->several)
			wait_for_a_step(clock);
		if (!clock->several || real_ms() - clock->looked_ms > PATIENCE_MS)
			step(clock);
	}
}

void fault_clock_stall(struct fault_clock *clock, uint32_t ms)
{
	unsigned int i = 0;

	pthread_mutex_lock(&clock->lock);
	while (i < FAULT_STALLS && clock->until_ms[i])
		i++;
	if (i < FAULT_STALLS) {
		clock->stalls++;
		clock->until_ms[i] = inner_now(clock) + ms;
		wait_until(clock, clock->until_ms[i]);
		clock->until_ms[i] = 0;
		clock->stalls--;
	}
	pthread_mutex_unlock(&clock->lock);
}
