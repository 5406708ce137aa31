/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/components.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/smbios_parts.h"
#include "inventory/describe.h"

#define DMI_TABLE "/sys/firmware/dmi/tables/DMI"
#define HANDLES	  65536u

struct table {
	const uint8_t *buf;
	size_t len;
	uint32_t *at; /* by handle: where its structure begins, + 1; 0 = none */
	struct inventory *inv;
	unsigned int firmware, host_interfaces;
};

static struct device *find_function(const struct inventory *inv, const struct smbios_place *place,
				    unsigned int function)
{
	char id[DEVICE_ID_MAX];

	snprintf(id, sizeof(id), "pci:%04x:%02x:%02x.%x", place->segment, place->bus, place->device,
		 function);
	return inventory_find(inv, id);
}

/* The drive on a PCI function is what has the firmware. */
static struct device *what_is_on(struct inventory *inv, struct device *function)
{
	for (size_t i = 0; function && i < inv->count; i++)
		if (inv->devices[i].kind == DEVICE_NVME &&
		    strcmp(inv->devices[i].parent, function->id) == 0)
			return &inv->devices[i];
	return function;
}

static bool entry_at(const struct table *table, uint16_t handle, struct smbios_entry *ret)
{
	size_t pos = table->at[handle];

	return pos-- && smbios_next(table->buf, table->len, &pos, ret, NULL) == 1;
}

static struct device *device_of_handle(const struct table *table, uint16_t handle)
{
	struct smbios_entry entry;
	struct smbios_place place;

	if (!entry_at(table, handle, &entry))
		return NULL;
	switch (entry.type) {
	case SMBIOS_TYPE_BIOS:
		return inventory_find(table->inv, "system");
	case SMBIOS_TYPE_IPMI:
		return inventory_find(table->inv, "bmc");
	case SMBIOS_TYPE_TPM:
		return inventory_find(table->inv, "tpm");
	default:
		if (!smbios_place(&entry, &place))
			return NULL;
		return what_is_on(table->inv, find_function(table->inv, &place, place.function));
	}
}

/* What a component is the firmware of, when it is here; NULL = that cannot be told. */
static struct device *device_of(const struct table *table, const struct smbios_firmware *firmware)
{
	char id[DEVICE_ID_MAX];
	struct device *dev = NULL;

	snprintf(id, sizeof(id), "esrt:%s", firmware->guid);
	if (firmware->guid[0])
		dev = inventory_find(table->inv, id);
	for (size_t i = 0; !dev && i < firmware->associated_count; i++)
		dev = device_of_handle(table, firmware->associated[i]);
	return dev;
}

/* "smbios.", and for those after the first of a device "smbios.2." */
static void first_free_prefix(const struct device *dev, char *ret, size_t size)
{
	char key[32];

	snprintf(ret, size, "smbios.");
	for (unsigned int n = 2; n < COMPONENTS_MAX; n++) {
		snprintf(key, sizeof(key), "%sstate", ret);
		if (!device_prop(dev, key))
			return;
		snprintf(ret, size, "smbios.%u.", n);
	}
}

static void put(struct describe *to, const char *prefix, const char *key, const char *value)
{
	char full[48];

	snprintf(full, sizeof(full), "%s%s", prefix, key);
	describe_put(to, full, "%s", value);
}

static int fill(struct device *dev, const struct smbios_firmware *firmware, struct err *err)
{
	struct describe to = { .dev = dev };
	char prefix[24], bytes[24] = "";

	if (firmware->image_bytes)
		snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)firmware->image_bytes);
	first_free_prefix(dev, prefix, sizeof(prefix));
	put(&to, prefix, "name", firmware->name);
	put(&to, prefix, "version", firmware->version);
	put(&to, prefix, "lowest", firmware->lowest);
	put(&to, prefix, "state", firmware->state);
	put(&to, prefix, "updatable", firmware->updatable ? "yes" : "no");
	put(&to, prefix, "write-protected", firmware->write_protected ? "yes" : "");
	put(&to, prefix, "id", firmware->id);
	put(&to, prefix, "date", firmware->date);
	put(&to, prefix, "manufacturer", firmware->manufacturer);
	put(&to, prefix, "bytes", bytes);
	if (!dev->version[0])
		text_copy(dev->version, sizeof(dev->version), firmware->version);
	if (firmware->guid[0])
		describe_target(&to, "guid", firmware->guid);
	return describe_end(&to, err);
}

