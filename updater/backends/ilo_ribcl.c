/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ilo_ribcl.h"

#include <string.h>

#include "plan/plan.h"
#include "repo/version.h"

const struct backend backend_ilo_ribcl = {
	.name = ILO_RIBCL,
	.description = "HPE iLO 3 and 4, and system ROMs by an iLO 4 (RIBCL over HTTPS)",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note = "a model with answers shaped like real ones, with faults; no real iLO yet",
	.probe = ilo_ribcl_probe,
	.refresh = ilo_ribcl_refresh,
	.check = ilo_ribcl_check,
	.write = ilo_ribcl_write,
	.activate = ilo_ribcl_activate,
	.recover = ilo_ribcl_recover,
};

/* HPE's advisory for iLO 3: what is newer than 1.28 is refused by what is older. */
static bool misses_stone(unsigned int generation, const char *runs, const char *wanted)
{
	return generation == 3 &&
	       version_compare(VERSION_DOTTED, runs, ILO_RIBCL_FIRST_TO) == VERSION_OLDER &&
	       version_compare(VERSION_DOTTED, wanted, ILO_RIBCL_FIRST_TO) == VERSION_NEWER;
}

int ilo_ribcl_judge(unsigned int generation, const struct device *dev, const struct component *comp,
		    uint64_t payload_bytes, struct err *err)
{
	if (generation < ILO_RIBCL_OLDEST || generation > ILO_RIBCL_LAST)
		return err_set(err, ERR_UNSUPPORTED, "an iLO %u does not take firmware this way",
			       generation);
	if (dev->kind != DEVICE_BMC && generation < 4)
		return err_set(err, ERR_UNSUPPORTED, "an iLO %u flashes itself alone this way",
			       generation);
	if (dev->kind == DEVICE_BMC && misses_stone(generation, dev->version, comp->version))
		return err_set(err, ERR_UNSUPPORTED, "an iLO 3 with %s takes %s first",
			       dev->version, ILO_RIBCL_FIRST_TO);
	if (component_has_flag(comp, "hpe-fwpkg"))
		return err_set(err, ERR_FORMAT, "an iLO %u takes images, not packages", generation);
	if (!payload_bytes)
		return err_set(err, ERR_FORMAT, "the image is empty");
	if (payload_bytes > ILO_RIBCL_MAX)
		return err_set(err, ERR_TOO_LARGE, "an image of %llu bytes is none of an iLO %u",
			       (unsigned long long)payload_bytes, generation);
	return 0;
}

bool ilo_ribcl_runs(const struct device *dev, const struct component *comp)
{
	const char *value = plan_proof_value(comp, dev);

	return value ? plan_proof_holds(comp, value) : strcmp(dev->version, comp->version) == 0;
}
