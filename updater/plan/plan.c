/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "plan/plan_index.h"
#include "plan/plan_internal.h"
#include "plan/plan_match.h"
#include "repo/catalog_tool.h"

struct planner {
	const struct inventory *inv;
	const struct catalog *cat;
	const struct plan_options *options;
	const struct device *system;
	struct plan *plan;
	struct plan_index index;
	bool *matched; /* by component index: fits some device */
};

int plan_leave(struct plan *plan, const struct component *comp, const struct device *dev,
	       enum reason reason, struct err *err, const char *fmt, ...)
{
	struct decision *left = array_grow(plan->left, plan->left_count, sizeof(*left));
	va_list ap;

	if (!left)
		return err_set(err, ERR_NOMEM, "out of memory");
	plan->left = left;
	left += plan->left_count++;
	*left = (struct decision){ .comp = comp, .dev = dev, .reason = reason };
	va_start(ap, fmt);
	vsnprintf(left->text, sizeof(left->text), fmt, ap);
	va_end(ap);
	return 0;
}

int plan_add_step(struct plan *plan, const struct component *comp, const struct device *dev,
		  const char *from, struct err *err)
{
	struct step *step;

	if (plan->step_count == PLAN_MAX_STEPS)
		return err_set(err, ERR_TOO_LARGE, "more than %d steps", PLAN_MAX_STEPS);
	step = array_grow(plan->steps, plan->step_count, sizeof(*step));
	if (!step)
		return err_set(err, ERR_NOMEM, "out of memory");
	plan->steps = step;
	step += plan->step_count++;
	*step = (struct step){ .comp = comp, .dev = dev };
	snprintf(step->from, sizeof(step->from), "%s", from);
	step->provable = plan_proof_value(comp, dev) && !plan_proof_holds(comp, from);
	return 0;
}

static bool is_newer(const struct component *a, const struct component *b)
{
	return version_compare(a->scheme, a->version, b->version) == VERSION_NEWER;
}

static bool reaches(const struct component *comp, const char *version, const char *wanted)
{
	enum version_order order = version_compare(comp->scheme, version, wanted);

	return order == VERSION_SAME || order == VERSION_NEWER;
}

/* The newest of the candidates that are left; equal or incomparable ones go by their order. */
static size_t pick_newest(const struct component **cands, size_t count)
{
	size_t best = count;

	for (size_t i = 0; i < count; i++)
		if (cands[i] && (best == count || is_newer(cands[i], cands[best])))
			best = i;
	return best;
}

/* The newest candidate older than comp that the device may be brought to first. */
static const struct component *find_stone(const struct component **cands, size_t count,
					  const struct component *comp)
{
	const struct component *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!cands[i] || cands[i] == comp || !is_newer(comp, cands[i]) ||
		    !reaches(comp, cands[i]->version, comp->min_active_version))
			continue;
		if (!best || is_newer(cands[i], best))
			best = cands[i];
	}
	return best;
}

/*
 * The way to comp over stepping stones, last first, into way. Each stone is older than the one
 * before, so the way ends. Returns its length, 0 when a stone is missing: *ret_stuck needs it.
 */
static size_t find_way(const struct component **cands, size_t count, const struct component *comp,
		       const char *now, const struct component **way,
		       const struct component **ret_stuck)
{
	size_t len = 0;

	way[len++] = comp;
	while (comp->min_active_version[0] && !reaches(comp, now, comp->min_active_version)) {
		*ret_stuck = comp;
		comp = find_stone(cands, count, comp);
		if (!comp)
			return 0;
		way[len++] = comp;
	}
	return len;
}

static int add_way(struct planner *p, const struct device *dev, const struct component **way,
		   size_t len, const char *now, struct err *err)
{
	int rc = 0;

	for (size_t i = len; i-- > 0 && !rc;) {
		rc = plan_add_step(p->plan, way[i], dev, now, err);
		now = way[i]->version;
	}
	return rc;
}

static bool on_way(const struct component **way, size_t len, const struct component *comp)
{
	for (size_t i = 0; i < len; i++)
		if (way[i] == comp)
			return true;
	return false;
}

/* Of the candidates nothing speaks against, the newest that can be reached; the rest is left. */
static int choose(struct planner *p, const struct device *dev, const struct component **cands,
		  size_t count, struct err *err)
{
	CLEANUP_FREE const struct component **way = calloc(count + 1, sizeof(*way));
	const struct component *stuck = NULL;
	const char *now = NULL;
	size_t best, len = 0;
	int rc = 0;

	if (!way)
		return err_set(err, ERR_NOMEM, "out of memory");
	while (!rc && (best = pick_newest(cands, count)) < count) {
		now = plan_proof_value(cands[best], dev);
		now = now ? now : dev->version;
		len = find_way(cands, count, cands[best], now, way, &stuck);
		if (len)
			break;
		rc = plan_leave(p->plan, cands[best], dev, REASON_REQUIRES, err,
				"%s wants at least %s to run, it runs %s, and nothing here brings "
				"it there",
				stuck->version, stuck->min_active_version, now);
		cands[best] = NULL;
	}
	for (size_t i = 0; i < count && !rc; i++)
		if (cands[i] && !on_way(way, len, cands[i]))
			rc = plan_leave(p->plan, cands[i], dev, REASON_SUPERSEDED, err,
					"%s is chosen", way[0]->version);
	return rc ? rc : add_way(p, dev, way, len, now, err);
}

