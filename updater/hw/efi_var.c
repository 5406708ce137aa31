/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/efi_var.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/le.h"

/* What libefivar returned, as a negative errno; its list of errors is not needed. */
static int answer(struct hwio *hw, const char *what, const char *name, int rc, size_t size)
{
	int error = rc ? (errno ? errno : EIO) : 0;
	char note[160];

	if (rc)
		snprintf(note, sizeof(note), "%s %s: %s", what, name, strerror(error));
	else
		snprintf(note, sizeof(note), "%s %s: %zu bytes", what, name, size);
	hwio_note(hw, "libefivar", note);
	efi_error_clear();
	return -error;
}

int efi_var_get(struct hwio *hw, efi_guid_t guid, const char *name, uint8_t **ret, size_t *ret_size)
{
	uint32_t attributes;
	int rc;

	*ret = NULL;
	*ret_size = 0;
	errno = EOPNOTSUPP;
	rc = efi_variables_supported() ? efi_get_variable(guid, name, ret, ret_size, &attributes)
				       : -1;
	rc = answer(hw, "get", name, rc, *ret_size);
	if (!rc && *ret_size > EFI_VAR_MAX_BYTES) {
		free(*ret);
		*ret = NULL;
		return -EFBIG;
	}
	return rc;
}

int efi_var_get_u16(struct hwio *hw, const char *name, uint16_t *ret)
{
	uint8_t *data;
	size_t size;
	int rc = efi_var_get(hw, EFI_GLOBAL_GUID, name, &data, &size);

	if (rc)
		return rc;
	if (size == 2)
		*ret = (uint16_t)(data[0] | data[1] << 8);
	free(data);
	return size == 2 ? 0 : -EBADMSG;
}

static int set_number(struct hwio *hw, const char *name, uint64_t value, size_t size)
{
	const uint32_t attributes = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
				    EFI_VARIABLE_RUNTIME_ACCESS;
	uint8_t data[8];
	int rc;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(value >> 8 * i);
	errno = EOPNOTSUPP;
	rc = efi_variables_supported()
		     ? efi_set_variable(EFI_GLOBAL_GUID, name, data, size, attributes, 0600)
		     : -1;
	return answer(hw, "set", name, rc, size);
}

int efi_var_set_u16(struct hwio *hw, const char *name, uint16_t value)
{
	return set_number(hw, name, value, 2);
}

int efi_var_get_u64(struct hwio *hw, const char *name, uint64_t *ret)
{
	uint8_t *data;
	size_t size;
	int rc = efi_var_get(hw, EFI_GLOBAL_GUID, name, &data, &size);

	if (rc)
		return rc;
	if (size == 8)
		*ret = le64_at(data);
	free(data);
	return size == 8 ? 0 : -EBADMSG;
}

int efi_var_set_u64(struct hwio *hw, const char *name, uint64_t value)
{
	return set_number(hw, name, value, 8);
}

int efi_var_remove(struct hwio *hw, const char *name)
{
	errno = EOPNOTSUPP;
	return answer(hw, "remove", name,
		      efi_variables_supported() ? efi_del_variable(EFI_GLOBAL_GUID, name) : -1, 0);
}
