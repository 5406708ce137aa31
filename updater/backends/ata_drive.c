/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ata_drive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/ata.h"

#define LOG_IDENTIFY_DATA	    0x30 /* ACS-4 §9.11 */
#define PAGE_SUPPORTED_CAPABILITIES 3

bool ata_node_is_ata(const struct scsi_node *node)
{
	return !strcmp(node->vendor, "ATA") &&
	       (node->type == SCSI_TYPE_DISK || node->type == SCSI_TYPE_ZONED);
}

const char *ata_node_bar(const struct scsi_node *node)
{
	if (!strcmp(node->driver, "usb-storage") || !strcmp(node->driver, "uas"))
		return "it is behind a USB bridge";
	return node->sg[0] ? NULL : "the sg driver does not have it";
}

/* Many drives have no such log, and not every path lets it through: then IDENTIFY has to do. */
static int read_capabilities(struct ata_drive *drive, struct err *err)
{
	uint8_t buf[ATA_BLOCK_BYTES];
	struct err cause = { 0 };
	int rc;

	if (!drive->id.logs)
		return 0;
	rc = ata_read_log(&drive->path, LOG_IDENTIFY_DATA, PAGE_SUPPORTED_CAPABILITIES, buf,
			  &cause);
	if (!rc)
		(void)ata_parse_capabilities(buf, sizeof(buf), &drive->id, &cause);
	if (rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_NOMEM)
		return err_set(err, rc, "%s", cause.text);
	return 0;
}

static int read_drive(struct ata_drive *drive, struct err *err)
{
	uint8_t buf[ATA_BLOCK_BYTES];
	int rc = ata_identify(&drive->path, buf, err);

	if (!rc)
		rc = ata_parse_identify(buf, sizeof(buf), &drive->id, err);
	return rc ? rc : read_capabilities(drive, err);
}

int ata_drive_open_node(struct hwio *hw, const struct scsi_node *node, struct ata_drive *ret,
			struct err *err)
{
	char path[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->node = *node;
	snprintf(path, sizeof(path), "/dev/%s", node->sg);
	rc = scsi_open(hw, path, &ret->path, err);
	if (!rc)
		rc = read_drive(ret, err);
	if (rc)
		ata_drive_close(ret);
	return rc;
}

void ata_drive_close(struct ata_drive *drive)
{
	scsi_close(&drive->path);
}

static bool is_device(const struct ata_drive *drive, const struct device *dev)
{
	const char *wwn = device_prop(dev, "drive.wwn"),
		   *address = device_prop(dev, "scsi.address");
	char text[20];

	if (dev->serial[0])
		return !strcmp(drive->id.serial, dev->serial) &&
		       !strcmp(drive->id.model, dev->model);
	snprintf(text, sizeof(text), "%016" PRIx64, drive->id.wwn);
	if (wwn)
		return !strcmp(text, wwn);
	return address && !strcmp(drive->node.address, address) &&
	       !strcmp(drive->id.model, dev->model);
}

static int try_node(struct hwio *hw, const struct scsi_node *node, const struct device *dev,
		    struct ata_drive *ret, struct err *err)
{
	int rc = ata_drive_open_node(hw, node, ret, err);

	if (rc || is_device(ret, dev))
		return rc;
	ata_drive_close(ret);
	return err_set(err, ERR_NOT_FOUND, "%s is another drive", node->sg);
}

int ata_drive_open(struct hwio *hw, const struct device *dev, struct ata_drive *ret,
		   struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	const char *address = device_prop(dev, "scsi.address");
	struct err cause = { 0 };
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err), worst = ERR_NOT_FOUND;

	ret->path.fd = -1;
	if (rc)
		return rc;
	/* Where it was last seen first: no other drive is asked then. */
	for (int same_place = 1; same_place >= 0; same_place--)
		for (size_t i = 0; i < count; i++) {
			bool last_seen = address && !strcmp(nodes[i].address, address);

			if (last_seen != same_place || !ata_node_is_ata(&nodes[i]) ||
			    ata_node_bar(&nodes[i]))
				continue;
			rc = try_node(hw, &nodes[i], dev, ret, &cause);
			if (!rc)
				return 0;
			/* Why the one in its place does not answer says more than that it is gone.
			 */
			if (same_place && rc != ERR_NOT_FOUND)
				worst = err_set(err, rc, "%s", cause.text);
		}
	return worst == ERR_NOT_FOUND
		       ? err_set(err, ERR_DEVICE_GONE, "the drive is not there any more")
		       : worst;
}
