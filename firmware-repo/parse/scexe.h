/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the archive begins in HPE's self-extracting files. Nothing of them is ever executed. */
#ifndef FWREPO_PARSE_SCEXE_H
#define FWREPO_PARSE_SCEXE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SCEXE_MAX_SCRIPT (60u << 10) /* bytes of script before its archive */

/*
 * A .scexe: a shell script with a line "_SKIP=N", and a gzip stream that begins at its line N,
 * counted from 1. buf is the beginning of the file. ERR_NOT_FOUND: not such a script; ERR_FORMAT:
 * it is, but at that place within buf there is no gzip stream (RFC 1952).
 */
int scexe_find_archive(const uint8_t *buf, size_t len, size_t *ret_offset, struct err *err);

#endif
