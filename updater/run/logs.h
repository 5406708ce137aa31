/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log folder of a run: always whole in RAM, and mirrored to a medium as long as there is one
 * (law 10). What is written to a file of the folder in RAM reaches the medium with the next
 * logs_sync(); a medium that fails or is taken away costs nothing but that, and when it, or
 * another one, comes back all files are written there once more, whole.
 */
#ifndef DRYDOCK_RUN_LOGS_H
#define DRYDOCK_RUN_LOGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct logs;

/*
 * ram_dir is made; NULL = a folder of its own below /run/drydock or, when that is not writable,
 * below TMPDIR or /tmp. medium_dir must exist; NULL = there is no medium yet. The first sync
 * happens here, so that the folder's entry is durable. ERR_IO (ram_dir), ERR_NOMEM; what is wrong
 * with the medium is in logs_away().
 */
int logs_open(const char *ram_dir, const char *medium_dir, struct logs **ret, struct err *err);

/* Where everybody writes: the folder in RAM. */
const char *logs_dir(const struct logs *logs);

/*
 * Brings everything that is new in the folder to the medium, durably: what was appended is
 * appended, what was changed is replaced as a whole. Cheap when nothing is new. Any thread.
 */
void logs_sync(struct logs *logs);

/*
 * The same for one file that grows by appending, "events.jsonl": after each line.
 */
void logs_sync_file(struct logs *logs, const char *name);

/* Why the medium does not take the logs; "" = it does. text is copied at most size bytes. */
bool logs_away(struct logs *logs, char *text, size_t size);

/* The medium is gone, as somebody noticed: nothing is written there until logs_return(). */
void logs_lost(struct logs *logs, const char *why);

/*
 * A medium is there (again): all files are written to medium_dir (made when it is not there).
 * ERR_IO, ERR_FULL: then it stays away.
 */
int logs_return(struct logs *logs, const char *medium_dir, struct err *err);

/* A last logs_sync(). The folder in RAM stays for whoever comes after. Takes NULL. */
void logs_close(struct logs *logs);

#endif
