/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recorded run against the code of this program: the inventories and steps of a log folder are
 * gone through again with its traces in place of the devices (hw/hwio_replay.h), and what comes of
 * them is held against what the folder says.
 *
 * Not replayed: the stored data of drives (properties "array.*") and option ROMs ("pci.rom*"),
 * which no trace holds; what a run asks beside inventories and steps; and steps of backends whose
 * device is reached by a program or by files of their own.
 */
#ifndef DRYDOCK_REPLAY_H
#define DRYDOCK_REPLAY_H

#include "base/err.h"

#define REPLAY_MAX_ROWS 1100

enum replay_verdict {
	REPLAY_SAME = 1,
	REPLAY_DEVIATES,
	REPLAY_LEFT_OUT, /* not replayed, text says why */
};

struct replay_row {
	char what[32];	    /* "inventory-before.json", "step 3" */
	char device[96];    /* "" = all */
	char recorded[112]; /* "verified, runs 2.0.0"; "" = the folder does not say */
	char replayed[112];
	enum replay_verdict verdict;
	size_t calls;	/* that were answered by the traces */
	char text[512]; /* why it deviates or is left out */
};

struct replay {
	struct replay_row *rows;
	size_t count;
	size_t deviating;
};

/*
 * Replays the log folder at dir. repo_dir: where payloads are, so that their bytes are compared,
 * too; NULL = their lengths only. ret must be {0}; replay_free() frees it. ERR_NOT_FOUND (no
 * traces), ERR_FORMAT, ERR_UNSUPPORTED (a folder that cannot be replayed), ERR_IO, ERR_NOMEM.
 */
int replay_folder(const char *dir, const char *repo_dir, struct replay *ret, struct err *err);
void replay_free(struct replay *replay);

const char *replay_verdict_name(enum replay_verdict verdict); /* "same" */

/* For people, and as JSON; malloc'ed. ERR_NOMEM. */
int replay_to_text(const struct replay *replay, char **ret_text, struct err *err);
int replay_to_json(const struct replay *replay, char **ret_text, size_t *ret_len, struct err *err);

#endif
