/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several versions for the same devices in one Service Pack. Only the newest is needed, and what
 * a device must run before it takes that one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "edit.h"
#include "import/spp_internal.h"

/* A package says that it brings a version for a target. */
struct claim {
	const struct spp_target *target;
	enum version_scheme scheme;
	size_t package;
	size_t by; /* the package with the newest version for the target; its own = none */
};

struct claims {
	struct claim *list;
	size_t count;
};

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->target->guid, y->target->guid);

	if (order)
		return order;
	return x->package < y->package ? -1 : x->package > y->package;
}

static bool same_claim(const struct claim *a, const struct claim *b)
{
	return a->package == b->package && strcmp(a->target->guid, b->target->guid) == 0;
}

static void sort(struct claims *claims)
{
	size_t kept = 0;

	if (claims->count)
		qsort(claims->list, claims->count, sizeof(*claims->list), compare_claims);
	for (size_t i = 0; i < claims->count; i++)
		if (!kept || !same_claim(&claims->list[kept - 1], &claims->list[i]))
			claims->list[kept++] = claims->list[i];
	claims->count = kept;
}

/*
 * Of the packages that may go in, for the devices that the servers have. What only a tool of the
 * vendor's can apply says nothing about the others.
 */
static int collect(const struct import *imp, const struct spp *spp, struct claims *ret,
		   struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < spp->manifest.entry_count; i++)
		count += spp->manifest.entries[i].targets.count;
	ret->list = calloc(count + 1, sizeof(*ret->list));
	if (!ret->list)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < spp->manifest.entry_count; i++) {
		const struct spp_targets *targets = &spp->manifest.entries[i].targets;

		if (spp->packages[i].against || spp->packages[i].tool)
			continue;
		for (size_t j = 0; j < targets->count; j++)
			if (spp_wants(imp, targets->list[j].guid))
				ret->list[ret->count++] = (struct claim){
					.target = &targets->list[j],
					.scheme = component_scheme_of(targets->list[j].version),
					.package = i,
					.by = i,
				};
	}
	sort(ret);
	return 0;
}

static enum version_order order_of(const struct claim *a, const struct claim *b)
{
	if (a->scheme != b->scheme)
		return strcmp(a->target->version, b->target->version) == 0 ? VERSION_SAME
									   : VERSION_DIFFERENT;
	return version_compare(a->scheme, a->target->version, b->target->version);
}

/* The same firmware comes packed for the BMC and for the vendor's tools: the first tells more. */
static unsigned int packing(const struct spp *spp, const struct claim *claim)
{
	const char *file = spp->manifest.entries[claim->package].file;
	const char *dot = strrchr(file, '.');

	return dot && strcasecmp(dot, ".fwpkg") == 0 ? 2 : 1;
}

static bool is_better(const struct spp *spp, const struct claim *a, const struct claim *b)
{
	switch (order_of(a, b)) {
	case VERSION_NEWER:
		return true;
	case VERSION_SAME:
		return packing(spp, a) > packing(spp, b);
	default:
		return false;
	}
}

static size_t end_of_group(const struct claims *claims, size_t from)
{
	size_t end = from;

	while (end < claims->count &&
	       strcmp(claims->list[end].target->guid, claims->list[from].target->guid) == 0)
		end++;
	return end;
}

/* The best of each scheme; what has another cannot be compared with it. */
static void find_newest(const struct spp *spp, struct claim *group, size_t count)
{
	const struct claim *best[VERSION_SCHEME_LAST + 1] = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct claim **of = &best[group[i].scheme];

		if (!*of || is_better(spp, &group[i], *of))
			*of = &group[i];
	}
	for (size_t i = 0; i < count; i++)
		if (is_better(spp, best[group[i].scheme], &group[i]))
			group[i].by = best[group[i].scheme]->package;
}

/* A package is superseded when each of its claims is. */
static void drop_old(struct spp *spp, const struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *claim = &claims->list[i];
		struct spp_package *package = &spp->packages[claim->package];

		if (claim->by == claim->package || package->entry->odd_targets)
			continue;
		package->against = NOTE_SUPERSEDED;
		snprintf(package->text, sizeof(package->text), "%s: %.100s brings %s",
			 claim->target->version, spp->manifest.entries[claim->by].file,
			 spp->manifest.entries[claim->by].version);
	}
	for (size_t i = 0; i < claims->count; i++)
		if (claims->list[i].by == claims->list[i].package)
			spp->packages[claims->list[i].package].against = 0;
}

static void keep_package(struct spp *spp, size_t index, bool *changed)
{
	if (spp->packages[index].against) {
		spp->packages[index].against = 0;
		*changed = true;
	}
}

/*
 * The oldest that a device may go to before it takes this one. Where the order of a version and
 * the least one cannot be told, it may be it.
 */
static void keep_stone(struct spp *spp, const struct claim *group, size_t count,
		       const struct claim *claim, bool *changed)
{
	const char *least = spp->packages[claim->package].entry->min_active_version;
	const struct claim *stone = NULL;

	for (size_t i = 0; *least && i < count; i++) {
		const struct claim *other = &group[i];
		enum version_order order =
			version_compare(other->scheme, other->target->version, least);

		if (order == VERSION_OLDER || order_of(claim, other) != VERSION_NEWER)
			continue;
		if (order == VERSION_DIFFERENT)
			keep_package(spp, other->package, changed);
		else if (!stone || order_of(stone, other) == VERSION_NEWER)
			stone = other;
	}
	if (stone)
		keep_package(spp, stone->package, changed);
}

/* A stone may need one itself. */
static bool keep_stones(struct spp *spp, const struct claims *claims)
{
	bool changed = false;

	for (size_t i = 0, end; i < claims->count; i = end) {
		end = end_of_group(claims, i);
		for (size_t j = i; j < end; j++)
			if (!spp->packages[claims->list[j].package].against)
				keep_stone(spp, &claims->list[i], end - i, &claims->list[j],
					   &changed);
	}
	return changed;
}

int spp_judge_versions(const struct import *imp, struct spp *spp, struct err *err)
{
	struct claims claims = { 0 };
	int rc = collect(imp, spp, &claims, err);

	for (size_t i = 0, end; i < claims.count; i = end) {
		end = end_of_group(&claims, i);
		find_newest(spp, &claims.list[i], end - i);
	}
	drop_old(spp, &claims);
	while (keep_stones(spp, &claims))
		;
	free(claims.list);
	return rc;
}
