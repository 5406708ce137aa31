/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ilo_device.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "repo/version.h"

#define ILO_CLASS "2f317b9d-c9e3-4d76-bff6-b9d0d085a952"

bool ilo_is_own(const struct redfish_firmware *firmware)
{
	return strcmp(firmware->device_class, ILO_CLASS) == 0 ||
	       (!firmware->device_class[0] && strncasecmp(firmware->name, "iLO", 3) == 0 &&
		(!firmware->name[3] || firmware->name[3] == ' '));
}

bool ilo_takes(const struct ilo_firmware *item)
{
	return item->first.updateable || strstr(item->context, "Slot=");
}

/* A copy that a device keeps beside what runs; its version is nobody's proof. */
static bool is_spare(const struct redfish_firmware *firmware)
{
	return strncasecmp(firmware->name, "Redundant ", 10) == 0 ||
	       strncasecmp(firmware->name, "Backup ", 7) == 0;
}

static bool same_targets(const struct redfish_firmware *a, const struct redfish_firmware *b)
{
	if (a->target_count == 0 || a->target_count != b->target_count)
		return false;
	for (size_t i = 0; i < a->target_count; i++)
		if (strcmp(a->targets[i], b->targets[i]) != 0)
			return false;
	return true;
}

/*
 * Of several devices the oldest version counts: then one that was left out keeps the proof from
 * holding. Where nobody can tell which is older, all are said.
 */
static void merge_version(struct ilo_firmware *item, const char *version)
{
	char both[sizeof(item->version)];
	enum version_order order;

	if (strcmp(item->version, version) == 0)
		return;
	order = version_compare(VERSION_DOTTED, version, item->version);
	if (order == VERSION_OLDER) {
		snprintf(item->version, sizeof(item->version), "%s", version);
	} else if (order == VERSION_DIFFERENT) {
		snprintf(both, sizeof(both), "%s, %s", item->version, version);
		memcpy(item->version, both, sizeof(both));
	}
}

static void merge(struct ilo_firmware *item, const struct redfish_firmware *firmware)
{
	size_t used = strlen(item->context);

	if (is_spare(&item->first) && !is_spare(firmware)) {
		char context[sizeof(item->context)];

		snprintf(context, sizeof(context), "%s; %s", firmware->context, item->context);
		item->first = *firmware;
		snprintf(item->version, sizeof(item->version), "%s", firmware->version);
		memcpy(item->context, context, sizeof(context));
		return;
	}
	if (!is_spare(firmware))
		merge_version(item, firmware->version);
	item->first.updateable |= firmware->updateable;
	if (firmware->context[0] && !strstr(item->context, firmware->context))
		snprintf(item->context + used, sizeof(item->context) - used, "%s%s",
			 used ? "; " : "", firmware->context);
}

static int take(void *ctx, const struct redfish_firmware *firmware, struct err *err)
{
	struct ilo_list *list = ctx;
	struct ilo_firmware *grown;

	for (size_t i = 0; i < list->count; i++)
		if (same_targets(&list->items[i].first, firmware)) {
			list->items[i].count++;
			merge(&list->items[i], firmware);
			return 0;
		}
	grown = array_grow(list->items, list->count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	list->items = grown;
	grown += list->count++;
	*grown = (struct ilo_firmware){ .first = *firmware, .count = 1 };
	snprintf(grown->version, sizeof(grown->version), "%s", firmware->version);
	snprintf(grown->context, sizeof(grown->context), "%s", firmware->context);
	return 0;
}

int ilo_list_read(struct redfish *rf, const struct ilo_service *ilo, struct ilo_list *ret,
		  struct err *err)
{
	*ret = (struct ilo_list){ 0 };
	return ilo_firmware_each(rf, ilo, take, ret, err);
}

void ilo_list_free(struct ilo_list *list)
{
	free(list->items);
	*list = (struct ilo_list){ 0 };
}

void ilo_device_id(const struct ilo_firmware *item, char *buf, size_t size)
{
	const struct redfish_firmware *firmware = &item->first;
	size_t used;

	if (firmware->target_count) {
		snprintf(buf, size, "ilo-fw:%s", firmware->targets[0]);
		return;
	}
	snprintf(buf, size, "ilo-fw:");
	used = strlen(buf);
	for (const char *c = firmware->name; *c && used + 1 < size; c++) {
		bool plain = isalnum((unsigned char)*c);

		if (!plain && buf[used - 1] == '-')
			continue;
		buf[used++] = plain ? (char)tolower((unsigned char)*c) : '-';
	}
	buf[used] = '\0';
}

bool ilo_fits(const struct ilo_firmware *item, const struct device *dev)
{
	const char *id = device_prop(dev, "redfish.id");

	if (dev->kind == DEVICE_BMC)
		return ilo_is_own(&item->first);
	if (!item->first.target_count)
		return id && strcmp(id, item->first.id) == 0 && strncmp(dev->id, "ilo-fw:", 7) == 0;
	for (size_t i = 0; i < dev->target_count; i++)
		for (size_t k = 0; k < item->first.target_count; k++)
			if (strncmp(dev->targets[i], "hpe-target:", 11) == 0 &&
			    strcasecmp(dev->targets[i] + 11, item->first.targets[k]) == 0)
				return true;
	return false;
}

static int add_targets(struct device *dev, const struct redfish_firmware *firmware)
{
	char target[DEVICE_TARGET_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < firmware->target_count; i++) {
		snprintf(target, sizeof(target), "hpe-target:%s", firmware->targets[i]);
		rc = device_add_target(dev, target);
	}
	return rc;
}

int ilo_fill(struct device *dev, const struct ilo_firmware *item)
{
	const struct redfish_firmware *firmware = &item->first;
	int rc = device_set_prop(dev, "redfish.version", item->version);

	if (!rc)
		rc = device_set_prop(dev, "redfish.uri", firmware->uri);
	if (!rc)
		rc = device_set_prop(dev, "redfish.id", firmware->id);
	if (!rc)
		rc = device_set_prop(dev, "redfish.context", item->context);
	if (!rc)
		rc = device_set_prop(dev, "redfish.class", firmware->device_class);
	return rc ? rc : add_targets(dev, firmware);
}

int ilo_fill_bmc(struct device *dev, const struct ilo_service *ilo)
{
	const struct redfish_manager *manager = &ilo->manager;
	char text[16];
	int rc;

	snprintf(dev->name, sizeof(dev->name), "iLO %u", manager->generation);
	snprintf(dev->vendor, sizeof(dev->vendor), "HPE");
	snprintf(dev->model, sizeof(dev->model), "%s", dev->name);
	snprintf(dev->version, sizeof(dev->version), "%s", manager->version);
	snprintf(text, sizeof(text), "%u", manager->generation);
	rc = device_set_prop(dev, "ilo.generation", text);
	if (!rc)
		rc = device_set_prop(dev, "bmc.version", manager->version);
	snprintf(text, sizeof(text), "ilo:%u", manager->generation);
	return rc ? rc : device_add_target(dev, text);
}
