/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One name on FAT: the long one in UTF-16 and the short one of 8 + 3 characters (Microsoft FAT
 * specification 1.03, "FAT Long Directory Entries").
 */
#ifndef FWREPO_FAT_NAME_H
#define FWREPO_FAT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FAT_SHORT_LEN	   11  /* bytes */
#define FAT_LONG_MAX	   255 /* UTF-16 units */
#define FAT_UNITS_PER_SLOT 13
#define FAT_SLOT_BYTES	   32

/*
 * UTF-8 to UTF-16; units may be NULL to check only. ERR_FORMAT: not UTF-8, longer than 255 units,
 * a character that FAT does not take, ".", "..", a dot or blank at the end.
 */
int fat_name_units(const char *name, size_t len, uint16_t units[FAT_LONG_MAX], size_t *ret_count,
		   struct err *err);

/* The short name when it is the long one in capitals. */
bool fat_name_natural(const char *name, size_t len, uint8_t ret[FAT_SHORT_LEN]);

/* Is the short name all that is needed: the same, capitals and all? */
bool fat_name_is_short(const char *name, size_t len);

/* "LONGNA~1.TXT": a short name that ends with the number, which must be below 1,000,000. */
void fat_name_numbered(const char *name, size_t len, unsigned int number,
		       uint8_t ret[FAT_SHORT_LEN]);

/* By which slots of a long name know their short one. */
uint8_t fat_name_checksum(const uint8_t name[FAT_SHORT_LEN]);

/* Slot number index (from 1) of a long name: 32 bytes. */
void fat_name_slot(const uint16_t *units, size_t count, size_t index, uint8_t checksum,
		   uint8_t ret[FAT_SLOT_BYTES]);

#endif
