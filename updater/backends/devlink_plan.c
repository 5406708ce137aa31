/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/devlink_plan.h"

#include <linux/devlink.h>
#include <string.h>

#include "hw/genl.h"

#define TIMEOUT_MIN_MS	       (15u * 60 * 1000)
#define MS_PER_EXPECTED_SECOND 10000u /* ten times what is expected, law 8 */

/* Who has .flash_update in its struct devlink_ops: Linux 6.12. */
static const char *const drivers[] = {
	"bnxt_en",
	"hinic",
	"ice",
	"ionic",
	"iosm",
	"mlx5_core",
	"mlxsw_spectrum",
	"mlxsw_spectrum2",
	"mlxsw_spectrum3",
	"mlxsw_spectrum4",
	"netdevsim",
	"nfp",
	"pds_core",
	"ptp_ocp",
};

bool devlink_plan_flashes(const struct devlink_info *info)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
		if (!strcmp(info->driver, drivers[i]))
			return true;
	for (size_t i = 0; i < info->count; i++)
		if (info->versions[i].group == DEVLINK_STORED)
			return true;
	return false;
}

const char *devlink_plan_main(const struct devlink_info *info)
{
	static const char *const names[] = { "fw.bundle_id", "fw", "fw.version", "fw.mgmt" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (devlink_version(info, DEVLINK_RUNNING, names[i]))
			return names[i];
	for (size_t i = 0; i < info->count; i++)
		if (info->versions[i].group == DEVLINK_RUNNING)
			return info->versions[i].name;
	return NULL;
}

static const struct devlink_version *pending(const struct devlink_info *info)
{
	for (size_t i = 0; i < info->count; i++) {
		const struct devlink_version *version = &info->versions[i];
		const char *running = devlink_version(info, DEVLINK_RUNNING, version->name);

		if (version->group == DEVLINK_STORED && running &&
		    strcmp(version->value, running) != 0)
			return version;
	}
	return NULL;
}

static int check_flags(const struct component *comp, struct err *err)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strncmp(comp->flags[i], DEVLINK_FLAG_COMPONENT,
			    strlen(DEVLINK_FLAG_COMPONENT)) != 0 &&
		    strcmp(comp->flags[i], DEVLINK_FLAG_SETTINGS) != 0 &&
		    strcmp(comp->flags[i], DEVLINK_FLAG_IDENTIFIERS) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	return 0;
}

/* The driver's own word on how long it may take comes with the progress, and is news only. */
static uint32_t timeout(uint32_t expected_seconds)
{
	uint64_t timeout_ms = (uint64_t)expected_seconds * MS_PER_EXPECTED_SECOND;

	if (timeout_ms < TIMEOUT_MIN_MS)
		return TIMEOUT_MIN_MS;
	return timeout_ms < GENL_TIMEOUT_MAX_MS ? (uint32_t)timeout_ms : GENL_TIMEOUT_MAX_MS;
}

int devlink_plan_make(const struct devlink_info *info, const struct component *comp,
		      struct devlink_plan *ret, struct err *err)
{
	const char *component = component_flag_value(comp, DEVLINK_FLAG_COMPONENT);
	const struct devlink_version *waiting = pending(info);

	*ret = (struct devlink_plan){
		.component = component ? component : "",
		.timeout_ms = timeout(comp->expected_seconds),
	};
	if (component_has_flag(comp, DEVLINK_FLAG_SETTINGS))
		ret->overwrite_mask |= DEVLINK_FLASH_OVERWRITE_SETTINGS;
	if (component_has_flag(comp, DEVLINK_FLAG_IDENTIFIERS))
		ret->overwrite_mask |= DEVLINK_FLASH_OVERWRITE_IDENTIFIERS;
	if (!devlink_plan_flashes(info))
		return err_set(err, ERR_UNSUPPORTED, "the driver %s does not flash by devlink",
			       info->driver);
	if (waiting)
		return err_set(err, ERR_BUSY,
			       "an earlier update waits for its activation: %s %s is stored, %s "
			       "runs",
			       waiting->name, waiting->value,
			       devlink_version(info, DEVLINK_RUNNING, waiting->name));
	return check_flags(comp, err);
}

/* The version that the component is about, in a group; NULL = the device does not tell it. */
static const char *value_of(const struct devlink_info *info, enum devlink_group group,
			    const struct component *comp)
{
	static const char prefix[] = "devlink.";
	const char *name = devlink_plan_main(info);

	if (!strncmp(comp->proof.field, prefix, strlen(prefix)))
		name = comp->proof.field + strlen(prefix);
	return name ? devlink_version(info, group, name) : NULL;
}

bool devlink_plan_has(const struct devlink_info *info, enum devlink_group group,
		      const struct component *comp)
{
	const char *value = value_of(info, group, comp);

	return value && backend_is_wanted(comp, "devlink.", value);
}

enum backend_result devlink_plan_result(const struct devlink_info *info,
					const struct component *comp, bool can_activate)
{
	const char *stored = value_of(info, DEVLINK_STORED, comp);
	bool says_nothing = !stored;

	if (devlink_plan_has(info, DEVLINK_RUNNING, comp))
		return BACKEND_DONE;
	if (!says_nothing && !backend_is_wanted(comp, "devlink.", stored))
		return BACKEND_DONE;
	if (says_nothing && comp->activation == ACTIVATION_NONE)
		return BACKEND_DONE;
	if (comp->activation == ACTIVATION_POWER_CYCLE)
		return BACKEND_NEEDS_POWER_CYCLE;
	return can_activate ? BACKEND_NEEDS_ACTIVATE : BACKEND_NEEDS_REBOOT;
}

enum backend_recovery devlink_plan_recover(const struct devlink_info *info,
					   const struct component *comp, const char *before)
{
	const char *running = value_of(info, DEVLINK_RUNNING, comp);
	const char *name = devlink_plan_main(info);
	const char *version = name ? devlink_version(info, DEVLINK_RUNNING, name) : NULL;

	if (running && backend_is_wanted(comp, "devlink.", running))
		return RECOVER_NEW_RUNS;
	if (devlink_plan_has(info, DEVLINK_STORED, comp))
		return RECOVER_PENDING;
	if (!running || (before[0] && version && strcmp(before, version) != 0))
		return RECOVER_NEEDS_HUMAN; /* neither the old nor the new one */
	return RECOVER_OLD_RUNS;
}
