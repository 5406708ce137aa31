/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and bytes put where a format wants them. */
#ifndef FWREPO_PUT_H
#define FWREPO_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

static inline void put_le16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(uint8_t *to, uint32_t value)
{
	put_le16(to, (uint16_t)value);
	put_le16(to + 2, (uint16_t)(value >> 16));
}

static inline void put_le64(uint8_t *to, uint64_t value)
{
	put_le32(to, (uint32_t)value);
	put_le32(to + 4, (uint32_t)(value >> 32));
}

static inline void put_be32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* ECMA-119 7.3.3 and 7.2.3: little-endian, and big-endian behind it. */
static inline void put_both32(uint8_t *to, uint32_t value)
{
	put_le32(to, value);
	put_be32(to + 4, value);
}

static inline void put_both16(uint8_t *to, uint16_t value)
{
	put_le16(to, value);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

/* Exactly len bytes at a place of a file. ERR_FULL, ERR_IO. */
int put_at(int fd, uint64_t offset, const void *buf, size_t len, struct err *err);
int get_at(int fd, uint64_t offset, void *buf, size_t len, struct err *err);

/*
 * All of src to a place of a new file: where there are only zeros nothing is written. progress may
 * be NULL and gets the bytes of each piece. ERR_FULL, ERR_IO, ERR_NOMEM.
 */
int put_source(int fd, const struct source *src, uint64_t offset, void (*progress)(uint64_t bytes),
	       struct err *err);

#endif
