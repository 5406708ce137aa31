/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system use area of a directory record (SUSP 1.12, RRIP 1.12). Inside of iso9660.h. */
#ifndef FWREPO_ISO_SUSP_H
#define FWREPO_ISO_SUSP_H

#include "media/iso_record.h"

/*
 * Fills what the fields of an area and of all areas that continue it (CE) tell: name (with NM),
 * is_dir and is_left_out (PX, CL, RE). *ret_named: there was a name. ERR_FORMAT, ERR_IO.
 */
int iso_susp_read(const struct iso_volume *volume, const uint8_t *area, size_t len,
		  struct iso_record *ret, bool *ret_named, struct err *err);

#endif
