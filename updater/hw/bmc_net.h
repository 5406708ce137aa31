/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network card that a BMC shows to its host (DSP0270 host interface; an iLO's virtual NIC, USB
 * 03f0:2927, CDC EEM): found, given the host's address, and nothing more: no gateway, no default
 * route, no DHCP lease of somebody else's. All servers have the same addresses there, so requests
 * are bound to the interface.
 */
#ifndef DRYDOCK_HW_BMC_NET_H
#define DRYDOCK_HW_BMC_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

struct bmc_net {
	char interface[16]; /* "usb0" */
	char url[96];	    /* "https://16.1.15.1" or "https://[fe80::1%25usb0]:8443" */
	char host[64];	    /* the address that this side has */
};

/*
 * Looks in SMBIOS type 42, else asks the iLO over CHIF (0x0159), else takes an iLO's fixed
 * addresses when its USB card is there; finds the card by its USB or PCI ids and MAC; sets address
 * and mask and brings it up, if it is not. ERR_NOT_FOUND: no host interface is told of, or the
 * card is not there (switched off: on an iLO the words say so); ERR_UNSUPPORTED: one that is not
 * a network; ERR_IO, ERR_OVERDUE (no link).
 */
int bmc_net_up(struct hwio *hw, uint64_t deadline_ms, struct bmc_net *ret, struct err *err);

/* Takes the address off again and the card down, if bmc_net_up() of this process brought it up. */
void bmc_net_down(struct hwio *hw, const struct bmc_net *net);

#endif
