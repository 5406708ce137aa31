/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What statuses and sense data mean for an update. Codes are those of SPC-5 annex F (T10's list of
 * ASC/ASCQ), compared with the table of sg3_utils.
 */
#ifndef DRYDOCK_HW_SCSI_ERROR_H
#define DRYDOCK_HW_SCSI_ERROR_H

#include "format/scsi_sense.h"
#include "hw/scsi.h"

enum scsi_meaning {
	SCSI_ACCEPTED = 1, /* did what it was asked */
	SCSI_CHANGED,	   /* news: the microcode has been changed */
	SCSI_WAS_RESET,	   /* news: the device was reset or switched on */
	SCSI_NEWS,	   /* other news; like the two above: nothing was done, ask again */
	SCSI_LATER,	   /* cannot now, but soon: ask again after a while */
	SCSI_IN_PROGRESS,  /* something that takes long goes on */
	SCSI_PENDING,	   /* downloaded microcode waits for its activation */
	SCSI_WANTS_RESET,  /* works again only after a hard reset */
	SCSI_WANTS_POWER,  /* ... after a power cycle */
	SCSI_REFUSED,
};

struct scsi_verdict {
	enum scsi_meaning meaning;
	int code; /* the ERR_* when it is an error, 0 = none */
	const char *words;
};

/* Never NULL. ret_sense may be NULL; {0} when there is none. */
const struct scsi_verdict *scsi_judge(const struct scsi_answer *answer,
				      struct scsi_sense *ret_sense);

/* Sets err to the verdict's code and "<words> (sense 2/04/1B, 37% done)"; returns the code. */
int scsi_answer_err(const struct scsi_answer *answer, struct err *err);

#endif
