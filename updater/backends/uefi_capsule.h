/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capsules for entries of the ESRT; for the files uefi_*.c only. */
#ifndef DRYDOCK_BACKENDS_UEFI_CAPSULE_H
#define DRYDOCK_BACKENDS_UEFI_CAPSULE_H

#include "backends/backend.h"
#include "backends/uefi_plan.h"

int uefi_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int uefi_refresh(struct hwio *hw, struct device *dev, struct err *err);
int uefi_check(struct backend_io *io, struct err *err);
int uefi_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int uefi_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int uefi_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

/* The entry that a device of the inventory is, live. ERR_*, see hw/esrt.h. */
int uefi_find(struct hwio *hw, const struct device *dev, struct esrt_entry *ret, struct err *err);

/* Reads and parses what the plan needs of the payload. */
int uefi_capsule_read(struct payload_source *payload, struct uefi_capsule *ret, struct err *err);

/*
 * The payload with the flags that it goes out with; offset and len are a range inside of it.
 * ERR_HASH, ERR_IO.
 */
int uefi_capsule_bytes(struct payload_source *payload, const struct uefi_capsule *cap,
		       uint64_t offset, uint8_t *buf, size_t len, struct err *err);

#endif
