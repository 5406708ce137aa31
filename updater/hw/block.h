/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Block devices as sysfs shows them: which there are, and on which drive they lie. */
#ifndef DRYDOCK_HW_BLOCK_H
#define DRYDOCK_HW_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"

#define BLOCK_LINK_MAX 256

/*
 * Where a block device is in the device tree, with a '/' at the end ("../../devices/pci0000:00/
 * 0000:00:04.0/nvme/nvme0/nvme0n1/"). Negative errno: -ENOENT when there is no such device,
 * -ENAMETOOLONG.
 */
int block_link(struct hwio *hw, const char *name, char ret[BLOCK_LINK_MAX]);
/* The same by its number, "259:0". */
int block_link_by_number(struct hwio *hw, const char *number, char ret[BLOCK_LINK_MAX]);

/*
 * Is what link shows part of the drive whose node in /dev has this name ("nvme0", "sda")? The
 * namespaces of a drive with several controllers hang below their subsystem: they are on each of
 * its controllers.
 */
bool block_is_on(struct hwio *hw, const char *link, const char *node);

/*
 * Is what link shows below this place in the device tree ("/0000:03:00.", all functions of a card)?
 * A multipath namespace is below the controllers of its subsystem; one whose place cannot be read
 * counts as below every place.
 */
bool block_is_below(struct hwio *hw, const char *link, const char *place);

/* A whole disk that stores something itself: no partition, no path of a multipath namespace, not
 * made of other devices or of memory. */
bool block_is_disk(struct hwio *hw, const char *name, const char *link);

/* "sda" -> "sda1" ...: is part a partition of the disk? */
bool block_is_partition(struct hwio *hw, const char *disk, const char *part);

/* In bytes; 0 = not known, no medium. sector_bytes: of a logical sector, 512 when not known. */
uint64_t block_size(struct hwio *hw, const char *name);
uint32_t block_sector(struct hwio *hw, const char *disk);

#endif
