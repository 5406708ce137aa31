/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The next boot comes back here: BootNext := BootCurrent, written and read back (UEFI 2.10 §3.1.2,
 * §3.3 globally defined variables), through libefivar.
 */
#ifndef DRYDOCK_HW_BOOT_NEXT_H
#define DRYDOCK_HW_BOOT_NEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

/*
 * Makes the entry that this boot was started by the next one, too. *ret_entry is its number
 * (Boot0003), title (NUL-terminated, cut, printable) what the firmware calls it. hw gets a note of
 * what was asked and answered.
 * ERR_UNSUPPORTED (no UEFI, no BootCurrent: a BIOS boot, or the firmware does not tell),
 * ERR_FULL (no room for variables), ERR_POLICY (variables are read-only), ERR_IO, ERR_PROOF (it
 * reads back as something else), ERR_NOT_FOUND (there is no Boot#### of that number any more).
 */
int boot_next_set(struct hwio *hw, uint16_t *ret_entry, char *title, size_t size, struct err *err);

/* Takes it back when the reboot does not happen. ERR_* as above; not set is no error. */
int boot_next_clear(struct hwio *hw, struct err *err);

#endif
