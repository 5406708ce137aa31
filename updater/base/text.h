/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text that came from devices and files, made fit for terminals, logs and JSON: whatever was
 * burnt into a board must not be able to move a cursor or break a report.
 */
#ifndef DRYDOCK_BASE_TEXT_H
#define DRYDOCK_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copies src to dst of size bytes (> 0), always terminated, cut between characters. Control
 * characters and what is not UTF-8 (RFC 3629) become '?', a byte each.
 */
void text_copy(char *dst, size_t size, const char *src);

/*
 * The same from a counted field of a device: it ends at its first NUL, trailing blanks are
 * removed, and only printable ASCII is kept.
 */
void text_from_field(char *dst, size_t size, const uint8_t *field, size_t len);

/* How many columns a text takes that text_copy() made: its characters. */
size_t text_columns(const char *text);

#endif
