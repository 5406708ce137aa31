/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capsule as a file on our own EFI system partition; for the files uefi_*.c only. */
#ifndef DRYDOCK_BACKENDS_UEFI_ESP_FILE_H
#define DRYDOCK_BACKENDS_UEFI_ESP_FILE_H

#include "backends/uefi_capsule.h"

/*
 * Writes it to path, in an ESP that is mounted, and to the medium. There is no file when it fails:
 * ERR_FULL (no room), ERR_IO, ERR_NOMEM, ERR_HASH.
 */
int uefi_esp_file_write(struct backend_io *io, const struct uefi_capsule *cap, const char *path,
			struct err *err);

/* Removes all files of a folder there but those that begin with a dot. ERR_IO. */
int uefi_esp_file_clear(const char *folder, struct err *err);

#endif
