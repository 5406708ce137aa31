/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ethtool_drivers.h"

#include <stddef.h>
#include <string.h>

/*
 * .flash_device of the drivers' struct ethtool_ops. be2net: be_load_fw() wants netif_running().
 * bnxt_en: bnxt_flash_device(), region 0 is a package, others are types of NVM items. cxgb4:
 * set_flash(), regions 1 to 4 of enum ethtool_flash_... in cxgb4.h. mlx5: other regions than 0 are
 * refused. The last ones have no .flash_device, or one that is no flash.
 */
static const struct ethtool_driver_fact facts[] = {
	{ .name = "be2net", .flashes = true, .needs_up = true },
	{ .name = "bna", .flashes = true },
	{ .name = "bnxt_en", .flashes = true, .regions = true },
	{ .name = "cxgb4", .flashes = true, .regions = true },
	{ .name = "mlx5_core", .flashes = true },
	{ .name = "qede", .flashes = true },
	{ .name = "i40e",
	  .why = "the flash command of i40e loads a DDP profile into RAM and leaves the NVM as it "
		 "is: only the vendor's own tool updates it" },
	{ .name = "igb", .why = "igb has no flash command: only the vendor's own tool updates it" },
	{ .name = "ixgbe",
	  .why = "ixgbe has no flash command: only the vendor's own tool updates it" },
	{ .name = "tg3", .why = "tg3 has no flash command: only the vendor's own tool updates it" },
	{ .name = "bnx2x",
	  .why = "bnx2x has no flash command: only the vendor's own tool updates it" },
};

const struct ethtool_driver_fact *ethtool_driver_find(const char *name)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (!strcmp(facts[i].name, name))
			return &facts[i];
	return NULL;
}
