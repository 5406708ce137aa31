/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/capsule_report.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "hw/efi_var.h"

/* EFI_CAPSULE_REPORT_GUID, UEFI 2.10 §8.5.6 */
#define REPORT_GUID EFI_GUID(0x39b68c46, 0xf7fb, 0x441b, 0xb6ec, 0x16, 0xb0, 0xf6, 0x98, 0x21, 0xf3)

struct reports {
	char names[CAPSULE_REPORTS_MAX][12]; /* "Capsule0000" */
	size_t count;
};

/* CapsuleMax and CapsuleLast are beside them. */
static int collect(void *ctx, const char *name)
{
	struct reports *reports = ctx;

	if (strncmp(name, "Capsule", 7) != 0 || strlen(name) != 11 ||
	    strspn(name + 7, "0123456789ABCDEFabcdef") != 4)
		return 0;
	if (reports->count < CAPSULE_REPORTS_MAX)
		memcpy(reports->names[reports->count++], name, 12);
	return 0;
}

int capsule_report_newest(struct hwio *hw, const char *guid, struct capsule_result *ret)
{
	struct reports reports = { .count = 0 };
	int rc = efi_var_names(hw, REPORT_GUID, collect, &reports);

	*ret = (struct capsule_result){ 0 };
	for (size_t i = 0; !rc && i < reports.count; i++) {
		CLEANUP_FREE uint8_t *value = NULL;
		struct capsule_result result;
		size_t len = 0;

		if (efi_var_get(hw, REPORT_GUID, reports.names[i], &value, &len) ||
		    capsule_result_parse(value, len, &result, NULL))
			continue;
		if (strcasecmp(result.guid, guid) == 0 && strcmp(result.time, ret->time) >= 0)
			*ret = result;
	}
	return rc ? rc : ret->time[0] ? 0 : -ENOENT;
}