static unsigned int best_rank(const struct planner *p, const struct device *dev)
{
	const struct plan_matches *matches = plan_index_of(&p->index, dev);
	unsigned int best = 0;

	for (size_t i = 0; i < matches->count; i++) {
		const struct plan_match *match = &matches->list[i];

		if (match->rank > best && match_backend(match->comp, dev))
			best = match->rank;
	}
	return best;
}

static struct verdict judge_pair(const struct planner *p, const struct component *comp,
				 const struct device *dev)
{
	return match_judge(comp, dev, p->system, plan_index_of(&p->index, dev), p->options);
}

/*
 * One drive with two ports, or behind two HBAs, is there once for each path. Its serial number is
 * that of the whole drive (SPC-5 VPD page 80h, NVMe 2.0 figure 275); the subsystem NQN is not
 * asked: some models carry the same one on every drive.
 */
static bool same_drive(const struct device *a, const struct device *b)
{
	return (a->kind == DEVICE_NVME || a->kind == DEVICE_DRIVE) && b->kind == a->kind &&
	       a->serial[0] && strcmp(a->serial, b->serial) == 0 && strcmp(a->model, b->model) == 0;
}

/* The path by which the drive is written; dev itself when it is that, or nothing is. */
static const struct device *writable_path(const struct planner *p, const struct device *dev)
{
	for (size_t i = 0; i < p->inv->count; i++) {
		const struct device *other = &p->inv->devices[i];

		if (other->backend[0] && other->updateable && same_drive(other, dev))
			return other;
	}
	return dev;
}

/* "pci:0000:03:00.0" and "pci:0000:03:00.1": functions of one card, which share its firmware. */
static bool same_card(const struct device *a, const struct device *b)
{
	const char *dot = strrchr(a->id, '.');

	return a != b && a->kind == DEVICE_PCI && b->kind == DEVICE_PCI && dot &&
	       strncmp(a->id, b->id, (size_t)(dot - a->id) + 1) == 0;
}

static bool is_for(const struct planner *p, const struct component *comp, const struct device *dev)
{
	const struct plan_matches *matches = plan_index_of(&p->index, dev);

	for (size_t i = 0; i < matches->count; i++)
		if (matches->list[i].comp == comp)
			return true;
	return false;
}

/*
 * Standard backends tell which function of a card they write by; a vendor's tool is for all of
 * them. The function that has the step already, of all those that comp is for; NULL = none.
 */
static const struct device *tool_holds(const struct planner *p, const struct component *comp,
				       const struct device *dev)
{
	for (size_t i = 0; match_is_tool(comp) && i < p->plan->step_count; i++) {
		const struct step *step = &p->plan->steps[i];

		if (match_is_tool(step->comp) && same_card(step->dev, dev) &&
		    is_for(p, comp, step->dev))
			return step->dev;
	}
	return NULL;
}

/* Judges a match of dev; what nothing speaks against becomes a candidate. */
static int judge(struct planner *p, const struct plan_match *match, const struct device *dev,
		 unsigned int best, const struct component **cands, size_t *count, struct err *err)
{
	const struct component *comp = match->comp;
	struct verdict verdict = judge_pair(p, comp, dev);
	const struct device *path = dev;

	if (!verdict.reason || verdict.reason == REASON_NOT_UPDATEABLE)
		path = writable_path(p, dev);
	if (path != dev)
		return plan_leave(p->plan, comp, dev, REASON_DUPLICATE_TARGET, err,
				  "it is another path to the drive that is written as %s",
				  path->id);
	if (verdict.reason)
		return plan_leave(p->plan, comp, dev, verdict.reason, err, "%s", verdict.text);
	path = tool_holds(p, comp, dev);
	if (path)
		return plan_leave(p->plan, comp, dev, REASON_DUPLICATE_TARGET, err,
				  "it is another function of the card that is written as %s",
				  path->id);
	if (match->rank < best)
		return plan_leave(p->plan, comp, dev, REASON_SUPERSEDED, err,
				  "a component for this very device goes first");
	cands[(*count)++] = comp;
	return 0;
}

