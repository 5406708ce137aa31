/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NVMe drives as devices of the inventory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/nvme_drive.h"
#include "base/cleanup.h"
#include "base/hex.h"
#include "base/thread.h"
#include "inventory/describe.h"

static void put_slots(struct describe *to, const struct nvme_drive *drive)
{
	char key[16];

	for (unsigned int slot = 1; slot <= NVME_SLOT_MAX; slot++) {
		snprintf(key, sizeof(key), "nvme.slot%u", slot);
		describe_put(to, key, "%s", drive->log.revision[slot]);
	}
	describe_put(to, "nvme.active_slot", "%u", (unsigned int)drive->log.active);
	describe_put(to, "nvme.next_slot", "%u", (unsigned int)drive->log.next);
}

static void put_abilities(struct describe *to, const struct nvme_identity *id)
{
	static const uint8_t no_fguid[sizeof(id->fguid)];
	char fguid[2 * sizeof(id->fguid) + 1] = "";

	if (memcmp(id->fguid, no_fguid, sizeof(no_fguid)) != 0)
		hex_encode(id->fguid, sizeof(id->fguid), fguid);
	describe_put(to, "nvme.slots", "%u", (unsigned int)id->slots);
	describe_put(to, "nvme.slot1_readonly", "%s", id->slot1_readonly ? "yes" : "no");
	describe_put(to, "nvme.fwug", "%u", (unsigned int)id->fwug);
	describe_put(to, "nvme.mdts", "%u", (unsigned int)id->mdts);
	describe_put(to, "nvme.oacs_fw", "%s", id->firmware_commands ? "yes" : "no");
	describe_put(to, "nvme.mtfa", "%u", (unsigned int)id->mtfa_100ms);
	describe_put(to, "nvme.activate_without_reset", "%s",
		     id->activate_without_reset ? "yes" : "no");
	describe_put(to, "nvme.fguid", "%s", fguid);
}

static void describe_place(struct describe *to, const struct nvme_node *node)
{
	struct device *dev = to->dev;

	snprintf(dev->node, sizeof(dev->node), "/dev/%s", node->name);
	snprintf(dev->backend, sizeof(dev->backend), "nvme");
	dev->evidence = EVIDENCE_EMULATOR;
	describe_put(to, "nvme.pci", "%s", node->pci);
	describe_put(to, "nvme.transport", "%s", node->transport);
	if (node->pci[0] && (!node->transport[0] || !strcmp(node->transport, "pcie")))
		snprintf(dev->parent, sizeof(dev->parent), "pci:%s", node->pci);
}

static void describe_name(struct device *dev, const char *name, const char *model,
			  const char *serial)
{
	snprintf(dev->model, sizeof(dev->model), "%s", model);
	snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
	snprintf(dev->name, sizeof(dev->name), "%s (%s, S/N %s)", name,
		 *model ? model : "unknown model", *serial ? serial : "unknown");
}

/* "0x144d" of a PCI function's attribute as "144d"; false when it is anything else. */
static bool read_pci_id(struct hwio *hw, const char *name, const char *attr, char ret[5])
{
	char path[96], text[16];
	uint8_t bytes[2];

	snprintf(path, sizeof(path), "/sys/class/nvme/%s/device/%s", name, attr);
	if (hwio_read_attr(hw, path, text, sizeof(text)) || strncmp(text, "0x", 2) != 0 ||
	    strlen(text) != 6 || hex_decode(text + 2, bytes, sizeof(bytes)))
		return false;
	memcpy(ret, text + 2, 5);
	return true;
}

static void put_pci_targets(struct describe *to, const struct nvme_drive *drive)
{
	char vendor[5], device[5], subvendor[5], subdevice[5], ids[20];
	const char *name = drive->node.name;

	if (!read_pci_id(drive->hw, name, "vendor", vendor) ||
	    !read_pci_id(drive->hw, name, "device", device))
		return;
	if (read_pci_id(drive->hw, name, "subsystem_vendor", subvendor) &&
	    read_pci_id(drive->hw, name, "subsystem_device", subdevice)) {
		snprintf(ids, sizeof(ids), "%s:%s:%s:%s", vendor, device, subvendor, subdevice);
		describe_target(to, "pci", ids);
	}
	snprintf(ids, sizeof(ids), "%s:%s", vendor, device);
	describe_target(to, "pci", ids);
}

/*
 * All controllers of a subsystem share its firmware slots (NVMe 2.0 §5.12): a drive with two ports
 * must not be written twice. probe marks the ones after the first with nvme.same_drive.
 */
static void put_updateable(struct describe *to, const struct nvme_identity *id)
{
	const char *first = device_prop(to->dev, "nvme.same_drive");

	to->dev->updateable = id->firmware_commands && !first;
	describe_put(to, "nvme.error",
		     first ? "another controller of %s, with the same slots" : "%s",
		     first ? first : "");
}

