/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/scsi_drive.h"

const struct backend backend_scsi = {
	.name = "scsi",
	.description = "SAS and SCSI drives (WRITE BUFFER)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note =
		"a model behind the seam, with faults; the kernel's scsi_debug behind the "
		"unmodified sg driver; no real drive yet",
	.probe = scsi_probe,
	.refresh = scsi_refresh,
	.check = scsi_check,
	.write = scsi_write,
	.activate = scsi_activate,
	.recover = scsi_recover,
};
