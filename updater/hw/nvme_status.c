/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statuses of Firmware Commit and Firmware Image Download, NVMe 2.0 §5.12.1 and §5.13.1, and the
 * generic and path ones that they may end with, §3.3.3.2.1.
 *
 * Three statuses of a commit say that it succeeded and what activates the image (§5.12.1): 10Bh a
 * Conventional Reset, which a platform that restarts gives its PCI Express slots; 111h the next
 * Controller Level Reset. 110h asks for an NVM Subsystem Reset: that is main power being applied
 * or NSSR being written (§3.7.1), a warm restart does neither, so the power is switched off and on.
 */
#include "hw/nvme.h"

#define STATUS_MASK 0x7ff     /* SCT and SC */
#define STATUS_DNR  (1 << 14) /* do not retry */

static const struct nvme_status statuses[] = {
	{ 0x000, NVME_ACCEPTED, 0, "done" },
	{ 0x001, NVME_REFUSED, ERR_UNSUPPORTED, "the drive does not know this command" },
	{ 0x002, NVME_REFUSED, ERR_DEVICE, "invalid field in the command" },
	{ 0x004, NVME_REFUSED, ERR_DEVICE, "data transfer error" },
	{ 0x005, NVME_REFUSED, ERR_DEVICE, "aborted, the drive is losing power" },
	{ 0x006, NVME_REFUSED, ERR_DEVICE, "internal error of the drive" },
	{ 0x007, NVME_REFUSED, ERR_DEVICE, "aborted on request" },
	{ 0x00c, NVME_REFUSED, ERR_BUSY, "commands sent out of order" },
	{ 0x015, NVME_REFUSED, ERR_DEVICE, "the drive denies this operation" },
	{ 0x01d, NVME_REFUSED, ERR_BUSY, "a sanitize operation is going on" },
	{ 0x01e, NVME_REFUSED, ERR_DEVICE, "the last sanitize operation failed" },
	{ 0x020, NVME_REFUSED, ERR_DEVICE, "write protected" },
	{ 0x021, NVME_REFUSED, ERR_BUSY, "interrupted, to be sent again" },
	{ 0x082, NVME_REFUSED, ERR_BUSY, "a namespace is not ready" },
	{ 0x084, NVME_REFUSED, ERR_BUSY, "a format is going on" },
	{ 0x106, NVME_REFUSED, ERR_DEVICE, "invalid or read-only firmware slot" },
	{ 0x107, NVME_REFUSED, ERR_DEVICE, "the drive does not accept this firmware image" },
	{ 0x109, NVME_REFUSED, ERR_UNSUPPORTED, "the drive has no such log page" },
	{ 0x10b, NVME_AFTER_REBOOT, 0, "stored, runs after a reboot" },
	{ 0x110, NVME_AFTER_POWER_CYCLE, 0, "stored, runs after a power cycle" },
	{ 0x111, NVME_AFTER_RESET, 0, "stored, runs after a reset of the drive" },
	{ 0x112, NVME_NEEDS_MORE_TIME, ERR_DEVICE,
	  "activation without a reset would take longer than the drive allows" },
	{ 0x113, NVME_REFUSED, ERR_DEVICE, "the drive prohibits activating this image" },
	{ 0x114, NVME_OVERLAPS, ERR_BUSY, "overlaps an earlier download that was not committed" },
	{ 0x11d, NVME_REFUSED, ERR_BUSY, "a self-test is going on" },
};

/* Path Related Status: the command did not get through or back. */
static const struct nvme_status path_lost = { 0x300, NVME_REFUSED, ERR_DEVICE_GONE,
					      "the path to the drive failed" };
static const struct nvme_status vendor = { 0x700, NVME_REFUSED, ERR_DEVICE,
					   "vendor specific refusal" };
static const struct nvme_status unknown = { 0x7ff, NVME_REFUSED, ERR_DEVICE, "refused" };

const struct nvme_status *nvme_status_find(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].status == (status & STATUS_MASK))
			return &statuses[i];
	switch (status >> 8 & 7) {
	case 3:
		return &path_lost;
	case 7:
		return &vendor;
	default:
		return &unknown;
	}
}

int nvme_status_err(int status, struct err *err)
{
	const struct nvme_status *found = nvme_status_find(status);

	return err_set(err, found->code ? found->code : ERR_DEVICE, "%s (NVMe status %03Xh%s)",
		       found->words, (unsigned int)status & STATUS_MASK,
		       status & STATUS_DNR ? ", do not retry" : "");
}
