/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image will go into a drive: decided from what the drive says, before anything is sent. */
#ifndef DRYDOCK_BACKENDS_ATA_PLAN_H
#define DRYDOCK_BACKENDS_ATA_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "format/ata.h"
#include "hw/ata.h"
#include "repo/catalog.h"

/*
 * A component's flag for drives that take another way than the one they say: "3" in pieces, "7"
 * whole, "e" in pieces with a later activation.
 */
#define ATA_FLAG_MODE "ata-mode="

#define ATA_IMAGE_MAX_BLOCKS 65535u /* what the fields of the command can say */

struct ata_plan {
	enum ata_subcommand mode; /* not ATA_DM_ACTIVATE */
	bool dma;		  /* by DOWNLOAD MICROCODE DMA: the drive has nothing else */
	bool power_cycle;	  /* deferred, and only a power cycle may activate it */
	uint32_t transfer_bytes;  /* of each command but the last */
	uint32_t timeout_ms;	  /* of each command */
};

/*
 * Blocks of each piece when an image of so many is cut: 64 where the drive's limits allow that, and
 * such that the last piece is not below the minimum either. 0 = there is no such number.
 */
uint32_t ata_plan_piece(const struct ata_identity *id, uint32_t blocks);

/*
 * Everything above, or the reason why the drive would refuse: ERR_UNSUPPORTED (no DOWNLOAD
 * MICROCODE, not the way that the flag names, limits that contradict each other), ERR_FORMAT (a
 * size that cannot be an image, or that cannot be cut), ERR_TOO_LARGE, ERR_DEVICE (locked). Without
 * a flag: deferred when the component says that something activates it and the drive can; else in
 * pieces, else whole.
 */
int ata_plan_make(const struct ata_identity *id, const struct component *comp, uint64_t size_bytes,
		  struct ata_plan *ret, struct err *err);

#endif
