/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCSI drives as devices of the inventory. */
#include <stdio.h>
#include <string.h>

#include "backends/scsi_drive.h"
#include "base/cleanup.h"
#include "inventory/describe.h"

/* What is no drive of ours, by what the kernel knows; the first row that fits counts. */
static const struct {
	const char *driver; /* of the host adapter; NULL = any */
	const char *vendor, *model;
	int type;	      /* -1 = any */
	unsigned int channel; /* from this one on */
	const char *bar;      /* NULL = it has no firmware at all */
	const char *words;
} barred[] = {
	{ "usb-storage", NULL, NULL, -1, 0, "NOT_UPDATEABLE", "connected by USB" },
	{ "uas", NULL, NULL, -1, 0, "NOT_UPDATEABLE", "connected by USB" },
	{ "iscsi_tcp", NULL, NULL, -1, 0, "NOT_UPDATEABLE", "a volume of a storage system" },
	{ NULL, NULL, NULL, SCSI_TYPE_CD, 0, "NOT_UPDATEABLE", "an optical drive" },
	{ NULL, NULL, NULL, SCSI_TYPE_TAPE, 0, "NOT_UPDATEABLE", "a tape drive" },
	{ "virtio_scsi", NULL, NULL, -1, 0, NULL, "a disk of a virtual machine" },
	{ "storvsc", NULL, NULL, -1, 0, NULL, "a disk of a virtual machine" },
	{ "vmw_pvscsi", NULL, NULL, -1, 0, NULL, "a disk of a virtual machine" },
	{ NULL, "QEMU", NULL, -1, 0, NULL, "a disk of a virtual machine" },
	{ NULL, "VMware", NULL, -1, 0, NULL, "a disk of a virtual machine" },
	{ "hpsa", NULL, "LOGICAL VOLUME", -1, 0, "BEHIND_RAID", "a logical volume" },
	{ "smartpqi", NULL, "LOGICAL VOLUME", -1, 0, "BEHIND_RAID", "a logical volume" },
	/* Physical drives are on channels 0 and 1: MEGASAS_MAX_PD_CHANNELS of megaraid_sas.h. */
	{ "megaraid_sas", NULL, NULL, -1, 2, "BEHIND_RAID", "a logical volume" },
	{ NULL, NULL, "Logical Volume", -1, 0, "BEHIND_RAID", "a logical volume" },
	{ "aacraid", NULL, NULL, -1, 0, "BEHIND_RAID", "behind a RAID controller" },
	{ "3w-sas", NULL, NULL, -1, 0, "BEHIND_RAID", "behind a RAID controller" },
	{ "arcmsr", NULL, NULL, -1, 0, "BEHIND_RAID", "behind a RAID controller" },
};

static bool fits(const char *want, const char *have)
{
	return !want || !strcmp(want, have);
}

static unsigned int channel_of(const struct scsi_node *node)
{
	const char *colon = strchr(node->address, ':');

	return colon ? (unsigned int)strtoul(colon + 1, NULL, 10) : 0;
}

const char *scsi_node_bar(const struct scsi_node *node, const char **ret_bar)
{
	for (size_t i = 0; i < sizeof(barred) / sizeof(*barred); i++)
		if (fits(barred[i].driver, node->driver) && fits(barred[i].vendor, node->vendor) &&
		    fits(barred[i].model, node->model) &&
		    (barred[i].type < 0 || (unsigned int)barred[i].type == node->type) &&
		    channel_of(node) >= barred[i].channel) {
			*ret_bar = barred[i].bar;
			return barred[i].words;
		}
	return NULL;
}

/* Vendor "ATA" is what SAT-4 §8.1.2 gives a SATA drive: another backend's. */
bool scsi_node_is_drive(const struct scsi_node *node)
{
	const char *bar;

	return (node->type == SCSI_TYPE_DISK || node->type == SCSI_TYPE_ZONED) &&
	       strcmp(node->vendor, "ATA") != 0 && !scsi_node_bar(node, &bar);
}

static bool is_listed(const struct scsi_node *node)
{
	return strcmp(node->vendor, "ATA") != 0 &&
	       (node->type == SCSI_TYPE_DISK || node->type == SCSI_TYPE_ZONED ||
		node->type == SCSI_TYPE_CD || node->type == SCSI_TYPE_TAPE);
}

