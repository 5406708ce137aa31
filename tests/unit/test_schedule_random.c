/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random machines, plans and outcomes (seeded). A referee that knows the rules of schedule.h, and
 * nothing of how the scheduler works, looks at every step that begins: what is at work already,
 * what has ended and how. Every step must end, and no run may be shorter than the bound.
 */
#include <stdlib.h>

#include "plan/plan_internal.h"
#include "plan/schedule.h"
#include "tap.h"

#define ROUNDS	      300
#define DEVICES_MAX   128
#define STEPS_MAX     200
#define CLASSES	      6
#define VARIANTS      3 /* components of a class */
#define COMPONENT_MAX (CLASSES * VARIANTS + 1)

enum fate_state {
	FATE_WAITING,
	FATE_AT_WORK,
	FATE_OVERDUE,
	FATE_ENDED,
};

struct fate {
	enum fate_state state;
	enum schedule_outcome outcome, wanted;
	uint64_t ends;
};

struct world {
	uint64_t random;
	struct inventory inv;
	struct component comps[COMPONENT_MAX];
	char ids[COMPONENT_MAX][16];
	struct requirement requires[COMPONENT_MAX];
	struct catalog cat;
	struct plan plan;
	struct schedule_options options;
	struct schedule *schedule;
	struct fate fates[STEPS_MAX];
	uint64_t now, log; /* log: a checksum of all that happened */
};

/* xorshift64* */
static unsigned int roll(struct world *w, unsigned int sides)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (unsigned int)((w->random * 0x2545f4914f6cdd1d) >> 33) % sides;
}

/* What stands in the inventory and in the catalog, by class. */
static const struct {
	const char *name;
	const char *id; /* how it begins; of controllers "pci:0000:0N:00.F" */
	const char *pci_class;
	const char *backend;
	enum device_kind kind;
	unsigned int most;
	int parent; /* the class that it may hang from; -1 = none */
} classes[CLASSES] = {
	{ "bmc", "bmc:", NULL, "ilo-redfish", DEVICE_BMC, 1, -1 },
	{ "system-rom", "system", NULL, "uefi", DEVICE_SYSTEM, 1, -1 },
	{ "controller", "", "0107", "hba", DEVICE_PCI, 4, -1 },
	{ "enclosure", "enc:", NULL, "ipmi-hpm", DEVICE_ENCLOSURE, 6, 2 },
	{ "drive", "nvme:", NULL, "nvme", DEVICE_NVME, 60, 3 },
	{ "power-supply", "psu:", NULL, "psu", DEVICE_NVME, 2, -1 },
};

static void add_device(struct world *w, size_t class_index, unsigned int number)
{
	static const char *const pci_classes[] = { "0100", "0104", "0106", "0107" };
	char id[DEVICE_ID_MAX], text[32];
	const struct device *parent;
	struct device *dev;
	int above = classes[class_index].parent;

	if (classes[class_index].kind == DEVICE_PCI) /* two functions of one chip, or one */
		snprintf(id, sizeof(id), "pci:0000:0%u:00.%u", (number + 1) / 2, number % 2);
	else if (classes[class_index].kind == DEVICE_SYSTEM)
		snprintf(id, sizeof(id), "system");
	else
		snprintf(id, sizeof(id), "%s%u", classes[class_index].id, number);
	CHECK_INT(inventory_add(&w->inv, classes[class_index].kind, id, &dev, NULL), 0);
	snprintf(dev->name, sizeof(dev->name), "%s", id);
	snprintf(dev->version, sizeof(dev->version), "1.0");
	snprintf(dev->model, sizeof(dev->model), "%s %u", classes[class_index].name, roll(w, 3));
	snprintf(text, sizeof(text), "class:%zu", class_index);
	CHECK_INT(device_add_target(dev, text), 0);
	if (classes[class_index].pci_class)
		CHECK_INT(device_set_prop(dev, "pci.class", pci_classes[roll(w, 4)]), 0);
	if (roll(w, 6) == 0)
		CHECK_INT(device_set_prop(dev, "array.0", roll(w, 2) ? "md:1" : "md:2"), 0);
	if (roll(w, 6) == 0)
		CHECK_INT(device_set_prop(dev, "hold.0", roll(w, 2) ? "a" : "b"), 0);
	if (above < 0 || roll(w, 4) == 0)
		return;
	if (roll(w, 3) == 0)
		above = 2;
	for (unsigned int tries = 0; tries < 20 && !dev->parent[0]; tries++) {
		parent = &w->inv.devices[roll(w, (unsigned int)w->inv.count)];
		if (parent->kind == classes[above].kind && parent != dev)
			snprintf(dev->parent, sizeof(dev->parent), "%s", parent->id);
	}
}

