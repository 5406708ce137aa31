/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log folder of a run: always whole in RAM, and mirrored to a medium as long as there is one
 * (law 10). What is written to a file of the folder in RAM reaches the medium with the next
 * logs_sync(), or by itself some seconds later; a medium that fails or is taken away costs nothing
 * but that, and when it, or another one, comes back all files are written there once more, whole.
 *
 * Only a thread of the mirror's own touches the medium. A sync is waited for, but never longer than
 * LOGS_WAIT_MS; while the medium is behind by more than that nobody waits for it any more.
 */
#ifndef DRYDOCK_RUN_LOGS_H
#define DRYDOCK_RUN_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "run/mirror.h"

#define LOGS_WAIT_MS  3000  /* of one sync */
#define LOGS_STALL_MS 30000 /* at the end: without any progress */
#define LOGS_EVERY_MS 5000  /* what nobody asked for is mirrored, too */
#define LOGS_RETRY_MS 30000 /* a medium that failed and was not taken away is tried again */

struct logs;

/* For tests; a time of 0 means the one above. */
struct logs_tuning {
	struct mirror_hooks hooks; /* before is called by the mirror's thread; moved is not used */
	uint32_t wait_ms, stall_ms, every_ms, retry_ms;
};

/*
 * ram_dir is made; NULL = a folder of its own below /run/drydock or, when that is not writable,
 * below TMPDIR or /tmp. medium_dir must exist; NULL = there is no medium yet. The first sync
 * happens here, so that the folder's entry is durable. ERR_IO (ram_dir), ERR_NOMEM; what is wrong
 * with the medium is in logs_away().
 */
int logs_open(const char *ram_dir, const char *medium_dir, struct logs **ret, struct err *err);
int logs_open_tuned(const char *ram_dir, const char *medium_dir, const struct logs_tuning *tuning,
		    struct logs **ret, struct err *err);

/* Where everybody writes: the folder in RAM. */
const char *logs_dir(const struct logs *logs);

/*
 * Brings everything that is new in the folder to the medium, durably: what was appended is
 * appended, what was changed is replaced as a whole. Cheap when nothing is new. Any thread.
 */
void logs_sync(struct logs *logs);

/*
 * The same for one file that grows by appending, "events.jsonl": after each line. It goes before
 * everything else that is on its way.
 */
void logs_sync_file(struct logs *logs, const char *name);

/*
 * A sync that is waited for as long as something moves: for the end, before anybody is told that
 * the power may go. Returns at once when there is no medium.
 */
void logs_flush(struct logs *logs);

/*
 * True when not all logs are on the medium: gone, failing, full, or behind by more than
 * LOGS_WAIT_MS. text (at most size bytes) says why, "" = they are.
 */
bool logs_away(struct logs *logs, char *text, size_t size);

/* True when the medium is gone or takes nothing: not when it is only full, or slow. */
bool logs_gone(struct logs *logs, char *text, size_t size);

/* The medium is gone, as somebody noticed: nothing is written there until logs_return(). */
void logs_lost(struct logs *logs, const char *why);

/*
 * A medium is there (again): all files are written to medium_dir (made when it is not there). A
 * slow one is not waited for: logs_away() tells when it has everything. ERR_IO, ERR_FULL (not all
 * of them), ERR_NOMEM: why is also in logs_away().
 */
int logs_return(struct logs *logs, const char *medium_dir, struct err *err);

/*
 * A last flush. The folder in RAM stays for whoever comes
 * after, unless it is one of our own and the medium has everything. Takes NULL.
 */
void logs_close(struct logs *logs);

#endif
