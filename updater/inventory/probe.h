/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding the devices: each prober adds what it knows to an inventory, reading only. The table in
 * probe.c lists them in order: the system, PCI, the BMC, then the backends, which name PCI
 * functions as parents, then what is told of devices that are known: arrays, SMBIOS. Where another
 * machine's BMC is meant (hw->bmc, bmc_access.h) nothing of this machine is looked at.
 */
#ifndef DRYDOCK_PROBE_H
#define DRYDOCK_PROBE_H

#include "base/err.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"

struct probe_source {
	struct hwio *hw;  /* never NULL; made with the same root */
	const char *root; /* another sysfs/dev root, NULL = this machine (libpci needs it too) */
	const char *lspci_dump; /* an "lspci -x" file: then only PCI is probed; NULL = none */
	const char *pci_ids;	/* the names file; NULL = the one of this machine */
	/* Called before each prober, what = what it looks for ("PCI", "nvme"); NULL = not wanted.
	 */
	void (*at)(void *ctx, const char *what);
	void *ctx;
};

/*
 * Fills ret (which must be {0}) with everything found. A prober that fails adds one line to
 * *ret_warnings (malloc'ed, may stay NULL) and the others go on. ERR_NOMEM, ERR_IO (a dump that
 * cannot be read).
 */
int probe_all(const struct probe_source *source, struct inventory *ret, char **ret_warnings,
	      struct err *err);

/* One prober each, in hw/. It adds devices to inv and returns 0 or ERR_*. */
int probe_pci(const struct probe_source *source, struct inventory *inv, struct err *err);
int probe_ipmi(const struct probe_source *source, struct inventory *inv, struct err *err);
int probe_system(const struct probe_source *source, struct inventory *inv, struct err *err);

#endif
