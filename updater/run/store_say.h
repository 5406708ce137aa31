/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far the copying is: a line at least every 10 s, also while the medium gives nothing. Rates
 * and remaining times count what arrives, the share what is verified and in RAM.
 */
#ifndef DRYDOCK_RUN_STORE_SAY_H
#define DRYDOCK_RUN_STORE_SAY_H

#include "run/store_copy.h"

#define STORE_SAY_EVERY_MS 8000

struct store_say;

/* jobs must outlive it. ERR_NOMEM. */
int store_say_start(const struct store_options *options, const struct copy_job *jobs, size_t count,
		    struct store_say **ret, struct err *err);

/* Any thread, with any lock held: these only count and keep. */
void store_say_arrived(struct store_say *say, size_t bytes);
void store_say_good(struct store_say *say, size_t bytes, bool was_bad);
/* what: "chunk 3 of 17", "the chunk list"; first: it was not bad before. */
void store_say_bad(struct store_say *say, const struct copy_job *job, const char *what, bool first,
		   const struct err *why);
/* good_bytes of the payload are given up with it. */
void store_say_failed(struct store_say *say, const struct copy_job *job, uint64_t good_bytes,
		      const struct err *why);

/* Says what there is to be said, without any lock: events may wait for their medium. */
void store_say_tick(struct store_say *say);

/* The last line; frees it. ok: the copying came to its end. Takes NULL. */
void store_say_end(struct store_say *say, bool ok);

#endif
