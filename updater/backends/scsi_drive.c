/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/scsi_drive.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static int read_page(struct scsi_drive *drive, enum scsi_vpd_page page, uint8_t *buf, size_t size,
		     size_t *ret_len)
{
	struct err ignored;

	return scsi_inquiry(&drive->path, page, buf, size, ret_len, &ignored);
}

/* INQUIRY has room for 16 characters of a SATA drive's model, and 4 of its revision. */
static void read_ata(struct scsi_drive *drive)
{
	uint8_t buf[SCSI_ATA_PAGE_BYTES];
	const uint8_t *identify;
	struct err ignored;
	size_t len;

	if (read_page(drive, SCSI_VPD_ATA, buf, sizeof(buf), &len))
		return;
	identify = scsi_ata_identify(buf, len);
	if (identify && ata_parse_identify(identify, ATA_BLOCK_BYTES, &drive->ata, &ignored))
		drive->ata = (struct ata_identity){ 0 };
}

/* Pages are optional: what is not there, refused or damaged leaves its field empty. */
static void read_pages(struct scsi_drive *drive)
{
	uint8_t buf[SCSI_INQUIRY_BYTES];
	struct scsi_pages pages;
	size_t len;

	if (read_page(drive, SCSI_VPD_PAGES, buf, sizeof(buf), &len) ||
	    scsi_parse_pages(buf, len, &pages))
		return;
	if (pages.has[SCSI_VPD_SERIAL] &&
	    !read_page(drive, SCSI_VPD_SERIAL, buf, sizeof(buf), &len))
		(void)scsi_parse_serial(buf, len, drive->serial);
	if (pages.has[SCSI_VPD_DEVICE_ID] &&
	    !read_page(drive, SCSI_VPD_DEVICE_ID, buf, sizeof(buf), &len))
		(void)scsi_parse_ids(buf, len, &drive->ids);
	if (pages.has[SCSI_VPD_EXTENDED] &&
	    !read_page(drive, SCSI_VPD_EXTENDED, buf, sizeof(buf), &len))
		(void)scsi_parse_extended(buf, len, &drive->can.extended);
	if (pages.has[SCSI_VPD_ATA] && !strcmp(drive->inquiry.vendor, "ATA"))
		read_ata(drive);
}

/* What the block layer lets through at once, of the disk that belongs to the node. */
static uint32_t transfer_max(struct hwio *hw, const struct scsi_node *node)
{
	char path[160], text[16];

	if (!node->block[0])
		return 0;
	snprintf(path, sizeof(path), "/sys/bus/scsi/devices/%s/block/%s/queue/max_hw_sectors_kb",
		 node->address, node->block);
	if (hwio_read_attr(hw, path, text, sizeof(text)))
		return 0;
	return (uint32_t)(strtoul(text, NULL, 10) & 0x3fffff) * 1024;
}

int scsi_drive_read(struct scsi_drive *drive, struct err *err)
{
	uint8_t buf[SCSI_INQUIRY_BYTES];
	struct err ignored;
	size_t len;
	int rc = scsi_inquiry(&drive->path, -1, buf, sizeof(buf), &len, err);

	if (!rc)
		rc = scsi_parse_inquiry(buf, len, &drive->inquiry, err);
	if (rc)
		return rc;
	read_pages(drive);
	drive->can.has_buffer =
		!scsi_read_buffer_descriptor(&drive->path, buf, SCSI_BUFFER_DESC, &len, &ignored) &&
		!scsi_parse_buffer(buf, len, &drive->can.buffer);
	drive->can.transfer_max = transfer_max(drive->path.hw, &drive->node);
	return 0;
}

int scsi_drive_open_node(struct hwio *hw, const struct scsi_node *node, struct scsi_drive *ret,
			 struct err *err)
{
	char path[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->path.fd = -1;
	ret->node = *node;
	if (!node->sg[0])
		return err_set(err, ERR_DEVICE, "%s: the sg driver does not have it",
			       node->address);
	if (node->state[0] && strcmp(node->state, "running") != 0)
		return err_set(err, ERR_BUSY, "%s: the kernel says: %s", node->address,
			       node->state);
	snprintf(path, sizeof(path), "/dev/%s", node->sg);
	rc = scsi_open(hw, path, &ret->path, err);
	if (!rc)
		rc = scsi_drive_read(ret, err);
	if (rc)
		scsi_drive_close(ret);
	return rc;
}

void scsi_drive_close(struct scsi_drive *drive)
{
	scsi_close(&drive->path);
}

/* The serial number is that of the whole drive, whatever path leads to it (SPC-5 §7.7.17). */
static bool is_device(const struct scsi_drive *drive, const struct device *dev)
{
	const char *wwn = device_prop(dev, "scsi.wwn");
	const char *address = device_prop(dev, "scsi.address");

	if (dev->model[0] && strcmp(drive->inquiry.product, dev->model) != 0)
		return false;
	if (dev->serial[0])
		return !strcmp(drive->serial, dev->serial);
	if (wwn)
		return !strcmp(drive->ids.wwn, wwn);
	return address && !strcmp(drive->node.address, address);
}

static int try_node(struct hwio *hw, const struct scsi_node *node, const struct device *dev,
		    struct scsi_drive *ret, struct err *err)
{
	int rc = scsi_drive_open_node(hw, node, ret, err);

	if (rc || is_device(ret, dev))
		return rc;
	scsi_drive_close(ret);
	return err_set(err, ERR_DEVICE_GONE, "%s is another drive now", node->sg);
}

/* sysfs has the names of when it was found: those of microcode ago, but the same model. */
static bool may_be(const struct scsi_node *node, const struct device *dev)
{
	return scsi_node_is_drive(node) && (!dev->model[0] || !strcmp(node->model, dev->model));
}

int scsi_drive_open(struct hwio *hw, const struct device *dev, struct scsi_drive *ret,
		    struct err *err)
{
	const char *address = device_prop(dev, "scsi.address");
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	struct err cause = { 0 };
	size_t count;
	int rc, first_rc = 0;

	if (device_prop(dev, "scsi.behind"))
		return scsi_behind_open(hw, dev, ret, err);
	ret->path.fd = -1;
	rc = scsi_node_list(hw, &nodes, &count, err);
	if (rc)
		return rc;
	err_set(&cause, ERR_DEVICE_GONE, "the drive is not there any more");
	/* Where it was last seen first: another path to the same drive has its serial too. */
	for (int same_place = 1; same_place >= 0; same_place--)
		for (size_t i = 0; i < count; i++) {
			bool last_seen = address && !strcmp(nodes[i].address, address);
			struct err this_cause = { 0 };

			if (last_seen != same_place || !may_be(&nodes[i], dev))
				continue;
			rc = try_node(hw, &nodes[i], dev, ret, &this_cause);
			if (!rc)
				return 0;
			/* What its own place says counts more than that others are others. */
			if (!first_rc || last_seen) {
				first_rc = rc;
				cause = this_cause;
			}
		}
	return err_set(err, cause.code, "%s", cause.text);
}
