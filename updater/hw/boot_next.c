/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/boot_next.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/load_option.h"
#include "hw/efi_var.h"

#define BY_HAND "choose this medium in the server's boot menu after the reboot"

/* Which entry the firmware started. On a BIOS boot there are no variables at all. */
static int find_current(struct hwio *hw, uint16_t *ret, struct err *err)
{
	int rc = efi_var_get_u16(hw, "BootCurrent", ret);

	if (rc == -EOPNOTSUPP)
		return err_set(err, ERR_UNSUPPORTED,
			       "this server was not started by UEFI: " BY_HAND);
	if (rc == -ENOENT)
		return err_set(err, ERR_UNSUPPORTED,
			       "the firmware does not say which boot entry it started: " BY_HAND);
	if (rc)
		return err_set(err, ERR_IO, "BootCurrent cannot be read (%s): " BY_HAND,
			       strerror(-rc));
	return 0;
}

/* Entries for removable media may be made for one boot and be gone by now. */
static int find_title(struct hwio *hw, uint16_t entry, char *title, size_t size, struct err *err)
{
	CLEANUP_FREE uint8_t *option = NULL;
	struct err unreadable = { 0 };
	char name[16];
	size_t len;
	int rc;

	snprintf(name, sizeof(name), "Boot%04X", entry);
	rc = efi_var_get(hw, EFI_GLOBAL_GUID, name, &option, &len);
	if (rc == -ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			       "the boot entry %s, which started this run, is not there any "
			       "more: " BY_HAND,
			       name);
	if (rc)
		return err_set(err, ERR_IO, "%s cannot be read (%s): " BY_HAND, name,
			       strerror(-rc));
	/* The firmware may know what to do with an entry that has no title for people. */
	if (load_option_title(option, len, title, size, &unreadable))
		snprintf(title, size, "(no title)");
	return 0;
}

static int explain(int rc, struct err *err)
{
	switch (-rc) {
	case ENOSPC:
		return err_set(err, ERR_FULL,
			       "the firmware has no room for variables: " BY_HAND
			       ". Variables named dump-type0-... (crash logs) may be deleted");
	case EROFS:
	case EACCES:
	case EPERM:
		return err_set(err, ERR_POLICY,
			       "the firmware's variables are read-only here (%s): " BY_HAND,
			       strerror(-rc));
	default:
		return err_set(err, ERR_IO, "BootNext was refused (%s): " BY_HAND, strerror(-rc));
	}
}

/* Firmware that takes a variable and keeps another one does exist. */
static int read_back(struct hwio *hw, uint16_t wanted, struct err *err)
{
	uint16_t next = 0;
	int rc = efi_var_get_u16(hw, "BootNext", &next);

	if (rc)
		return err_set(err, ERR_PROOF,
			       "BootNext was written and cannot be read back (%s): " BY_HAND,
			       strerror(-rc));
	if (next != wanted)
		return err_set(err, ERR_PROOF,
			       "BootNext was written as %04X and reads %04X: " BY_HAND, wanted,
			       next);
	return 0;
}

int boot_next_set(struct hwio *hw, uint16_t *ret_entry, char *title, size_t size, struct err *err)
{
	uint16_t entry = 0;
	int rc = find_current(hw, &entry, err);

	if (!rc)
		rc = find_title(hw, entry, title, size, err);
	if (rc)
		return rc;
	rc = efi_var_set_u16(hw, "BootNext", entry);
	if (rc)
		return explain(rc, err);
	*ret_entry = entry;
	return read_back(hw, entry, err);
}

int boot_next_clear(struct hwio *hw, struct err *err)
{
	uint16_t next, current;
	int rc = efi_var_get_u16(hw, "BootNext", &next);

	if (rc == -ENOENT || rc == -EOPNOTSUPP)
		return 0;
	/* Somebody else's wish is left alone. */
	if (!rc && efi_var_get_u16(hw, "BootCurrent", &current) == 0 && next != current)
		return 0;
	rc = efi_var_remove(hw, "BootNext");
	if (rc && rc != -ENOENT)
		return explain(rc, err);
	if (efi_var_get_u16(hw, "BootNext", &next) != -ENOENT)
		return err_set(err, ERR_PROOF,
			       "BootNext was removed and is still there: the next boot comes back "
			       "to this medium");
	return 0;
}
