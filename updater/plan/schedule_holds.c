/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step holds, exclusively or with others: read off the inventory once. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/grow.h"
#include "inventory/target.h"
#include "plan/schedule_internal.h"
#include "repo/catalog_tool.h"

/*
 * How many steps at once below an ancestor of a kind. The figures are choices on the careful side:
 * what the bus or the device could take at the most stands beside them. The first line that fits
 * counts; what fits none has no limit of its own.
 */
static const struct limit {
	enum device_kind kind;
	const char *pci_class; /* how pci.class begins (PCI Code and ID Assignment 1.11, §1) */
	unsigned int at_once;
	const char *words;
} limits[] = {
	/* One enclosure processor (SES-4) stands behind all its slots and sees their resets: four
	 * at once leave it time to answer. */
	{ DEVICE_ENCLOSURE, NULL, 4, "enclosure" },
	/* One image at a time: iLO refuses a second one ("Firmware flash already in progress"), and
	 * HPM.1 knows one upgrade in progress. */
	{ DEVICE_BMC, NULL, 1, "BMC" },
	/* A parallel or virtual bus, whose reset hits all that hang from it. */
	{ DEVICE_PCI, "0100", 4, "SCSI controller" },
	/* Commands to the drives behind it pass through its firmware, in the few frames that it
	 * keeps for management. */
	{ DEVICE_PCI, "0104", 4, "RAID controller" },
	/* Up to 32 ports (AHCI 1.3.1 §3.1.1, CAP.NP), 6 to 8 on real boards; each port works alone:
	 * DOWNLOAD MICROCODE is not a queued command (ACS-4). */
	{ DEVICE_PCI, "0106", 8, "SATA controller" },
	/* Eight phys on the usual one: more writes than that share a phy anyway. */
	{ DEVICE_PCI, "0107", 8, "SAS HBA" },
	/* A root port, or a port of a switch: all drives behind it share its link and power. */
	{ DEVICE_PCI, "0604", 16, "PCI port" },
};

static bool is_bmc(const struct step *step)
{
	return step->dev->kind == DEVICE_BMC || strcmp(step->comp->class_name, "bmc") == 0;
}

static void describe(struct resource *res, const struct device *dev)
{
	const char *pci_class = device_prop(dev, "pci.class");

	res->words = dev->kind == DEVICE_PCI ? "PCI function" : "device";
	if (dev->kind == DEVICE_SYSTEM)
		res->words = "the server";
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct limit *limit = &limits[i];

		if (limit->kind != dev->kind)
			continue;
		if (limit->pci_class && (!pci_class || strncmp(pci_class, limit->pci_class,
							       strlen(limit->pci_class)) != 0))
			continue;
		res->words = limit->words;
		res->at_once = limit->at_once;
		return;
	}
}

/* What is being filled: holds of the last item. */
struct builder {
	struct schedule *schedule;
	struct item *item;
	const struct inventory *inv;
	struct err *err;
	int rc;
};

static void fail(struct builder *b)
{
	b->rc = err_set(b->err, ERR_NOMEM, "out of memory");
}

/* The resource of that name, new when there is none yet; NULL when there is no memory. */
static struct resource *resource_of(struct builder *b, enum resource_type type, const char *id,
				    const char *words, unsigned int at_once)
{
	struct schedule *s = b->schedule;
	struct resource *list;

	for (size_t i = 0; i < s->resource_count; i++)
		if (s->resources[i].type == type && strcmp(s->resources[i].id, id) == 0)
			return &s->resources[i];
	list = array_grow(s->resources, s->resource_count, sizeof(*list));
	if (!list) {
		fail(b);
		return NULL;
	}
	s->resources = list;
	list += s->resource_count++;
	*list = (struct resource){ .type = type, .words = words, .at_once = at_once };
	snprintf(list->id, sizeof(list->id), "%s", id);
	return list;
}

/* The item holds res; what it holds already it holds exclusively when either asks for that. */
static void hold(struct builder *b, const struct resource *res, bool exclusive)
{
	struct schedule *s = b->schedule;
	struct hold *list;
	size_t index;

	if (!res)
		return;
	index = (size_t)(res - s->resources);
	for (size_t i = 0; i < b->item->hold_count; i++) {
		struct hold *held = &s->holds[b->item->first_hold + i];

		if (held->resource == index) {
			held->exclusive = held->exclusive || exclusive;
			return;
		}
	}
	list = array_grow(s->holds, s->hold_count, sizeof(*list));
	if (!list) {
		fail(b);
		return;
	}
	s->holds = list;
	list[s->hold_count++] = (struct hold){ index, exclusive };
	b->item->hold_count++;
}

/*
 * Functions of one PCI device are parts of one chip, mostly with one flash and one reset: a step on
 * 0000:03:00.0 or 0000:03:00.1 holds the slot 0000:03:00.
 */
