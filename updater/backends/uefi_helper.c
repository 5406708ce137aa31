/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Through fwupd's application, for firmware that takes capsules only before an operating system
 * runs. The file and a mark are on our own ESP, a variable tells the application of the file
 * (fwupd-efi, efi/fwup-efi.h, FWUP_UPDATE_INFO). When the stick is started next, its GRUB
 * (iso/find.cfg.in) takes the mark away and starts the application, which hands the capsule over
 * and resets the machine. There is no boot entry to make or to forget, and BootOrder stays.
 *
 * What an earlier run left is removed before the next capsule of this kind is written. Until then
 * a variable whose status is "attempted" remains: the application passes it over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/uefi_deliver.h"
#include "backends/uefi_esp_file.h"
#include "base/cleanup.h"
#include "format/le.h"
#include "hw/efi_var.h"
#include "hw/esp.h"

#define FWUPD_GUID   EFI_GUID(0x0abba7dc, 0xe516, 0x4167, 0xbbf5, 0x4d, 0x9d, 0x1c, 0x73, 0x94, 0x16)
#define APPLICATION  "EFI/BOOT/fwupdx64.efi"
#define FOLDER	     "EFI/drydock/fw"
#define MARK	     "start.env"
#define MARK_BYTES   1024u /* of an environment block, GRUB manual 15.3 */
#define MARK_IS_SET  "\ndrydock_helper=once\n"
#define INFO_BYTES   52u /* before the device path */
#define INFO_VERSION 7u
#define STATUS_AT    48u
#define ATTEMPT	     1u /* bit of the status: wanted */

struct names {
	char variable[GUID_TEXT + 16]; /* "fwupd-<class>-0" */
	char file[GUID_TEXT + 16];     /* "fwupd-<class>.cap" */
};

static struct names names_of(const char *guid)
{
	struct names ret;

	snprintf(ret.variable, sizeof(ret.variable), "fwupd-%s-0", guid);
	snprintf(ret.file, sizeof(ret.file), "fwupd-%s.cap", guid);
	return ret;
}

/* Its file is on our ESP. */
static bool is_ours(const uint8_t *info, size_t size, const uint8_t *path)
{
	return size >= INFO_BYTES + DEVICE_PATH_HD_BYTES &&
	       memcmp(info + INFO_BYTES, path, DEVICE_PATH_HD_BYTES) == 0;
}

struct search {
	struct hwio *hw;
	const uint8_t *path; /* HD() of our ESP */
	bool want_ours;
	char found[128];
};

static int look_at(void *ctx, const char *name)
{
	struct search *search = ctx;
	uint8_t *info;
	size_t size;
	bool ours, waits;

	if (strncmp(name, "fwupd-", 6) != 0 || strlen(name) >= sizeof(search->found))
		return 0;
	if (efi_var_get(search->hw, FWUPD_GUID, name, &info, &size))
		return 0;
	ours = is_ours(info, size, search->path);
	waits = size >= INFO_BYTES && (le32_at(info + STATUS_AT) & ATTEMPT);
	free(info);
	if (search->want_ours ? !ours : ours || !waits)
		return 0;
	snprintf(search->found, sizeof(search->found), "%s", name);
	return 1;
}

/* The application would hand over what an installed system prepared, too. */
static int check_others(struct hwio *hw, const uint8_t *path, struct err *err)
{
	struct search search = { .hw = hw, .path = path };
	int rc = efi_var_names(hw, FWUPD_GUID, look_at, &search);

	if (rc < 0)
		return err_set_errno(err, ERR_UNSUPPORTED, -rc, "the firmware's variables");
	return rc ? err_set(err, ERR_BUSY, "an installed system has an update waiting (%s)",
			    search.found)
		  : 0;
}

static int path_of(struct backend_io *io, const char *guid, uint8_t *path, size_t *len,
		   struct err *err)
{
	char file[GUID_TEXT + 64];
	struct gpt_part part;
	int rc = esp_part(io->hw, io->boot_disk, &part, err);

	if (rc)
		return rc;
	snprintf(file, sizeof(file), "\\EFI\\drydock\\fw\\%s", names_of(guid).file);
	*len = device_path_file(&part, file, path);
	return *len ? 0 : err_set(err, ERR_INTERNAL, "a device path is too long");
}

/* The application itself is looked for when the ESP is mounted: check() changes nothing. */
static int ask(struct backend_io *io, const uint8_t *header, uint64_t size, struct err *err)
{
	uint8_t path[DEVICE_PATH_MAX_BYTES];
	size_t len;
	int rc = path_of(io, "", path, &len, err);

	(void)header;
	(void)size;
	return rc ? rc : check_others(io->hw, path, err);
}

