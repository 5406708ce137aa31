/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/store_say.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"

#define LOOK_NS	     250000000 /* between two looks at the clock of the seam */
#define NOTES_MAX    16
#define BAD_SAID_MAX 8 /* one by one; the rest is counted */

struct store_say {
	const struct store_options *options;
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ending;
	uint64_t begun_ms, said_ms, arrived_ms; /* when something last arrived */
	uint64_t arrived, arrived_said;		/* bytes, now and at the last line */
	uint64_t good, total;
	size_t payloads, failed, bad, bad_said;
	char notes[NOTES_MAX][320]; /* to be said without a lock */
	size_t note_count;
};

static uint64_t now_ms(const struct store_say *say)
{
	return say->options->hw->ops->now_ms(say->options->hw);
}

static void words_of_bytes(uint64_t bytes, char *text, size_t size)
{
	if (bytes < 1000000)
		snprintf(text, size, "%llu KB", (unsigned long long)(bytes + 999) / 1000);
	else
		snprintf(text, size, "%llu.%llu MB", (unsigned long long)bytes / 1000000,
			 (unsigned long long)bytes % 1000000 / 100000);
}

static void words_of_seconds(uint64_t seconds, char *text, size_t size)
{
	if (seconds < 100)
		snprintf(text, size, "%llu s", (unsigned long long)seconds);
	else
		snprintf(text, size, "%llu min", (unsigned long long)(seconds + 59) / 60);
}

/* Bytes in a second; whole milliseconds, so at least one. */
static uint64_t rate_of(uint64_t bytes, uint64_t ms)
{
	return bytes * 1000 / (ms ? ms : 1);
}

/* ", about 6 min left": from the rate since the beginning, since a medium's goes up and down. */
static void words_of_rest(const struct store_say *say, uint64_t now, char *text, size_t size)
{
	uint64_t rate = rate_of(say->arrived, now - say->begun_ms);
	char left[32];

	text[0] = '\0';
	if (!rate)
		return;
	words_of_seconds((say->total - say->good) / rate + 1, left, sizeof(left));
	snprintf(text, size, ", about %s left", left);
}

static void make_line(const struct store_say *say, uint64_t now, char *text, size_t size)
{
	char good[32], total[32], rate[48], left[48], again[48] = "";
	uint64_t percent = say->total ? say->good * 100 / say->total : 100;

	words_of_bytes(say->good, good, sizeof(good));
	words_of_bytes(say->total, total, sizeof(total));
	words_of_bytes(rate_of(say->arrived - say->arrived_said, now - say->said_ms), rate,
		       sizeof(rate));
	words_of_rest(say, now, left, sizeof(left));
	if (say->bad)
		snprintf(again, sizeof(again), ", %zu to be read again", say->bad);
	if (say->arrived == say->arrived_said)
		snprintf(text, size,
			 "  Copying into RAM: %llu %% (%s of %s), nothing read for %llu s%s",
			 (unsigned long long)percent, good, total,
			 (unsigned long long)(now - say->arrived_ms) / 1000, again);
	else
		snprintf(text, size, "  Copying into RAM: %llu %% (%s of %s), %s/s%s%s",
			 (unsigned long long)percent, good, total, rate, left, again);
}

__attribute__((format(printf, 2, 3))) static void keep_note(struct store_say *say, const char *fmt,
							    ...)
{
	va_list ap;

	if (say->note_count == NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(say->notes[say->note_count++], sizeof(say->notes[0]), fmt, ap);
	va_end(ap);
}

void store_say_arrived(struct store_say *say, size_t bytes)
{
	pthread_mutex_lock(&say->lock);
	say->arrived += bytes;
	say->arrived_ms = now_ms(say);
	pthread_mutex_unlock(&say->lock);
}

void store_say_good(struct store_say *say, size_t bytes, bool was_bad)
{
	pthread_mutex_lock(&say->lock);
	say->good += bytes;
	say->bad -= was_bad;
	pthread_mutex_unlock(&say->lock);
}

void store_say_bad(struct store_say *say, const struct copy_job *job, const char *what, bool first,
		   const struct err *why)
{
	pthread_mutex_lock(&say->lock);
	if (first && say->bad_said++ < BAD_SAID_MAX)
		keep_note(say, "%s: %s cannot be used (%s); it is read again", job->name, what,
			  why->text);
	say->bad += first;
	pthread_mutex_unlock(&say->lock);
}

void store_say_failed(struct store_say *say, const struct copy_job *job, uint64_t good_bytes,
		      const struct err *why)
{
	pthread_mutex_lock(&say->lock);
	say->failed++;
	say->good -= good_bytes;
	say->total -= job->ref.size;
	say->bad -= job->bad_count ? job->bad_count : 1;
	keep_note(say, "%s CANNOT BE COPIED INTO RAM: %s", job->name, why->text);
	pthread_mutex_unlock(&say->lock);
}

static void say_notes(struct store_say *say, char notes[NOTES_MAX][320], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		console_say(say->options->console, "  %s.", notes[i]);
		events_emit(say->options->events, "Warning", EVENT_S("text", notes[i]));
	}
}

