/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the driver: ports.c the machine under it, disk.c capsules on disk, driver.c the
 * rest. */
#ifndef FWSIM_DRIVER_H
#define FWSIM_DRIVER_H

#include "efi.h"
#include "model.h"

#define GUID_GLOBAL                                                    \
	{                                                              \
		0x8be4df61, 0x93ca, 0x11d2,                            \
		{                                                      \
			0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c \
		}                                                      \
	}

/* The bit of OsIndications and OsIndicationsSupported for capsules on disk (8.5.4). */
#define OS_INDICATIONS_CAPSULE 4u

/*
 * QEMU's fw_cfg (docs/specs/fw_cfg): reads a file, len bytes at most, and returns its length,
 * 0 without one.
 */
size_t fwsim_fw_cfg(const char *name, char *buf, size_t len);

/*
 * How the machine came here, and how it is about to go: kept in the CMOS memory of the clock, which
 * lives as long as QEMU does.
 */
enum fwsim_reset fwsim_how_started(void);
void fwsim_will_reset(enum efi_reset type);

/* At ready to boot: capsules on the file system of the option that is about to be started. */
void fwsim_disk(struct efi_system *system, struct fwsim *sim);

/* Writes the capsule result variables (8.5.6) of the entries in applied; file is empty without. */
void fwsim_results(struct efi_runtime *runtime, const struct fwsim *sim, uint32_t applied,
		   const efi_char *file);

/* Variables and the table follow what *sim is now. */
void fwsim_store(void);

#endif
