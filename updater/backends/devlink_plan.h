/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is decided about a network device before and after it is flashed, from what devlink says
 * alone.
 */
#ifndef DRYDOCK_BACKENDS_DEVLINK_PLAN_H
#define DRYDOCK_BACKENDS_DEVLINK_PLAN_H

#include "backends/backend.h"
#include "format/netlink_devlink.h"

/* Flags of a component. */
#define DEVLINK_FLAG_COMPONENT "devlink-component="	    /* only this part: "fw.mgmt" */
#define DEVLINK_FLAG_SETTINGS  "devlink-overwrite-settings" /* DEVLINK_FLASH_OVERWRITE_... */
#define DEVLINK_FLAG_IDENTIFIERS                                         \
	"devlink-overwrite-identifiers" /* MAC addresses, serial numbers \
					 */

struct devlink_plan {
	const char *component; /* "" = all of it */
	uint32_t overwrite_mask;
	uint32_t timeout_ms;
};

/* Does that driver of Linux 6.12 flash by devlink, or does it say at least what it has stored? */
bool devlink_plan_flashes(const struct devlink_info *info);

/*
 * The name of the version that stands for the whole: fw.bundle_id, fw, fw.version, fw.mgmt, else
 * the first that runs; NULL = nothing runs. The first two are the marketing names of a release
 * (Documentation/networking/devlink/devlink-info.rst).
 */
const char *devlink_plan_main(const struct devlink_info *info);

/*
 * How the image will go in, or why the device would refuse: ERR_UNSUPPORTED (no flash, a flag),
 * ERR_BUSY (another version is stored than runs: an update is waiting for its activation).
 */
int devlink_plan_make(const struct devlink_info *info, const struct component *comp,
		      struct devlink_plan *ret, struct err *err);

/* Is what the component brings what runs, or what is stored? False where nobody can tell. */
bool devlink_plan_has(const struct devlink_info *info, enum devlink_group group,
		      const struct component *comp);

/*
 * What a flash that the kernel called a success has achieved. It is done (and the proof will show
 * it) when the new version runs, or when the device does not even store it. Where it does not say
 * what it stores, the component's own word on activation holds.
 */
enum backend_result devlink_plan_result(const struct devlink_info *info,
					const struct component *comp, bool can_activate);

/* What a step that was interrupted has left; before is what ran before it, "" = not known. */
enum backend_recovery devlink_plan_recover(const struct devlink_info *info,
					   const struct component *comp, const char *before);

#endif
