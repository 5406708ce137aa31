/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Admin commands of an NVMe drive through the Linux driver (linux/nvme_ioctl.h), and what the
 * drive's statuses mean. "NVMe 2.0" is the NVM Express Base Specification, revision 2.0.
 */
#ifndef DRYDOCK_HW_NVME_H
#define DRYDOCK_HW_NVME_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

/*
 * nvme.ko resets a controller whose command outlives its time-out, which would cut off a write:
 * hence at least 15 minutes for everything that changes the drive (DESIGN, law 8).
 */
#define NVME_READ_TIMEOUT_MS  (60u * 1000)
#define NVME_WRITE_TIMEOUT_MS (15u * 60 * 1000)

/* Commit Action, NVMe 2.0 §5.12. */
enum nvme_commit_action {
	NVME_CA_ACTIVATE_AT_RESET = 1, /* replace the slot's image, activate it at the next reset */
	NVME_CA_ACTIVATE_NOW = 3,      /* replace the slot's image, activate it without a reset */
};

/* Log pages, NVMe 2.0 §5.16.1. */
enum nvme_log { NVME_LOG_FW_SLOTS = 0x03, NVME_LOG_SELF_TEST = 0x06, NVME_LOG_SANITIZE = 0x81 };

enum nvme_meaning {
	NVME_ACCEPTED = 1,	/* did what it was asked */
	NVME_AFTER_RESET,	/* stored; any Controller Level Reset activates */
	NVME_AFTER_REBOOT,	/* stored; a PCI Express Conventional Reset activates */
	NVME_AFTER_POWER_CYCLE, /* stored; an NVM Subsystem Reset activates */
	NVME_NEEDS_MORE_TIME,	/* not activated: would take longer than MTFA allows */
	NVME_OVERLAPS,		/* the range was downloaded before and is not committed yet */
	NVME_REFUSED,
};

struct nvme_status {
	uint16_t status; /* SCT << 8 | SC, NVMe 2.0 §3.3.3.2.1 */
	enum nvme_meaning meaning;
	int code; /* the ERR_* when it is an error */
	const char *words;
};

/* What a status means, as the ioctl returned it (0 or positive, DNR and others included). */
const struct nvme_status *nvme_status_find(int status);

/* Sets err to the status's code and "<words> (NVMe status 107h, do not retry)"; returns it. */
int nvme_status_err(int status, struct err *err);

/*
 * Opens the character device of a controller ("/dev/nvme0"). ERR_DEVICE_GONE: no such drive any
 * more; ERR_BUSY: it is being reset.
 */
int nvme_open(struct hwio *hw, const char *node, int *ret_fd, struct err *err);

/*
 * The commands below return ERR_DEVICE_GONE when the drive vanished, ERR_OVERDUE when the driver
 * waited the whole time-out and then reset it, ERR_DEVICE for what else the driver says.
 */

/* Identify with CNS 01h; buf holds NVME_IDENTIFY_BYTES (format/nvme.h) = size bytes. */
int nvme_identify(struct hwio *hw, int fd, uint8_t *buf, size_t size, struct err *err);

/* Identify with CNS 00h of one namespace; size as above. */
int nvme_identify_namespace(struct hwio *hw, int fd, uint32_t nsid, uint8_t *buf, size_t size,
			    struct err *err);

/* The first size bytes (a multiple of 4) of a log page. */
int nvme_get_log(struct hwio *hw, int fd, enum nvme_log page, uint8_t *buf, size_t size,
		 struct err *err);

/*
 * Sends len bytes (a multiple of 4) of an image, from byte offset (a multiple of 4, below 16 GiB).
 * Returns 0, the positive NVMe status with which the drive refused (err is untouched), or ERR_*.
 */
int nvme_fw_download(struct hwio *hw, int fd, uint8_t *data, uint32_t len, uint64_t offset,
		     struct err *err);

/*
 * Commits what was downloaded to slot 1 to 7. timeout_ms is the kernel's: never below
 * NVME_WRITE_TIMEOUT_MS. Returns as nvme_fw_download() does; positive is not always an error.
 */
int nvme_fw_commit(struct hwio *hw, int fd, uint8_t slot, enum nvme_commit_action action,
		   uint32_t timeout_ms, struct err *err);

/* A Controller Reset (NVMe 2.0 §3.7.2). 0, ERR_BUSY, ERR_DEVICE_GONE, ERR_DEVICE. */
int nvme_reset(struct hwio *hw, int fd, struct err *err);

#endif
