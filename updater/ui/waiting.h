/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Says what is waited for once a wait gets long (law 9), of work that goes from one thing to the
 * next and cannot say it itself: nothing for the first seconds, then at intervals.
 */
#ifndef DRYDOCK_UI_WAITING_H
#define DRYDOCK_UI_WAITING_H

#include <stdint.h>

#define WAITING_FIRST_MS    3000
#define WAITING_INTERVAL_MS 10000

struct waiting;

/*
 * say(ctx, what, seconds) is called in a thread of its own: first_ms after waiting_at(what), then
 * every interval_ms while it is that. NULL without memory or threads: then nothing is said.
 */
struct waiting *waiting_start(void (*say)(void *ctx, const char *what, unsigned int seconds),
			      void *ctx, uint32_t first_ms, uint32_t interval_ms);

/* From here on it is what, which must stay as it is. waiting may be NULL. */
void waiting_at(struct waiting *waiting, const char *what);

/* No more is said when this returns; takes NULL. */
void waiting_stop(struct waiting *waiting);

#endif