static void describe_place(struct describe *to, const struct scsi_node *node)
{
	struct device *dev = to->dev;

	if (node->block[0] || node->sg[0])
		snprintf(dev->node, sizeof(dev->node), "/dev/%s",
			 node->block[0] ? node->block : node->sg);
	if (node->pci[0])
		snprintf(dev->parent, sizeof(dev->parent), "pci:%s", node->pci);
	describe_put(to, "scsi.sg", "%s", node->sg);
	describe_put(to, "scsi.address", "%s", node->address);
	describe_put(to, "scsi.driver", "%s", node->driver);
}

static void describe_name(struct device *dev, const char *place, const char *vendor,
			  const char *model, const char *serial)
{
	snprintf(dev->vendor, sizeof(dev->vendor), "%s", vendor);
	snprintf(dev->model, sizeof(dev->model), "%s", model);
	snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
	snprintf(dev->name, sizeof(dev->name), "%s (%s %s, S/N %s)", place, vendor,
		 *model ? model : "unknown model", *serial ? serial : "unknown");
}

static void put_abilities(struct describe *to, const struct scsi_drive *drive)
{
	static const char digits[] = "0123456789abcdef";
	const struct scsi_abilities *can = &drive->can;
	char modes[17];
	size_t len = 0;

	for (unsigned int mode = 0; mode < 16; mode++)
		if (can->extended.modes >> mode & 1)
			modes[len++] = digits[mode];
	modes[len] = '\0';
	describe_put(to, "scsi.modes", "%s", modes);
	if (can->extended.activate)
		describe_put(to, "scsi.activate", "%u", (unsigned int)can->extended.activate);
	if (can->has_buffer) {
		describe_put(to, "scsi.boundary", "%u", (unsigned int)can->buffer.boundary);
		describe_put(to, "scsi.buffer", "%u", can->buffer.capacity);
	}
}

/*
 * A drive with two ports is there once for each path, and must not be written twice. probe marks
 * the paths after the first with scsi.same_drive.
 */
static void put_updateable(struct describe *to)
{
	const char *first = device_prop(to->dev, "scsi.same_drive");

	/* One that its RAID controller owns stays that. */
	to->dev->updateable = !first && !device_prop(to->dev, "bar");
	describe_put(to, "scsi.error", first ? "another path to %s" : "%s", first ? first : "");
}

int scsi_describe(const struct scsi_drive *drive, struct device *dev, struct err *err)
{
	const struct scsi_inquiry *inquiry = &drive->inquiry;
	const struct scsi_node *node = &drive->node;
	struct describe to = { .dev = dev };

	describe_name(dev, node->block[0] ? node->block : node->sg, inquiry->vendor,
		      inquiry->product, drive->serial);
	describe_place(&to, node);
	snprintf(dev->backend, sizeof(dev->backend), "scsi");
	dev->evidence = EVIDENCE_EMULATOR;
	snprintf(dev->version, sizeof(dev->version), "%s",
		 drive->ata.revision[0] ? drive->ata.revision : inquiry->revision);
	put_updateable(&to);
	describe_put(&to, "scsi.rev", "%s", inquiry->revision);
	describe_put(&to, "ata.rev", "%s", drive->ata.revision);
	describe_put(&to, "drive.rev", "%s",
		     drive->ata.revision[0] ? drive->ata.revision : inquiry->revision);
	describe_put(&to, "drive.protocol", "SAS");
	describe_put(&to, "scsi.wwn", "%s", drive->ids.wwn);
	describe_put(&to, "scsi.port", "%s", drive->ids.port);
	put_abilities(&to, drive);
	if (drive->ata.model[0])
		describe_target(&to, "drive-model", drive->ata.model);
	if (inquiry->product[0])
		describe_target(&to, "drive-model", inquiry->product);
	return describe_end(&to, err);
}