static bool is_marked(const char *mark)
{
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len;

	return fsio_read_file(mark, MARK_BYTES, &text, &len, NULL) == 0 &&
	       strstr((char *)text, MARK_IS_SET);
}

static int set_mark(const char *mark, struct err *err)
{
	static const char text[] = "# GRUB Environment Block" MARK_IS_SET;
	char block[MARK_BYTES];

	memset(block, '#', sizeof(block));
	memcpy(block, text, sizeof(text) - 1);
	return fsio_write_atomic(mark, block, sizeof(block), 0600, err);
}

/* What is left of runs that ended: nobody starts it any more. */
static int remove_old(struct hwio *hw, const char *folder, const uint8_t *path, struct err *err)
{
	struct search search = { .hw = hw, .path = path, .want_ours = true };
	int rc;

	while ((rc = efi_var_names(hw, FWUPD_GUID, look_at, &search)) > 0) {
		rc = efi_var_delete(hw, FWUPD_GUID, search.found);
		if (rc)
			return err_set_errno(err, ERR_IO, -rc, "%s", search.found);
	}
	return rc ? err_set_errno(err, ERR_IO, -rc, "the firmware's variables")
		  : uefi_esp_file_clear(folder, err);
}

static int put_variable(struct hwio *hw, const struct esrt_entry *entry, const uint8_t *path,
			size_t len, struct err *err)
{
	uint8_t info[INFO_BYTES + DEVICE_PATH_MAX_BYTES] = { 0 };
	struct names names = names_of(entry->guid);
	CLEANUP_FREE uint8_t *got = NULL;
	size_t size = INFO_BYTES + len, got_size;
	int rc;

	le32_put(info, INFO_VERSION);
	if (guid_parse_mixed(entry->guid, info + 4))
		return err_set(err, ERR_FORMAT, "\"%s\" is no GUID", entry->guid);
	le32_put(info + 20, uefi_plan_flags(0));
	le32_put(info + STATUS_AT, ATTEMPT); /* between them: hardware instance 0, no time */
	memcpy(info + INFO_BYTES, path, len);
	rc = efi_var_put(hw, FWUPD_GUID, names.variable, info, size);
	if (!rc)
		rc = efi_var_get(hw, FWUPD_GUID, names.variable, &got, &got_size);
	if (rc)
		return err_set_errno(err, rc == -ENOSPC ? ERR_FULL : ERR_IO, -rc, "%s",
				     names.variable);
	if (got_size != size || memcmp(got, info, size) != 0)
		return err_set(err, ERR_PROOF, "%s does not read back", names.variable);
	return 0;
}

/* The mark is last: without it nothing is started. */
static int store(struct backend_io *io, const struct esrt_entry *entry,
		 const struct uefi_capsule *cap, const char *folder, struct err *err)
{
	uint8_t path[DEVICE_PATH_MAX_BYTES];
	char file[FSIO_PATH_MAX], mark[FSIO_PATH_MAX];
	struct names names = names_of(entry->guid);
	size_t len;
	int rc = path_of(io, entry->guid, path, &len, err);

	if (!rc)
		rc = fsio_join(file, folder, names.file, err);
	if (!rc)
		rc = fsio_join(mark, folder, MARK, err);
	if (!rc && !is_marked(mark))
		rc = remove_old(io->hw, folder, path, err);
	if (!rc)
		rc = uefi_esp_file_write(io, cap, file, err);
	if (rc)
		return rc;
	rc = put_variable(io->hw, entry, path, len, err);
	if (!rc)
		rc = set_mark(mark, err);
	if (rc) {
		(void)efi_var_delete(io->hw, FWUPD_GUID, names.variable);
		(void)unlink(file);
	}
	return rc;
}

static int deliver(struct backend_io *io, const struct esrt_entry *entry,
		   const struct uefi_capsule *cap, struct err *err)
{
	char folder[FSIO_PATH_MAX], application[FSIO_PATH_MAX];
	struct err unmount = { 0 };
	struct esp esp;
	int rc = esp_mount(io->hw, io->boot_disk, io->ram_dir, &esp, err);

	if (rc)
		return rc;
	rc = fsio_join(folder, esp.dir, FOLDER, err);
	if (!rc)
		rc = fsio_join(application, esp.dir, APPLICATION, err);
	if (!rc && access(application, F_OK))
		rc = err_set(err, ERR_NOT_FOUND, "this medium has no " APPLICATION);
	if (!rc)
		rc = fsio_mkdir_p(folder, 0700, err);
	if (!rc)
		rc = store(io, entry, cap, folder, err);
	if (esp_unmount(&esp, &unmount) && !rc)
		rc = err_set(err, unmount.code, "%s", unmount.text);
	return rc;
}

const struct uefi_delivery uefi_by_helper = {
	.words = "by fwupd's application",
	.ask = ask,
	.deliver = deliver,
};
