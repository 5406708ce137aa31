/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of targets against the plain question for each pair, on random machines. */
#include "tap.h"

#include <stdlib.h>

#include "plan/plan_index.h"
#include "plan/plan_match.h"

#define ROUNDS	       300
#define DEVICES_MAX    40
#define COMPONENTS_MAX 120

static uint64_t state;

static unsigned int roll(unsigned int sides)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned int)(state >> 33) % sides;
}

/* Of all ranks, few enough to meet; some are of no known type and must match nothing. */
static const char *const targets[] = {
	"pci:1234:0001",
	"pci:1234:0002",
	"pci:1234:0001:1234:0001",
	"pci:1234:0001:1234:0002",
	"guid:00112233-4455-6677-8899-aabbccddeeff",
	"guid:10112233-4455-6677-8899-aabbccddeeff",
	"hpe-rom:U30",
	"hpe-rom:u30",
	"ilo:5",
	"drive-model:X",
	"nvme-model:X",
	"nvme-model:Y",
	"of-later-days:1",
	"",
};

static const char *any_target(void)
{
	return targets[roll(sizeof(targets) / sizeof(*targets))];
}

static void make_inventory(struct inventory *inv)
{
	unsigned int count = roll(DEVICES_MAX);

	for (unsigned int i = 0; i < count; i++) {
		struct device *dev;
		char id[16];

		snprintf(id, sizeof(id), "d%u", i);
		CHECK_INT(inventory_add(inv, DEVICE_PCI, id, &dev, NULL), 0);
		for (unsigned int k = roll(5); k > 0; k--)
			(void)device_add_target(dev, any_target());
	}
}

static void make_catalog(struct catalog *cat)
{
	unsigned int count = roll(COMPONENTS_MAX);

	for (unsigned int i = 0; i < count; i++) {
		struct component comp = { 0 };
		unsigned int n = roll(5);

		component_complete(&comp);
		comp.targets = pool_array(&comp.pool, n, sizeof(*comp.targets));
		for (; comp.target_count < n; comp.target_count++)
			comp.targets[comp.target_count] = any_target();
		CHECK_INT(catalog_append(cat, &comp, NULL), 0);
	}
}

/* Returns how many pairs match. */
static size_t compare(const struct plan_index *index, const struct inventory *inv,
		      const struct catalog *cat)
{
	size_t pairs = 0;

	for (size_t i = 0; i < inv->count; i++) {
		const struct plan_matches *matches = plan_index_of(index, &inv->devices[i]);
		size_t at = 0;

		for (size_t k = 0; k < cat->count; k++) {
			const struct component *comp = &cat->components[k];
			unsigned int rank = match_rank(comp, &inv->devices[i]);

			if (!rank)
				continue;
			CHECK(at < matches->count && matches->list[at].comp == comp &&
			      matches->list[at].rank == rank);
			at++;
		}
		CHECK_INT(matches->count, at);
		pairs += at;
	}
	return pairs;
}

static void same_as_pair_by_pair(void)
{
	size_t pairs = 0;

	for (state = 1; state <= ROUNDS; state++) {
		uint64_t seed = state;
		struct inventory inv = { 0 };
		struct catalog cat = { 0 };
		struct plan_index index = { 0 };

		make_inventory(&inv);
		make_catalog(&cat);
		CHECK_INT(plan_index_make(&inv, &cat, &index, NULL), 0);
		pairs += compare(&index, &inv, &cat);
		plan_index_free(&index);
		catalog_free(&cat);
		inventory_free(&inv);
		state = seed;
	}
	CHECK(pairs > 10000); /* it compared something */
}

int main(void)
{
	TAP_RUN(same_as_pair_by_pair);
	return TAP_END();
}
