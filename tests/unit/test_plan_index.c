/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of targets against the plain question for each pair, on random machines. */
#include "tap.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "plan/plan.h"
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

/* A plan of n components that fit nothing, as people read it and as programs do. */
static void told(size_t n, char **ret_text, char **ret_json)
{
	static const struct plan_options options = { 0 };
	struct inventory inv = { 0 };
	struct catalog cat = { 0 };
	struct plan plan = { 0 };
	char id[16];
	size_t len;

	for (size_t i = 0; i < n; i++) {
		struct component comp = { 0 };

		snprintf(id, sizeof(id), "c%zu", i);
		comp.id = pool_text(&comp.pool, id, strlen(id));
		component_complete(&comp);
		CHECK_INT(catalog_append(&cat, &comp, NULL), 0);
	}
	CHECK_INT(plan_make(&inv, &cat, &options, &plan, NULL), 0);
	CHECK_INT(plan.left_count, n);
	CHECK_INT(plan_to_text(&plan, ret_text, NULL), 0);
	CHECK_INT(plan_to_json(&plan, &cat, ret_json, &len, NULL), 0);
	plan_free(&plan);
	catalog_free(&cat);
}

/* Law 11: a few are named, of many the number, and all of them in JSON. */
static void many_for_others(void)
{
	for (size_t n = PLAN_OTHERS_TOLD; n <= PLAN_OTHERS_TOLD + 1; n++) {
		CLEANUP_FREE char *text = NULL, *json = NULL;
		char last[32];

		told(n, &text, &json);
		CHECK((strstr(text, "c0 for") != NULL) == (n == PLAN_OTHERS_TOLD));
		CHECK((strstr(text, "21 components are for other devices") != NULL) ==
		      (n > PLAN_OTHERS_TOLD));
		snprintf(last, sizeof(last), "Left alone: %zu\n", n);
		CHECK_CONTAINS(text, last);
		snprintf(last, sizeof(last), "\"c%zu\"", n - 1);
		CHECK_CONTAINS(json, last);
	}
}

int main(void)
{
	TAP_RUN(same_as_pair_by_pair);
	TAP_RUN(many_for_others);
	return TAP_END();
}
