/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image will go into a drive by WRITE BUFFER: decided before anything is sent. */
#ifndef DRYDOCK_BACKENDS_SCSI_PLAN_H
#define DRYDOCK_BACKENDS_SCSI_PLAN_H

#include <stdint.h>

#include "format/scsi.h"
#include "hw/scsi_request.h"
#include "repo/catalog.h"

/* "5", "7", "d" or "e": the mode, whatever the drive says it takes. */
#define SCSI_FLAG_MODE "scsi-mode="

/* What the drive told; what it did not tell is zero. */
struct scsi_abilities {
	struct scsi_extended extended;
	bool has_buffer;
	struct scsi_buffer buffer;
	uint32_t transfer_max; /* bytes that its host adapter carries at once; 0 = not known */
};

struct scsi_plan {
	enum scsi_write_mode mode;
	uint32_t piece_bytes; /* of each command but the last */
	bool deferred;	      /* SCSI_WRITE_ACTIVATE must follow, or power */
	uint32_t timeout_ms;
};

/*
 * ERR_UNSUPPORTED (a flag that is not known, no mode that fits, boundaries that are too large),
 * ERR_FORMAT (an empty image), ERR_TOO_LARGE (for the drive's buffer, for 24 bits of offset, for
 * what can be sent at once).
 */
int scsi_plan_make(const struct scsi_abilities *can, const struct component *comp,
		   uint64_t size_bytes, struct scsi_plan *ret, struct err *err);

#endif
