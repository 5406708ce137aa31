/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interrupted update has left in an enclosure. */
#include <string.h>

#include "backends/ses_box.h"
#include "hw/ses.h"

/* An enclosure that has lost its image (83h, 84h) or waits for more of it is written again. */
static enum backend_recovery settle(const struct ses_microcode *state, const struct device *dev,
				    const struct component *comp, const char *revision)
{
	switch (ses_status_find(state->status)->meaning) {
	case SES_AFTER_POWER:
	case SES_AFTER_ACTIVATE:
		return RECOVER_PENDING;
	default:
		break;
	}
	if (backend_is_wanted(comp, "ses.", revision))
		return RECOVER_NEW_RUNS;
	if (dev->version[0] && strcmp(dev->version, revision) != 0)
		return RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	return state->status == 0x00 ? RECOVER_OLD_RUNS : RECOVER_WRITE_AGAIN;
}

int ses_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct ses_microcode state = { 0 };
	struct ses_box box;
	size_t sub;
	int rc = ses_box_open(io->hw, io->dev, &box, &sub, err);

	if (rc)
		return rc;
	/* What is being stored comes to its end by itself, and may run then. */
	rc = ses_wait_stored(io->hw, io->dev, &box, &sub, SCSI_WRITE_TIMEOUT_MS, &state, err);
	ses_box_close(&box);
	if (!rc)
		rc = ses_box_open(io->hw, io->dev, &box, &sub, err);
	if (!rc)
		*ret = settle(&state, io->dev, io->comp, ses_box_revision(&box, sub));
	ses_box_close(&box);
	return rc;
}
