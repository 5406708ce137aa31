/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vendor's program in a trace. What it does to a device no seam sees; that it was run, by which
 * arguments, what it said and how it ended is a note, by which a replay answers in its place.
 */
#ifndef DRYDOCK_HW_RUN_NOTE_H
#define DRYDOCK_HW_RUN_NOTE_H

#include "base/err.h"
#include "hw/box.h"

#define RUN_NOTE	    "run" /* the subject of the note */
#define RUN_NOTE_SAID_BYTES 4096  /* of the end of what it said */

/*
 * The text of the note: a JSON object with the SHA-256 of the arguments, what run() returned
 * (rc), and, when that is 0, *end and the end of what is in the box's log. malloc'ed; NULL = no
 * memory.
 */
char *run_note_make(const struct box *box, int rc, const struct box_end *end);

/*
 * The other way round: *ret_rc and *ret become what they were, and the box's log is written again.
 * ERR_PROOF: other arguments; ERR_FORMAT, ERR_IO.
 */
int run_note_take(const char *text, const struct box *box, int *ret_rc, struct box_end *ret,
		  struct err *err);

#endif
