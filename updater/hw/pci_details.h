/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a PCI function tells only slowly, or never: VPD and the headers of its option ROM. Each
 * function is read in a thread of its own, so that they are side by side and one that hangs costs
 * no more than a stated time.
 */
#ifndef DRYDOCK_HW_PCI_DETAILS_H
#define DRYDOCK_HW_PCI_DETAILS_H

#include <stdint.h>

#include "hw/hwio.h"
#include "inventory/inventory.h"

#define PCI_DETAILS_LIMIT_MS 2500u /* for all functions together */

struct pci_details;

enum pci_detail { PCI_DETAIL_VPD = 1, PCI_DETAIL_ROM };

/*
 * Begins to read one of them of a function (its id and class count); NULL when it has none. Option
 * ROMs only of storage and network functions (classes 01h, 02h, 0C04h): enabling a ROM takes its
 * decoder away from the function for that time on some, and displays are in use.
 */
struct pci_details *pci_details_start(struct hwio *hw, const struct device *dev,
				      enum pci_detail detail);

/*
 * Waits until end_ms of slow_now_ms() at most, and adds what was read: the properties of pci_vpd.h,
 * pci.rom-type ("bios+efi"), pci.rom-version (the code revision in hex, of the UEFI image if there
 * is one), pci.rom.error. What hangs is left alone; pci.vpd.error says so. details is gone then.
 */
void pci_details_take(struct pci_details *details, struct device *dev, uint64_t end_ms);

/*
 * The option ROMs of all functions of the inventory. What is read of them is vendors' programs and
 * in no trace (pread): to be called where a replay does not come. ERR_NOMEM.
 */
int pci_roms_probe(struct hwio *hw, struct inventory *inv, struct err *err);

#endif
