/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "inventory/target.h"

/* A device has this target. */
struct entry {
	const char *target;
	size_t device;
	const struct entry *next; /* another one whose target has the same slot */
};

struct table {
	struct entry *entries;
	const struct entry **slots; /* mask + 1 of them */
	size_t mask;
};

/* FNV-1a, 64 bits. */
static size_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

static size_t count_targets(const struct inventory *inv)
{
	size_t count = 0;

	for (size_t i = 0; i < inv->count; i++)
		count += inv->devices[i].target_count;
	return count;
}

static void fill_table(struct table *table, const struct inventory *inv)
{
	struct entry *entry = table->entries;

	for (size_t i = 0; i < inv->count; i++)
		for (size_t k = 0; k < inv->devices[i].target_count; k++) {
			const char *target = inv->devices[i].targets[k];
			const struct entry **slot = &table->slots[hash_text(target) & table->mask];

			*entry = (struct entry){ target, i, *slot };
			*slot = entry++;
		}
}

static int note_match(struct plan_matches *of, const struct component *comp, unsigned int rank)
{
	struct plan_match *last = of->count ? &of->list[of->count - 1] : NULL;
	struct plan_match *list;

	if (last && last->comp == comp) {
		last->rank = rank > last->rank ? rank : last->rank;
		return 0;
	}
	list = array_grow(of->list, of->count, sizeof(*list));
	if (!list)
		return ERR_NOMEM;
	of->list = list;
	list[of->count++] = (struct plan_match){ comp, rank };
	return 0;
}

static int find_matches(const struct table *table, const struct component *comp,
			struct plan_index *ret)
{
	int rc = 0;

	for (size_t i = 0; i < comp->target_count && !rc; i++) {
		const char *target = comp->targets[i];
		const struct entry *entry = table->slots[hash_text(target) & table->mask];

		for (; entry && !rc; entry = entry->next)
			if (strcmp(entry->target, target) == 0 && target_rank(target))
				rc = note_match(&ret->devices[entry->device], comp,
						target_rank(target));
	}
	return rc;
}

int plan_index_make(const struct inventory *inv, const struct catalog *cat, struct plan_index *ret,
		    struct err *err)
{
	size_t count = count_targets(inv), room = 1;
	CLEANUP_FREE struct entry *entries = calloc(count + 1, sizeof(*entries));
	CLEANUP_FREE const struct entry **slots = NULL;
	int rc = 0;

	while (room < 2 * count)
		room *= 2;
	slots = calloc(room, sizeof(*slots));
	ret->inv = inv;
	ret->devices = calloc(inv->count + 1, sizeof(*ret->devices));
	if (entries && slots && ret->devices) {
		struct table table = { entries, slots, room - 1 };

		fill_table(&table, inv);
		for (size_t i = 0; i < cat->count && !rc; i++)
			rc = find_matches(&table, &cat->components[i], ret);
	} else {
		rc = ERR_NOMEM;
	}
	if (!rc)
		return 0;
	plan_index_free(ret);
	return err_set(err, ERR_NOMEM, "out of memory");
}

void plan_index_free(struct plan_index *index)
{
	for (size_t i = 0; index->devices && i < index->inv->count; i++)
		free(index->devices[i].list);
	free(index->devices);
	*index = (struct plan_index){ 0 };
}

const struct plan_matches *plan_index_of(const struct plan_index *index, const struct device *dev)
{
	size_t i = (size_t)(dev - index->inv->devices);

	assert(i < index->inv->count);
	return &index->devices[i];
}
