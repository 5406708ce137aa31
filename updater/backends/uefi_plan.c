/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/uefi_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint32_t uefi_plan_flags(uint32_t flags)
{
	return (flags | CAPSULE_PERSIST) & ~CAPSULE_INITIATE_RESET;
}

bool uefi_plan_wanted(const struct component *comp, uint32_t *ret)
{
	const char *value = comp->proof.value;
	unsigned long long number;
	char *end;

	if (strcmp(comp->proof.field, "esrt.version") != 0 || comp->proof.match == PROOF_PREFIX ||
	    value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	number = strtoull(value, &end, 10);
	*ret = (uint32_t)number;
	return !*end && !errno && number <= UINT32_MAX;
}

static int check_lowest(const struct esrt_entry *entry, uint32_t version, struct err *err)
{
	if (version >= entry->lowest)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "version %u is below the lowest that the firmware accepts, %u", version,
		       entry->lowest);
}

int uefi_plan_check(const struct esrt_entry *entry, const struct component *comp, uint64_t size,
		    struct err *err)
{
	uint32_t wanted;

	if (comp->flag_count)
		return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not for capsules",
			       comp->flags[0]);
	if (size <= CAPSULE_HEADER_BYTES)
		return err_set(err, ERR_FORMAT, "%llu bytes: not a capsule",
			       (unsigned long long)size);
	if (size > CAPSULE_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes: no capsule is larger than %u",
			       (unsigned long long)size, CAPSULE_MAX_BYTES);
	return uefi_plan_wanted(comp, &wanted) ? check_lowest(entry, wanted, err) : 0;
}

static bool is_guid(const uint8_t guid[GUID_BYTES], const char *want)
{
	char text[GUID_TEXT];

	guid_text_mixed(guid, text);
	return strcmp(text, want) == 0;
}

/* UEFI 2.10, 23.3: the items of an FMP capsule name what they are for, any other by its own GUID.
 */
int uefi_plan_judge(const struct esrt_entry *entry, const struct uefi_capsule *cap, struct err *err)
{
	if (cap->head.is_ux)
		return err_set(err, ERR_FORMAT, "the capsule holds a picture and no firmware");
	if (!cap->head.is_fmp)
		return is_guid(cap->head.guid, entry->guid)
			       ? 0
			       : err_set(err, ERR_FORMAT, "the capsule is for other firmware");
	for (size_t i = 0; i < cap->head.item_count; i++) {
		const struct capsule_item *item = &cap->items[i];

		if (is_guid(item->type_id, entry->guid))
			return item->has_version ? check_lowest(entry, item->version, err) : 0;
	}
	return err_set(err, ERR_FORMAT, "none of the capsule's %zu items is for this firmware",
		       cap->head.item_count);
}
