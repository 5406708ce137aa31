/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ATA drives as devices of the inventory. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backends/ata_drive.h"
#include "base/cleanup.h"
#include "inventory/describe.h"

static void describe_place(struct describe *to, const struct scsi_node *node)
{
	struct device *dev = to->dev;

	snprintf(dev->node, sizeof(dev->node), "/dev/%s", node->block[0] ? node->block : node->sg);
	snprintf(dev->backend, sizeof(dev->backend), "ata");
	dev->evidence = EVIDENCE_EMULATOR;
	if (node->pci[0] && !dev->parent[0])
		snprintf(dev->parent, sizeof(dev->parent), "pci:%s", node->pci);
	describe_put(to, "scsi.sg", "%s", node->sg);
	describe_put(to, "scsi.address", "%s", node->address);
	describe_put(to, "scsi.driver", "%s", node->driver);
	describe_put(to, "drive.protocol", "SATA");
}

static void describe_name(struct device *dev, const struct scsi_node *node, const char *model,
			  const char *serial)
{
	snprintf(dev->model, sizeof(dev->model), "%s", model);
	snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
	snprintf(dev->name, sizeof(dev->name), "%s (%s, S/N %s)",
		 node->block[0] ? node->block : node->sg, *model ? model : "unknown model",
		 *serial ? serial : "unknown");
}

static void put_blocks(struct describe *to, const char *key, uint16_t blocks)
{
	if (blocks)
		describe_put(to, key, "%u", blocks);
	else
		describe_put(to, key, "none");
}

static void put_abilities(struct describe *to, const struct ata_identity *id)
{
	bool any = id->download || id->download_dma;

	describe_put(to, "ata.download", "%s%s%s",
		     id->download ? "yes"
		     : any	  ? "DMA only"
				  : "no",
		     any && id->offsets ? ", in pieces" : "",
		     any && id->deferred ? ", deferred" : "");
	put_blocks(to, "ata.min_blocks", id->min_blocks);
	put_blocks(to, "ata.max_blocks", id->max_blocks);
	describe_put(to, "ata.security", "%s%s", id->locked ? "locked" : "unlocked",
		     id->frozen ? ", frozen" : "");
}

/* Writes all that is known of the drive into the device but id and kind. */
static int describe_drive(const struct ata_drive *drive, struct device *dev, struct err *err)
{
	const struct ata_identity *id = &drive->id;
	struct describe to = { .dev = dev };

	describe_name(dev, &drive->node, id->model, id->serial);
	describe_place(&to, &drive->node);
	snprintf(dev->version, sizeof(dev->version), "%s", id->revision);
	dev->updateable = id->download || id->download_dma;
	describe_put(&to, "ata.error", "%s",
		     dev->updateable ? "" : "the drive has no DOWNLOAD MICROCODE command");
	describe_put(&to, "ata.rev", "%s", id->revision);
	describe_put(&to, "drive.rev", "%s", id->revision);
	if (id->wwn)
		describe_put(&to, "drive.wwn", "%016" PRIx64, id->wwn);
	put_abilities(&to, id);
	describe_target(&to, "drive-model", id->model);
	return describe_end(&to, err);
}

/* The same for a drive that does not answer, with the reason; the kernel keeps 16 characters. */
static int describe_node(const struct scsi_node *node, const char *reason, struct device *dev,
			 struct err *err)
{
	struct describe to = { .dev = dev };

	describe_name(dev, node, node->model, "");
	describe_place(&to, node);
	describe_put(&to, "ata.error", "%s", reason);
	return describe_end(&to, err);
}

static int add_silent(struct inventory *inv, const struct scsi_node *node, const char *reason,
		      struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct device *dev;
	int rc;

	snprintf(id, sizeof(id), "drive:%s", node->address);
	rc = inventory_add(inv, DEVICE_DRIVE, id, &dev, err);
	return rc ? rc : describe_node(node, reason, dev, err);
}

static int add_drive(struct inventory *inv, const struct ata_drive *drive, struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct device *dev;
	int rc;

	if (drive->id.serial[0])
		snprintf(id, sizeof(id), "drive:%s", drive->id.serial);
	else if (drive->id.wwn)
		snprintf(id, sizeof(id), "drive:%016" PRIx64, drive->id.wwn);
	else
		snprintf(id, sizeof(id), "drive:%s", drive->node.address);
	rc = inventory_add(inv, DEVICE_DRIVE, id, &dev, err);
	return rc ? rc : describe_drive(drive, dev, err);
}

static int probe_node(struct hwio *hw, const struct scsi_node *node, struct inventory *inv,
		      struct err *err)
{
	struct ata_drive drive;
	struct err cause = { 0 };
	int rc;

	if (ata_node_bar(node))
		return add_silent(inv, node, ata_node_bar(node), err);
	if (ata_drive_open_node(hw, node, &drive, &cause))
		return add_silent(inv, node, cause.text, err);
	rc = add_drive(inv, &drive, err);
	ata_drive_close(&drive);
	return rc;
}

int ata_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err);

	for (size_t i = 0; !rc && i < count; i++)
		if (ata_node_is_ata(&nodes[i]))
			rc = probe_node(hw, &nodes[i], inv, err);
	return rc;
}

int ata_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct ata_drive drive;
	int rc = ata_drive_open(hw, dev, &drive, err);

	if (rc)
		return rc;
	rc = describe_drive(&drive, dev, err);
	ata_drive_close(&drive);
	return rc;
}
