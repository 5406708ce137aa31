/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An NVMe drive, found again by what it says of itself and opened; for the files nvme*.c only. */
#ifndef DRYDOCK_BACKENDS_NVME_DRIVE_H
#define DRYDOCK_BACKENDS_NVME_DRIVE_H

#include "backends/backend.h"
#include "format/nvme.h"

/* What the kernel knows of a controller: names and places, never versions (they go stale). */
struct nvme_node {
	char name[16]; /* "nvme0" */
	char pci[32];  /* "0000:01:00.0"; for other transports what they have as address */
	char transport[16];
	char state[24]; /* "live", "resetting" ...; "" = the kernel does not say */
	char serial[32];
	char model[48];
};

struct nvme_drive {
	struct hwio *hw;
	int fd; /* -1 = closed */
	struct nvme_node node;
	struct nvme_identity id;
	struct nvme_fw_log log;
};

/* All controllers that nvme.ko has: *ret_names is malloc'ed; no driver, no controllers. ERR_*. */
int nvme_node_list(struct hwio *hw, char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count,
		   struct err *err);
void nvme_node_read(struct hwio *hw, const char *name, struct nvme_node *ret);

/* Opens one controller and reads Identify and the firmware slot log, live. */
int nvme_drive_open_node(struct hwio *hw, const char *name, struct nvme_drive *ret,
			 struct err *err);

/*
 * The same for a device of the inventory, which may have got another name since (a reset, a
 * reboot): found by serial number, without one by PCI address. ERR_DEVICE_GONE: it is not there.
 */
int nvme_drive_open(struct hwio *hw, const struct device *dev, struct nvme_drive *ret,
		    struct err *err);
void nvme_drive_close(struct nvme_drive *drive);

/*
 * Is the drive busy with what would outlast a download: a sanitize, a format, a self-test? ERR_BUSY
 * with words; 0 also when it cannot tell. Only what the drive says that it can do is asked for.
 */
int nvme_drive_busy(const struct nvme_drive *drive, struct err *err);

/* What struct backend holds; nvme.c puts them together. */
int nvme_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int nvme_refresh(struct hwio *hw, struct device *dev, struct err *err);
int nvme_check(struct backend_io *io, struct err *err);
int nvme_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int nvme_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int nvme_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