void store_say_tick(struct store_say *say)
{
	char notes[NOTES_MAX][320], line[256] = "";
	uint64_t now = now_ms(say);
	size_t count;

	pthread_mutex_lock(&say->lock);
	count = say->note_count;
	memcpy(notes, say->notes, count * sizeof(notes[0]));
	say->note_count = 0;
	if (now >= say->said_ms + STORE_SAY_EVERY_MS) {
		make_line(say, now, line, sizeof(line));
		say->said_ms = now;
		say->arrived_said = say->arrived;
	}
	pthread_mutex_unlock(&say->lock);
	say_notes(say, notes, count);
	if (line[0])
		console_say(say->options->console, "%s", line);
}

static void *talk(void *arg)
{
	struct store_say *say = arg;
	struct timespec until;

	pthread_mutex_lock(&say->lock);
	while (!say->ending) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&say->changed, &say->lock, &until);
		pthread_mutex_unlock(&say->lock);
		store_say_tick(say);
		pthread_mutex_lock(&say->lock);
	}
	pthread_mutex_unlock(&say->lock);
	return NULL;
}

int store_say_start(const struct store_options *options, const struct copy_job *jobs, size_t count,
		    struct store_say **ret, struct err *err)
{
	struct store_say *say = calloc(1, sizeof(*say));
	char bytes[32];

	if (!say)
		return err_set(err, ERR_NOMEM, "out of memory");
	say->options = options;
	say->payloads = count;
	for (size_t i = 0; i < count; i++)
		say->total += jobs[i].ref.size;
	say->begun_ms = say->said_ms = say->arrived_ms = now_ms(say);
	pthread_mutex_init(&say->lock, NULL);
	pthread_cond_init(&say->changed, NULL);
	words_of_bytes(say->total, bytes, sizeof(bytes));
	console_say(options->console, "Copying %s into RAM, %zu payload%s ...", bytes, count,
		    count == 1 ? "" : "s");
	/* Without it the reader says what it can. */
	say->has_thread = thread_start(&say->thread, talk, say) == 0;
	*ret = say;
	return 0;
}

static void say_last(struct store_say *say)
{
	uint64_t ms = now_ms(say) - say->begun_ms;
	char good[32], rate[32];

	words_of_bytes(say->good, good, sizeof(good));
	words_of_bytes(rate_of(say->arrived, ms), rate, sizeof(rate));
	console_say(say->options->console, "  %s in RAM and verified after %llu.%llu s (%s/s)",
		    good, (unsigned long long)ms / 1000, (unsigned long long)ms % 1000 / 100, rate);
	events_emit(say->options->events, "PayloadsInRam", EVENT_U("payloads", say->payloads),
		    EVENT_U("failed", say->failed), EVENT_U("bytes", say->good), EVENT_U("ms", ms));
}

void store_say_end(struct store_say *say, bool ok)
{
	if (!say)
		return;
	pthread_mutex_lock(&say->lock);
	say->ending = true;
	pthread_cond_signal(&say->changed);
	pthread_mutex_unlock(&say->lock);
	if (say->has_thread)
		pthread_join(say->thread, NULL);
	store_say_tick(say);
	if (ok)
		say_last(say);
	pthread_cond_destroy(&say->changed);
	pthread_mutex_destroy(&say->lock);
	free(say);
}
