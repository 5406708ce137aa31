/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inventories of then and now. What a later program tells beyond the recorded one is no deviation:
 * every value that was recorded must be there again.
 */
#include <stdio.h>
#include <string.h>

#include "run/replay_internal.h"

/* From what no trace holds: stored data, option ROMs. */
static bool is_in_no_trace(const char *key)
{
	return strncmp(key, "array.", 6) == 0 || strncmp(key, "pci.rom", 7) == 0;
}

struct comparison {
	const struct device *dev;
	char *text;
	size_t size;
};

static bool differs(const struct comparison *c, const char *what, const char *recorded,
		    const char *replayed)
{
	snprintf(c->text, c->size, "%s: %s is \"%s\", recorded was \"%s\"", c->dev->id, what,
		 replayed, recorded);
	return false;
}

static bool same_text(const struct comparison *c, const char *what, const char *recorded,
		      const char *replayed)
{
	return strcmp(recorded, replayed) == 0 || differs(c, what, recorded, replayed);
}

static bool same_texts(const struct comparison *c, const struct device *a, const struct device *b)
{
	return same_text(c, "its kind", device_kind_name(a->kind), device_kind_name(b->kind)) &&
	       same_text(c, "its name", a->name, b->name) &&
	       same_text(c, "its vendor", a->vendor, b->vendor) &&
	       same_text(c, "its model", a->model, b->model) &&
	       same_text(c, "its serial number", a->serial, b->serial) &&
	       same_text(c, "its version", a->version, b->version) &&
	       same_text(c, "its node", a->node, b->node) &&
	       same_text(c, "its parent", a->parent, b->parent) &&
	       same_text(c, "its slot", a->slot, b->slot) &&
	       same_text(c, "its backend", a->backend, b->backend) &&
	       same_text(c, "that it takes firmware", a->updateable ? "yes" : "no",
			 b->updateable ? "yes" : "no");
}

static bool same_props(const struct comparison *c, const struct device *a, const struct device *b)
{
	for (size_t i = 0; i < a->prop_count; i++) {
		const char *value = device_prop(b, a->props[i].key);

		if (!is_in_no_trace(a->props[i].key) &&
		    !same_text(c, a->props[i].key, a->props[i].value, value ? value : ""))
			return false;
	}
	return true;
}

static bool has_target(const struct device *dev, const char *target)
{
	for (size_t i = 0; i < dev->target_count; i++)
		if (strcmp(dev->targets[i], target) == 0)
			return true;
	return false;
}

static bool same_device(const struct comparison *c, const struct device *a, const struct device *b)
{
	for (size_t i = 0; i < a->target_count; i++)
		if (!has_target(b, a->targets[i]))
			return differs(c, "a target", a->targets[i], "");
	return same_texts(c, a, b) && same_props(c, a, b);
}

bool replay_same_inventory(const struct inventory *recorded, const struct inventory *replayed,
			   char *text, size_t size)
{
	struct comparison c = { .text = text, .size = size };

	for (size_t i = 0; i < recorded->count; i++) {
		const struct device *now = inventory_find(replayed, recorded->devices[i].id);

		c.dev = &recorded->devices[i];
		if (!now)
			return differs(&c, "the device", "there", "missing");
		if (!same_device(&c, c.dev, now))
			return false;
	}
	for (size_t i = 0; i < replayed->count; i++)
		if (!inventory_find(recorded, replayed->devices[i].id)) {
			c.dev = &replayed->devices[i];
			return differs(&c, "the device", "missing", "there");
		}
	return true;
}
