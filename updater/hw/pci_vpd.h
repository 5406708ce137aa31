/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_HW_PCI_VPD_H
#define DRYDOCK_HW_PCI_VPD_H

#include "format/vpd.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"

/* What was read: vpd, or why there is nothing to believe. */
struct pci_vpd {
	struct vpd vpd;
	char error[160];
};

/*
 * Reads the Vital Product Data behind fd (the file "vpd" of a PCI function in sysfs). VPD is read
 * through two registers, and some devices answer slowly or never: what has not come within a second
 * of the seam's clock, is damaged or has a wrong checksum is an error. The kernel itself may hang
 * for longer: to be called where that does no harm (slow.h).
 */
void pci_vpd_read(struct hwio *hw, int fd, struct pci_vpd *ret);

/*
 * Adds it to the function: pci.vpd.name, pci.vpd.<keyword in lower case>, pci.vpd.checksum ("ok",
 * "none") and the serial number; or pci.vpd.error alone.
 */
void pci_vpd_set(struct device *dev, const struct pci_vpd *vpd);

#endif
