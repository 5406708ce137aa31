/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as lower-case hex digits and back. */
#ifndef DRYDOCK_BASE_HEX_H
#define DRYDOCK_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * len digits and a NUL to text. */
void hex_encode(const uint8_t *bytes, size_t len, char *text);

/* Reads exactly 2 * len lower-case digits that end with NUL. 0 or ERR_FORMAT. */
int hex_decode(const char *text, uint8_t *ret_bytes, size_t len);

#endif