static const char *const class_targets[CLASSES] = { "class:0", "class:1", "class:2",
						    "class:3", "class:4", "class:5" };

static void add_components(struct world *w)
{
	w->cat.components = w->comps;
	for (size_t i = 0; i < CLASSES * VARIANTS; i++) {
		struct component *comp = &w->comps[i];
		size_t class_index = i / VARIANTS;

		comp->scheme = VERSION_DOTTED;
		snprintf(w->ids[i], sizeof(w->ids[i]), "c%zu", i);
		comp->id = w->ids[i];
		comp->version = i % VARIANTS ? "2.0" : "1.5";
		comp->class_name = classes[class_index].name;
		comp->backend = classes[class_index].backend;
		component_complete(comp);
		comp->expected_seconds = roll(w, 10) ? roll(w, 50) + 1 : 0;
		if (roll(w, 4))
			continue;
		comp->requires = &w->requires[i];
		comp->require_count = 1;
		comp->requires->target = class_targets[roll(w, CLASSES)];
		comp->requires->min_version = "2.0";
	}
	w->cat.count = CLASSES * VARIANTS;
}

static size_t class_of(const struct device *dev)
{
	return (size_t)(dev->targets[0][6] - '0');
}

static void add_steps(struct world *w)
{
	struct err err = { 0 };

	for (size_t i = 0; i < w->inv.count; i++) {
		const struct device *dev = &w->inv.devices[i];
		struct component *comp = &w->comps[class_of(dev) * VARIANTS];
		bool stone = roll(w, 8) == 0;

		if (roll(w, 5) == 0)
			continue;
		if (stone)
			CHECK_INT(plan_add_step(&w->plan, comp, dev, "1.0", &err), 0);
		CHECK_INT(plan_add_step(&w->plan, comp + 1 + roll(w, VARIANTS - 1), dev,
					stone ? "1.5" : "1.0", &err),
			  0);
	}
}

static void make_world(struct world *w, uint64_t seed)
{
	struct plan_index index = { 0 };
	struct plan_options options = { 0 };
	struct err err = { 0 };

	*w = (struct world){ .random = seed * 0x9e3779b97f4a7c15 };
	for (size_t i = 0; i < CLASSES; i++)
		for (unsigned int n = roll(w, classes[i].most + 1); n > 0; n--)
			add_device(w, i, n);
	CHECK(w->inv.count <= DEVICES_MAX);
	add_components(w);
	add_steps(w);
	options.medium_needed = roll(w, 2);
	CHECK_INT(plan_index_make(&w->inv, &w->cat, &index, &err), 0);
	CHECK_INT(plan_order(&w->plan, &w->inv, &index, &options, &err), 0);
	plan_index_free(&index);
	CHECK(w->plan.step_count <= STEPS_MAX);
	w->options.at_once = roll(w, 2) ? roll(w, 12) + 1 : 0;
}

static void free_world(struct world *w)
{
	schedule_free(w->schedule);
	plan_free(&w->plan);
	inventory_free(&w->inv);
}

/* --- The referee --- */

static bool is_bmc(const struct step *step)
{
	return step->dev->kind == DEVICE_BMC;
}

static bool uses_bmc(const struct step *step)
{
	return strcmp(step->comp->backend, "ilo-redfish") == 0 ||
	       strcmp(step->comp->backend, "ipmi-hpm") == 0;
}

static bool same_chip(const struct device *a, const struct device *b)
{
	size_t len = strlen(a->id);

	return a == b || (a->kind == DEVICE_PCI && b->kind == DEVICE_PCI && strlen(b->id) == len &&
			  strncmp(a->id, b->id, len - 1) == 0);
}

/* Does dev hang from something, or from another function of its chip? Itself counts. */
static bool hangs_from(const struct world *w, const struct device *dev, const struct device *above)
{
	for (; dev; dev = inventory_find(&w->inv, dev->parent))
		if (same_chip(dev, above))
			return true;
	return above->kind == DEVICE_SYSTEM;
}

static bool share_prop(const struct device *a, const struct device *b, const char *key)
{
	const char *x = device_prop(a, key);
	const char *y = device_prop(b, key);

	return x && y && strcmp(x, y) == 0;
}

/* May the two never be at work at once? */
static bool exclude(const struct world *w, const struct step *a, const struct step *b)
{
	return hangs_from(w, a->dev, b->dev) || hangs_from(w, b->dev, a->dev) ||
	       share_prop(a->dev, b->dev, "array.0") || share_prop(a->dev, b->dev, "hold.0") ||
	       strcmp(a->comp->class_name, "power-supply") == 0 ||
	       strcmp(b->comp->class_name, "power-supply") == 0 || (uses_bmc(a) && uses_bmc(b));
}

