/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which arrays the drives are members of, and what state these are in: read from the superblocks
 * where they lie. Nothing is assembled, mounted or opened for writing (law 12). All disks of the
 * machine are looked at, because a set is judged by all its members; only devices of the inventory
 * get properties:
 *
 *   array.0        "md:<uuid>", "lvm:<group>", "imsm:<family>", "btrfs:<uuid>"
 *   array.0.state  "whole"
 *                  "unclean: ..."     all members are here, it was not shut down properly
 *                  "degraded: 1 of 2 members are here"
 *                  "rebuilding: ..."  a recovery, resync or reshape was under way
 *                  absent when it cannot be told
 */
#ifndef DRYDOCK_ARRAYS_H
#define DRYDOCK_ARRAYS_H

#include "base/err.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"

#define ARRAYS_PER_DEVICE 16

/*
 * Sets the properties of every device that has a node in /dev. ERR_NOMEM; ERR_IO: some disks could
 * not be read, what the others say is set all the same.
 */
int arrays_probe(struct hwio *hw, struct inventory *inv, struct err *err);

#endif
