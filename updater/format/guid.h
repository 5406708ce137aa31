/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GUIDs: 16 bytes and their text (RFC 9562, section 4). Firmware tables store the first three
 * fields little-endian (UEFI 2.10 appendix A, "mixed-endian"); RFC 9562 stores them big-endian.
 */
#ifndef DRYDOCK_FORMAT_GUID_H
#define DRYDOCK_FORMAT_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUID_BYTES 16
#define GUID_TEXT  37 /* "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4" and a NUL */

/* Lower case. */
void guid_text_be(const uint8_t guid[GUID_BYTES], char ret[GUID_TEXT]);
void guid_text_mixed(const uint8_t guid[GUID_BYTES], char ret[GUID_TEXT]);

/* Any case, exactly 36 characters; ERR_FORMAT. */
int guid_parse_be(const char *text, uint8_t ret[GUID_BYTES]);
int guid_parse_mixed(const char *text, uint8_t ret[GUID_BYTES]);

/*
 * The GUID of an instance id ("PCI\VEN_15B3&DEV_1021"), as fwupd and the LVFS make it: UUIDv5 in
 * the DNS namespace (RFC 9562 section 5.5). ERR_INTERNAL when OpenSSL fails; ret is "" then.
 */
int guid_of_instance_id(const char *instance_id, char ret[GUID_TEXT]);

#endif
