/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/plan_internal.h"
#include "plan/plan_match.h"

/* The order between devices that do not depend on each other (DESIGN 7), by component class. */
static const char *const class_order[] = { "bmc",	"system-rom", "controller",
					   "enclosure", "drive",      "nic" };

static size_t class_position(const char *name)
{
	size_t count = sizeof(class_order) / sizeof(*class_order);

	for (size_t i = 0; i < count; i++)
		if (strcmp(class_order[i], name) == 0)
			return i;
	return count;
}

/* Where nothing else decides; what must come first comes first in next_ready(). */
static int compare_steps(const void *a, const void *b)
{
	const struct step *x = a;
	const struct step *y = b;
	size_t class_x = class_position(x->comp->class_name);
	size_t class_y = class_position(y->comp->class_name);
	int by_device = strcmp(x->dev->id, y->dev->id);

	if (class_x != class_y)
		return class_x < class_y ? -1 : 1;
	if (by_device)
		return by_device;
	return x->number < y->number ? -1 : 1;
}

/* The same when the medium is needed to the end: a BMC that restarts takes virtual media away. */
static int compare_steps_bmc_last(const void *a, const void *b)
{
	bool bmc_x = strcmp(((const struct step *)a)->comp->class_name, "bmc") == 0;
	bool bmc_y = strcmp(((const struct step *)b)->comp->class_name, "bmc") == 0;

	return bmc_x != bmc_y ? bmc_x - bmc_y : compare_steps(a, b);
}

/* How versions of this device are compared: as the catalog's components for it say. */
static enum version_scheme scheme_of(const struct device *dev, const struct plan_index *index)
{
	const struct plan_matches *matches = plan_index_of(index, dev);

	return matches->count ? matches->list[0].comp->scheme : VERSION_DOTTED;
}

static bool reaches(enum version_scheme scheme, const char *version, const char *wanted)
{
	enum version_order order = version_compare(scheme, version, wanted);

	return order == VERSION_SAME || order == VERSION_NEWER;
}

/* The first step that brings dev to the wanted version, NULL when none does. */
static const struct step *step_that_brings(const struct plan *plan, const struct device *dev,
					   const char *wanted)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (plan->steps[i].dev == dev &&
		    reaches(plan->steps[i].comp->scheme, plan->steps[i].comp->version, wanted))
			return &plan->steps[i];
	return NULL;
}

/* Is the requirement met on every device it names, now or by a step? */
static bool requirement_met(const struct plan *plan, const struct step *step,
			    const struct requirement *req, const struct inventory *inv,
			    const struct plan_index *index)
{
	bool found = false;

	for (size_t i = 0; i < inv->count; i++) {
		const struct device *dev = &inv->devices[i];

		if (req->target[0] ? !match_target(dev, req->target) : dev != step->dev)
			continue;
		/* A PCI function without a version of its own is spoken for by its device. */
		if (!dev->version[0] && !dev->backend[0])
			continue;
		found = true;
		if (!reaches(scheme_of(dev, index), dev->version, req->min_version) &&
		    !step_that_brings(plan, dev, req->min_version))
			return false;
	}
	return found;
}

static const struct requirement *unmet(const struct plan *plan, const struct step *step,
				       const struct inventory *inv, const struct plan_index *index)
{
	for (size_t i = 0; i < step->comp->require_count; i++)
		if (!requirement_met(plan, step, &step->comp->requires[i], inv, index))
	return &step->comp->requires[i];
	return NULL;
}

/* Takes steps[index] and, when it is a stepping stone, those that stand on it out of the plan. */
static int drop_step(struct plan *plan, size_t index, struct err *err, const char *why)
{
	const struct device *dev = plan->steps[index].dev;
	int rc = 0;

	for (size_t i = index; i < plan->step_count && !rc;) {
		if (plan->steps[i].dev != dev) {
			i++;
			continue;
		}
		rc = plan_leave(plan, plan->steps[i].comp, dev, REASON_REQUIRES, err, "%s", why);
		plan->step_count--;
		memmove(&plan->steps[i], &plan->steps[i + 1],
			(plan->step_count - i) * sizeof(*plan->steps));
	}
	return rc;
}

static int drop_unmet(struct plan *plan, const struct inventory *inv,
		      const struct plan_index *index, struct err *err)
{
	const struct requirement *req;
	char why[PLAN_TEXT_MAX];
	int rc;

	for (size_t i = 0; i < plan->step_count;) {
		req = unmet(plan, &plan->steps[i], inv, index);
		if (!req) {
			i++;
			continue;
		}
		snprintf(why, sizeof(why), "%s requires %s at %s or newer", plan->steps[i].comp->id,
			 req->target[0] ? req->target : "this device", req->min_version);
		rc = drop_step(plan, i, err, why);
		if (rc)
			return rc;
		i = 0; /* what it would have brought may be missing for others now */
	}
	return 0;
}

bool plan_goes_before(const struct plan *plan, const struct step *first, const struct step *then)
{
	if (first->dev == then->dev)
		return first->number < then->number;
	for (size_t i = 0; i < then->comp->require_count; i++) {
		const struct requirement *req = &then->comp->requires[i];

		if (req->target[0] && match_target(first->dev, req->target) &&
		    !reaches(first->comp->scheme, first->from, req->min_version) &&
		    step_that_brings(plan, first->dev, req->min_version) == first)
			return true;
	}
	return false;
}

static bool ready(const struct plan *plan, const bool *placed, size_t index)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (i != index && !placed[i] &&
		    plan_goes_before(plan, &plan->steps[i], &plan->steps[index]))
			return false;
	return true;
}

static size_t next_ready(const struct plan *plan, const bool *placed)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (!placed[i] && ready(plan, placed, i))
			return i;
	return plan->step_count;
}

/* Steps that wait for each other can never begin. */
static int leave_circle(struct plan *plan, const bool *placed, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < plan->step_count && !rc; i++)
		if (!placed[i])
			rc = plan_leave(plan, plan->steps[i].comp, plan->steps[i].dev,
					REASON_REQUIRES, err,
					"it and others require each other: none can be first");
	return rc;
}

int plan_order(struct plan *plan, const struct inventory *inv, const struct plan_index *index,
	       const struct plan_options *options, struct err *err)
{
	CLEANUP_FREE bool *placed = calloc(plan->step_count + 1, sizeof(*placed));
	CLEANUP_FREE struct step *ordered = calloc(plan->step_count + 1, sizeof(*ordered));
	size_t count = 0;
	size_t next;
	int rc;

	if (!placed || !ordered)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = drop_unmet(plan, inv, index, err);
	if (rc || plan->step_count == 0)
		return rc;
	for (size_t i = 0; i < plan->step_count; i++)
		plan->steps[i].number = (unsigned int)i;
	qsort(plan->steps, plan->step_count, sizeof(*plan->steps),
	      options->medium_needed ? compare_steps_bmc_last : compare_steps);
	while ((next = next_ready(plan, placed)) < plan->step_count) {
		placed[next] = true;
		ordered[count] = plan->steps[next];
		ordered[count].number = (unsigned int)count + 1;
		count++;
	}
	rc = leave_circle(plan, placed, err);
	memcpy(plan->steps, ordered, count * sizeof(*ordered));
	plan->step_count = count;
	return rc;
}
