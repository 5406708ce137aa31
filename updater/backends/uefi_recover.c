/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a capsule: the ESRT tells the version and how the last attempt ended. */
#include <stdio.h>
#include <string.h>

#include "backends/uefi_capsule.h"
#include "hw/capsule_report.h"

static bool is_wanted(const struct component *comp, uint32_t version)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", version);
	return backend_is_wanted(comp, "esrt.", text);
}

/* What it reports beside the ESRT; it may be of an earlier capsule, which its time tells. */
static void add_report(struct backend_io *io, const struct esrt_entry *entry, char *text,
		       size_t size)
{
	struct capsule_result result;
	size_t len = strlen(text);

	if (capsule_report_newest(io->hw, entry->guid, &result))
		return;
	snprintf(text + len, size - len,
		 "; its newest report of a capsule for this device, of %s by its clock, says: %s "
		 "(0x%llx)",
		 result.time, capsule_result_status_text(result.status),
		 (unsigned long long)result.status);
}

/* Why the old one still runs, as far as the firmware tells. */
static void explain(struct backend_io *io, const struct esrt_entry *entry, struct err *err)
{
	bool is_ours = is_wanted(io->comp, entry->last_version);
	char text[480];

	if (entry->last_status)
		snprintf(text, sizeof(text),
			 "the firmware's last attempt, %sversion %u, ended with: %s (%u)",
			 is_ours ? "at this " : "at ", entry->last_version,
			 esrt_status_text(entry->last_status), entry->last_status);
	else if (is_ours)
		snprintf(text, sizeof(text),
			 "the firmware says that it took version %u, and shows another one",
			 entry->last_version);
	else
		snprintf(text, sizeof(text),
			 "the firmware has not tried it: a capsule that waits in memory is lost "
			 "when the power is cut before the reboot, and the reboot must be a warm "
			 "one");
	add_report(io, entry, text, sizeof(text));
	err_set(err, 0, "%s", text);
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
		explain(io, &entry, err);
	}
	return 0;
}