/* The earlier device that is the same drive by another path; NULL = none. */
static const struct device *same_drive(const struct inventory *inv, const struct scsi_drive *drive)
{
	for (size_t i = 0; i < inv->count; i++) {
		const struct device *dev = &inv->devices[i];
		const char *wwn = device_prop(dev, "scsi.wwn");

		if (dev->kind != DEVICE_DRIVE || strcmp(dev->model, drive->inquiry.product) != 0)
			continue;
		if (drive->serial[0] ? !strcmp(dev->serial, drive->serial)
				     : wwn && drive->ids.wwn[0] && !strcmp(wwn, drive->ids.wwn))
			return dev;
	}
	return NULL;
}

int scsi_add(struct inventory *inv, const struct scsi_drive *drive, struct device **ret,
	     struct err *err)
{
	const struct device *first = same_drive(inv, drive);
	char first_id[DEVICE_ID_MAX] = "", id[DEVICE_ID_MAX];
	int rc;

	if (first)
		memcpy(first_id, first->id, sizeof(first_id)); /* the list may move */
	snprintf(id, sizeof(id), "drive:%s",
		 drive->serial[0]    ? drive->serial
		 : drive->ids.wwn[0] ? drive->ids.wwn
				     : drive->node.address);
	rc = inventory_add(inv, DEVICE_DRIVE, id, ret, err);
	if (!rc && device_set_prop(*ret, "scsi.same_drive", first_id))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	return rc ? rc : scsi_describe(drive, *ret, err);
}

/* "naa.5000c500a1b2c3d4": what the kernel made of VPD page 83h. */
static void read_wwid(struct hwio *hw, const struct scsi_node *node, char *ret, size_t size)
{
	char path[96], text[128];

	snprintf(ret, size, "%s", node->address);
	snprintf(path, sizeof(path), "/sys/bus/scsi/devices/%s/wwid", node->address);
	if (!hwio_read_attr(hw, path, text, sizeof(text)) &&
	    (!strncmp(text, "naa.", 4) || !strncmp(text, "eui.", 4)))
		snprintf(ret, size, "%s", text + 4);
}

/* What was not asked or did not answer, with the reason. */
static int add_silent(struct hwio *hw, struct inventory *inv, const struct scsi_node *node,
		      const char *bar, const char *reason, struct err *err)
{
	char wwid[64], id[DEVICE_ID_MAX];
	struct device *dev;
	struct describe to;
	int rc;

	read_wwid(hw, node, wwid, sizeof(wwid));
	snprintf(id, sizeof(id), "drive:%s", wwid);
	rc = inventory_add(inv, DEVICE_DRIVE, id, &dev, err);
	if (rc)
		return rc;
	to = (struct describe){ .dev = dev };
	describe_name(dev, node->block[0] ? node->block : node->sg, node->vendor, node->model, "");
	describe_place(&to, node);
	describe_put(&to, "scsi.error", "%s", reason);
	if (bar && !to.error)
		to.error = device_set_bar(dev, bar, reason);
	return describe_end(&to, err);
}

static int probe_node(struct hwio *hw, const struct scsi_node *node, struct inventory *inv,
		      struct err *err)
{
	struct scsi_drive drive;
	struct err cause = { 0 };
	const char *bar = NULL, *words;
	struct device *dev;
	int rc;

	if (scsi_node_is_smart_array(node))
		return scsi_behind_probe(hw, node, inv, err);
	if (!is_listed(node))
		return 0;
	words = scsi_node_bar(node, &bar);
	if (words)
		return add_silent(hw, inv, node, bar, words, err);
	if (scsi_drive_open_node(hw, node, &drive, &cause))
		return add_silent(hw, inv, node, NULL, cause.text, err);
	rc = scsi_add(inv, &drive, &dev, err);
	scsi_drive_close(&drive);
	return rc;
}

int scsi_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err);

	/* What hangs from a controller directly comes before what its pass-through shows. */
	for (int arrays = 0; arrays <= 1; arrays++)
		for (size_t i = 0; !rc && i < count; i++)
			if (scsi_node_is_smart_array(&nodes[i]) == arrays)
				rc = probe_node(hw, &nodes[i], inv, err);
	return rc;
}

int scsi_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct scsi_drive drive;
	int rc = scsi_drive_open(hw, dev, &drive, err);

	if (rc)
		return rc;
	rc = scsi_describe(&drive, dev, err);
	scsi_drive_close(&drive);
	return rc;
}
