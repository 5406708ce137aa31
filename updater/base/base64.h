/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 as RFC 4648 section 4 has it, with padding, and nothing else: one text for one value. */
#ifndef DRYDOCK_BASE_BASE64_H
#define DRYDOCK_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_TEXT_BYTES(len) (((len) + 2) / 3 * 4 + 1)

/* Writes BASE64_TEXT_BYTES(len) bytes to text, the last a NUL. */
void base64_encode(const uint8_t *bytes, size_t len, char *text);

/*
 * Decodes text into ret (room for size bytes). ERR_FORMAT: a character that does not belong,
 * padding missing or misplaced, unused bits that are not zero, more than size bytes.
 */
int base64_decode(const char *text, uint8_t *ret, size_t size, size_t *ret_len);

#endif
