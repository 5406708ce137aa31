/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways by which a capsule gets to the firmware; for the files uefi_*.c only. */
#ifndef DRYDOCK_BACKENDS_UEFI_DELIVER_H
#define DRYDOCK_BACKENDS_UEFI_DELIVER_H

#include "backends/uefi_capsule.h"

struct uefi_delivery {
	const char *words; /* "through the kernel": begins what went wrong */
	/* Is it possible here, for this header of CAPSULE_HEADER_BYTES and this size? Reads only.
	 */
	int (*ask)(struct backend_io *io, const uint8_t *header, uint64_t size, struct err *err);
	int (*deliver)(struct backend_io *io, const struct esrt_entry *entry,
		       const struct uefi_capsule *cap, struct err *err);
};

extern const struct uefi_delivery uefi_by_loader, uefi_by_disk, uefi_by_helper;

/*
 * The first one that is possible for this capsule. Else the error of the first, with the texts of
 * all; ERR_NO_WRITABLE_ESP when nothing but our own ESP is missing for one of them.
 */
int uefi_deliver_choose(struct backend_io *io, const struct uefi_capsule *cap,
			const struct uefi_delivery **ret, struct err *err);

/*
 * Is any possible for the class, by a capsule of its own GUID or an FMP one of the payload's size?
 * The payload is not read.
 */
int uefi_deliver_check(struct backend_io *io, const char *guid, struct err *err);

#endif
