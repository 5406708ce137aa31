/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EFI_LOAD_OPTION, the value of Boot#### (UEFI 2.10 §3.1.3). */
#ifndef DRYDOCK_FORMAT_LOAD_OPTION_H
#define DRYDOCK_FORMAT_LOAD_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The title of a load option as printable ASCII, anything else as '?', cut to size (> 0).
 * ERR_FORMAT when it has no end or is too short.
 */
int load_option_title(const uint8_t *buf, size_t len, char *ret_title, size_t size,
		      struct err *err);

#endif
