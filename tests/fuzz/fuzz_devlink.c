/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attributes of a devlink answer, and every decision that is made from them. */
#include <stdlib.h>
#include <string.h>

#include "backends/devlink_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void must_be_printable(const char *text, size_t size)
{
	MUST(strlen(text) < size);
	for (; *text; text++)
		MUST(*text >= 0x20 && *text < 0x7f);
}

static void check_info(const struct devlink_info *info)
{
	MUST(info->count <= DEVLINK_VERSIONS_MAX && info->handle.bus[0] && info->handle.name[0]);
	must_be_printable(info->handle.name, sizeof(info->handle.name));
	must_be_printable(info->driver, sizeof(info->driver));
	must_be_printable(info->serial, sizeof(info->serial));
	for (size_t i = 0; i < info->count; i++) {
		MUST(info->versions[i].group >= DEVLINK_FIXED &&
		     info->versions[i].group <= DEVLINK_STORED);
		MUST(info->versions[i].name[0] && info->versions[i].value[0]);
		must_be_printable(info->versions[i].name, sizeof(info->versions[i].name));
		must_be_printable(info->versions[i].value, sizeof(info->versions[i].value));
	}
}

static void check_plan(const struct devlink_info *info)
{
	struct component comp = {
		.version = "2.0",
		.proof = { .field = "devlink.fw", .match = PROOF_EQUALS, .value = "2.0" },
		.activation = ACTIVATION_REBOOT
	};
	struct devlink_plan plan;
	bool runs;

	component_complete(&comp);
	runs = devlink_plan_has(info, DEVLINK_RUNNING, &comp);
	if (!devlink_plan_make(info, &comp, &plan, NULL))
		MUST(devlink_plan_flashes(info) && plan.timeout_ms >= 15u * 60 * 1000);
	MUST((devlink_plan_recover(info, &comp, "1.0") == RECOVER_NEW_RUNS) == runs);
	MUST(!runs || devlink_plan_result(info, &comp, true) == BACKEND_DONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct netlink_reader attrs = { .buf = data, .len = size };
	struct devlink_info info;
	struct devlink_status status;

	(void)devlink_parse_actions(&attrs);
	if (devlink_parse_status(&attrs, &status)) {
		must_be_printable(status.text, sizeof(status.text));
		must_be_printable(status.component, sizeof(status.component));
	}
	if (!devlink_parse_info(&attrs, &info))
		return 0;
	check_info(&info);
	check_plan(&info);
	return 0;
}
