/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From HPE's description of a package to components, whichever file the description was in. */
#ifndef FWREPO_HPE_COMPONENT_H
#define FWREPO_HPE_COMPONENT_H

#include "import/import.h"
#include "parse/hpe_package.h"

/* Who can bring it to the device: HPE's types A to D. */
enum hpe_way {
	HPE_WAY_BMC = 1,    /* A: the iLO writes it at once */
	HPE_WAY_BMC_REBOOT, /* B: and a reboot of the server activates it */
	HPE_WAY_UEFI,	    /* C: the iLO keeps it, the system ROM writes it at the next start */
	HPE_WAY_AGENT,	    /* D: only a program in an operating system does */
};

enum hpe_way hpe_way_of(const struct hpe_package *pkg, const struct hpe_device *dev);

/*
 * Devices that get the same version by the same images: what becomes one component. Makes versions
 * of system ROMs complete first ("2.34_04_08_2020" of family U30 is "U30 v2.34 (04/08/2020)").
 */
struct hpe_groups {
	size_t *of;   /* for each device the number of its group */
	size_t count; /* groups */
};

int hpe_groups_make(struct hpe_package *pkg, struct hpe_groups *ret, struct err *err);
void hpe_groups_free(struct hpe_groups *groups);

/* The group's first device. */
const struct hpe_device *hpe_group_device(const struct hpe_package *pkg,
					  const struct hpe_groups *groups, size_t group);

/*
 * Fills all of comp but its id, payload, backend and flags, and notes what has no place there. At
 * most CATALOG_MAX_TARGETS: *next is the device from which on targets are taken, and is where the
 * next component of this group goes on (device_count at the end). *ret_known: one of the targets is
 * of a kind that inventories show.
 */
int hpe_component_fill(struct import *imp, const struct hpe_package *pkg,
		       const struct hpe_groups *groups, size_t group, size_t *next,
		       struct component *comp, bool *ret_known, struct err *err);

/*
 * The backend for an image that an iLO takes: its own of generations 2 and 3 by RIBCL, everything
 * else by Redfish.
 */
const char *hpe_bmc_backend(const struct hpe_package *pkg);

/* Notes for people about the package as a whole: conditions, members that were not understood. */
int hpe_package_notes(struct import *imp, const struct hpe_package *pkg, const char *name,
		      struct err *err);

#endif
