/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware seam answered by the traces of a recorded run (README.md in this folder). What is
 * asked must be what was asked then: the calls on a device in their order, with their arguments and
 * data; reads of sysfs and procfs by path, the answers for each path in their order, since several
 * threads came between them. The first call that deviates is kept; from then on every call fails
 * with EPROTO until the next phase.
 *
 * In an inventory (a phase whose name begins so) a later program may ask for more: paths that were
 * never asked for are not there, and a path of sysfs that was asked for less often answers again.
 *
 * A run is replayed by phases (HWIO_PHASE): a note by that subject goes to the calls of that phase.
 * In a trace without phases there is one, "".
 *
 * Not in a trace and not replayed: what drives store (pread). Other notes are not compared.
 * The clock reads what the lines say of the calls that were answered, and moves on by sleeping.
 */
#ifndef DRYDOCK_HW_HWIO_REPLAY_H
#define DRYDOCK_HW_HWIO_REPLAY_H

#include <stdbool.h>

#include "base/err.h"
#include "hw/hwio.h"

#define HWIO_REPLAY_MAX_FILES 512

/*
 * From all trace-*.jsonl of the folder at path, or from one such file. ERR_NOT_FOUND (no traces),
 * ERR_DUPLICATE (a call number twice: of more than one run), and what trace_file_parse() says.
 */
int hwio_replay_new(const char *path, struct hwio **ret, struct err *err);
void hwio_replay_free(struct hwio *hw); /* takes NULL */

/* From here on firmware is compared by its length alone: its bytes are not there. */
void hwio_replay_without_payload(struct hwio *hw);

/* Does the trace have calls of this phase? */
bool hwio_replay_has_phase(const struct hwio *hw, const char *phase);

/*
 * At the end of a phase: 0 when all went as it was recorded and no call is left over; else
 * ERR_PROOF, and err names the file, the number of the call, what was expected and what came.
 */
int hwio_replay_check(struct hwio *hw, struct err *err);

/* So many calls were answered so far. */
size_t hwio_replay_answered(const struct hwio *hw);

#endif
