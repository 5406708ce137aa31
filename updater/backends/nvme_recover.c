/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interrupted update has left in a drive. */
#include <string.h>

#include "backends/nvme_drive.h"

static bool is_stored(const struct nvme_drive *drive, const struct component *comp)
{
	for (uint8_t slot = 1; slot <= drive->id.slots; slot++)
		if (drive->log.revision[slot][0] &&
		    backend_is_wanted(comp, "nvme.", drive->log.revision[slot]))
			return true;
	return false;
}

/*
 * A download that was not committed leaves no trace; a commit does, in the slots. An image that
 * is stored but waits for nothing must be committed again to run.
 */
static enum backend_recovery settle(const struct nvme_drive *drive, const struct device *dev,
				    const struct component *comp)
{
	uint8_t pending = nvme_pending_slot(&drive->log);

	if (backend_is_wanted(comp, "nvme.", drive->id.revision))
		return RECOVER_NEW_RUNS;
	if (pending)
		return backend_is_wanted(comp, "nvme.", drive->log.revision[pending])
			       ? RECOVER_PENDING
			       : RECOVER_NEEDS_HUMAN;
	if (dev->version[0] && strcmp(dev->version, drive->id.revision) != 0)
		return RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	return is_stored(drive, comp) ? RECOVER_WRITE_AGAIN : RECOVER_OLD_RUNS;
}

int nvme_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct nvme_drive drive;
	int rc = nvme_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	*ret = settle(&drive, io->dev, io->comp);
	nvme_drive_close(&drive);
	return 0;
}