static int add_own(struct table *table, const struct smbios_firmware *firmware, struct device **ret,
		   struct err *err)
{
	char id[DEVICE_ID_MAX], handle[8];
	int rc;

	snprintf(handle, sizeof(handle), "%04x", firmware->handle);
	snprintf(id, sizeof(id), "smbios:45:%.80s",
		 firmware->guid[0] ? firmware->guid
		 : firmware->id[0] ? firmware->id
				   : handle);
	rc = inventory_add(table->inv, DEVICE_FIRMWARE, id, ret, err);
	if (rc)
		return rc;
	text_copy((*ret)->name, sizeof((*ret)->name), firmware->name[0] ? firmware->name : id);
	text_copy((*ret)->vendor, sizeof((*ret)->vendor), firmware->manufacturer);
	(*ret)->updateable = firmware->updatable && !firmware->write_protected;
	return 0;
}

static int add_firmware(struct table *table, const struct smbios_entry *entry, struct err *err)
{
	struct smbios_firmware firmware;
	struct err why = { 0 };
	struct device *dev;
	int rc = 0;

	if (++table->firmware > COMPONENTS_MAX)
		return err_set(err, ERR_TOO_LARGE, "more than %d firmware components in SMBIOS",
			       COMPONENTS_MAX);
	if (smbios_firmware(entry, &firmware, &why) && !firmware.name[0] && !firmware.version[0])
		snprintf(firmware.name, sizeof(firmware.name), "firmware component");
	dev = device_of(table, &firmware);
	if (!dev)
		rc = add_own(table, &firmware, &dev, err);
	rc = rc ? rc : fill(dev, &firmware, err);
	if (!rc && why.code && device_set_prop(dev, "smbios.error", why.text))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	return rc;
}

static int add_tpm(struct table *table, const struct smbios_entry *entry, struct err *err)
{
	struct describe to = { 0 };
	struct err why = { 0 };
	struct smbios_tpm tpm;
	int rc;

	if (inventory_find(table->inv, "tpm"))
		return 0;
	rc = inventory_add(table->inv, DEVICE_FIRMWARE, "tpm", &to.dev, err);
	if (rc)
		return rc;
	smbios_tpm(entry, &tpm, &why);
	snprintf(to.dev->name, sizeof(to.dev->name), "TPM %s%s%s", tpm.specification,
		 tpm.description[0] ? ", " : "", tpm.description);
	text_copy(to.dev->vendor, sizeof(to.dev->vendor), tpm.vendor);
	text_copy(to.dev->version, sizeof(to.dev->version), tpm.version);
	describe_put(&to, "tpm.version", "%s", tpm.version);
	describe_put(&to, "tpm.specification", "%s", tpm.specification);
	describe_put(&to, "smbios.error", "%s", why.text);
	return describe_end(&to, err);
}

static int add_bmc(struct table *table, struct err *err)
{
	struct describe to = { 0 };
	int rc;

	if (inventory_find(table->inv, "bmc"))
		return 0;
	rc = inventory_add(table->inv, DEVICE_BMC, "bmc", &to.dev, err);
	if (rc)
		return rc;
	snprintf(to.dev->name, sizeof(to.dev->name), "management controller");
	describe_put(&to, "ipmi.error",
		     "SMBIOS names a BMC, but the kernel has no driver for it (no /dev/ipmi0)");
	return describe_end(&to, err);
}

