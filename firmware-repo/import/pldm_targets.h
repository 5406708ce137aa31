/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors of a PLDM device record as targets. */
#ifndef FWREPO_PLDM_TARGETS_H
#define FWREPO_PLDM_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/pldm_package.h"
#include "repo/catalog.h"

/*
 * "pci:15b3:1021" (with the subsystem where the record has both of its ids) and "pldm-uuid:...".
 * None when its descriptors are others.
 */
int pldm_add_targets(const struct pldm_record *record, struct component *comp, struct err *err);

/*
 * The descriptors that no target expresses, for people: "IANA enterprise 47196, vendor defined
 * PSID"; false when there are none. A device must have them, too.
 */
bool pldm_other_descriptors(const struct pldm_record *record, char *ret, size_t size);

#endif
