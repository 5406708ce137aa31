/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the BMC's network card is and which addresses belong on it. Used by bmc_net.c only. */
#ifndef DRYDOCK_HW_BMC_NET_FIND_H
#define DRYDOCK_HW_BMC_NET_FIND_H

#include <net/if.h>

#include "hw/bmc_net.h"

/* IPv4 addresses in the host's byte order. */
struct bmc_place {
	bool usb;
	uint16_t vendor, product; /* 0 = not told: known by its MAC */
	uint8_t mac[6];		  /* all zero = not told */
	bool is_ipv6;		  /* link-local: no address needs setting */
	uint32_t host, mask, service;
	uint8_t service_ipv6[16];
	uint16_t port;
};

/* ERR_NOT_FOUND, ERR_UNSUPPORTED, as bmc_net_up() says. */
int bmc_net_find(struct hwio *hw, uint64_t deadline_ms, struct bmc_place *ret,
		 char ret_interface[IFNAMSIZ], struct err *err);

#endif
