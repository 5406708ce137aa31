/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EFI System Resource Table (UEFI 2.10, 23.4) as the kernel shows it (drivers/firmware/efi/esrt.c):
 * one entry for each thing that takes capsules. Reading only.
 */
#ifndef DRYDOCK_HW_ESRT_H
#define DRYDOCK_HW_ESRT_H

#include "base/err.h"
#include "format/guid.h"
#include "hw/hwio.h"

#define ESRT_MAX_ENTRIES 256 /* real servers have fewer than ten */

enum esrt_type { ESRT_SYSTEM = 1, ESRT_DEVICE, ESRT_DRIVER };

struct esrt_entry {
	char node[HWIO_NAME_MAX]; /* "entry0": its name for this boot */
	char guid[GUID_TEXT];	  /* fw_class */
	uint32_t type;		  /* enum esrt_type, or any other number */
	uint32_t version, lowest; /* FwVersion, LowestSupportedFwVersion */
	uint32_t flags;		  /* CapsuleFlags: what capsules for it should have */
	uint32_t last_version, last_status;
};

/*
 * The names of the entries in the order of their numbers, malloc'ed, at most ESRT_MAX_ENTRIES;
 * *ret_left is how many more there are. None is no error: a BIOS boot, or firmware without the
 * table. ERR_IO.
 */
int esrt_list(struct hwio *hw, char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count,
	      size_t *ret_left, struct err *err);

/* Reads one, live. ERR_IO (a field cannot be read), ERR_FORMAT (it is no number or GUID). */
int esrt_read(struct hwio *hw, const char *node, struct esrt_entry *ret, struct err *err);

/*
 * The first entry of that class. ERR_DEVICE_GONE: there is none, and all others could be read; else
 * ERR_IO, ERR_FORMAT.
 */
int esrt_find(struct hwio *hw, const char *guid, struct esrt_entry *ret, struct err *err);

/* "authentication error": LastAttemptStatus in words, UEFI 2.10 table 23.4. */
const char *esrt_status_text(uint32_t status);

#endif
