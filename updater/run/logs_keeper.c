/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/logs_keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"

struct keeper {
	struct logs_tuning tuning;
	char *from, *to;
	struct mirror *mirror; /* the thread's alone */
	bool serving;	       /* the thread's alone: a file between the pieces of another */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t changed;
	unsigned int users; /* the thread is one */
	bool stopped, ended;
	bool all;		    /* everything is to be looked at */
	char file[MIRROR_NAME_MAX]; /* this one first; "" = none */
	uint64_t asked, done;	    /* requests, each of which includes those before */
	uint64_t asked_file, done_file;
	uint64_t moved;	   /* pieces that have reached the medium */
	uint64_t since_ms; /* when the oldest request was made that waits; 0 = none does */
	struct err err;	   /* of the last sync */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* False when the time is over. */
static bool wait_until(struct keeper *keeper, uint64_t until_ms)
{
	struct timespec until = { .tv_sec = (time_t)(until_ms / 1000),
				  .tv_nsec = (long)(until_ms % 1000) * 1000000 };

	return pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until) == 0;
}

struct keeper *keeper_get(struct keeper *keeper)
{
	pthread_mutex_lock(&keeper->lock);
	keeper->users++;
	pthread_mutex_unlock(&keeper->lock);
	return keeper;
}

void keeper_put(struct keeper *keeper)
{
	bool last;

	pthread_mutex_lock(&keeper->lock);
	last = --keeper->users == 0;
	pthread_mutex_unlock(&keeper->lock);
	if (!last)
		return;
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper->from);
	free(keeper->to);
	free(keeper);
}

/* What is asked for and not done, if anything, was asked for at from_ms or later. */
static void note_waiting(struct keeper *keeper, uint64_t from_ms)
{
	bool idle = keeper->asked == keeper->done && keeper->asked_file == keeper->done_file;

	keeper->since_ms = idle ? 0 : from_ms;
}

static bool is_behind(const struct keeper *keeper)
{
	return keeper->since_ms && now_ms() - keeper->since_ms >= keeper->tuning.wait_ms;
}

/* The file that is asked for, if any. Called by the thread, without the lock. */
static int serve_file(struct keeper *keeper, struct err *err)
{
	char name[MIRROR_NAME_MAX];
	uint64_t number, begun_ms = now_ms();
	int rc;

	pthread_mutex_lock(&keeper->lock);
	memcpy(name, keeper->file, sizeof(name));
	number = keeper->asked_file;
	keeper->file[0] = '\0';
	pthread_mutex_unlock(&keeper->lock);
	if (!name[0])
		return 0;
	rc = mirror_file(keeper->mirror, name, err);
	pthread_mutex_lock(&keeper->lock);
	if (rc == ERR_BUSY && !keeper->file[0])
		memcpy(keeper->file, name, sizeof(name)); /* it is the one under way */
	else
		keeper->done_file = number;
	if (rc && rc != ERR_BUSY)
		keeper->err = *err;
	if (keeper->asked == keeper->done)
		note_waiting(keeper, begun_ms);
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
	return rc;
}

static void on_moved(void *ctx)
{
	struct keeper *keeper = ctx;
	struct err err = { 0 };

	pthread_mutex_lock(&keeper->lock);
	keeper->moved++;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
	/* What goes wrong here goes wrong for the file under way, too, or with the next sync. */
	if (keeper->serving)
		return;
	keeper->serving = true;
	serve_file(keeper, &err);
	keeper->serving = false;
}

/* A medium that was given up is not touched any more, whatever is under way. */
static int on_before(void *ctx, const char *operation, const char *name)
{
	struct keeper *keeper = ctx;
	const struct mirror_hooks *hooks = &keeper->tuning.hooks;
	bool stopped;

	pthread_mutex_lock(&keeper->lock);
	stopped = keeper->stopped;
	pthread_mutex_unlock(&keeper->lock);
	if (stopped)
		return ENODEV;
	return hooks->before ? hooks->before(hooks->ctx, operation, name) : 0;
}

static int sync_now(struct keeper *keeper, bool all, struct err *err)
{
	const struct mirror_hooks hooks = { on_before, on_moved, keeper };
	int rc = 0;

	if (!keeper->mirror)
		rc = mirror_open(keeper->from, keeper->to, &hooks, &keeper->mirror, err);
	if (rc)
		return rc;
	keeper->serving = true;
	rc = serve_file(keeper, err);
	keeper->serving = false;
	return !rc && all ? mirror_all(keeper->mirror, err) : rc;
}

/* One round, for everything that was asked for until now. The lock is held, but not meanwhile. */
static void do_round(struct keeper *keeper)
{
	uint64_t asked = keeper->asked, asked_file = keeper->asked_file;
	bool all = keeper->all || keeper->err.code;
	uint64_t begun_ms = now_ms();
	struct err err = { 0 };
	int rc;

	keeper->all = false;
	pthread_mutex_unlock(&keeper->lock);
	rc = sync_now(keeper, all, &err);
	pthread_mutex_lock(&keeper->lock);
	/* A file alone that arrived does not tell that all is well. */
	if (rc || all)
		keeper->err = err;
	keeper->done = asked > keeper->done ? asked : keeper->done;
	keeper->done_file = asked_file > keeper->done_file ? asked_file : keeper->done_file;
	note_waiting(keeper, begun_ms);
	pthread_cond_broadcast(&keeper->changed);
}

