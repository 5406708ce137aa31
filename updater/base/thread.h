/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that no signal is ever delivered to. */
#ifndef DRYDOCK_BASE_THREAD_H
#define DRYDOCK_BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * pthread_create() with every signal blocked in the new thread: one that is meant for the process
 * must find the thread that blocks it on purpose while devices are written (law 8), and never end
 * everything through a helper that happened to be open to it. Returns 0 or a positive errno.
 */
int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg);

/*
 * Calls run(ctx, 0) to run(ctx, count - 1), up to THREAD_EACH_MAX of them side by side, one of them
 * in the calling thread, and returns when all have ended. Where no thread can be had there are
 * fewer side by side.
 */
#define THREAD_EACH_MAX 16
void thread_each(size_t count, void (*run)(void *ctx, size_t index), void *ctx);

#endif
