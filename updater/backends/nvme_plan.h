/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image will go into a drive: decided from what the drive says, before anything is sent. */
#ifndef DRYDOCK_BACKENDS_NVME_PLAN_H
#define DRYDOCK_BACKENDS_NVME_PLAN_H

#include <stdint.h>

#include "repo/catalog.h"
#include "format/nvme.h"
#include "hw/nvme.h"

/* Flags of a component, for drives that need them. */
#define NVME_FLAG_PAD_FF "nvme-pad-ff" /* pad the last block with FFh to the granularity */
#define NVME_FLAG_CA1	 "nvme-ca1"    /* never activate without a reset, whatever FRMW says */
#define NVME_FLAG_CA3	 "nvme-ca3"    /* activate without a reset, though FRMW does not offer it */

struct nvme_plan {
	uint8_t slot;
	enum nvme_commit_action action;
	uint32_t transfer_bytes; /* of each download command but the last */
	uint32_t pad_bytes;	 /* the last one is padded to a multiple of it */
	uint32_t commit_timeout_ms;
};

/*
 * Slot 1 to 7 for a new image, 0 when none can be written: never a read-only one, and the old
 * image stays for a rollback. Among the inactive slots: an empty one, else one whose revision is
 * not the running one, else any; slot 1 after all others. The active slot only when it is the only
 * one that can be written.
 */
uint8_t nvme_plan_slot(const struct nvme_identity *id, const struct nvme_fw_log *log);

/*
 * Bytes of a download command: the largest multiple of FWUG within MDTS and 128 KiB, or one FWUG
 * when that alone is larger than 128 KiB. 0 when FWUG is larger than MDTS.
 */
uint32_t nvme_plan_transfer(const struct nvme_identity *id);

/*
 * Everything above, or the reason why the drive would refuse: ERR_UNSUPPORTED (no firmware
 * commands, no slot, a flag that is not known, sizes that contradict each other), ERR_FORMAT (a
 * size that cannot be an image), ERR_TOO_LARGE, ERR_BUSY (an earlier update waits for a reset).
 */
int nvme_plan_make(const struct nvme_identity *id, const struct nvme_fw_log *log,
		   const struct component *comp, uint64_t size_bytes, struct nvme_plan *ret,
		   struct err *err);

#endif
