/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/efi_var.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "format/le.h"

#define SUBJECT	 "libefivar"
#define KEPT_MAX 4096 /* bytes of a value that a note has room for, twice as many digits */

static void put_digits(FILE *out, const uint8_t *data, size_t size)
{
	fputc(' ', out);
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", data[i]);
}

/*
 * What libefivar returned, as a negative errno; its list of errors is not needed. The note has the
 * value too, which a replay answers with: "get BootNext: 2 bytes 0300".
 */
static int answer(struct hwio *hw, const char *what, const char *name, int rc, const uint8_t *data,
		  size_t size)
{
	int error = rc ? (errno ? errno : EIO) : 0;
	CLEANUP_FREE char *note = NULL;
	size_t len;
	FILE *out = open_memstream(&note, &len);

	efi_error_clear();
	if (!out)
		return -error;
	if (rc)
		fprintf(out, "%s %s: errno %d, %s", what, name, error, strerror(error));
	else
		fprintf(out, "%s %s: %zu bytes", what, name, size);
	if (!rc && data && size && size <= KEPT_MAX)
		put_digits(out, data, size);
	if (fclose(out) == 0)
		hwio_note(hw, SUBJECT, note);
	return -error;
}

/*
 * In a replay: what the next note says that this call was answered; 0 and the value, zeros when
 * only its size was kept. -EPROTO: something else was asked then.
 */
static int recall(struct hwio *hw, const char *what, const char *name, uint8_t **ret, size_t *size)
{
	CLEANUP_FREE char *note = hw->ops->recall(hw, SUBJECT);
	char begin[160], *end;
	size_t len = (size_t)snprintf(begin, sizeof(begin), "%s %s: ", what, name);
	unsigned long number;
	const char *at;

	if (!note || len >= sizeof(begin) || strncmp(note, begin, len) != 0)
		return -EPROTO;
	at = note + len;
	if (strncmp(at, "errno ", 6) == 0) {
		number = strtoul(at + 6, NULL, 10);
		return number && number < 4096 ? -(int)number : -EPROTO;
	}
	number = strtoul(at, &end, 10);
	if (end == at || strncmp(end, " bytes", 6) != 0 || number > EFI_VAR_MAX_BYTES)
		return -EPROTO;
	*ret = calloc(1, number + 1);
	*size = number;
	at = end + 6;
	if (*ret && (!*at || (*at == ' ' && hex_decode(at + 1, *ret, number) == 0)))
		return 0;
	free(*ret);
	*ret = NULL;
	return -EPROTO;
}

/* The same of a call that changes a variable: with another value it is another call. */
static int recall_change(struct hwio *hw, const char *what, const char *name, const uint8_t *data,
			 size_t size)
{
	CLEANUP_FREE uint8_t *then = NULL;
	size_t len = 0;
	int rc = recall(hw, what, name, &then, &len);

	if (!rc && (len != size || (size && size <= KEPT_MAX && memcmp(then, data, size) != 0)))
		rc = -EPROTO;
	return rc;
}

int efi_var_get(struct hwio *hw, efi_guid_t guid, const char *name, uint8_t **ret, size_t *ret_size)
{
	uint32_t attributes;
	int rc;

	*ret = NULL;
	*ret_size = 0;
	if (hw->ops->recall)
		return recall(hw, "get", name, ret, ret_size);
	errno = EOPNOTSUPP;
	rc = efi_variables_supported() ? efi_get_variable(guid, name, ret, ret_size, &attributes)
				       : -1;
	rc = answer(hw, "get", name, rc, *ret, *ret_size);
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

	if (hw->ops->recall)
		return recall_change(hw, "set", name, data, size);
	errno = EOPNOTSUPP;
	if (efi_variables_supported())
		rc = efi_set_variable(guid, name, data, size, attributes, 0600);
	return answer(hw, "set", name, rc, data, size);
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
	if (hw->ops->recall)
		return recall_change(hw, "remove", name, NULL, 0);
	errno = EOPNOTSUPP;
	return answer(hw, "remove", name,
		      efi_variables_supported() ? efi_del_variable(guid, name) : -1, NULL, 0);
}

int efi_var_remove(struct hwio *hw, const char *name)
{
	return efi_var_delete(hw, EFI_GLOBAL_GUID, name);
}

/* The names, each with its NUL, are the value of the note "list variables". */
static int each_recalled(struct hwio *hw, efi_var_name_fn *each, void *ctx)
{
	CLEANUP_FREE uint8_t *names = NULL;
	size_t size = 0;
	int rc = recall(hw, "list", "variables", &names, &size);
	int stop = 0;

	for (size_t at = 0; !rc && !stop && at < size && names[at];
	     at += strlen((const char *)names + at) + 1)
		stop = each(ctx, (const char *)names + at);
	return rc ? rc : stop;
}

int efi_var_names(struct hwio *hw, efi_guid_t guid, efi_var_name_fn *each, void *ctx)
{
	efi_guid_t *its = NULL;
	CLEANUP_FREE char *seen = NULL;
	char *name = NULL;
	size_t len = 0;
	int rc, stop = 0;
	FILE *out;

	if (hw->ops->recall)
		return each_recalled(hw, each, ctx);
	out = open_memstream(&seen, &len);
	if (!out)
		return -ENOMEM;
	errno = EOPNOTSUPP;
	rc = efi_variables_supported() ? 1 : -1;
	/* To the end, even when nobody wants more: libefivar keeps its folder open until then. */
	while (rc > 0 && (rc = efi_get_next_variable_name(&its, &name)) > 0)
		if (efi_guid_cmp(its, &guid) == 0) {
			fprintf(out, "%s%c", name, 0);
			stop = stop ? stop : each(ctx, name);
		}
	if (fclose(out))
		len = 0;
	rc = answer(hw, "list", "variables", rc < 0 ? -1 : 0, (const uint8_t *)seen, len);
	return rc ? rc : stop;
}
