/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_HW_SECURE_BOOT_H
#define DRYDOCK_HW_SECURE_BOOT_H

#include "hw/hwio.h"

/*
 * UEFI 2.10 section 3.3, variable SecureBoot of this machine: "on", "off", or "unknown" when there
 * is none (BIOS, or no efivarfs). libefivar reads it; hw keeps the answer in its trace.
 */
const char *secure_boot_state(struct hwio *hw);

#endif