static unsigned int limit_of(const struct device *dev)
{
	const char *pci_class = device_prop(dev, "pci.class");

	if (dev->kind == DEVICE_ENCLOSURE)
		return 4;
	if (!pci_class)
		return SCHEDULE_MAX_AT_ONCE;
	return strcmp(pci_class, "0106") == 0 || strcmp(pci_class, "0107") == 0 ? 8 : 4;
}

static bool holds(const struct fate *fate)
{
	return fate->state == FATE_AT_WORK || fate->state == FATE_OVERDUE;
}

static bool is_wrong(const struct fate *fate)
{
	return fate->outcome == OUTCOME_BAD || fate->outcome == OUTCOME_OVERDUE;
}

static void check_limits(const struct world *w)
{
	unsigned int below[DEVICES_MAX] = { 0 };
	unsigned int at_work = 0;

	for (size_t i = 0; i < w->plan.step_count; i++)
		at_work += w->fates[i].state == FATE_AT_WORK;
	CHECK(at_work <= (w->options.at_once ? w->options.at_once : SCHEDULE_MAX_AT_ONCE));
	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct device *dev = w->plan.steps[i].dev;

		while (holds(&w->fates[i]) && (dev = inventory_find(&w->inv, dev->parent)))
			below[dev - w->inv.devices]++;
	}
	for (size_t d = 0; d < w->inv.count; d++)
		CHECK(below[d] <= limit_of(&w->inv.devices[d]));
}

/* Law 6, and what is withdrawn. */
static void check_family(const struct world *w, size_t index)
{
	const struct step *step = &w->plan.steps[index];
	bool good = false, pending = false, at_work = false;

	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct fate *fate = &w->fates[i];

		CHECK(!w->options.stop_on_error || !is_wrong(fate));
		if (w->plan.steps[i].comp != step->comp)
			continue;
		CHECK(!is_wrong(fate));
		if (i == index || strcmp(w->plan.steps[i].dev->model, step->dev->model) != 0)
			continue;
		good = good || fate->outcome == OUTCOME_GOOD;
		pending = pending || fate->outcome == OUTCOME_PENDING;
		at_work = at_work || holds(fate);
	}
	CHECK(good || (!pending && !at_work));
}

/* What must be there before: the steps of the device, the requirement. */
static bool stands_on(const struct step *step, const struct step *earlier)
{
	if (earlier->dev == step->dev)
		return earlier->number < step->number;
	return step->comp->require_count && strcmp(earlier->comp->version, "2.0") == 0 &&
	       strcmp(earlier->dev->targets[0], step->comp->requires->target) == 0;
}

static void check_begin(const struct world *w, size_t index)
{
	const struct step *step = &w->plan.steps[index];

	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct step *other = &w->plan.steps[i];
		const struct fate *fate = &w->fates[i];

		if (i == index)
			continue;
		if (holds(fate))
			CHECK(!exclude(w, step, other));
		if (stands_on(step, other))
			CHECK(fate->outcome == OUTCOME_GOOD);
		if (i < index && is_bmc(step))
			CHECK(fate->state == FATE_ENDED);
		if (i < index && is_bmc(other))
			CHECK(fate->state == FATE_ENDED || fate->state == FATE_OVERDUE ||
			      fate->state == FATE_WAITING);
	}
	check_family(w, index);
	check_limits(w);
}

static void check_barred(const struct world *w, size_t index, enum reason reason)
{
	const struct step *step = &w->plan.steps[index];
	bool holds_up = false, works = false;

	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct fate *fate = &w->fates[i];
		const struct step *other = &w->plan.steps[i];

		works = works || fate->state == FATE_AT_WORK;
		if (reason == REASON_COMPONENT_WITHDRAWN)
			holds_up = holds_up || (other->comp == step->comp && is_wrong(fate));
		else if (reason == REASON_REQUIRES)
			holds_up = holds_up || (stands_on(step, other) && fate->outcome &&
						fate->outcome != OUTCOME_GOOD);
		else if (reason == REASON_STOPPED)
			holds_up = holds_up || (w->options.stop_on_error && is_wrong(fate));
		else if (reason == REASON_CANARY_PENDING)
			holds_up = holds_up ||
				   (other->comp == step->comp && fate->outcome == OUTCOME_PENDING);
		else
			holds_up = holds_up || fate->state == FATE_OVERDUE;
	}
	CHECK(holds_up);
	CHECK(reason != REASON_HOLDER_OVERDUE || !works);
}

/* --- The run --- */

static void note(struct world *w, uint64_t what)
{
	w->log = (w->log ^ what ^ w->now << 16) * 0x100000001b3;
}

