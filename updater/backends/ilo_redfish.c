/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ilo_device.h"

const struct backend backend_ilo_redfish = {
	.name = ILO_BACKEND,
	.description = "HPE iLO 5 and newer, and what they flash (Redfish)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note = "a model of an iLO, with faults; no real iLO yet",
	.probe = ilo_probe,
	.refresh = ilo_refresh,
	.check = ilo_check,
	.write = ilo_write,
	.activate = ilo_activate,
	.recover = ilo_recover,
};
