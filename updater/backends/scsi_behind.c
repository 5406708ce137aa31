/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The physical drives behind a Smart Array controller: found and read through its pass-through.
 * They are not written that way: which of them form one array is the controller's secret, and one
 * that restarts for its microcode would be a failed member of it.
 */
#include <stdio.h>
#include <string.h>

#include "backends/scsi_drive.h"
#include "base/cleanup.h"
#include "base/hex.h"
#include "hw/cciss.h"

bool scsi_node_is_smart_array(const struct scsi_node *node)
{
	return node->type == SCSI_TYPE_CONTROLLER &&
	       (!strcmp(node->driver, "hpsa") || !strcmp(node->driver, "smartpqi"));
}

static int open_controller(struct hwio *hw, const struct scsi_node *node, struct scsi_drive *ret,
			   struct err *err)
{
	char path[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->node = *node;
	snprintf(path, sizeof(path), "/dev/%s", node->sg);
	rc = scsi_open(hw, path, &ret->path, err);
	ret->path.transport = &scsi_cciss;
	return rc;
}

/* One of the addresses: 0 and ret filled in, or why it is no drive of ours. */
static int read_behind(struct scsi_drive *drive, const uint8_t lun[8], struct err *err)
{
	char digits[17];
	int rc;

	memcpy(drive->path.lun, lun, 8);
	drive->serial[0] = '\0';
	drive->ids = (struct scsi_ids){ 0 };
	drive->ata = (struct ata_identity){ 0 };
	drive->can = (struct scsi_abilities){ 0 };
	rc = scsi_drive_read(drive, err);
	if (rc)
		return rc;
	hex_encode(lun, 8, digits);
	snprintf(drive->node.address, sizeof(drive->node.address), "%.16s", digits);
	if (drive->inquiry.type != SCSI_TYPE_DISK && drive->inquiry.type != SCSI_TYPE_ZONED)
		return err_set(err, ERR_NOT_FOUND, "no drive");
	return 0;
}

/*
 * "1I:1:3", as on the label of the cage: connector, box, bay. The controller counts its drives in a
 * way of its own: a place is taken only from an answer that has this drive's serial number.
 */
static int put_slot(struct scsi_drive *drive, struct device *dev)
{
	uint8_t buf[SCSI_BMIC_DRIVE_BYTES];
	struct scsi_bmic_drive place;
	char number[8];
	struct err ignored;
	size_t len;

	if (cciss_identify_physical(&drive->path, drive->path.lun, buf, &len, &ignored) ||
	    scsi_parse_bmic_drive(buf, len, &place) || !place.serial[0] ||
	    strcmp(place.serial, drive->serial) != 0)
		return 0;
	snprintf(dev->slot, sizeof(dev->slot), "%s:%u:%u", place.connector, (unsigned int)place.box,
		 (unsigned int)place.bay);
	snprintf(number, sizeof(number), "%u", (unsigned int)place.box);
	if (device_set_prop(dev, "scsi.box", number))
		return ERR_NOMEM;
	snprintf(number, sizeof(number), "%u", (unsigned int)place.bay);
	return device_set_prop(dev, "scsi.bay", number);
}

static bool is_known(const struct inventory *inv, const struct scsi_drive *drive)
{
	for (size_t i = 0; i < inv->count; i++) {
		const struct device *dev = &inv->devices[i];

		if (dev->kind == DEVICE_DRIVE && drive->serial[0] &&
		    !strcmp(dev->serial, drive->serial))
			return true;
	}
	return false;
}

static int add_behind(struct inventory *inv, struct scsi_drive *drive, struct err *err)
{
	bool is_ata = !strcmp(drive->inquiry.vendor, "ATA");
	struct device *dev;
	int rc;

	if (is_known(inv, drive)) /* handed to the host by the controller (HBA mode) */
		return 0;
	rc = scsi_add(inv, drive, &dev, err);
	if (rc)
		return rc;
	dev->updateable = false;
	if (put_slot(drive, dev) || device_set_prop(dev, "scsi.behind", drive->node.sg) ||
	    device_set_prop(dev, "drive.protocol", is_ata ? "SATA" : "SAS") ||
	    device_set_bar(dev, "BEHIND_RAID",
			   "its RAID controller owns it: microcode goes through the controller's "
			   "own tool"))
		return err_set(err, ERR_NOMEM, "out of memory");
	return 0;
}

int scsi_behind_probe(struct hwio *hw, const struct scsi_node *node, struct inventory *inv,
		      struct err *err)
{
	CLEANUP_FREE void *owned = NULL;
	uint8_t(*luns)[8] = NULL;
	struct scsi_drive drive;
	struct err cause;
	size_t count = 0;
	/* What does not answer is the controller's matter: it is in the inventory by itself. */
	int rc = open_controller(hw, node, &drive, &cause);

	if (rc)
		return 0;
	if (cciss_report_physical(&drive.path, &luns, &count, &cause))
		hwio_note(hw, "cciss", cause.text);
	owned = luns;
	for (size_t i = 0; !rc && i < count; i++) {
		int answer = read_behind(&drive, luns[i], &cause);

		rc = answer ? 0 : add_behind(inv, &drive, err);
	}
	scsi_drive_close(&drive);
	return rc;
}

static int open_behind(struct hwio *hw, const struct scsi_node *node, const struct device *dev,
		       struct scsi_drive *ret, struct err *err)
{
	const char *address = device_prop(dev, "scsi.address");
	uint8_t lun[8];
	int rc;

	if (!address || hex_decode(address, lun, sizeof(lun)))
		return err_set(err, ERR_DEVICE_GONE, "no address behind its controller is known");
	rc = open_controller(hw, node, ret, err);
	if (!rc)
		rc = read_behind(ret, lun, err);
	if (!rc && strcmp(ret->serial, dev->serial) != 0)
		rc = err_set(err, ERR_DEVICE_GONE, "another drive is in its place");
	if (rc)
		scsi_drive_close(ret);
	return rc;
}

int scsi_behind_open(struct hwio *hw, const struct device *dev, struct scsi_drive *ret,
		     struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err);

	ret->path.fd = -1;
	if (rc)
		return rc;
	rc = err_set(err, ERR_DEVICE_GONE, "its controller is not there any more");
	for (size_t i = 0; rc && i < count; i++)
		if (scsi_node_is_smart_array(&nodes[i]))
			rc = open_behind(hw, &nodes[i], dev, ret, err);
	return rc;
}
