/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interrupted update has left in a drive. */
#include <string.h>

#include "backends/scsi_drive.h"

/*
 * A drive that saved microcode for later need not show it (sense 04h/1Eh). Writing it again is
 * harmless: what waits is replaced (SPC-5 §5.5).
 */
static enum backend_recovery old_runs(const struct scsi_drive *drive, const struct component *comp)
{
	struct scsi_plan plan;
	struct err ignored;
	bool can_wait = !scsi_plan_make(&drive->can, comp, comp->payload.size, &plan, &ignored) &&
			plan.deferred;

	return can_wait || drive->can.extended.activate == 2 ? RECOVER_WRITE_AGAIN
							     : RECOVER_OLD_RUNS;
}

int scsi_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct scsi_drive drive;
	struct scsi_news news = { 0 };
	enum scsi_meaning meaning;
	struct err ignored;
	int rc = scsi_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	(void)scsi_test_ready(&drive.path, &news, &meaning, &ignored);
	if (backend_is_wanted(io->comp, "scsi.", drive.inquiry.revision))
		*ret = RECOVER_NEW_RUNS;
	else if (meaning == SCSI_PENDING)
		*ret = RECOVER_PENDING;
	else if (io->dev->version[0] && strcmp(io->dev->version, drive.inquiry.revision) != 0)
		*ret = RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	else
		*ret = old_runs(&drive, io->comp);
	scsi_drive_close(&drive);
	return 0;
}
