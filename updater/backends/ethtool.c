/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ethtool_device.h"

const struct backend backend_ethtool = {
	.name = "ethtool",
	.description = "network devices of older drivers (ETHTOOL_FLASHDEV)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note = "a model of the system call alone; no real driver yet",
	.probe = ethtool_probe,
	.refresh = ethtool_refresh,
	.check = ethtool_check,
	.write = ethtool_write,
	.activate = ethtool_activate,
	.recover = ethtool_recover,
};