static void begin_and_leave(struct world *w)
{
	char text[PLAN_TEXT_MAX];
	enum reason reason;
	unsigned int number;
	bool any;

	do {
		any = false;
		while ((number = schedule_next(w->schedule))) {
			struct fate *fate = &w->fates[number - 1];
			uint32_t seconds = w->plan.steps[number - 1].comp->expected_seconds;

			CHECK_INT(fate->state, FATE_WAITING);
			check_begin(w, number - 1);
			schedule_begin(w->schedule, number);
			fate->state = FATE_AT_WORK;
			fate->ends = w->now + (seconds ? seconds : 60);
			note(w, number);
			any = true;
		}
		while ((number = schedule_barred(w->schedule, &reason, text, sizeof(text)))) {
			CHECK_INT(w->fates[number - 1].state, FATE_WAITING);
			check_barred(w, number - 1, reason);
			schedule_end(w->schedule, number, OUTCOME_LEFT);
			w->fates[number - 1].state = FATE_ENDED;
			w->fates[number - 1].outcome = OUTCOME_LEFT;
			note(w, number + 1000 * (unsigned int)reason);
			any = true;
		}
	} while (any);
}

static bool end_one(struct world *w)
{
	struct fate *first = NULL;

	for (size_t i = 0; i < w->plan.step_count; i++)
		if (holds(&w->fates[i]) && w->fates[i].ends &&
		    (!first || w->fates[i].ends < first->ends))
			first = &w->fates[i];
	if (!first)
		return false;
	w->now = first->ends;
	schedule_end(w->schedule, (unsigned int)(first - w->fates) + 1,
		     first->state == FATE_OVERDUE ? OUTCOME_GOOD : first->wanted);
	if (first->state == FATE_OVERDUE || first->wanted != OUTCOME_OVERDUE) {
		if (first->state == FATE_AT_WORK)
			first->outcome = first->wanted;
		first->state = FATE_ENDED;
		return true;
	}
	first->state = FATE_OVERDUE;
	first->outcome = OUTCOME_OVERDUE;
	first->ends = roll(w, 2) ? w->now + roll(w, 100) + 1 : 0; /* 0: never comes back */
	return true;
}

/* Returns how long it took. */
static uint64_t run(struct world *w)
{
	struct err err = { 0 };

	CHECK_INT(schedule_make(&w->plan, &w->inv, &w->options, &w->schedule, &err), 0);
	do {
		begin_and_leave(w);
	} while (end_one(w));
	CHECK(schedule_is_done(w->schedule));
	for (size_t i = 0; i < w->plan.step_count; i++)
		CHECK(w->fates[i].outcome != 0);
	return w->now;
}

static void all_good(void)
{
	uint64_t makespans = 0, bounds = 0, one_by_one = 0;
	struct world *w = calloc(1, sizeof(*w));

	for (uint64_t seed = 1; w && seed <= ROUNDS; seed++) {
		struct schedule_forecast forecast;
		struct err err = { 0 };
		uint64_t took;

		make_world(w, seed);
		for (size_t i = 0; i < STEPS_MAX; i++)
			w->fates[i].wanted = OUTCOME_GOOD;
		took = run(w);
		CHECK_INT(schedule_forecast(w->schedule, &forecast, NULL, &err), 0);
		CHECK_INT(forecast.makespan, took);
		CHECK(took >= forecast.bound);
		CHECK(took <= forecast.one_by_one);
		makespans += took;
		bounds += forecast.bound;
		one_by_one += forecast.one_by_one;
		free_world(w);
	}
	printf("# makespan %.3f of the bound, one by one %.2f of the makespan\n",
	       (double)makespans / (double)bounds, (double)one_by_one / (double)makespans);
	CHECK((double)makespans < 1.1 * (double)bounds);
	free(w);
}

static uint64_t run_with_outcomes(struct world *w, uint64_t seed)
{
	static const enum schedule_outcome others[] = { OUTCOME_PENDING, OUTCOME_BAD, OUTCOME_LEFT,
							OUTCOME_OVERDUE };
	unsigned int rate;

	make_world(w, seed);
	rate = 2 + roll(w, 30);
	w->options.stop_on_error = roll(w, 8) == 0;
	for (size_t i = 0; i < STEPS_MAX; i++)
		w->fates[i].wanted = roll(w, rate) ? OUTCOME_GOOD : others[roll(w, 4)];
	run(w);
	free_world(w);
	return w->log;
}

static void any_outcome(void)
{
	struct world *w = calloc(1, sizeof(*w));

	for (uint64_t seed = 1; w && seed <= ROUNDS; seed++) {
		uint64_t log = run_with_outcomes(w, seed);

		CHECK(run_with_outcomes(w, seed) == log);
	}
	free(w);
}

int main(void)
{
	TAP_RUN(all_good);
	TAP_RUN(any_outcome);
	return TAP_END();
}
