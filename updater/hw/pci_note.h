/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libpci told of a function, in the trace of a run: libpci does its own I/O. */
#ifndef DRYDOCK_HW_PCI_NOTE_H
#define DRYDOCK_HW_PCI_NOTE_H

#include "hw/hwio.h"
#include "inventory/inventory.h"

/* Keeps the device as it is now: nothing but what libpci said. */
void pci_note_put(struct hwio *hw, const struct device *dev);

/*
 * In a replay: appends the next one to inv. 1 = through *ret; 0 = there is none any more; or
 * ERR_FORMAT, ERR_NOMEM.
 */
int pci_note_take(struct hwio *hw, struct inventory *inv, struct device **ret, struct err *err);

#endif
