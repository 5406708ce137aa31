/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One UEFI variable through libefivar, which does its own I/O: what it was asked and answered goes
 * into the trace of the run, and comes from there in a replay, which touches no variable.
 */
#ifndef DRYDOCK_HW_EFI_VAR_H
#define DRYDOCK_HW_EFI_VAR_H

#include <stddef.h>
#include <stdint.h>

#include <efivar/efivar.h>

#include "hw/hwio.h"

#define EFI_VAR_MAX_BYTES (1u << 20) /* signature databases have some 10 KiB */

/* UEFI 2.10 §32.6.1 EFI_IMAGE_SECURITY_DATABASE_GUID, of db and dbx. */
#define EFI_VAR_SECURITY_GUID \
	EFI_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f)

/*
 * The value of a variable, malloc'ed. 0, or a negative errno: -ENOENT (no such variable),
 * -EOPNOTSUPP (no UEFI), -EFBIG (more than EFI_VAR_MAX_BYTES), ...
 */
int efi_var_get(struct hwio *hw, efi_guid_t guid, const char *name, uint8_t **ret,
		size_t *ret_size);

/* A global variable that is one 16-bit number; -EBADMSG when it has another size. */
int efi_var_get_u16(struct hwio *hw, const char *name, uint16_t *ret);

/*
 * Writes a global one that is non-volatile and visible at boot and run time (UEFI 2.10 §8.2.1).
 * 0 or a negative errno: -ENOSPC (no room), -EROFS, -EACCES, -EPERM (not allowed), ...
 */
int efi_var_set_u16(struct hwio *hw, const char *name, uint16_t value);

/* The same of one 64-bit number (OsIndications). */
int efi_var_get_u64(struct hwio *hw, const char *name, uint64_t *ret);
int efi_var_set_u64(struct hwio *hw, const char *name, uint64_t value);

/* Removes a global one; -ENOENT when there is none. */
int efi_var_remove(struct hwio *hw, const char *name);

/* The same of any vendor's, with the same attributes. */
int efi_var_put(struct hwio *hw, efi_guid_t guid, const char *name, const uint8_t *data,
		size_t size);
int efi_var_delete(struct hwio *hw, efi_guid_t guid, const char *name);

/*
 * Calls each for the name of every variable of this vendor, until it returns something else than
 * 0, which is returned. Variables must not be removed meanwhile. 0 or a negative errno.
 */
typedef int efi_var_name_fn(void *ctx, const char *name);
int efi_var_names(struct hwio *hw, efi_guid_t guid, efi_var_name_fn *each, void *ctx);

#endif