/* Does any component of this device say that it runs already? */
static const struct component *current_of(const struct planner *p, const struct device *dev)
{
	const struct plan_matches *matches = plan_index_of(&p->index, dev);

	for (size_t i = 0; i < matches->count; i++)
		if (judge_pair(p, matches->list[i].comp, dev).reason == REASON_ALREADY_CURRENT)
			return matches->list[i].comp;
	return NULL;
}

/*
 * Going back is allowed, not wanted: what runs already is in the repository, so only something
 * newer may take its place. Whoever wants the older one names it (--only).
 */
static int leave_behind_current(struct planner *p, const struct device *dev,
				const struct component **cands, size_t *count, struct err *err)
{
	const struct component *current = current_of(p, dev);
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; current && i < *count && !rc; i++) {
		if (match_order(cands[i], dev) == VERSION_NEWER)
			cands[kept++] = cands[i];
		else
			rc = plan_leave(p->plan, cands[i], dev, REASON_SUPERSEDED, err,
					"%s is chosen, and it runs that already", current->version);
	}
	if (current)
		*count = kept;
	return rc;
}

/* A function that a device of its own stands for: the drive behind an NVMe controller. */
static bool stands_for_parent(const struct planner *p, const struct device *dev)
{
	for (size_t i = 0; i < p->inv->count; i++) {
		const struct device *child = &p->inv->devices[i];

		if (child->backend[0] && strcmp(child->parent, dev->id) == 0)
			return true;
	}
	return false;
}

/* Law 11: a device that no component is for has a reason, too. */
static int leave_unaddressed(struct planner *p, const struct device *dev, struct err *err)
{
	if (dev->backend[0])
		return plan_leave(p->plan, NULL, dev, REASON_NO_COMPONENT, err,
				  "the repository has nothing for it");
	if (match_has_firmware(dev))
		return plan_leave(p->plan, NULL, dev, REASON_NO_BACKEND, err,
				  "nothing in this version can write to it");
	return 0;
}

static int plan_device(struct planner *p, const struct device *dev, struct err *err)
{
	const struct plan_matches *matches = plan_index_of(&p->index, dev);
	CLEANUP_FREE const struct component **cands = calloc(matches->count + 1, sizeof(*cands));
	unsigned int best = best_rank(p, dev);
	size_t count = 0;
	int rc = 0;

	if (!cands)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!dev->backend[0] && stands_for_parent(p, dev))
		return 0;
	for (size_t i = 0; i < matches->count && !rc; i++) {
		p->matched[matches->list[i].comp - p->cat->components] = true;
		rc = judge(p, &matches->list[i], dev, best, cands, &count, err);
	}
	if (!rc)
		rc = leave_behind_current(p, dev, cands, &count, err);
	if (rc)
		return rc;
	if (matches->count == 0)
		return leave_unaddressed(p, dev, err);
	return count ? choose(p, dev, cands, count, err) : 0;
}

static int leave_unmatched(struct planner *p, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < p->cat->count && !rc; i++)
		if (!p->matched[i])
			rc = plan_leave(p->plan, &p->cat->components[i], NULL,
					REASON_NOT_APPLICABLE, err, "%s",
					component_is_runtime(&p->cat->components[i])
						? "it is no firmware: vendors' tools run in it"
						: "no device here fits its targets");
	return rc;
}

int plan_make(const struct inventory *inv, const struct catalog *cat,
	      const struct plan_options *options, struct plan *ret, struct err *err)
{
	CLEANUP_FREE bool *matched = calloc(cat->count + 1, sizeof(*matched));
	struct planner p = {
		.inv = inv,
		.cat = cat,
		.options = options,
		.system = inventory_find(inv, "system"),
		.plan = ret,
		.matched = matched,
	};
	int rc = matched ? plan_index_make(inv, cat, &p.index, err)
			 : err_set(err, ERR_NOMEM, "out of memory");

	for (size_t i = 0; i < inv->count && !rc; i++)
		rc = plan_device(&p, &inv->devices[i], err);
	if (!rc)
		rc = leave_unmatched(&p, err);
	if (!rc)
		rc = plan_order(ret, inv, &p.index, options, err);
	plan_index_free(&p.index);
	for (size_t i = 0; i < ret->step_count; i++)
		ret->expected_seconds += ret->steps[i].comp->expected_seconds;
	if (rc)
		plan_free(ret);
	return rc;
}

static bool names_something(const struct inventory *inv, const struct catalog *cat, const char *id)
{
	return inventory_find(inv, id) || catalog_find(cat, id);
}

const char *plan_unknown_id(const struct inventory *inv, const struct catalog *cat,
			    const struct plan_options *options, size_t index)
{
	for (size_t i = 0; i < options->only_count + options->skip_count; i++) {
		const char *id = i < options->only_count ? options->only[i]
							 : options->skip[i - options->only_count];

		if (!names_something(inv, cat, id) && index-- == 0)
			return id;
	}
	return NULL;
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->left);
	*plan = (struct plan){ 0 };
}
