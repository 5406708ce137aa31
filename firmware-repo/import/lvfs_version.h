/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI firmware counts its versions in 32 bits; vendors write them as "1.2.3". LVFS::VersionFormat
 * says how the one becomes the other (fwupd's documentation of version formats).
 */
#ifndef FWREPO_IMPORT_LVFS_VERSION_H
#define FWREPO_IMPORT_LVFS_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repo/version.h"

/*
 * The number that a version stands for: of "1.2.3" by its format, or written as a number
 * ("16908291", "0x01020003") whatever the format. False when the format is not known, does not tell
 * all 32 bits
 * ("dell-bios"), or the text does not follow it: then the number is not known.
 */
bool lvfs_version_number(const char *format, const char *text, uint32_t *ret);

/* The other way. False when the format is not known; ret is then the decimal number. */
bool lvfs_version_text(const char *format, uint32_t number, char *ret, size_t size);

/* How versions of this format are ordered: dotted, hex, or what the version's shape tells. */
enum version_scheme lvfs_version_scheme(const char *format, const char *version);

#endif
