/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a capsule: the ESRT tells the version and how the last attempt ended. */
#include <stdio.h>
#include <string.h>

#include "backends/uefi_capsule.h"

static bool is_wanted(const struct component *comp, uint32_t version)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", version);
	return backend_is_wanted(comp, "esrt.", text);
}

/* Why the old one still runs, as far as the firmware tells. */
static void explain(const struct esrt_entry *entry, const struct component *comp, struct err *err)
{
	bool is_ours = is_wanted(comp, entry->last_version);

	if (entry->last_status)
		err_set(err, 0, "the firmware's last attempt, %sversion %u, ended with: %s (%u)",
			is_ours ? "at this " : "at ", entry->last_version,
			esrt_status_text(entry->last_status), entry->last_status);
	else if (is_ours)
		err_set(err, 0, "the firmware says that it took version %u, and shows another one",
			entry->last_version);
	else
		err_set(err, 0,
			"the firmware has not tried it: a capsule that waits in memory is lost "
			"when the "
			"power is cut before the reboot, and the reboot must be a warm one");
}

int uefi_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct esrt_entry entry;
	char version[16];
	int rc = uefi_find(io->hw, io->dev, &entry, err);

	if (rc)
		return rc;
	snprintf(version, sizeof(version), "%u", entry.version);
	if (is_wanted(io->comp, entry.version)) {
		*ret = RECOVER_NEW_RUNS;
	} else if (io->dev->version[0] && strcmp(io->dev->version, version) != 0) {
		*ret = RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	} else {
		*ret = RECOVER_OLD_RUNS;
		explain(&entry, io->comp, err);
	}
	return 0;
}
