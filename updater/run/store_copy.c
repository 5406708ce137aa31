/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread, the caller's, reads the medium from its beginning to its end and writes what it got
 * to RAM while it is in the cache of its core; others, one for each core, check it in the same
 * buffer; one more says how far it is, even while the medium holds the reader.
 */
#include "run/store_copy.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/thread.h"
#include "base/hash.h"
#include "base/thread.h"
#include "run/store_say.h"

#define PIECE_BYTES (256u << 10) /* between two looks at whether to stop */
#define NAP_MS	    500

/* Pauses before a chunk is read again: a minute together. */
static const uint32_t pauses_ms[] = { 2000, 4000, 8000, 16000, 32000 };
#define RETRIES (sizeof(pauses_ms) / sizeof(*pauses_ms))
/* Bytes that arrive and are wrong stay wrong more often than a medium that answers nothing. */
#define RETRIES_HASH 3

enum slot_state { SLOT_FREE = 1, SLOT_READING, SLOT_READ, SLOT_CHECKING };

/* A buffer with one chunk. */
struct slot {
	enum slot_state state;
	struct copy_job *job;
	size_t index;
	bool again;
	uint8_t *bytes;
};

struct copy {
	const struct store_options *options;
	const struct store_source *source;
	int dir;
	struct copy_job *jobs;
	size_t job_count;
	struct store_say *say;

	pthread_mutex_t lock; /* for what follows and for the jobs */
	pthread_cond_t changed;
	struct slot slots[COPY_SLOTS_MAX];
	size_t slot_count;
	bool ending;
	struct err err; /* ends everything */
};

static uint64_t now_ms(const struct copy *copy)
{
	return copy->options->hw->ops->now_ms(copy->options->hw);
}

static void fail_all(struct copy *copy, const struct err *err)
{
	if (!copy->err.code)
		copy->err = *err;
}

/* Bad chunks. The lock is held for all of these. */

static struct bad_chunk *find_bad(struct copy_job *job, size_t index)
{
	for (size_t i = 0; i < job->bad_count; i++)
		if (job->bad[i].index == index)
			return &job->bad[i];
	return NULL;
}

static void give_up(struct copy *copy, struct copy_job *job, const struct err *why)
{
	job->failed = true;
	store_say_failed(copy->say, job, job->good_bytes, why);
}

static void note_bad(struct copy *copy, struct copy_job *job, size_t index, const struct err *why)
{
	struct bad_chunk *bad = find_bad(job, index);
	struct err err = *why;
	char what[64];

	if (job->failed)
		return;
	snprintf(what, sizeof(what), "chunk %zu of %zu", index + 1, job->chunk_count);
	if (!bad) {
		bad = &job->bad[job->bad_count++];
		*bad = (struct bad_chunk){ .index = index };
	}
	bad->under_way = false;
	store_say_bad(copy->say, job, what, bad->tries == 0, why);
	if (bad->tries >= (why->code == ERR_HASH ? RETRIES_HASH : RETRIES)) {
		err_prefix(&err, "%s", what);
		give_up(copy, job, &err);
	} else {
		bad->due_ms = now_ms(copy) + pauses_ms[bad->tries++];
	}
}

static void note_good(struct copy *copy, struct copy_job *job, size_t index)
{
	struct bad_chunk *bad = find_bad(job, index);
	size_t len = copy_job_chunk_len(job, index);

	if (job->failed)
		return;
	if (bad)
		*bad = job->bad[--job->bad_count];
	job->good++;
	job->good_bytes += len;
	store_say_good(copy->say, len, bad != NULL);
}

/* Checking, by every thread but the reader's. */

static struct slot *take_slot(struct copy *copy, enum slot_state from, enum slot_state to)
{
	for (size_t i = 0; i < copy->slot_count; i++)
		if (copy->slots[i].state == from) {
			copy->slots[i].state = to;
			return &copy->slots[i];
		}
	return NULL;
}

static void *check_thread(void *arg)
{
	struct copy *copy = arg;
	struct slot *slot;

	pthread_mutex_lock(&copy->lock);
	for (;;) {
		struct err err = { 0 };
		int rc;

		while (!(slot = take_slot(copy, SLOT_READ, SLOT_CHECKING)) && !copy->ending)
			pthread_cond_wait(&copy->changed, &copy->lock);
		if (!slot)
			break;
		pthread_mutex_unlock(&copy->lock);
		rc = copy_job_check(slot->job, slot->index, slot->bytes, &err);
		pthread_mutex_lock(&copy->lock);
		if (rc == ERR_HASH)
			note_bad(copy, slot->job, slot->index, &err);
		else if (rc)
			fail_all(copy, &err);
		else
			note_good(copy, slot->job, slot->index);
		slot->state = SLOT_FREE;
		pthread_cond_broadcast(&copy->changed);
	}
	pthread_mutex_unlock(&copy->lock);
	return NULL;
}

