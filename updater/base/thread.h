/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that no signal is ever delivered to. */
#ifndef DRYDOCK_BASE_THREAD_H
#define DRYDOCK_BASE_THREAD_H

#include <pthread.h>

/*
 * pthread_create() with every signal blocked in the new thread: one that is meant for the process
 * must find the thread that blocks it on purpose while devices are written (law 8), and never end
 * everything through a helper that happened to be open to it. Returns 0 or a positive errno.
 */
int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg);

#endif
