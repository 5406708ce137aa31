/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SCSI drive, found again by what it says of itself and opened; for the files scsi*.c only. */
#ifndef DRYDOCK_BACKENDS_SCSI_DRIVE_H
#define DRYDOCK_BACKENDS_SCSI_DRIVE_H

#include "backends/backend.h"
#include "backends/scsi_plan.h"
#include "format/ata.h"
#include "hw/scsi_node.h"

struct scsi_drive {
	struct scsi_node node;
	struct scsi_path path;
	struct scsi_inquiry inquiry;
	char serial[64];
	struct scsi_ids ids;
	struct scsi_abilities can;
	struct ata_identity ata; /* of a SATA drive behind a translator; model "" = it is none */
};

/* Reads what the drive at the other end of the path says, live. */
int scsi_drive_read(struct scsi_drive *drive, struct err *err);

/* Opens one node and reads it. ERR_DEVICE_GONE, ERR_BUSY, ERR_FORMAT ... */
int scsi_drive_open_node(struct hwio *hw, const struct scsi_node *node, struct scsi_drive *ret,
			 struct err *err);

/*
 * The same for a device of the inventory, which may have got another name since: by serial number,
 * without one by WWN, without both by its address. ERR_DEVICE_GONE: it is not there.
 */
int scsi_drive_open(struct hwio *hw, const struct device *dev, struct scsi_drive *ret,
		    struct err *err);
void scsi_drive_close(struct scsi_drive *drive);

/* Is this backend the one that writes to it? False for what others write or nobody does. */
bool scsi_node_is_drive(const struct scsi_node *node);

/* Why a node gets no commands: NULL = it may get some. *ret_bar: the id for device_set_bar(). */
const char *scsi_node_bar(const struct scsi_node *node, const char **ret_bar);

/* Writes all that is known of the drive into the device but id and kind. */
int scsi_describe(const struct scsi_drive *drive, struct device *dev, struct err *err);

/* The drives behind a Smart Array (scsi_behind.c): node is the controller's own. */
int scsi_behind_probe(struct hwio *hw, const struct scsi_node *node, struct inventory *inv,
		      struct err *err);
int scsi_behind_open(struct hwio *hw, const struct device *dev, struct scsi_drive *ret,
		     struct err *err);
bool scsi_node_is_smart_array(const struct scsi_node *node);

/* Appends the drive to the inventory; an earlier path to it is kept in "scsi.same_drive". */
int scsi_add(struct inventory *inv, const struct scsi_drive *drive, struct device **ret,
	     struct err *err);

/* What struct backend holds; scsi.c puts them together. */
int scsi_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int scsi_refresh(struct hwio *hw, struct device *dev, struct err *err);
int scsi_check(struct backend_io *io, struct err *err);
int scsi_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int scsi_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int scsi_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
