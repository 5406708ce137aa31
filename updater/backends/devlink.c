/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/devlink_device.h"

const struct backend backend_devlink = {
	.name = "devlink",
	.description = "network devices whose driver flashes (devlink)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note =
		"netdevsim with versions that change, in Linux 6.12, with faults; no real card yet",
	.probe = devlink_probe,
	.refresh = devlink_refresh,
	.check = devlink_check,
	.write = devlink_write,
	.activate = devlink_activate_stored,
	.recover = devlink_recover,
};
