/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An iLO 3 or 4, and the system ROM of an iLO 4's server, by RIBCL; for the files ilo_ribcl*.c
 * only.
 */
#ifndef DRYDOCK_BACKENDS_ILO_RIBCL_H
#define DRYDOCK_BACKENDS_ILO_RIBCL_H

#include "backends/backend.h"
#include "hw/ribcl.h"

#define ILO_RIBCL	   "ilo-ribcl"
#define ILO_RIBCL_WAIT_MS  30000u
#define ILO_RIBCL_IMAGE	   "firmware.bin" /* what the iLO is told */
#define ILO_RIBCL_MAX	   (64u << 20)	  /* the largest images have 32 MiB */
#define ILO_RIBCL_OLDEST   3		  /* the first that takes scripts over HTTP */
#define ILO_RIBCL_LAST	   4		  /* newer ones are asked by Redfish */
#define ILO_RIBCL_FIRST_TO "1.28"	  /* an iLO 3 that is older takes this one first */

/* Reads what runs on the device, into *dev. */
int ilo_ribcl_read(struct hwio *hw, struct device *dev, unsigned int *ret_generation,
		   struct err *err);

/*
 * Would the iLO refuse? From what it says of itself alone. ERR_UNSUPPORTED (which iLO, what of it,
 * a stepping stone is missing), ERR_FORMAT, ERR_TOO_LARGE (the payload).
 */
int ilo_ribcl_judge(unsigned int generation, const struct device *dev, const struct component *comp,
		    uint64_t payload_bytes, struct err *err);

/* Does this device run what the component brings? */
bool ilo_ribcl_runs(const struct device *dev, const struct component *comp);

int ilo_ribcl_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int ilo_ribcl_refresh(struct hwio *hw, struct device *dev, struct err *err);
int ilo_ribcl_check(struct backend_io *io, struct err *err);
int ilo_ribcl_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int ilo_ribcl_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int ilo_ribcl_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