/* Reading, by the caller's thread. */

static bool is_interrupted(const struct copy *copy)
{
	return copy->options->interrupted && copy->options->interrupted(copy->options->ctx);
}

static int read_bytes(struct copy *copy, const char *name, uint64_t offset, uint8_t *buf,
		      size_t len, bool again, struct err *err)
{
	for (size_t done = 0; done < len;) {
		size_t part = len - done < PIECE_BYTES ? len - done : PIECE_BYTES;
		int rc;

		if (is_interrupted(copy))
			return err_set(err, ERR_INTERRUPTED, "interrupted while copying into RAM");
		rc = copy->source->read(copy->source->ctx, name, offset + done, buf + done, part,
					again, err);
		if (rc)
			return rc;
		done += part;
		store_say_arrived(copy->say, part);
		store_say_tick(copy->say);
	}
	return 0;
}

static int read_list(struct copy *copy, struct copy_job *job, struct err *err)
{
	size_t len = job->chunk_count * HASH_BYTES;
	CLEANUP_FREE uint8_t *list = malloc(len ? len : 1);
	char name[PAYLOAD_NAME_MAX];
	int rc;

	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	payload_name(job->ref.sha256, PAYLOAD_CHUNKS, name);
	rc = read_bytes(copy, name, 0, list, len, job->list_tries > 0, err);
	if (!rc)
		rc = hash_check(list, len, job->ref.chunks_sha256, err);
	if (rc)
		return rc == ERR_HASH ? err_prefix(err, "%s", name) : rc;
	rc = copy_job_create(job, copy->dir, list, err);
	if (rc) {
		pthread_mutex_lock(&copy->lock);
		fail_all(copy, err);
		pthread_mutex_unlock(&copy->lock);
		return 0;
	}
	pthread_mutex_lock(&copy->lock);
	job->hashes = list;
	if (job->list_tries)
		store_say_good(copy->say, 0, true);
	pthread_mutex_unlock(&copy->lock);
	list = NULL;
	return 0;
}

static bool is_of_medium(int rc)
{
	return rc == ERR_IO || rc == ERR_NOT_FOUND || rc == ERR_HASH;
}

static void do_list(struct copy *copy, struct copy_job *job)
{
	struct err err = { 0 };
	int rc = read_list(copy, job, &err);

	if (!rc)
		return;
	pthread_mutex_lock(&copy->lock);
	if (!is_of_medium(rc)) {
		fail_all(copy, &err);
	} else {
		store_say_bad(copy->say, job, "its chunk list", job->list_tries == 0, &err);
		if (job->list_tries >= (rc == ERR_HASH ? RETRIES_HASH : RETRIES))
			give_up(copy, job, &err);
		else
			job->list_due_ms = now_ms(copy) + pauses_ms[job->list_tries++];
	}
	pthread_mutex_unlock(&copy->lock);
}

