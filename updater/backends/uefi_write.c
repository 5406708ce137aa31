/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Would the firmware take the capsule, and handing it over. */
#include <stdlib.h>
#include <string.h>

#include "backends/uefi_capsule.h"
#include "backends/uefi_deliver.h"
#include "base/cleanup.h"

int uefi_check(struct backend_io *io, struct err *err)
{
	struct esrt_entry entry;
	int rc = uefi_find(io->hw, io->dev, &entry, err);

	if (!rc)
		rc = uefi_plan_check(&entry, io->comp, io->payload->size, err);
	return rc ? rc : uefi_deliver_check(io, entry.guid, err);
}

int uefi_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	CLEANUP_FREE struct uefi_capsule *cap = calloc(1, sizeof(*cap));
	const struct uefi_delivery *delivery;
	struct esrt_entry entry;
	int rc = cap ? uefi_find(io->hw, io->dev, &entry, err)
		     : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = uefi_plan_check(&entry, io->comp, io->payload->size, err);
	if (!rc)
		rc = uefi_capsule_read(io->payload, cap, err);
	if (!rc)
		rc = uefi_plan_judge(&entry, cap, err);
	if (!rc)
		rc = uefi_deliver_choose(io, cap, &delivery, err);
	if (!rc)
		rc = io->intent(io->ctx, err);
	if (rc)
		return rc;
	rc = delivery->deliver(io, &entry, cap, err);
	if (rc)
		return err_prefix(err, "%s", delivery->words);
	*ret = BACKEND_NEEDS_REBOOT;
	return 0;
}

int uefi_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	(void)io;
	(void)err;
	*ret = BACKEND_NEEDS_REBOOT;
	return 0;
}
