/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_BASE_UTF8_H
#define DRYDOCK_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes a character (a Unicode scalar value, which is the caller's to see to) as UTF-8, RFC 3629
 * section 3: 1 to 4 bytes, without a NUL. Returns how many.
 */
size_t utf8_put(char *to, uint32_t c);

#endif
