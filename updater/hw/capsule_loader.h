/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /dev/efi_capsule_loader: the kernel collects a capsule and hands it to UpdateCapsule (UEFI 2.10,
 * 8.5.3) in the write that completes it (drivers/firmware/efi/capsule-loader.c). Nothing reaches
 * the firmware before: closing earlier makes the kernel forget what it was given.
 */
#ifndef DRYDOCK_HW_CAPSULE_LOADER_H
#define DRYDOCK_HW_CAPSULE_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

#define CAPSULE_LOADER "/dev/efi_capsule_loader"

/*
 * Would the firmware take a capsule with this header (CAPSULE_HEADER_BYTES)? The kernel asks
 * QueryCapsuleCapabilities as soon as it has the header, and changes nothing. ERR_NOT_FOUND: there
 * is no loader (not started by UEFI, no runtime services); ERR_UNSUPPORTED: no; ERR_TOO_LARGE: not
 * of that size; ERR_DEVICE, ERR_NOMEM.
 */
int capsule_loader_ask(struct hwio *hw, const uint8_t *header, struct err *err);

/* One capsule: *ret_fd is open for it, and closed by the caller. */
int capsule_loader_open(struct hwio *hw, int *ret_fd, struct err *err);

/*
 * The next bytes of it, all of them. is_last: they complete it, so that an error is the firmware's
 * answer to the whole capsule. ERR_* as above.
 */
int capsule_loader_put(struct hwio *hw, int fd, const uint8_t *buf, size_t len, bool is_last,
		       struct err *err);

#endif
