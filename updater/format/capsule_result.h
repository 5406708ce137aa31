/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What firmware reports of a capsule that it has processed: the variables Capsule0000, Capsule0001,
 * ... (UEFI 2.10 §8.5.6, EFI_CAPSULE_RESULT_VARIABLE_HEADER and _FMP).
 */
#ifndef DRYDOCK_FORMAT_CAPSULE_RESULT_H
#define DRYDOCK_FORMAT_CAPSULE_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define CAPSULE_RESULT_MAX_BYTES 4096 /* the header, a file name and a device path as text */

struct capsule_result {
	char guid[GUID_TEXT]; /* the firmware that it was for: of a capsule of FMP its image type */
	char time[20];	      /* "2026-11-23 10:00:11" of the firmware's clock; they sort by time */
	uint64_t status;      /* EFI_STATUS */
};

/* ERR_FORMAT (shorter than it says, or than a report is; no time), ERR_TOO_LARGE. */
int capsule_result_parse(const uint8_t *buf, size_t len, struct capsule_result *ret,
			 struct err *err);

/* EFI_STATUS in words (UEFI 2.10 appendix D); never NULL. */
const char *capsule_result_status_text(uint64_t status);

#endif
