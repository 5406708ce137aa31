/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drivers of network devices do with ETHTOOL_FLASHDEV: data, read in Linux 6.12. */
#ifndef DRYDOCK_BACKENDS_ETHTOOL_DRIVERS_H
#define DRYDOCK_BACKENDS_ETHTOOL_DRIVERS_H

#include <stdbool.h>

struct ethtool_driver_fact {
	const char *name;
	bool flashes;	 /* ETHTOOL_FLASHDEV writes what survives a power cycle */
	bool needs_up;	 /* refuses while the interface is down */
	bool regions;	 /* "ethtool-region=" may be other than 0, all of it */
	const char *why; /* it does not flash: a sentence without a full stop */
};

/* NULL: nothing is known of that driver, and nothing is flashed by it. */
const struct ethtool_driver_fact *ethtool_driver_find(const char *name);

#endif
