/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_HW_PCI_VPD_H
#define DRYDOCK_HW_PCI_VPD_H

#include "hw/hwio.h"
#include "inventory/inventory.h"

/*
 * Adds what the Vital Product Data of a PCI function says, when the kernel offers it: pci.vpd.name,
 * pci.vpd.<keyword in lower case>, pci.vpd.checksum ("ok", "none"), and the serial number. VPD is
 * read through two registers, and some devices answer slowly or never: what has not come within a
 * second, is damaged or has a wrong checksum is left out, and pci.vpd.error says why.
 */
void pci_vpd_probe(struct hwio *hw, struct device *dev);

#endif
