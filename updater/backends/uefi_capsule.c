/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/uefi_capsule.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "format/le.h"

#define FLAGS_OFFSET 20u /* of Flags in EFI_CAPSULE_HEADER, UEFI 2.10 8.5.3 */

const struct backend backend_uefi_capsule = {
	.name = "uefi-capsule",
	.description = "firmware in the UEFI system resource table (ESRT), by capsules",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note =
		"a simulated firmware behind the unmodified kernel in an emulated server; "
		"no real server yet",
	.probe = uefi_probe,
	.refresh = uefi_refresh,
	.check = uefi_check,
	.write = uefi_write,
	.activate = uefi_activate,
	.recover = uefi_recover,
};

static int read_item(struct payload_source *payload, const struct capsule_item_place *place,
		     uint8_t *buf, struct capsule_item *ret, struct err *err)
{
	size_t len = place->size < CAPSULE_HEAD_BYTES ? (size_t)place->size : CAPSULE_HEAD_BYTES;
	int rc = payload->read(payload, place->offset, buf, len, err);

	return rc ? rc : capsule_item_parse(buf, len, place->size, ret, err);
}

int uefi_capsule_read(struct payload_source *payload, struct uefi_capsule *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(CAPSULE_HEAD_BYTES);
	size_t len =
		payload->size < CAPSULE_HEAD_BYTES ? (size_t)payload->size : CAPSULE_HEAD_BYTES;
	int rc;

	if (!buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = payload->read(payload, 0, buf, len, err);
	if (!rc)
		rc = capsule_parse(buf, len, payload->size, &ret->head, err);
	for (size_t i = 0; !rc && i < ret->head.item_count; i++)
		rc = read_item(payload, &ret->head.items[i], buf, &ret->items[i], err);
	return rc;
}

int uefi_capsule_bytes(struct payload_source *payload, const struct uefi_capsule *cap,
		       uint64_t offset, uint8_t *buf, size_t len, struct err *err)
{
	uint8_t flags[4];
	int rc = payload->read(payload, offset, buf, len, err);

	le32_put(flags, uefi_plan_flags(cap->head.flags));
	for (uint64_t i = 0; !rc && i < sizeof(flags); i++)
		if (FLAGS_OFFSET + i >= offset && FLAGS_OFFSET + i - offset < len)
			buf[FLAGS_OFFSET + i - offset] = flags[i];
	return rc;
}
