/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ses_box.h"

const struct backend backend_ses = {
	.name = "ses",
	.description = "drive enclosures and backplanes (SES, download microcode page)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note = "a double at the SG_IO level, with faults; no real enclosure yet",
	.probe = ses_probe,
	.refresh = ses_refresh,
	.check = ses_check,
	.write = ses_write,
	.activate = ses_activate,
	.recover = ses_recover,
};
