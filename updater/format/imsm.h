/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Intel's RAID (Rapid Storage, VROC: "IMSM") keeps at the end of each drive: mdadm's
 * super-intel.c, struct imsm_super, imsm_disk, imsm_dev, imsm_vol, imsm_map (facts only). Its
 * anchor is the last sector but one; what does not fit into it stands before it.
 */
#ifndef DRYDOCK_FORMAT_IMSM_H
#define DRYDOCK_FORMAT_IMSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IMSM_MAX_BYTES (64u << 10)

struct imsm_super {
	uint32_t family; /* of the first configuration: stays when members change */
	uint32_t generation;
	unsigned int disks;  /* that are configured as members of volumes, failed ones too */
	unsigned int failed; /* of them */
	bool degraded;	     /* a volume says so */
	bool migrating;	     /* a rebuild, initialisation, repair or change is under way */
	char volume[17];     /* the one that says so; the first one otherwise */
};

/*
 * Where the whole lies: *ret_bytes, of which the first sector is the anchor and the others stand
 * before it on the drive. ERR_NOT_FOUND: no anchor; ERR_FORMAT.
 */
int imsm_anchor_parse(const uint8_t *anchor, size_t len, size_t *ret_bytes, struct err *err);

/* buf: the anchor and behind it what stands before it. ERR_NOT_FOUND, ERR_FORMAT. */
int imsm_parse(const uint8_t *buf, size_t len, struct imsm_super *ret, struct err *err);

#endif
