/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which way to the BMC is taken. */
#include <string.h>

#include "hw/bmc_access.h"
#include "hw/redfish_internal.h"

typedef int open_way(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
		     struct err *err);

static int try_way(struct hwio *hw, open_way *open, uint64_t deadline_ms, struct redfish **ret,
		   struct err *err)
{
	struct redfish_link link = { 0 };
	int rc = open(hw, deadline_ms, &link, err);

	return rc ? rc : redfish_open_link_until(&link, deadline_ms, ret, err);
}

/* A way that is there and closed says more than one that is not there. */
static int none(const struct err *chif, const struct err *host, struct err *err)
{
	int code = chif->code != ERR_NOT_FOUND ? chif->code : host->code;

	return err_set(err, code, "%s; %s", chif->text, host->text);
}

int redfish_open(struct hwio *hw, enum redfish_use use, uint32_t wait_ms, struct redfish **ret,
		 struct err *err)
{
	uint64_t deadline_ms = hw->ops->now_ms(hw) + wait_ms;
	struct err chif = { 0 }, host = { 0 };

	*ret = NULL;
	if (bmc_is_remote(hw))
		return try_way(hw, redfish_remote_open, deadline_ms, ret, err);
	if (use == REDFISH_UPLOAD)
		return try_way(hw, redfish_host_open, deadline_ms, ret, err);
	if (try_way(hw, redfish_chif_open, deadline_ms, ret, &chif) == 0)
		return 0;
	if (try_way(hw, redfish_host_open, deadline_ms, ret, &host) == 0)
		return 0;
	return none(&chif, &host, err);
}