/* Writes all that is known of the drive into the device but id and kind. */
static int describe_drive(const struct nvme_drive *drive, struct device *dev, struct err *err)
{
	const struct nvme_identity *id = &drive->id;
	struct describe to = { .dev = dev };

	describe_name(dev, drive->node.name, id->model, id->serial);
	describe_place(&to, &drive->node);
	snprintf(dev->vendor, sizeof(dev->vendor), "0x%04x", (unsigned int)id->vid);
	snprintf(dev->version, sizeof(dev->version), "%s", id->revision);
	put_updateable(&to, id);
	describe_put(&to, "nvme.fr", "%s", id->revision);
	describe_put(&to, "drive.rev", "%s", id->revision);
	put_slots(&to, drive);
	put_abilities(&to, id);
	if (id->model[0])
		describe_target(&to, "nvme-model", id->model);
	put_pci_targets(&to, drive);
	return describe_end(&to, err);
}

/* The same for a controller that was not asked or did not answer, with the reason. */
static int describe_node(const struct nvme_node *node, const char *reason, struct device *dev,
			 struct err *err)
{
	struct describe to = { .dev = dev };

	describe_name(dev, node->name, node->model, node->serial);
	describe_place(&to, node);
	describe_put(&to, "nvme.error", "%s", reason);
	return describe_end(&to, err);
}

static int add(struct inventory *inv, const char *serial, const struct nvme_node *node,
	       struct device **ret, struct err *err)
{
	char id[DEVICE_ID_MAX];

	snprintf(id, sizeof(id), "nvme:%s",
		 *serial	? serial
		 : node->pci[0] ? node->pci
				: node->name);
	return inventory_add(inv, DEVICE_NVME, id, ret, err);
}

static int add_silent(struct inventory *inv, const struct nvme_node *node, const char *reason,
		      struct err *err)
{
	struct device *dev;
	int rc = add(inv, node->serial, node, &dev, err);

	return rc ? rc : describe_node(node, reason, dev, err);
}

/* The earlier device that is the same drive through another of its controllers; NULL = none. */
static const struct device *same_drive(const struct inventory *inv, const struct nvme_identity *id)
{
	char vendor[8];

	snprintf(vendor, sizeof(vendor), "0x%04x", (unsigned int)id->vid);
	for (size_t i = 0; id->serial[0] && i < inv->count; i++) {
		const struct device *dev = &inv->devices[i];

		if (dev->kind == DEVICE_NVME && !strcmp(dev->serial, id->serial) &&
		    !strcmp(dev->vendor, vendor))
			return dev;
	}
	return NULL;
}

static int add_drive(struct inventory *inv, const struct nvme_drive *drive, struct err *err)
{
	const struct device *first = same_drive(inv, &drive->id);
	char first_id[DEVICE_ID_MAX] = "";
	struct device *dev;
	int rc;

	if (first)
		memcpy(first_id, first->id, sizeof(first_id)); /* the list may move */
	rc = add(inv, drive->id.serial, &drive->node, &dev, err);
	if (!rc && device_set_prop(dev, "nvme.same_drive", first_id))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	return rc ? rc : describe_drive(drive, dev, err);
}

/* What one controller has answered. */
struct answer {
	struct hwio *hw;
	struct nvme_node node;
	struct nvme_drive drive;
	bool there;
	struct err cause; /* why it is not */
};

static void ask(void *ctx, size_t index)
{
	struct answer *answer = (struct answer *)ctx + index;
	const struct nvme_node *node = &answer->node;

	if (node->transport[0] && strcmp(node->transport, "pcie") != 0) {
		err_set(&answer->cause, ERR_UNSUPPORTED,
			"reached over %s: only drives on PCI Express are updated", node->transport);
		return;
	}
	answer->there =
		!nvme_drive_open_node(answer->hw, node->name, &answer->drive, &answer->cause);
	nvme_drive_close(&answer->drive);
}

/*
 * A drive that is dead costs the whole time-out of a command: all are asked side by side, and then
 * go into the inventory in the order of their names.
 */
int nvme_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct answer *answers = NULL;
	CLEANUP_FREE void *owned = NULL;
	char(*names)[HWIO_NAME_MAX];
	size_t count;
	int rc = nvme_node_list(hw, &names, &count, err);

	if (rc)
		return rc;
	owned = names;
	answers = calloc(count + 1, sizeof(*answers));
	if (!answers)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		answers[i].hw = hw;
		answers[i].drive.fd = -1;
		nvme_node_read(hw, names[i], &answers[i].node);
	}
	thread_each(count, ask, answers);
	for (size_t i = 0; !rc && i < count; i++)
		rc = answers[i].there
			     ? add_drive(inv, &answers[i].drive, err)
			     : add_silent(inv, &answers[i].node, answers[i].cause.text, err);
	return rc;
}

int nvme_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct nvme_drive drive;
	int rc = nvme_drive_open(hw, dev, &drive, err);

	if (rc)
		return rc;
	rc = describe_drive(&drive, dev, err);
	nvme_drive_close(&drive);
	return rc;
}
