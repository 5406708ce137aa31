/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "run/watchdog_feeder.h"

#define SLICE_MS      200u /* how long a thread sleeps without looking whether it is to end */
#define RETRY_MS      1000u
#define PERIOD_MIN_MS 250u

struct watchdog {
	struct hwio *hw;
	struct console *console;
	struct events *events;
	pthread_mutex_t lock; /* of what changes in the feeders, and of the flags */
	pthread_cond_t changed;
	bool stopping, silent; /* no more feeding; no more news */
	pthread_t teller;
	bool has_teller;
	struct feeder feeders[WATCHDOG_MAX + 1];
	size_t count;
};

static void say(struct watchdog *watchdog, const char *text)
{
	console_say(watchdog->console, "ATTENTION: %s.", text);
	events_emit(watchdog->events, "Warning", EVENT_S("text", text));
}

/* ERR_NOT_FOUND and ERR_BUSY are as good as fed: it does not run, or is somebody else's. */
static bool is_good(int rc)
{
	return rc == 0 || rc == ERR_NOT_FOUND || rc == ERR_BUSY;
}

/* Under the lock. Behind what is still to be said. */
static void add_news(struct feeder *feeder, const char *what, const char *cause)
{
	size_t used = strlen(feeder->news);

	if (used)
		used += (size_t)snprintf(feeder->news + used, sizeof(feeder->news) - used, "; ");
	if (used < sizeof(feeder->news))
		snprintf(feeder->news + used, sizeof(feeder->news) - used, "%s %s%s", feeder->name,
			 what, cause);
}

/* Feeds one and keeps how it went. What changes is said, once. */
static bool feed(struct feeder *feeder)
{
	struct watchdog *watchdog = feeder->owner;
	struct err err = { 0 };
	bool good = is_good(feeder->ops->feed(feeder, &err));

	pthread_mutex_lock(&watchdog->lock);
	if (!good && !feeder->failing)
		add_news(feeder, "cannot be fed: ", err.text);
	else if (good && feeder->failing)
		add_news(feeder, "is fed again", "");
	feeder->failing = !good;
	feeder->err = err;
	if (good) {
		feeder->fed = true;
		feeder->fed_ms = feeder->hw->ops->now_ms(feeder->hw);
		feeder->patience_ms = feeder->bite_ms / 3 * 2;
	}
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->lock);
	return good;
}

/* Under the lock. False = there is nothing. */
static bool take_news(struct watchdog *watchdog, char *text, size_t size)
{
	for (size_t i = 0; i < watchdog->count; i++) {
		if (!watchdog->feeders[i].news[0])
			continue;
		snprintf(text, size, "%s", watchdog->feeders[i].news);
		watchdog->feeders[i].news[0] = '\0';
		return true;
	}
	return false;
}

