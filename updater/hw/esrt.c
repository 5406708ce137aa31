/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/esrt.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define ENTRIES "/sys/firmware/efi/esrt/entries"

/* "entry12" */
static bool is_entry(const char *name)
{
	size_t digits = strncmp(name, "entry", 5) == 0 ? strlen(name + 5) : 0;

	return digits > 0 && digits < 10 && strspn(name + 5, "0123456789") == digits;
}

static int by_number(const void *a, const void *b)
{
	unsigned long x = strtoul((const char *)a + 5, NULL, 10);
	unsigned long y = strtoul((const char *)b + 5, NULL, 10);

	return x < y ? -1 : x > y;
}

int esrt_list(struct hwio *hw, char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count,
	      size_t *ret_left, struct err *err)
{
	char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0, kept = 0;
	int rc = hw->ops->list(hw, ENTRIES, &names, &count);

	*ret_names = NULL;
	*ret_count = *ret_left = 0;
	if (rc == -ENOENT)
		return 0;
	if (rc)
		return err_set_errno(err, rc == -ENOMEM ? ERR_NOMEM : ERR_IO, -rc, ENTRIES);
	for (size_t i = 0; i < count; i++)
		if (is_entry(names[i]))
			memmove(names[kept++], names[i], HWIO_NAME_MAX);
	if (kept)
		qsort(names, kept, HWIO_NAME_MAX, by_number);
	*ret_names = names;
	*ret_count = kept < ESRT_MAX_ENTRIES ? kept : ESRT_MAX_ENTRIES;
	*ret_left = kept - *ret_count;
	return 0;
}

static int read_text(struct hwio *hw, const char *node, const char *file, char *buf, size_t size,
		     struct err *err)
{
	char path[sizeof(ENTRIES) + HWIO_NAME_MAX + 32];
	int rc;

	snprintf(path, sizeof(path), ENTRIES "/%s/%s", node, file);
	rc = hwio_read_attr(hw, path, buf, size);
	return rc ? err_set_errno(err, ERR_IO, -rc, "%s of the firmware's %s", file, node) : 0;
}

/* Decimal, but the flags, which begin with 0x. */
static int read_number(struct hwio *hw, const char *node, const char *file, uint32_t *ret,
		       struct err *err)
{
	unsigned long long number;
	char text[32], *end = text;
	int rc = read_text(hw, node, file, text, sizeof(text), err);

	if (rc)
		return rc;
	errno = 0;
	number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || number > UINT32_MAX)
		return err_set(err, ERR_FORMAT, "%s of the firmware's %s is \"%s\"", file, node,
			       text);
	*ret = (uint32_t)number;
	return 0;
}

static int read_class(struct hwio *hw, const char *node, char ret[GUID_TEXT], struct err *err)
{
	uint8_t bytes[GUID_BYTES];
	char text[64];
	int rc = read_text(hw, node, "fw_class", text, sizeof(text), err);

	if (rc)
		return rc;
	if (guid_parse_be(text, bytes))
		return err_set(err, ERR_FORMAT, "fw_class of the firmware's %s is \"%s\"", node,
			       text);
	guid_text_be(bytes, ret);
	return 0;
}

int esrt_read(struct hwio *hw, const char *node, struct esrt_entry *ret, struct err *err)
{
	const struct {
		const char *file;
		uint32_t *number;
	} numbers[] = {
		{ "fw_type", &ret->type },
		{ "fw_version", &ret->version },
		{ "lowest_supported_fw_version", &ret->lowest },
		{ "capsule_flags", &ret->flags },
		{ "last_attempt_version", &ret->last_version },
		{ "last_attempt_status", &ret->last_status },
	};
	int rc;

	*ret = (struct esrt_entry){ 0 };
	snprintf(ret->node, sizeof(ret->node), "%s", node);
	rc = read_class(hw, node, ret->guid, err);
	for (size_t i = 0; !rc && i < sizeof(numbers) / sizeof(*numbers); i++)
		rc = read_number(hw, node, numbers[i].file, numbers[i].number, err);
	return rc;
}

int esrt_find(struct hwio *hw, const char *guid, struct esrt_entry *ret, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	struct err cause = { 0 };
	size_t count, left;
	int rc = esrt_list(hw, &names, &count, &left, err);

	for (size_t i = 0; !rc && i < count; i++) {
		struct err unreadable = { 0 };

		if (esrt_read(hw, names[i], ret, &unreadable)) {
			/* One that cannot be read may be the one. */
			if (!ret->guid[0] || strcmp(ret->guid, guid) == 0)
				cause = unreadable;
		} else if (strcmp(ret->guid, guid) == 0) {
			return 0;
		}
	}
	if (!rc && cause.code) {
		rc = cause.code;
		if (err)
			*err = cause;
	}
	return rc ? rc
		  : err_set(err, ERR_DEVICE_GONE, "the firmware's table has no entry %s any more",
			    guid);
}

const char *esrt_status_text(uint32_t status)
{
	static const char *const words[] = {
		"success",
		"unsuccessful",
		"insufficient resources",
		"incorrect version",
		"invalid format of the image",
		"authentication error",
		"AC power is not connected",
		"insufficient battery",
		"unsatisfied dependencies",
	};

	if (status < sizeof(words) / sizeof(*words))
		return words[status];
	/* LAST_ATTEMPT_STATUS_ERROR_UNSUCCESSFUL_VENDOR_RANGE_MIN and _MAX */
	if (status >= 0x1000 && status < 0x4000)
		return "unsuccessful, for a reason of the vendor's own";
	return "a status that the specification does not have";
}
