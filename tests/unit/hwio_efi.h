/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware seam with an emulated UEFI firmware behind it: the ESRT in sysfs and
 * /dev/efi_capsule_loader as the kernel has it (drivers/firmware/efi/capsule-loader.c of 6.12): a
 * page at most a write, the firmware asked as soon as the header is there, the capsule handed over
 * by the write that completes it, nothing left of one that is not complete, EIO after an error.
 * What UpdateCapsule took lies in memory: a warm restart applies it, a power cycle loses it.
 */
#ifndef DRYDOCK_TESTS_HWIO_EFI_H
#define DRYDOCK_TESTS_HWIO_EFI_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"

#define HWIO_EFI_ENTRIES 8
#define HWIO_EFI_FDS	 16

struct hwio_efi_entry {
	const char *guid;
	uint32_t type, version, lowest, flags, last_version, last_status;
	const char *broken;	 /* a file of it ... */
	const char *broken_text; /* ... holds this; NULL = cannot be read (EACCES) */
	uint32_t applied_status; /* what the next attempt ends with */
};

struct hwio_efi {
	struct hwio hw;
	struct hwio_efi_entry entry[HWIO_EFI_ENTRIES];
	size_t n_entries;
	size_t n_more; /* entries behind those, of the same content as the first but their class */
	bool no_table, no_loader;
	int list_errno;	      /* the folder of entries cannot be read */
	int open_errno;	      /* of the loader */
	int query_errno;      /* QueryCapsuleCapabilities, as the kernel has it */
	int update_errno;     /* UpdateCapsule */
	uint64_t stuck_after; /* a write beyond so many bytes fails with ENOMEM; 0 = none */
	uint64_t max_size;    /* what the firmware takes; 0 = no limit */
	size_t n_asked, n_updates;
	uint32_t new_version; /* that the capsule holds */
	uint8_t *capsule;     /* handed over last, as it came */
	size_t capsule_len;
	bool pending;
	bool touched; /* more than a header was written */
	uint64_t now_ms;
	int n_open;
	struct {
		bool used, is_loader, failed, is_complete;
		char text[80];
		size_t offset;
		uint8_t *staged;
		size_t count, total;
	} fd[HWIO_EFI_FDS];
};

/* A firmware with one entry, the system's, at version 1; and its end. */
struct hwio_efi *hwio_efi_new(const char *guid);
void hwio_efi_free(struct hwio_efi *efi);

/* What waits is applied to the entry it is for (the first, if it is not said) or lost. */
void hwio_efi_restart(struct hwio_efi *efi, bool power);

#endif