/* Logs may wait for their medium: those who feed do not. */
static void *tell(void *arg)
{
	struct watchdog *watchdog = arg;
	char text[sizeof(watchdog->feeders->news)];

	pthread_mutex_lock(&watchdog->lock);
	for (;;) {
		if (take_news(watchdog, text, sizeof(text))) {
			pthread_mutex_unlock(&watchdog->lock);
			say(watchdog, text);
			pthread_mutex_lock(&watchdog->lock);
		} else if (watchdog->silent) {
			break;
		} else {
			pthread_cond_wait(&watchdog->changed, &watchdog->lock);
		}
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

static bool is_stopping(struct watchdog *watchdog)
{
	bool stopping;

	pthread_mutex_lock(&watchdog->lock);
	stopping = watchdog->stopping;
	pthread_mutex_unlock(&watchdog->lock);
	return stopping;
}

/* Three times until it would bite: one may get lost, and one may be late. */
static uint32_t period_of(const struct feeder *feeder)
{
	uint32_t period = feeder->bite_ms / 3;

	return period > PERIOD_MIN_MS ? period : PERIOD_MIN_MS;
}

static void *run(void *arg)
{
	struct feeder *feeder = arg;
	struct hwio *hw = feeder->hw;
	uint64_t due = hw->ops->now_ms(hw) + (feeder->failing ? RETRY_MS : period_of(feeder));

	hwio_note(hw, HWIO_PHASE, "watchdog");
	while (!is_stopping(feeder->owner)) {
		uint64_t now = hw->ops->now_ms(hw);

		if (now < due) {
			hw->ops->sleep_ms(hw,
					  due - now < SLICE_MS ? (uint32_t)(due - now) : SLICE_MS);
			continue;
		}
		due = now;
		if (!feed(feeder) && period_of(feeder) > RETRY_MS)
			due += RETRY_MS;
		else
			due += period_of(feeder);
	}
	return NULL;
}

static int start_thread(pthread_t *thread, void *(*body)(void *), void *arg, struct err *err)
{
	int rc = thread_start(thread, body, arg);

	return rc ? err_set_errno(err, ERR_INTERNAL, rc,
				  "a watchdog runs, and there is no thread to feed it")
		  : 0;
}

static void find_all(struct watchdog *watchdog)
{
	struct err err[2] = { { 0 }, { 0 } };

	watchdog->count =
		watchdog_find_kernel(watchdog->hw, watchdog->feeders, WATCHDOG_MAX, &err[0]);
	watchdog->count +=
		watchdog_find_bmc(watchdog->hw, &watchdog->feeders[watchdog->count], &err[1]);
	for (size_t i = 0; i < watchdog->count; i++)
		watchdog->feeders[i].owner = watchdog;
	for (size_t i = 0; i < 2; i++)
		if (err[i].code)
			say(watchdog, err[i].text);
}

static int start_feeder(struct watchdog *watchdog, struct feeder *feeder, struct err *err)
{
	char text[256] = "";
	int rc;

	if (feed(feeder))
		snprintf(text, sizeof(text), "%s was found running%s: it %s", feeder->name,
			 feeder->err.code == ERR_BUSY ? " and belongs to another process" : "",
			 feeder->err.code ? "is left to itself" : "is fed until the run ends");
	rc = start_thread(&feeder->thread, run, feeder, err);
	feeder->started = rc == 0;
	if (text[0])
		say(watchdog, text);
	return rc;
}

static int start_all(struct watchdog *watchdog, struct err *err)
{
	int rc = 0;

	if (watchdog->count)
		rc = start_thread(&watchdog->teller, tell, watchdog, err);
	watchdog->has_teller = watchdog->count && !rc;
	for (size_t i = 0; i < watchdog->count && !rc; i++)
		rc = start_feeder(watchdog, &watchdog->feeders[i], err);
	return rc;
}

int watchdog_start(struct hwio *hw, struct console *console, struct events *events,
		   struct watchdog **ret, struct err *err)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
	int rc;

	if (!watchdog)
		return err_set(err, ERR_NOMEM, "out of memory");
	watchdog->hw = hw;
	watchdog->console = console;
	watchdog->events = events;
	pthread_mutex_init(&watchdog->lock, NULL);
	pthread_cond_init(&watchdog->changed, NULL);
	find_all(watchdog);
	rc = start_all(watchdog, err);
	if (rc)
		watchdog_stop(watchdog);
	else
		*ret = watchdog;
	return rc;
}

/* A feeding that went wrong is made up for by the next; two thirds of the time is too long. */
static bool is_unfed(const struct feeder *feeder, uint64_t now)
{
	if (!feeder->failing)
		return false;
	return !feeder->fed || now - feeder->fed_ms >= feeder->patience_ms;
}

bool watchdog_unfed(const struct watchdog *watchdog, char *why, size_t size)
{
	/* The lock is not what "const" is about. */
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&watchdog->lock;
	uint64_t now = watchdog->hw->ops->now_ms(watchdog->hw);
	bool unfed = false;

	pthread_mutex_lock(lock);
	for (size_t i = 0; i < watchdog->count && !unfed; i++) {
		unfed = is_unfed(&watchdog->feeders[i], now);
		if (unfed)
			snprintf(why, size, "%s runs and cannot be fed: %s",
				 watchdog->feeders[i].name, watchdog->feeders[i].err.text);
	}
	pthread_mutex_unlock(lock);
	return unfed;
}

static void set_flag(struct watchdog *watchdog, bool *flag)
{
	pthread_mutex_lock(&watchdog->lock);
	*flag = true;
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->lock);
}

static void leave(struct watchdog *watchdog, struct feeder *feeder)
{
	char text[512];

	feeder->ops->leave(feeder, text, sizeof(text));
	if (text[0])
		say(watchdog, text);
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	set_flag(watchdog, &watchdog->stopping);
	for (size_t i = 0; i < watchdog->count; i++)
		if (watchdog->feeders[i].started)
			pthread_join(watchdog->feeders[i].thread, NULL);
	set_flag(watchdog, &watchdog->silent);
	if (watchdog->has_teller)
		pthread_join(watchdog->teller, NULL);
	for (size_t i = 0; i < watchdog->count; i++)
		leave(watchdog, &watchdog->feeders[i]);
	pthread_cond_destroy(&watchdog->changed);
	pthread_mutex_destroy(&watchdog->lock);
	free(watchdog);
}
