/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All chunks of a payload, each by whichever thread is free: O(threads) MiB of memory. */
#include "repo/payload.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/thread.h"
#include "base/cleanup.h"

#define MAX_THREADS 16u

struct verify {
	struct payload *payload;
	void (*progress)(void *ctx, uint64_t done_bytes);
	void *ctx;

	pthread_mutex_t lock; /* for what follows */
	size_t next;	      /* the chunk to be taken next */
	uint64_t done_bytes;
	size_t bad; /* the lowest chunk that failed */
	struct err err;
};

/*
 * Chunks are taken in ascending order and nobody takes one after the first failure: all below it
 * are done or in work, so the lowest bad one is always found.
 */
static bool take_chunk(struct verify *verify, size_t *ret)
{
	bool taken;

	pthread_mutex_lock(&verify->lock);
	taken = !verify->err.code && verify->next < payload_chunk_count(verify->payload);
	if (taken)
		*ret = verify->next++;
	pthread_mutex_unlock(&verify->lock);
	return taken;
}

static void chunk_done(struct verify *verify, size_t len)
{
	uint64_t done;

	pthread_mutex_lock(&verify->lock);
	verify->done_bytes += len;
	done = verify->done_bytes;
	pthread_mutex_unlock(&verify->lock);
	if (verify->progress)
		verify->progress(verify->ctx, done);
}

static void chunk_failed(struct verify *verify, size_t chunk, const struct err *err)
{
	pthread_mutex_lock(&verify->lock);
	if (!verify->err.code || chunk < verify->bad) {
		verify->bad = chunk;
		verify->err = *err;
	}
	pthread_mutex_unlock(&verify->lock);
}

static void *work(void *arg)
{
	struct verify *verify = arg;
	CLEANUP_FREE uint8_t *buf = malloc(CATALOG_CHUNK_BYTES);
	struct err err = { 0 };
	size_t chunk, len;

	while (take_chunk(verify, &chunk)) {
		int rc = buf ? payload_read_chunk(verify->payload, chunk, buf, &len, &err)
			     : err_set(&err, ERR_NOMEM, "out of memory");

		if (rc)
			chunk_failed(verify, chunk, &err);
		else
			chunk_done(verify, len);
	}
	return NULL;
}

static unsigned int thread_count(unsigned int wanted, size_t chunks)
{
	long cores = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int count = cores < 1 ? 1 : cores > MAX_THREADS ? MAX_THREADS : (unsigned)cores;

	return chunks < count ? (unsigned)chunks : count;
}

int payload_verify(struct payload *payload, unsigned int threads,
		   void (*progress)(void *ctx, uint64_t done_bytes), void *ctx, struct err *err)
{
	struct verify verify = { .payload = payload, .progress = progress, .ctx = ctx };
	unsigned int count = thread_count(threads, payload_chunk_count(payload));
	pthread_t ids[MAX_THREADS];
	unsigned int started = 0;

	pthread_mutex_init(&verify.lock, NULL);
	/* This thread works, too: when no other can be started it does everything. */
	while (started + 1 < count && thread_start(&ids[started], work, &verify) == 0)
		started++;
	work(&verify);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	pthread_mutex_destroy(&verify.lock);
	if (verify.err.code && err)
		*err = verify.err;
	return verify.err.code;
}
