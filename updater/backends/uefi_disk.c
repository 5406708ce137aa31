/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capsule on disk (UEFI 2.10, 8.5.5): a file in \EFI\UpdateCapsule of the system partition that
 * the next boot starts from, which is that of our stick (BootNext), and a bit of OsIndications. The
 * firmware removes the file when it has taken it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/uefi_deliver.h"
#include "backends/uefi_esp_file.h"
#include "base/cleanup.h"
#include "hw/boot_next.h"
#include "hw/efi_var.h"
#include "hw/esp.h"

/* EFI_OS_INDICATIONS_FILE_CAPSULE_DELIVERY_SUPPORTED, UEFI 2.10 8.5.4 */
#define FILE_CAPSULE 0x4u
#define FOLDER	     "EFI/UpdateCapsule"

static int ask(struct backend_io *io, const uint8_t *header, uint64_t size, struct err *err)
{
	uint64_t supported = 0;
	char node[64];
	int rc = efi_var_get_u64(io->hw, "OsIndicationsSupported", &supported);

	(void)header;
	(void)size;
	if (rc && rc != -ENOENT)
		return err_set_errno(err, ERR_UNSUPPORTED, -rc, "OsIndicationsSupported");
	if (!(supported & FILE_CAPSULE))
		return err_set(err, ERR_UNSUPPORTED, "the firmware does not look for any");
	rc = esp_find(io->hw, io->boot_disk, node, err);
	return rc == ERR_NOT_FOUND && err ? (err->code = ERR_NO_WRITABLE_ESP) : rc;
}

static int set_indications(struct hwio *hw, uint64_t value, struct err *err)
{
	uint64_t got = 0;
	int rc = efi_var_set_u64(hw, "OsIndications", value);

	if (!rc)
		rc = efi_var_get_u64(hw, "OsIndications", &got);
	if (rc)
		return err_set_errno(err, rc == -ENOSPC ? ERR_FULL : ERR_IO, -rc, "OsIndications");
	return got == value ? 0 : err_set(err, ERR_PROOF, "OsIndications does not read back");
}

/* The firmware is told last. What it was not told of is not left for another day. */
static int store(struct backend_io *io, const struct esrt_entry *entry,
		 const struct uefi_capsule *cap, const struct esp *esp, uint64_t indications,
		 struct err *err)
{
	char folder[FSIO_PATH_MAX], path[FSIO_PATH_MAX], name[GUID_TEXT + 8];
	int rc = fsio_join(folder, esp->dir, FOLDER, err);

	snprintf(name, sizeof(name), "%s.cap", entry->guid);
	if (!rc)
		rc = fsio_mkdir_p(folder, 0700, err);
	if (!rc)
		rc = fsio_join(path, folder, name, err);
	/* Capsules of runs that ended, of which no firmware was told, must not go along. */
	if (!rc && !(indications & FILE_CAPSULE))
		rc = uefi_esp_file_clear(folder, err);
	if (!rc)
		rc = uefi_esp_file_write(io, cap, path, err);
	if (rc)
		return rc;
	rc = fsio_sync_dir(folder, err);
	if (!rc)
		rc = set_indications(io->hw, indications | FILE_CAPSULE, err);
	if (rc)
		(void)unlink(path);
	return rc;
}

static int deliver(struct backend_io *io, const struct esrt_entry *entry,
		   const struct uefi_capsule *cap, struct err *err)
{
	uint64_t indications = 0;
	struct err unmount = { 0 };
	uint16_t next;
	char title[96];
	struct esp esp;
	int rc = efi_var_get_u64(io->hw, "OsIndications", &indications);

	if (rc && rc != -ENOENT)
		return err_set_errno(err, ERR_IO, -rc, "OsIndications");
	/* The firmware looks on the disk that BootNext names. */
	rc = boot_next_set(io->hw, &next, title, sizeof(title), err);
	if (!rc)
		rc = esp_mount(io->hw, io->boot_disk, io->ram_dir, &esp, err);
	if (rc)
		return rc;
	rc = store(io, entry, cap, &esp, indications, err);
	if (esp_unmount(&esp, &unmount) && !rc)
		rc = err_set(err, unmount.code, "%s", unmount.text);
	return rc;
}

const struct uefi_delivery uefi_by_disk = {
	.words = "as a capsule on disk",
	.ask = ask,
	.deliver = deliver,
};
