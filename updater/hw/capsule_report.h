/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the firmware reports of the capsules that it has processed. */
#ifndef DRYDOCK_HW_CAPSULE_REPORT_H
#define DRYDOCK_HW_CAPSULE_REPORT_H

#include "format/capsule_result.h"
#include "hw/hwio.h"

#define CAPSULE_REPORTS_MAX 64 /* that are read; firmware keeps a few, and begins again */

/*
 * The newest report for the firmware with this GUID (of the ESRT), whoever's capsule it was. 0, or
 * -ENOENT (there is none that holds), -EOPNOTSUPP (no UEFI), another negative errno.
 */
int capsule_report_newest(struct hwio *hw, const char *guid, struct capsule_result *ret);

#endif
