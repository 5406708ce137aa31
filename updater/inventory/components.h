/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a machine that SMBIOS knows: firmware (type 45), the TPM (43), the BMC (38), slot
 * names (9, 41), host interfaces (42). What is about a device that another prober found goes into
 * that one; the rest become devices of their own, so that nothing with firmware is left out.
 *
 *   "smbios:45:<its id, else its handle>"   DEVICE_FIRMWARE
 *   "tpm"                                   DEVICE_FIRMWARE
 *   "bmc"                                   when nothing else found it, with ipmi.error
 *   smbios.name, .version, .lowest, .state, .updatable, .id, .date, .manufacturer; of a second
 *   component of the same device smbios.2.name ...
 *   system.host-interface.1 ...             type 42 in words
 *   smbios.error                            what is wrong with a structure, or with the table
 */
#ifndef DRYDOCK_INVENTORY_COMPONENTS_H
#define DRYDOCK_INVENTORY_COMPONENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"

#define COMPONENTS_MAX 1024 /* structures of type 45 */

/*
 * From a table in memory, after all other probers. A structure that is damaged is told and its
 * siblings are kept; a table that is cut off is used up to there. ERR_NOMEM, ERR_TOO_LARGE.
 */
int components_add(const uint8_t *table, size_t len, struct inventory *inv, struct err *err);

/* The same from the table of this machine; without one only a TPM that the kernel has is added. */
int components_probe(struct hwio *hw, struct inventory *inv, struct err *err);

#endif
