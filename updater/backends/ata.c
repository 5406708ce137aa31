/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ata_drive.h"

const struct backend backend_ata = {
	.name = "ata",
	.description = "SATA drives (DOWNLOAD MICROCODE by ATA PASS-THROUGH)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note =
		"a double at the SG_IO level, with faults; behind the unmodified libata only "
		"a drive that refuses; no real drive yet",
	.probe = ata_probe,
	.refresh = ata_refresh,
	.check = ata_check,
	.write = ata_write,
	.activate = ata_activate,
	.recover = ata_recover,
};
