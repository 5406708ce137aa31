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

int efi_var_put(struct hwio *hw, efi_guid_t guid, const char *name, const uint8_t *data,
		size_t size)
{
	const uint32_t attributes = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
				    EFI_VARIABLE_RUNTIME_ACCESS;
	int rc = -1;

	errno = EOPNOTSUPP;
	if (efi_variables_supported())
		rc = efi_set_variable(guid, name, data, size, attributes, 0600);
	return answer(hw, "set", name, rc, size);
}

static int set_number(struct hwio *hw, const char *name, uint64_t value, size_t size)
{
	uint8_t data[8];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(value >> 8 * i);
	return efi_var_put(hw, EFI_GLOBAL_GUID, name, data, size);
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

int efi_var_delete(struct hwio *hw, efi_guid_t guid, const char *name)
{
	errno = EOPNOTSUPP;
	return answer(hw, "remove", name,
		      efi_variables_supported() ? efi_del_variable(guid, name) : -1, 0);
}

int efi_var_remove(struct hwio *hw, const char *name)
{
	return efi_var_delete(hw, EFI_GLOBAL_GUID, name);
}

int efi_var_names(struct hwio *hw, efi_guid_t guid, efi_var_name_fn *each, void *ctx)
{
	efi_guid_t *its = NULL;
	char *name = NULL;
	int rc, stop = 0;

	errno = EOPNOTSUPP;
	rc = efi_variables_supported() ? 1 : -1;
	/* To the end, even when nobody wants more: libefivar keeps its folder open until then. */
	while (rc > 0 && (rc = efi_get_next_variable_name(&its, &name)) > 0)
		if (!stop && efi_guid_cmp(its, &guid) == 0)
			stop = each(ctx, name);
	rc = answer(hw, "list", "variables", rc < 0 ? -1 : 0, 0);
	return rc ? rc : stop;
}
