/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enclosures as devices of the inventory, and what is in their slots. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/ses_box.h"
#include "base/cleanup.h"
#include "hw/ses.h"
#include "inventory/describe.h"

static void describe_place(struct describe *to, const struct scsi_node *node)
{
	struct device *dev = to->dev;

	snprintf(dev->node, sizeof(dev->node), "/dev/%s", node->sg);
	snprintf(dev->backend, sizeof(dev->backend), "ses");
	dev->evidence = EVIDENCE_EMULATOR;
	if (node->pci[0] && !dev->parent[0])
		snprintf(dev->parent, sizeof(dev->parent), "pci:%s", node->pci);
	describe_put(to, "scsi.sg", "%s", node->sg);
	describe_put(to, "scsi.address", "%s", node->address);
}

/*
 * All parts of a box are written through its process or its twin's, one after another: they hold
 * the box by the name of its primary enclosure.
 */
static void put_identity(struct describe *to, const struct ses_box *box, size_t sub)
{
	const struct ses_subenclosure *part = &box->config.list[sub];

	describe_put(to, "ses.rev", "%s", ses_box_revision(box, sub));
	describe_put(to, "ses.subenclosure", "%u", part->id);
	describe_put(to, "ses.sas_address", "%s", box->sas_address);
	describe_put(to, "hold.0", "enclosure:%016" PRIx64, box->config.list[0].logical_id);
	describe_target(to, "enclosure-model",
			sub == 0 && box->inquiry.product[0] ? box->inquiry.product : part->product);
}

/* Writes all that is known of one into the device but id and kind. */
static int describe_box(const struct ses_box *box, size_t sub, struct device *dev, struct err *err)
{
	const struct ses_subenclosure *part = &box->config.list[sub];
	struct describe to = { .dev = dev };

	snprintf(dev->vendor, sizeof(dev->vendor), "%s", part->vendor);
	snprintf(dev->model, sizeof(dev->model), "%s",
		 sub == 0 && box->inquiry.product[0] ? box->inquiry.product : part->product);
	snprintf(dev->serial, sizeof(dev->serial), "%016" PRIx64, part->logical_id);
	snprintf(dev->name, sizeof(dev->name), "%s (%s, id %s)", box->node.sg,
		 dev->model[0] ? dev->model : "unknown model", dev->serial);
	snprintf(dev->version, sizeof(dev->version), "%s", ses_box_revision(box, sub));
	describe_place(&to, &box->node);
	put_identity(&to, box, sub);
	dev->updateable = box->takes_firmware;
	describe_put(&to, "ses.error", "%s",
		     box->takes_firmware ? "" : "the enclosure has no page for firmware (0Eh)");
	return describe_end(&to, err);
}

/* The same for one that does not answer, with the reason. */
static int add_silent(struct inventory *inv, const struct scsi_node *node, const char *reason,
		      struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct describe to;
	struct device *dev;
	int rc;

	snprintf(id, sizeof(id), "enclosure:%s", node->address);
	rc = inventory_add(inv, DEVICE_ENCLOSURE, id, &dev, err);
	if (rc)
		return rc;
	to = (struct describe){ .dev = dev };
	snprintf(dev->vendor, sizeof(dev->vendor), "%s", node->vendor);
	snprintf(dev->model, sizeof(dev->model), "%s", node->model);
	snprintf(dev->name, sizeof(dev->name), "%s (%s)", node->sg[0] ? node->sg : node->address,
		 node->model[0] ? node->model : "unknown model");
	describe_place(&to, node);
	if (!node->sg[0])
		dev->node[0] = '\0';
	describe_put(&to, "ses.error", "%s", reason);
	return describe_end(&to, err);
}

static int add_part(struct inventory *inv, const struct ses_box *box, size_t sub, char *ret_id,
		    struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct device *dev;
	int rc;

	snprintf(id, sizeof(id), "enclosure:%016" PRIx64, box->config.list[sub].logical_id);
	rc = inventory_add(inv, DEVICE_ENCLOSURE, id, &dev, err);
	if (rc)
		return rc;
	if (sub == 0)
		snprintf(ret_id, DEVICE_ID_MAX, "%s", dev->id);
	else
		snprintf(dev->parent, sizeof(dev->parent), "%s", ret_id);
	return describe_box(box, sub, dev, err);
}

static struct device *find_by_sg(const struct inventory *inv, const char *sg)
{
	for (size_t i = 0; sg[0] && i < inv->count; i++) {
		const char *own = device_prop(&inv->devices[i], "scsi.sg");

		if (own && inv->devices[i].kind == DEVICE_DRIVE && !strcmp(own, sg))
			return &inv->devices[i];
	}
	return NULL;
}

static void claim(struct device *dev, const struct ses_slot *slot, const char *enclosure_id)
{
	snprintf(dev->parent, sizeof(dev->parent), "%s", enclosure_id);
	if (slot->number != 0xff)
		snprintf(dev->slot, sizeof(dev->slot), "Bay %u", slot->number);
}

int ses_claim_drives(struct ses_box *box, struct inventory *inv, const char *enclosure_id,
		     struct err *err)
{
	CLEANUP_FREE struct ses_slot *slots = calloc(SES_SLOTS_MAX, sizeof(*slots));
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	struct err cause = { 0 };
	size_t len, slot_count = 0, count = 0;

	if (!slots)
		return err_set(err, ERR_NOMEM, "out of memory");
	/* Without this page the drives hang from their adapter, as they do anyway. */
	if (!box->tells_slots ||
	    ses_receive(&box->path, SES_PAGE_ADDITIONAL, box->page, SES_PAGE_BYTES_MAX, &len,
			&cause) ||
	    ses_parse_slots(box->page, len, slots, &slot_count, &cause) ||
	    scsi_node_list(box->path.hw, &nodes, &count, &cause))
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct device *dev = find_by_sg(inv, nodes[i].sg);
		char text[24];
		uint64_t address;

		if (!dev)
			continue;
		ses_read_sas_address(box->path.hw, nodes[i].address, text, sizeof(text));
		address = strtoull(text, NULL, 16);
		for (size_t j = 0; address && j < slot_count; j++)
			if (slots[j].sas_address == address)
				claim(dev, &slots[j], enclosure_id);
	}
	return 0;
}

static int probe_node(struct hwio *hw, const struct scsi_node *node, struct inventory *inv,
		      struct err *err)
{
	char id[DEVICE_ID_MAX] = "";
	struct err cause = { 0 };
	struct ses_box box;
	int rc;

	if (!node->sg[0])
		return add_silent(inv, node, "the sg driver does not have it", err);
	if (ses_box_open_node(hw, node, &box, &cause))
		return add_silent(inv, node, cause.text, err);
	rc = 0;
	for (size_t sub = 0; !rc && sub < box.config.count; sub++)
		rc = add_part(inv, &box, sub, id, err);
	if (!rc)
		rc = ses_claim_drives(&box, inv, id, err);
	ses_box_close(&box);
	return rc;
}

int ses_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err);

	for (size_t i = 0; !rc && i < count; i++)
		if (nodes[i].type == SCSI_TYPE_ENCLOSURE)
			rc = probe_node(hw, &nodes[i], inv, err);
	return rc;
}

int ses_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct ses_box box;
	size_t sub;
	int rc = ses_box_open(hw, dev, &box, &sub, err);

	if (rc)
		return rc;
	rc = describe_box(&box, sub, dev, err);
	ses_box_close(&box);
	return rc;
}