static int name_slot(struct table *table, const struct smbios_entry *entry)
{
	struct smbios_place place;

	if (!smbios_place(entry, &place))
		return 0;
	for (unsigned int function = 0; function < 8; function++) {
		struct device *dev = find_function(table->inv, &place, function);

		/* An onboard device is one function, a slot holds all of a card. */
		if (dev && !dev->slot[0] &&
		    (entry->type == SMBIOS_TYPE_SLOT || function == place.function))
			text_copy(dev->slot, sizeof(dev->slot), place.name);
	}
	return 0;
}

static int add_host_interface(struct table *table, const struct smbios_entry *entry,
			      struct err *err)
{
	struct describe to = { .dev = inventory_find(table->inv, "system") };
	char key[40], words[192];
	struct err why = { 0 };

	if (!to.dev || table->host_interfaces == 16)
		return 0;
	smbios_host_interface(entry, words, sizeof(words), &why);
	snprintf(key, sizeof(key), "system.host-interface.%u", ++table->host_interfaces);
	describe_put(&to, key, "%s%s%s", words, why.code ? "; " : "", why.text);
	return describe_end(&to, err);
}

/* What others are merged into comes first. */
static int add_places(struct table *table, const struct smbios_entry *entry, struct err *err)
{
	switch (entry->type) {
	case SMBIOS_TYPE_SLOT:
	case SMBIOS_TYPE_ONBOARD:
		return name_slot(table, entry);
	case SMBIOS_TYPE_IPMI:
		return add_bmc(table, err);
	case SMBIOS_TYPE_TPM:
		return add_tpm(table, entry, err);
	case SMBIOS_TYPE_HOST_INTERFACE:
		return add_host_interface(table, entry, err);
	default:
		return 0;
	}
}

static int add_entries(struct table *table, struct err *err)
{
	struct smbios_entry entry;
	size_t pos = 0, begin = 0;
	int rc = 0;

	while (!rc && smbios_next(table->buf, table->len, &pos, &entry, NULL) == 1) {
		table->at[entry.handle] = (uint32_t)begin + 1;
		begin = pos;
		rc = add_places(table, &entry, err);
	}
	pos = 0;
	while (!rc && smbios_next(table->buf, table->len, &pos, &entry, NULL) == 1)
		if (entry.type == SMBIOS_TYPE_FIRMWARE)
			rc = add_firmware(table, &entry, err);
	return rc;
}

int components_add(const uint8_t *buf, size_t len, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE uint32_t *at = calloc(HANDLES, sizeof(*at));
	struct table table = { .buf = buf, .len = len, .at = at, .inv = inv };

	if (!at)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (len > SMBIOS_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "SMBIOS table of %zu bytes", len);
	return add_entries(&table, err);
}

/* A TPM that only the kernel knows: sysfs tells its specification, TPM 1.2 also its firmware. */
static int add_kernels_tpm(struct inventory *inv, struct err *err)
{
	const struct device *system = inventory_find(inv, "system");
	const char *present = system ? device_prop(system, "system.tpm") : NULL;
	struct device *dev;
	int rc;

	if (!present || strcmp(present, "none") == 0 || inventory_find(inv, "tpm"))
		return 0;
	rc = inventory_add(inv, DEVICE_FIRMWARE, "tpm", &dev, err);
	if (!rc)
		snprintf(dev->name, sizeof(dev->name), "TPM");
	return rc;
}

int components_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE uint8_t *table = malloc(SMBIOS_MAX_BYTES);
	ssize_t len;
	int rc = 0;

	if (!table)
		return err_set(err, ERR_NOMEM, "out of memory");
	len = hwio_read_file(hw, DMI_TABLE, table, SMBIOS_MAX_BYTES);
	if (len > 0)
		rc = components_add(table, (size_t)len, inv, err);
	return rc ? rc : add_kernels_tpm(inv, err);
}
