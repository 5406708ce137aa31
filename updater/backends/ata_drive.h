/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ATA drive, found again by what it says of itself and opened; for the files ata*.c only. */
#ifndef DRYDOCK_BACKENDS_ATA_DRIVE_H
#define DRYDOCK_BACKENDS_ATA_DRIVE_H

#include "backends/backend.h"
#include "format/ata.h"
#include "hw/scsi.h"
#include "hw/scsi_node.h"

struct ata_drive {
	struct scsi_path path;
	struct scsi_node node;
	struct ata_identity id;
};

/*
 * Is it a drive that the kernel took for an ATA one? INQUIRY says "ATA" for it (SAT-4 §8.1.2).
 * ata_node_bar() is why it gets no commands all the same, NULL = it does: what is behind a USB
 * bridge, or has no sg node.
 */
bool ata_node_is_ata(const struct scsi_node *node);
const char *ata_node_bar(const struct scsi_node *node);

/* Opens one and reads IDENTIFY DEVICE and, where it has them, its capabilities, live. */
int ata_drive_open_node(struct hwio *hw, const struct scsi_node *node, struct ata_drive *ret,
			struct err *err);

/*
 * The same for a device of the inventory, which may have got another name since (a reset, a
 * reboot): found by serial number, without one by WWN, else by address. ERR_DEVICE_GONE: it is not
 * there.
 */
int ata_drive_open(struct hwio *hw, const struct device *dev, struct ata_drive *ret,
		   struct err *err);
void ata_drive_close(struct ata_drive *drive);

/* What struct backend holds; ata.c puts them together. */
int ata_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int ata_refresh(struct hwio *hw, struct device *dev, struct err *err);
int ata_check(struct backend_io *io, struct err *err);
int ata_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int ata_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int ata_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
