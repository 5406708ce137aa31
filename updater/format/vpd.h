/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vital Product Data of a PCI function: PCI Local Bus Specification 3.0, Appendix I; PCI Express
 * Base Specification 5.0, 6.28.
 */
#ifndef DRYDOCK_FORMAT_VPD_H
#define DRYDOCK_FORMAT_VPD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define VPD_MAX_BYTES	32768u /* its address has 15 bits */
#define VPD_MAX_FIELDS	64u
#define VPD_MAX_KEYWORD 2u

enum vpd_checksum {
	VPD_CHECKSUM_NONE = 1, /* no RV keyword, though the specification wants one */
	VPD_CHECKSUM_OK,
	VPD_CHECKSUM_WRONG,
};

struct vpd_field {
	char keyword[VPD_MAX_KEYWORD + 1]; /* "PN", "SN", "V0" */
	char value[128];		   /* as text_from_field() makes it */
};

struct vpd {
	char name[128]; /* identifier string */
	struct vpd_field fields[VPD_MAX_FIELDS];
	size_t field_count; /* of the read-only section, without RV; those beyond are left out */
	enum vpd_checksum checksum;
};

/*
 * Parses len bytes. ERR_FORMAT: a tag or field that runs past the end of what holds it, a tag
 * that is not one of 82h, 90h, 91h, 78h, no end tag. A wrong checksum is no error: see checksum.
 */
int vpd_parse(const uint8_t *buf, size_t len, struct vpd *ret, struct err *err);

/* The value of a keyword, NULL when there is none. */
const char *vpd_value(const struct vpd *vpd, const char *keyword);

#endif
