/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libpci, made safe to call. Its error callback must not return, and the default one ends the
 * process: no updater may die in a write because a device was pulled while another one is looked
 * up. So every call into it that can fail runs inside pci_lib_call(), and the callback leaves
 * through longjmp() to there.
 */
#ifndef DRYDOCK_HW_PCI_LIB_H
#define DRYDOCK_HW_PCI_LIB_H

#include <pci/pci.h>

#include "base/err.h"
#include "hw/hwio.h"

struct pci_lib {
	struct pci_access *acc;
	struct hwio *hw; /* where its warnings are noted */
};

/*
 * Prepares libpci: method is an enum pci_access_type, param and value one of its parameters
 * ("dump.name"), both NULL for none. pci_lib_close() in any case.
 */
int pci_lib_open(struct pci_lib *lib, unsigned int method, const char *param, const char *value,
		 struct err *err);
void pci_lib_close(struct pci_lib *lib);

/*
 * Runs call(lib, arg). What call() owns is not released when libpci gives up, so it calls libpci
 * and nothing else. Returns 0 or ERR_DEVICE with libpci's own words.
 */
int pci_lib_call(struct pci_lib *lib, void (*call)(struct pci_lib *lib, void *arg), void *arg,
		 struct err *err);

#endif
