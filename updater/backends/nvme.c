/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/nvme_drive.h"

const struct backend backend_nvme = {
	.name = "nvme",
	.description = "NVMe drives on PCI Express (Firmware Image Download and Firmware Commit)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note =
		"an emulated drive behind the unmodified nvme.ko, with faults; "
		"no real drive yet",
	.probe = nvme_probe,
	.refresh = nvme_refresh,
	.check = nvme_check,
	.write = nvme_write,
	.activate = nvme_activate,
	.recover = nvme_recover,
};
