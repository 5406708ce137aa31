/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the firmware that an update of the system ROM may reset: saved before, compared
 * after: UEFI variables, and the BIOS attributes that a driver shows. They are read, never
 * restored.
 */
#ifndef DRYDOCK_HW_BOOT_SETTINGS_H
#define DRYDOCK_HW_BOOT_SETTINGS_H

#include "base/err.h"
#include "hw/hwio.h"

/*
 * One line a setting, "KEY: VALUE", malloc'ed: the boot order with the titles of its entries (UEFI
 * 2.10 §3.3), SecureBoot and SetupMode, SHA-256 and size of PK, KEK and db (§32.3), then each
 * readable BIOS attribute ("BIOS NAME") but those named for passwords. A setting that is not there
 * has the value "none"; "" altogether without UEFI and attributes. ERR_NOMEM, ERR_INTERNAL.
 */
int boot_settings_read(struct hwio *hw, char **ret_text, struct err *err);

/*
 * A line for people for each setting that reads otherwise, malloc'ed, NULL when all are the same or
 * either text is "". Pure. ERR_NOMEM.
 */
int boot_settings_compare(const char *before, const char *after, char **ret_text, struct err *err);

#endif
