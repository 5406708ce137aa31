/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries of the ESRT as devices of the inventory. */
#include <stdio.h>
#include <string.h>

#include "backends/uefi_capsule.h"
#include "base/cleanup.h"
#include "hw/capsule_loader.h"
#include "inventory/describe.h"

static const char *name_of(uint32_t type)
{
	switch (type) {
	case ESRT_SYSTEM:
		return "system firmware";
	case ESRT_DEVICE:
		return "device firmware";
	case ESRT_DRIVER:
		return "UEFI driver";
	default:
		return "firmware";
	}
}

static void begin(struct device *dev, const char *name)
{
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	snprintf(dev->backend, sizeof(dev->backend), "uefi-capsule");
	snprintf(dev->node, sizeof(dev->node), CAPSULE_LOADER);
	dev->evidence = EVIDENCE_EMULATOR;
}

/* Writes all that is known of the entry into the device but id and kind. */
static int describe_entry(const struct esrt_entry *entry, struct device *dev, struct err *err)
{
	struct describe to = { .dev = dev };

	begin(dev, name_of(entry->type));
	snprintf(dev->version, sizeof(dev->version), "%u", entry->version);
	dev->updateable = !device_prop(dev, "esrt.same_class");
	describe_put(&to, "esrt.entry", "%s", entry->node);
	describe_put(&to, "esrt.version", "%u", entry->version);
	describe_put(&to, "esrt.lowest", "%u", entry->lowest);
	describe_put(&to, "esrt.flags", "0x%x", entry->flags);
	describe_put(&to, "esrt.last_version", "%u", entry->last_version);
	describe_put(&to, "esrt.last_status", "%u", entry->last_status);
	describe_put(&to, "esrt.last_result", "%s", esrt_status_text(entry->last_status));
	describe_target(&to, "guid", entry->guid);
	return describe_end(&to, err);
}

/* fw_class is unique (UEFI 2.10, 23.4): of two that are not, a capsule could go to either. */
static int add_entry(struct inventory *inv, const struct esrt_entry *entry, struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct describe to;
	bool is_second;
	int rc;

	snprintf(id, sizeof(id), "esrt:%s", entry->guid);
	is_second = inventory_find(inv, id) != NULL;
	rc = inventory_add(inv, DEVICE_ESRT, id, &to.dev, err);
	if (rc)
		return rc;
	to.error = 0;
	if (is_second) {
		describe_put(&to, "esrt.same_class", "%s", id);
		describe_put(&to, "esrt.error", "another entry has the same class");
	}
	rc = describe_end(&to, err);
	return rc ? rc : describe_entry(entry, to.dev, err);
}

static int add_unreadable(struct inventory *inv, const char *node, const struct esrt_entry *entry,
			  const struct err *why, struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct describe to = { 0 };
	int rc;

	snprintf(id, sizeof(id), "esrt:%s", entry->guid[0] ? entry->guid : node);
	rc = inventory_add(inv, DEVICE_ESRT, id, &to.dev, err);
	if (rc)
		return rc;
	begin(to.dev, "firmware");
	describe_put(&to, "esrt.entry", "%s", node);
	describe_put(&to, "esrt.error", "%s", why->text);
	return describe_end(&to, err);
}

int uefi_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count, left;
	int rc = esrt_list(hw, &names, &count, &left, err);

	for (size_t i = 0; !rc && i < count; i++) {
		struct esrt_entry entry;
		struct err why = { 0 };

		rc = esrt_read(hw, names[i], &entry, &why)
			     ? add_unreadable(inv, names[i], &entry, &why, err)
			     : add_entry(inv, &entry, err);
	}
	if (rc || !left)
		return rc;
	return err_set(err, ERR_TOO_LARGE,
		       "the firmware's table has %zu entries: the first %zu are looked at",
		       count + left, count);
}

int uefi_find(struct hwio *hw, const struct device *dev, struct esrt_entry *ret, struct err *err)
{
	static const char prefix[] = "esrt:";
	char guid[GUID_TEXT];

	/* Without what makes an id unique ("#2"). */
	snprintf(guid, sizeof(guid), "%s",
		 strncmp(dev->id, prefix, sizeof(prefix) - 1) == 0 ? dev->id + sizeof(prefix) - 1
								   : "");
	return esrt_find(hw, guid, ret, err);
}

int uefi_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct esrt_entry entry;
	int rc = uefi_find(hw, dev, &entry, err);

	return rc ? rc : describe_entry(&entry, dev, err);
}