static void do_chunk(struct copy *copy, struct slot *slot)
{
	const struct copy_job *job = slot->job;
	char name[PAYLOAD_NAME_MAX];
	uint64_t offset = copy_job_find(job, slot->index, name);
	struct err err = { 0 };
	bool arrived;
	int rc;

	rc = read_bytes(copy, name, offset, slot->bytes, copy_job_chunk_len(job, slot->index),
			slot->again, &err);
	arrived = !rc;
	if (!rc)
		rc = copy_job_write(job, slot->index, slot->bytes, &err);
	pthread_mutex_lock(&copy->lock);
	if (rc && !arrived && is_of_medium(rc))
		note_bad(copy, slot->job, slot->index, &err);
	else if (rc)
		fail_all(copy, &err);
	slot->state = rc ? SLOT_FREE : SLOT_READ;
	pthread_cond_broadcast(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
}

/* What the reader does next. */
struct pick {
	struct copy_job *job; /* NULL = nothing now */
	struct bad_chunk *bad;
	bool list;
	uint64_t due_ms; /* when something is to be read again; 0 = nothing is */
};

static void pick_later(struct pick *pick, uint64_t due_ms)
{
	if (!pick->due_ms || due_ms < pick->due_ms)
		pick->due_ms = due_ms;
}

/* True when the job has something that can be read now. */
static bool pick_of_job(struct copy_job *job, uint64_t now, struct pick *pick)
{
	pick->job = job;
	pick->bad = NULL;
	pick->list = !job->hashes;
	if (pick->list && now >= job->list_due_ms)
		return true;
	if (pick->list)
		pick_later(pick, job->list_due_ms);
	for (size_t i = 0; i < job->bad_count && !pick->list; i++) {
		if (job->bad[i].under_way)
			continue;
		if (now >= job->bad[i].due_ms) {
			pick->bad = &job->bad[i];
			return true;
		}
		pick_later(pick, job->bad[i].due_ms);
	}
	return !pick->list && job->next < job->chunk_count && job->bad_count < COPY_BAD_ENOUGH;
}

static struct pick pick_next(struct copy *copy)
{
	struct pick pick = { 0 };
	uint64_t now = now_ms(copy);

	for (size_t i = 0; i < copy->job_count; i++)
		if (!copy->jobs[i].failed && pick_of_job(&copy->jobs[i], now, &pick))
			return pick;
	pick.job = NULL;
	return pick;
}

static bool all_done(const struct copy *copy)
{
	for (size_t i = 0; i < copy->job_count; i++)
		if (!copy->jobs[i].failed && !copy_job_is_complete(&copy->jobs[i]))
			return false;
	return true;
}

static void fill_slot(struct slot *slot, const struct pick *pick)
{
	slot->job = pick->job;
	slot->again = pick->bad != NULL;
	if (pick->bad) {
		pick->bad->under_way = true;
		slot->index = pick->bad->index;
	} else {
		slot->index = pick->job->next++;
	}
}

/* The lock is held, but not meanwhile. */
static void rest(struct copy *copy, const struct pick *pick)
{
	struct hwio *hw = copy->options->hw;
	uint64_t now = now_ms(copy);
	uint64_t left = pick->due_ms > now ? pick->due_ms - now : 0;
	struct err err = { 0 };

	if (!pick->due_ms) {
		pthread_cond_wait(&copy->changed, &copy->lock);
		return;
	}
	pthread_mutex_unlock(&copy->lock);
	hw->ops->sleep_ms(hw, left < NAP_MS ? (uint32_t)left : NAP_MS);
	store_say_tick(copy->say);
	pthread_mutex_lock(&copy->lock);
	if (is_interrupted(copy)) {
		err_set(&err, ERR_INTERRUPTED, "interrupted while copying into RAM");
		fail_all(copy, &err);
	}
}

static void read_everything(struct copy *copy)
{
	pthread_mutex_lock(&copy->lock);
	while (!copy->err.code && !all_done(copy)) {
		struct pick pick = pick_next(copy);
		struct slot *slot = NULL;

		if (!pick.job) {
			rest(copy, &pick);
			continue;
		}
		if (!pick.list && !(slot = take_slot(copy, SLOT_FREE, SLOT_READING))) {
			pthread_cond_wait(&copy->changed, &copy->lock);
			continue;
		}
		if (slot)
			fill_slot(slot, &pick);
		pthread_mutex_unlock(&copy->lock);
		if (slot)
			do_chunk(copy, slot);
		else
			do_list(copy, pick.job);
		pthread_mutex_lock(&copy->lock);
	}
	pthread_mutex_unlock(&copy->lock);
}

/* Threads. */

static int make_slots(struct copy *copy, size_t threads, struct err *err)
{
	copy->slot_count = 2 * threads + 2;
	for (size_t i = 0; i < copy->slot_count; i++) {
		copy->slots[i].state = SLOT_FREE;
		copy->slots[i].bytes = malloc(CATALOG_CHUNK_BYTES);
		if (!copy->slots[i].bytes)
			return err_set(err, ERR_NOMEM, "out of memory");
	}
	return 0;
}

static int work(struct copy *copy, struct err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cores < 1 ? 1 : cores > COPY_THREADS_MAX ? COPY_THREADS_MAX : (size_t)cores;
	pthread_t threads[COPY_THREADS_MAX];
	size_t started = 0;
	int rc = make_slots(copy, wanted, err);

	while (!rc && started < wanted && thread_start(&threads[started], check_thread, copy) == 0)
		started++;
	if (!rc && !started)
		rc = err_set(err, ERR_NOMEM, "no thread can be started");
	if (!rc)
		read_everything(copy);
	pthread_mutex_lock(&copy->lock);
	copy->ending = true;
	pthread_cond_broadcast(&copy->changed);
	pthread_mutex_unlock(&copy->lock);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < copy->slot_count; i++)
		free(copy->slots[i].bytes);
	return rc;
}

int copy_run(const struct store_options *options, const struct store_source *source, int dir,
	     struct copy_job *jobs, size_t count, struct err *err)
{
	struct copy copy = {
		.options = options, .source = source, .dir = dir, .jobs = jobs, .job_count = count
	};
	int rc = store_say_start(options, jobs, count, &copy.say, err);

	if (rc)
		return rc;
	pthread_mutex_init(&copy.lock, NULL);
	pthread_cond_init(&copy.changed, NULL);
	rc = work(&copy, err);
	if (!rc && copy.err.code) {
		*err = copy.err;
		rc = copy.err.code;
	}
	for (size_t i = 0; i < count; i++)
		copy_job_close(&jobs[i], dir);
	pthread_cond_destroy(&copy.changed);
	pthread_mutex_destroy(&copy.lock);
	store_say_end(copy.say, rc == 0);
	return rc;
}