static bool is_failing(const struct keeper *keeper)
{
	return keeper->err.code && keeper->err.code != ERR_FULL;
}

/*
 * Until something is asked for, or it is time for what nobody asked for. A medium that failed is
 * left alone for a while, unless everything is asked for: that comes at the end.
 */
static void wait_for_work(struct keeper *keeper)
{
	uint64_t pause_ms = is_failing(keeper) ? keeper->tuning.retry_ms : keeper->tuning.every_ms;
	uint64_t until_ms = now_ms() + pause_ms;

	while (!keeper->stopped && !keeper->all && (!keeper->file[0] || is_failing(keeper)))
		if (!wait_until(keeper, until_ms)) {
			keeper->all = true;
			return;
		}
}

static void *run(void *arg)
{
	struct keeper *keeper = arg;

	pthread_mutex_lock(&keeper->lock);
	while (!keeper->stopped) {
		wait_for_work(keeper);
		if (!keeper->stopped)
			do_round(keeper);
	}
	pthread_mutex_unlock(&keeper->lock);
	mirror_close(keeper->mirror);
	pthread_mutex_lock(&keeper->lock);
	keeper->ended = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
	keeper_put(keeper);
	return NULL;
}

static int start_thread(struct keeper *keeper, struct err *err)
{
	pthread_t thread;
	int rc;

	keeper->users = 2;
	rc = thread_start(&thread, run, keeper);
	if (rc) {
		keeper->users = 1;
		return err_set_errno(err, ERR_NOMEM, rc, "no thread for the logs");
	}
	pthread_detach(thread);
	return 0;
}

int keeper_start(const char *from, const char *to, const struct logs_tuning *tuning,
		 struct keeper **ret, struct err *err)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	pthread_condattr_t attr;
	int rc = 0;

	if (!keeper)
		return err_set(err, ERR_NOMEM, "out of memory");
	keeper->tuning = *tuning;
	keeper->users = 1;
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->changed, &attr);
	pthread_condattr_destroy(&attr);
	keeper->from = strdup(from);
	keeper->to = strdup(to);
	if (!keeper->from || !keeper->to)
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (!rc)
		rc = start_thread(keeper, err);
	if (rc) {
		keeper_put(keeper);
		return rc;
	}
	*ret = keeper;
	return 0;
}

/* The number of the request; *ret_done is where it will be counted. The lock is held. */
static uint64_t ask(struct keeper *keeper, const char *name, const uint64_t **ret_done)
{
	bool other = name && keeper->file[0] && strcmp(keeper->file, name) != 0;

	if (name && !other && strlen(name) < sizeof(keeper->file)) {
		snprintf(keeper->file, sizeof(keeper->file), "%s", name);
		keeper->asked_file++;
		*ret_done = &keeper->done_file;
	} else {
		keeper->all = true;
		keeper->asked++;
		*ret_done = &keeper->done;
	}
	if (!keeper->since_ms)
		note_waiting(keeper, now_ms());
	pthread_cond_broadcast(&keeper->changed);
	return *ret_done == &keeper->done ? keeper->asked : keeper->asked_file;
}

void keeper_sync(struct keeper *keeper, const char *name)
{
	uint64_t until_ms = now_ms() + keeper->tuning.wait_ms;
	const uint64_t *done = NULL;
	uint64_t number;
	bool wait;

	pthread_mutex_lock(&keeper->lock);
	wait = !is_behind(keeper);
	number = is_failing(keeper) ? 0 : ask(keeper, name, &done);
	while (number && wait && *done < number && !keeper->stopped && !is_failing(keeper))
		wait = wait_until(keeper, until_ms);
	pthread_mutex_unlock(&keeper->lock);
}

void keeper_flush(struct keeper *keeper)
{
	uint64_t until_ms = now_ms() + keeper->tuning.stall_ms;
	const uint64_t *done;
	uint64_t number, moved;

	pthread_mutex_lock(&keeper->lock);
	number = ask(keeper, NULL, &done);
	moved = keeper->moved;
	while (*done < number && !keeper->stopped && wait_until(keeper, until_ms))
		if (moved != keeper->moved) {
			moved = keeper->moved;
			until_ms = now_ms() + keeper->tuning.stall_ms;
		}
	pthread_mutex_unlock(&keeper->lock);
}

int keeper_state(struct keeper *keeper, char *text, size_t size)
{
	int rc = 0;

	if (size)
		text[0] = '\0';
	pthread_mutex_lock(&keeper->lock);
	if (keeper->err.code) {
		rc = keeper->err.code;
		snprintf(text, size, "%s", keeper->err.text);
	} else if (is_behind(keeper)) {
		rc = ERR_OVERDUE;
		snprintf(text, size, "it is slow or hangs: it is behind by %llu s",
			 (unsigned long long)((now_ms() - keeper->since_ms) / 1000));
	}
	pthread_mutex_unlock(&keeper->lock);
	return rc;
}

void keeper_stop(struct keeper *keeper, uint32_t wait_ms)
{
	uint64_t until_ms = now_ms() + wait_ms;

	pthread_mutex_lock(&keeper->lock);
	keeper->stopped = true;
	pthread_cond_broadcast(&keeper->changed);
	while (wait_ms && !keeper->ended && wait_until(keeper, until_ms))
		;
	pthread_mutex_unlock(&keeper->lock);
}
