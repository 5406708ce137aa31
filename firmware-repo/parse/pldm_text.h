/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings of PLDM packages (DSP0267, "String type values") as UTF-8. */
#ifndef FWREPO_PARSE_PLDM_TEXT_H
#define FWREPO_PARSE_PLDM_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "parse/pldm_package.h"

enum pldm_text_type {
	PLDM_TEXT_UNKNOWN = 0, /* the specification's numbers */
	PLDM_TEXT_ASCII,
	PLDM_TEXT_UTF_8,
	PLDM_TEXT_UTF_16,
	PLDM_TEXT_UTF_16LE,
	PLDM_TEXT_UTF_16BE,
};

/*
 * At most 255 bytes. NULs and blanks at the end are padding. UTF-16 begins with a byte order mark,
 * or is little-endian as all numbers are. ERR_FORMAT: another type, half a character, not UTF-16;
 * what is not printable becomes '?'.
 */
int pldm_text(unsigned int type, const uint8_t *bytes, size_t len, char ret[PLDM_TEXT_MAX],
	      struct err *err);

#endif
