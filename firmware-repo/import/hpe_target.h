/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which devices an HPE package is for, in our words. */
#ifndef FWREPO_HPE_TARGET_H
#define FWREPO_HPE_TARGET_H

#include "import/import.h"
#include "parse/hpe_package.h"

#define HPE_DEVICE_TARGETS 2 /* of one device at most: its GUID, and what that stands for */

/*
 * The generation of the iLO that a package is for ("5"), from a target that is known or from what
 * its devices, the package and its images are called ("iLO 5", "ilo5_310.bin"). "" when it does not
 * say or contradicts itself.
 */
const char *hpe_ilo_generation(const struct hpe_package *pkg);

/* The family of the package's system ROMs ("U30"), when its targets name exactly one. */
bool hpe_rom_family(const struct hpe_package *pkg, char ret[8]);

/* The targets of a device of the package by its GUID; ret has HPE_DEVICE_TARGETS texts. */
size_t hpe_targets_of(const struct hpe_package *pkg, const char *guid, char ret[][128]);

/*
 * For a package whose devices have no targets: those that it says it supports. *ret_known: one of
 * them is of a kind that inventories show.
 */
int hpe_supported_targets(const struct hpe_package *pkg, struct component *comp, bool *ret_known,
			  struct err *err);

/* Would anything of it be wanted (import_wants_targets)? Also when it names no devices. */
bool hpe_package_wanted(const struct import *imp, const struct hpe_package *pkg);

#endif
