/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interrupted update has left in a drive. */
#include <string.h>

#include "backends/ata_drive.h"

/*
 * No field says that an image waits for its activation: with the old revision running it is written
 * again, which replaces whatever was left of the first time (ACS-4 §7.7.3).
 */
int ata_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct ata_drive drive;
	int rc = ata_drive_open(io->hw, io->dev, &drive, err);

	if (rc)
		return rc;
	if (backend_is_wanted(io->comp, "ata.", drive.id.revision))
		*ret = RECOVER_NEW_RUNS;
	else if (io->dev->version[0] && strcmp(io->dev->version, drive.id.revision) != 0)
		*ret = RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	else
		*ret = RECOVER_OLD_RUNS;
	ata_drive_close(&drive);
	return 0;
}
