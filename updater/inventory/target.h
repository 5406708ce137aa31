/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How components name the devices they fit: "<type>:<value>". One table for both programs.
 *
 *   pci:8086:1593                vendor and device id, four lower-case hex digits each
 *   pci:8086:1593:103c:1234      and subsystem vendor and subsystem device
 *   nvme-model:LAB NVME X100     Identify Controller MN, trailing blanks removed, NVMe 2.0 5.17.2.1
 */
#ifndef DRYDOCK_TARGET_H
#define DRYDOCK_TARGET_H

#include <stddef.h>

/* 0 when the text is a target of a known type and well formed, else ERR_FORMAT. */
int target_check(const char *text);

/* How specific a target is: larger wins. 0 for what target_check() refuses. */
unsigned int target_rank(const char *text);

/*
 * The names of the properties that may prove a result ("nvme.fr" ...), NULL-terminated: a
 * component that names another one is not understood.
 */
extern const char *const proof_fields[];

/*
 * The flags that components may carry, NULL-terminated. A flag changes how a component is to be
 * applied, so one that is not known makes the component unusable (catalog.h, not_understood).
 */
extern const char *const component_flags[];

#endif
