/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names that vendors give to a device which is here: targets computed from what the device says
 * of itself, so that components of theirs match without any service of theirs.
 *
 *   guid:<GUID>        of the instance ids that fwupd makes for it ("PCI\VEN_..&DEV_..", "NVME\..")
 *   hpe-target:<GUID>  of HPE packages: PCI cards by their ids, drives by their model, system ROMs
 * by their family drive-model:<MN>   whatever the transport
 */
#ifndef DRYDOCK_IDENTITY_H
#define DRYDOCK_IDENTITY_H

#include <stdbool.h>

#include "base/err.h"
#include "inventory/inventory.h"

/*
 * Adds the targets above to every device, from its properties; called at the end of probe_all() and
 * for inventories that were read from files. Doing it twice changes nothing. ERR_NOMEM.
 */
int identity_add(struct inventory *inv, struct err *err);

/*
 * The other way, for importers: the target that a GUID of an HPE package stands for,
 * "pci:15b3:1023:15b3:0002" or "drive-model:VR000960YYXPR" or "hpe-rom:U30". False when it is of no
 * known kind (then only "hpe-target:<guid>" can match).
 */
bool identity_of_hpe_target(const char *guid, char *ret, size_t ret_size);

#endif