static void hold_slot(struct builder *b, const struct device *dev, bool exclusive)
{
	const char *address = strchr(dev->id, ':');
	char id[DEVICE_ID_MAX];
	char *dot;

	if (dev->kind != DEVICE_PCI || !address)
		return;
	snprintf(id, sizeof(id), "%s", address + 1);
	dot = strrchr(id, '.');
	if (dot)
		*dot = '\0';
	hold(b, resource_of(b, RESOURCE_SLOT, id, "PCI slot", 0), exclusive);
}

static void hold_device(struct builder *b, const struct device *dev, bool exclusive)
{
	struct resource *res = resource_of(b, RESOURCE_DEVICE, dev->id, "device", 0);

	if (res)
		describe(res, dev);
	hold(b, res, exclusive);
	hold_slot(b, dev, exclusive);
}

/* Everything it hangs from, and the whole machine. */
static void hold_ancestors(struct builder *b, const struct device *dev)
{
	for (unsigned int depth = 0; depth < SCHEDULE_DEPTH_MAX && dev->parent[0]; depth++) {
		dev = inventory_find(b->inv, dev->parent);
		if (!dev)
			break;
		hold_device(b, dev, false);
	}
	hold(b, resource_of(b, RESOURCE_DEVICE, "system", "the server", 0), false);
}

static bool is_numbered(const char *key, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(key, prefix, len) == 0 && key[len] &&
	       strspn(key + len, "0123456789") == strlen(key + len);
}

static void hold_named(struct builder *b, const struct device *dev)
{
	for (size_t i = 0; i < dev->prop_count; i++) {
		const struct property *prop = &dev->props[i];

		if (is_numbered(prop->key, "array."))
			hold(b, resource_of(b, RESOURCE_ARRAY, prop->value, "RAID set", 0), true);
		else if (is_numbered(prop->key, "hold."))
			hold(b, resource_of(b, RESOURCE_NAMED, prop->value, "what is shared", 0),
			     true);
	}
}

static void hold_all(struct builder *b, const struct step *step)
{
	bool power = strcmp(step->comp->class_name, "power-supply") == 0;

	hold_device(b, step->dev, true);
	hold_ancestors(b, step->dev);
	/* A tool that can reach other devices runs alone. */
	if (step->comp->tool && tool_reaches_others(step->comp->tool))
		hold(b, resource_of(b, RESOURCE_DEVICE, "system", "the server", 0), true);
	hold_named(b, step->dev);
	if (is_bmc(step) || backend_is_by_bmc(step->comp->backend))
		hold(b, resource_of(b, RESOURCE_BMC, "", "the way through the BMC", 1),
		     is_bmc(step));
	hold(b, resource_of(b, RESOURCE_POWER, "", "power", 0), power);
}

int schedule_add_holds(struct schedule *schedule, const struct inventory *inv, struct err *err)
{
	struct builder b = { .schedule = schedule, .inv = inv, .err = err };

	for (size_t i = 0; i < schedule->count && !b.rc; i++) {
		b.item = &schedule->items[i];
		b.item->first_hold = schedule->hold_count;
		b.item->barrier = is_bmc(&schedule->plan->steps[i]);
		hold_all(&b, &schedule->plan->steps[i]);
	}
	return b.rc;
}

static bool can_hold(const struct resource *res, bool exclusive)
{
	if (exclusive)
		return !res->shared && !res->exclusive;
	return !res->exclusive && (!res->at_once || res->shared < res->at_once);
}

bool schedule_is_free(const struct schedule *schedule, const struct item *item)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &schedule->holds[item->first_hold + i];

		if (!can_hold(&schedule->resources[held->resource], held->exclusive))
			return false;
	}
	return true;
}

const struct resource *schedule_stuck_on(const struct schedule *schedule, const struct item *item)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &schedule->holds[item->first_hold + i];
		const struct resource *res = &schedule->resources[held->resource];
		/* As if all but the overdue steps had let go. */
		struct resource left = *res;

		left.shared = res->overdue_shared;
		left.exclusive = res->overdue_exclusive;
		if (!can_hold(&left, held->exclusive))
			return res;
	}
	return NULL;
}

unsigned int schedule_holds(const struct schedule *schedule, const struct item *item,
			    size_t resource)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &schedule->holds[item->first_hold + i];

		if (held->resource == resource)
			return held->exclusive ? 2 : 1;
	}
	return 0;
}

static void add(unsigned int *value, int by)
{
	*value = (unsigned int)((int)*value + by);
}

void schedule_count_holds(struct schedule *schedule, const struct item *item, int by, bool overdue)
{
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hold *held = &schedule->holds[item->first_hold + i];
		struct resource *res = &schedule->resources[held->resource];

		if (overdue)
			add(held->exclusive ? &res->overdue_exclusive : &res->overdue_shared, by);
		else
			add(held->exclusive ? &res->exclusive : &res->shared, by);
	}
}
