/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a step was worked on with, as a note in the trace of a run: with it and the traces of the
 * devices the step can be replayed.
 */
#ifndef DRYDOCK_STEP_NOTE_H
#define DRYDOCK_STEP_NOTE_H

#include "hw/hwio.h"
#include "plan/plan.h"

struct step_note {
	unsigned int number; /* in the run */
	char device[DEVICE_ID_MAX];
	char from[DEVICE_VERSION_MAX];
	char boot_disk[64]; /* "" = none */
	char work_dir[256]; /* where the payload lay for the backend; "" = nowhere */
	bool provable;
	bool tpm_consent;
	struct component comp; /* its texts are in the pool */
	struct pool pool;
};

/* The phase of the trace in which the step is worked on: "step 3". */
void step_note_phase(unsigned int number, char ret[HWIO_PHASE_MAX]);

/* Begins the phase of a step, with its note. boot_disk and work_dir may be NULL. */
void step_note_begin(struct hwio *hw, const struct step *step, unsigned int number,
		     const char *boot_disk, const char *work_dir, bool tpm_consent);

/*
 * Begins the phase of a step in a replay and reads its note. ERR_NOT_FOUND (no such note),
 * ERR_FORMAT, ERR_NOMEM. step_note_free() takes {0}, too.
 */
int step_note_read(struct hwio *hw, unsigned int number, struct step_note *ret, struct err *err);
void step_note_free(struct step_note *note);

#endif
