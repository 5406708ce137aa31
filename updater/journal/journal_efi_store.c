/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short journal's variable, through libefivar. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/efi_var.h"
#include "journal/journal_efi.h"

/* JOURNAL_EFI_GUID */
#define VENDOR EFI_GUID(0x8d3c5a17, 0x6f42, 0x4e9b, 0xb1d0, 0x44, 0x52, 0x59, 0x44, 0x43, 0x4b)

/* libefivar does its own I/O: the trace gets what it was asked and answered. */
static int answer(struct hwio *hw, const char *what, int rc)
{
	int error = rc ? (errno ? errno : EIO) : 0;
	char note[160];

	snprintf(note, sizeof(note), "%s " JOURNAL_EFI_NAME ": %s", what,
		 error ? strerror(error) : "done");
	hwio_note(hw, "libefivar", note);
	efi_error_clear();
	return -error;
}

static int explain(int rc, struct err *err)
{
	switch (-rc) {
	case EOPNOTSUPP:
		return err_set(err, ERR_UNSUPPORTED,
			       "short journal: this server was not started by UEFI");
	case ENOSPC:
		return err_set(err, ERR_FULL,
			       "short journal: the firmware has no room for variables. Those named "
			       "dump-type0-... (crash logs) may be deleted");
	case EROFS:
	case EACCES:
	case EPERM:
		return err_set_errno(err, ERR_POLICY, -rc,
				     "short journal: the firmware's variables are read-only here");
	default:
		return err_set_errno(err, ERR_IO, -rc,
				     "short journal: the variable " JOURNAL_EFI_NAME);
	}
}

static int set(struct hwio *hw, const uint8_t *buf, size_t len)
{
	const uint32_t attributes = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
				    EFI_VARIABLE_RUNTIME_ACCESS;
	int rc = -1;

	errno = EOPNOTSUPP;
	if (efi_variables_supported())
		rc = efi_set_variable(VENDOR, JOURNAL_EFI_NAME, buf, len, attributes, 0600);
	return answer(hw, "set", rc);
}

/* Firmware that takes a variable and keeps another one does exist. */
int journal_efi_save(struct hwio *hw, const struct journal_efi *run, struct err *err)
{
	CLEANUP_FREE uint8_t *found = NULL;
	uint8_t buf[JOURNAL_EFI_MAX_BYTES];
	size_t len, found_len;
	int rc = journal_efi_encode(run, buf, &len, err);

	if (rc)
		return rc;
	rc = set(hw, buf, len);
	if (rc)
		return explain(rc, err);
	rc = efi_var_get(hw, VENDOR, JOURNAL_EFI_NAME, &found, &found_len);
	if (rc || found_len != len || memcmp(found, buf, len) != 0)
		return err_set(err, ERR_PROOF,
			       "short journal: what was written does not read back");
	return 0;
}

int journal_efi_load(struct hwio *hw, struct journal_efi *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *found = NULL;
	size_t len;
	int rc = efi_var_get(hw, VENDOR, JOURNAL_EFI_NAME, &found, &len);

	if (rc == -ENOENT)
		return err_set(err, ERR_NOT_FOUND, "short journal: no unfinished run");
	if (rc)
		return explain(rc, err);
	if (journal_efi_decode(found, len, ret) != 0)
		return err_set(err, ERR_FORMAT,
			       "short journal: the variable " JOURNAL_EFI_NAME
			       " (%zu bytes) does not hold",
			       len);
	return 0;
}

int journal_efi_remove(struct hwio *hw, struct err *err)
{
	CLEANUP_FREE uint8_t *found = NULL;
	size_t len;
	int rc = efi_var_get(hw, VENDOR, JOURNAL_EFI_NAME, &found, &len);

	if (rc == -ENOENT || rc == -EOPNOTSUPP)
		return 0;
	errno = EIO;
	rc = answer(hw, "remove", efi_del_variable(VENDOR, JOURNAL_EFI_NAME));
	if (rc)
		return explain(rc, err);
	free(found);
	found = NULL;
	if (efi_var_get(hw, VENDOR, JOURNAL_EFI_NAME, &found, &len) != -ENOENT)
		return err_set(err, ERR_PROOF,
			       "short journal: the variable " JOURNAL_EFI_NAME
			       " was removed and is still there");
	return 0;
}
