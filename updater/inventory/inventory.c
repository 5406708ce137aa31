/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"

static const char *const kind_names[DEVICE_KIND_LAST + 1] = {
	[DEVICE_SYSTEM] = "system",	  [DEVICE_PCI] = "pci", [DEVICE_NVME] = "nvme",
	[DEVICE_ENCLOSURE] = "enclosure", [DEVICE_BMC] = "bmc", [DEVICE_ESRT] = "esrt",
	[DEVICE_DRIVE] = "drive",	  [DEVICE_NIC] = "nic", [DEVICE_FIRMWARE] = "firmware",
};

static const char *const evidence_names[EVIDENCE_LAST + 1] = {
	[EVIDENCE_NONE] = "none",
	[EVIDENCE_EMULATOR] = "emulator",
	[EVIDENCE_TRACE] = "trace",
	[EVIDENCE_HARDWARE] = "hardware",
};

const char *device_kind_name(enum device_kind kind)
{
	return kind >= 1 && kind <= DEVICE_KIND_LAST ? kind_names[kind] : "unknown";
}

enum device_kind device_kind_from_name(const char *name)
{
	for (unsigned int kind = DEVICE_KIND_LAST; kind > 0; kind--)
		if (strcmp(name, kind_names[kind]) == 0)
			return (enum device_kind)kind;
	return 0;
}

const char *evidence_name(enum evidence evidence)
{
	return evidence >= 1 && evidence <= EVIDENCE_LAST ? evidence_names[evidence] : "unknown";
}

enum evidence evidence_from_name(const char *name)
{
	for (unsigned int evidence = EVIDENCE_LAST; evidence > 0; evidence--)
		if (strcmp(name, evidence_names[evidence]) == 0)
			return (enum evidence)evidence;
	return 0;
}

void device_free(struct device *dev)
{
	free(dev->props);
	free(dev->targets);
	*dev = (struct device){ 0 };
}

void inventory_free(struct inventory *inv)
{
	for (size_t i = 0; i < inv->count; i++)
		device_free(&inv->devices[i]);
	free(inv->devices);
	*inv = (struct inventory){ 0 };
}

struct device *inventory_find(const struct inventory *inv, const char *id)
{
	for (size_t i = 0; i < inv->count; i++)
		if (strcmp(inv->devices[i].id, id) == 0)
			return &inv->devices[i];
	return NULL;
}

static void make_unique(const struct inventory *inv, const char *id, char ret[DEVICE_ID_MAX])
{
	char start[DEVICE_ID_MAX - sizeof("#4096") + 1];

	text_copy(ret, DEVICE_ID_MAX, id);
	text_copy(start, sizeof(start), id);
	for (unsigned int n = 2; inventory_find(inv, ret); n++)
		snprintf(ret, DEVICE_ID_MAX, "%s#%u", start, n);
}

int inventory_add(struct inventory *inv, enum device_kind kind, const char *id, struct device **ret,
		  struct err *err)
{
	struct device dev = { .kind = kind, .evidence = EVIDENCE_NONE };
	struct device *devices;

	if (inv->count >= INVENTORY_MAX_DEVICES)
		return err_set(err, ERR_TOO_LARGE, "more than %d devices", INVENTORY_MAX_DEVICES);
	devices = array_grow(inv->devices, inv->count, sizeof(*devices));
	if (!devices)
		return err_set(err, ERR_NOMEM, "out of memory");
	inv->devices = devices;
	make_unique(inv, id, dev.id);
	inv->devices[inv->count] = dev;
	*ret = &inv->devices[inv->count++];
	return 0;
}

static struct property *find_prop(const struct device *dev, const char *key)
{
	for (size_t i = 0; i < dev->prop_count; i++)
		if (strcmp(dev->props[i].key, key) == 0)
			return &dev->props[i];
	return NULL;
}

const char *device_prop(const struct device *dev, const char *key)
{
	const struct property *prop = find_prop(dev, key);

	return prop ? prop->value : NULL;
}

static void remove_prop(struct device *dev, struct property *prop)
{
	size_t after = (size_t)(dev->props + dev->prop_count - (prop + 1));

	memmove(prop, prop + 1, after * sizeof(*prop));
	dev->prop_count--;
}

static int add_prop(struct device *dev, const char *key, struct property **ret)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-");
	struct property *props;

	if (len == 0 || key[len] || len >= sizeof(props->key))
		return ERR_FORMAT;
	if (dev->prop_count >= DEVICE_MAX_PROPS)
		return ERR_TOO_LARGE;
	props = array_grow(dev->props, dev->prop_count, sizeof(*props));
	if (!props)
		return ERR_NOMEM;
	dev->props = props;
	*ret = &props[dev->prop_count++];
	memcpy((*ret)->key, key, len + 1);
	return 0;
}

int device_set_prop(struct device *dev, const char *key, const char *value)
{
	struct property *prop = find_prop(dev, key);
	int rc;

	if (!*value) {
		if (prop)
			remove_prop(dev, prop);
		return 0;
	}
	if (!prop) {
		rc = add_prop(dev, key, &prop);
		if (rc)
			return rc;
	}
	text_copy(prop->value, sizeof(prop->value), value);
	return 0;
}

int device_set_bar(struct device *dev, const char *reason, const char *text)
{
	bool set = reason && *reason;
	int rc = device_set_prop(dev, "bar", set ? reason : "");

	return rc ? rc : device_set_prop(dev, "bar.text", set ? text : "");
}

int device_add_target(struct device *dev, const char *target)
{
	char clean[DEVICE_TARGET_MAX];
	char(*targets)[DEVICE_TARGET_MAX];

	if (!*target || strlen(target) >= sizeof(clean))
		return ERR_FORMAT;
	text_copy(clean, sizeof(clean), target);
	for (size_t i = 0; i < dev->target_count; i++)
		if (strcmp(dev->targets[i], clean) == 0)
			return 0;
	if (dev->target_count >= DEVICE_MAX_TARGETS)
		return ERR_TOO_LARGE;
	targets = array_grow(dev->targets, dev->target_count, sizeof(*targets));
	if (!targets)
		return ERR_NOMEM;
	dev->targets = targets;
	memcpy(targets[dev->target_count++], clean, sizeof(clean));
	return 0;
}

int device_copy(const struct device *dev, struct device *ret)
{
	int rc = 0;

	*ret = *dev;
	ret->props = NULL;
	ret->prop_count = 0;
	ret->targets = NULL;
	ret->target_count = 0;
	for (size_t i = 0; i < dev->prop_count && !rc; i++)
		rc = device_set_prop(ret, dev->props[i].key, dev->props[i].value);
	for (size_t i = 0; i < dev->target_count && !rc; i++)
		rc = device_add_target(ret, dev->targets[i]);
	if (rc)
		device_free(ret);
	return rc;
}
