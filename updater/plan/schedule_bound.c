/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What no schedule can go below, whatever it chooses: the largest of several sums, each of which
 * counts work that cannot overlap. It judges the schedule that is used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/schedule_internal.h"

/* What is known of a step before any schedule is made. */
struct node {
	uint64_t seconds;
	uint64_t head; /* nobody can begin it earlier in its stretch */
	uint64_t tail; /* what must follow it there */
	size_t stretch;
	bool alone;		/* nothing else is at work while it is */
	struct step_set before; /* what has ended before it begins */
};

struct bound {
	const struct schedule *s;
	struct node *nodes;
	size_t stretch; /* the one that is looked at: the steps between two barriers */
};

/* Some steps of a stretch, that share something which so many may hold at once. */
struct load {
	uint64_t exclusive, shared, longest; /* seconds */
	uint64_t head, tail;		     /* the least of all */
	unsigned int at_once;
	bool any;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool all_hold(const struct schedule *s, size_t resource)
{
	for (size_t i = 0; i < s->count; i++)
		if (!schedule_holds(s, &s->items[i], resource))
			return false;
	return true;
}

static void find_alone(struct bound *b)
{
	const struct schedule *s = b->s;

	for (size_t i = 0; i < s->count; i++)
		b->nodes[i].alone = s->items[i].barrier;
	for (size_t r = 0; r < s->resource_count; r++) {
		if (!all_hold(s, r))
			continue;
		for (size_t i = 0; i < s->count; i++)
			if (schedule_holds(s, &s->items[i], r) == 2)
				b->nodes[i].alone = true;
	}
}

/* Is it a step of the stretch that is looked at? */
static bool is_here(const struct bound *b, size_t index)
{
	return !b->nodes[index].alone && b->nodes[index].stretch == b->stretch;
}

/* Shares it something that an earlier step holds exclusively? The earlier one goes first. */
static bool gives_way(const struct schedule *s, const struct item *item, const struct item *earlier)
{
	for (size_t i = 0; i < earlier->hold_count; i++) {
		const struct hold *held = &s->holds[earlier->first_hold + i];

		if (held->exclusive && schedule_holds(s, item, held->resource) == 1)
			return true;
	}
	return false;
}

static void find_before(struct bound *b)
{
	const struct schedule *s = b->s;

	for (size_t i = 0; i < s->count; i++)
		for (size_t j = 0; j < i; j++)
			if (set_has(&s->items[i].after, j) ||
			    gives_way(s, &s->items[i], &s->items[j]))
				set_add(&b->nodes[i].before, j);
}

/* What comes before stands before in the plan, so that one pass each way is enough. */
static void find_heads_and_tails(struct bound *b)
{
	struct node *nodes = b->nodes;

	for (size_t i = 0; i < b->s->count; i++)
		for (size_t j = 0; j < i; j++)
			if (is_here(b, i) && is_here(b, j) && set_has(&nodes[i].before, j))
				nodes[i].head =
					larger(nodes[i].head, nodes[j].head + nodes[j].seconds);
	for (size_t i = b->s->count; i-- > 0;)
		for (size_t j = 0; j < i; j++)
			if (is_here(b, i) && is_here(b, j) && set_has(&nodes[i].before, j))
				nodes[j].tail =
					larger(nodes[j].tail, nodes[i].seconds + nodes[i].tail);
}

static uint64_t longest_chain(const struct bound *b)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < b->s->count; i++)
		if (is_here(b, i))
			longest = larger(longest,
					 b->nodes[i].head + b->nodes[i].seconds + b->nodes[i].tail);
	return longest;
}

/* The first of a family must be alone, and is here: none was proven, or can be, before. */
static bool is_fresh(const struct bound *b, size_t family)
{
	if (b->s->families[family].proven_before)
		return false;
	for (size_t i = 0; i < b->s->count; i++)
		if (b->s->items[i].family == family &&
		    (b->nodes[i].alone || b->nodes[i].stretch < b->stretch))
			return false;
	return true;
}

static void add_load(struct load *load, const struct node *node, bool exclusive)
{
	load->head = load->any ? smaller(load->head, node->head) : node->head;
	load->tail = load->any ? smaller(load->tail, node->tail) : node->tail;
	load->any = true;
	if (exclusive) {
		load->exclusive += node->seconds;
		return;
	}
	load->shared += node->seconds;
	load->longest = larger(load->longest, node->seconds);
}

static uint64_t rounds(uint64_t count, unsigned int at_once)
{
	if (!at_once)
		return count > 0;
	return (count + at_once - 1) / at_once;
}

/* resource: one of the schedule's, or its count for the steps at work at a time. */
static unsigned int holds_it(const struct bound *b, size_t index, size_t resource)
{
	if (!is_here(b, index))
		return 0;
	return resource == b->s->resource_count
		       ? 1
		       : schedule_holds(b->s, &b->s->items[index], resource);
}

/*
 * The steps of one family among those that share a resource. The first of the family is one of
 * them, or it is elsewhere, while the resource is held exclusively or before anybody holds it.
 */
static uint64_t family_bound(const struct bound *b, size_t family, size_t resource,
			     const struct load *load)
{
	uint64_t head = UINT64_MAX, tail = UINT64_MAX, family_head = UINT64_MAX;
	uint64_t seconds = 0, here, elsewhere;
	size_t count = 0, members = 0;

	for (size_t i = 0; i < b->s->count; i++) {
		bool member = b->s->items[i].family == family && is_here(b, i);
		unsigned int how = holds_it(b, i, resource);

		if (member) {
			members++;
			family_head = smaller(family_head, b->nodes[i].head);
			seconds = b->nodes[i].seconds;
		}
		if (how == 2 || (how == 1 && member)) {
			head = smaller(head, b->nodes[i].head);
			tail = smaller(tail, b->nodes[i].tail);
			count += how == 1;
		}
	}
	if (!count)
		return 0;
	elsewhere = head + load->exclusive + rounds(count, load->at_once) * seconds;
	if (!is_fresh(b, family))
		return elsewhere + tail;
	here = head + load->exclusive + seconds + rounds(count - 1, load->at_once) * seconds;
	if (count == members)
		return here + tail;
	elsewhere =
		larger(elsewhere, family_head + seconds + rounds(count, load->at_once) * seconds);
	return smaller(here, elsewhere) + tail;
}

static uint64_t resource_bound(const struct bound *b, size_t resource)
{
	struct load load = { 0 };
	uint64_t shared, ret;
	size_t users = 0;

	load.at_once = resource == b->s->resource_count ? b->s->at_once
							: b->s->resources[resource].at_once;
	for (size_t i = 0; i < b->s->count; i++) {
		unsigned int how = holds_it(b, i, resource);

		if (how)
			add_load(&load, &b->nodes[i], how == 2);
		users += how != 0;
	}
	shared = load.longest;
	if (load.at_once)
		shared = larger(shared, rounds(load.shared, load.at_once));
	ret = load.head + load.exclusive + shared + load.tail;
	for (size_t f = 0; users > 1 && f < b->s->family_count; f++)
		ret = larger(ret, family_bound(b, f, resource, &load));
	return ret;
}

static uint64_t stretch_bound(struct bound *b)
{
	uint64_t ret;

	find_heads_and_tails(b);
	ret = longest_chain(b);
	for (size_t r = 0; r <= b->s->resource_count; r++)
		ret = larger(ret, resource_bound(b, r));
	return ret;
}

int schedule_bound(const struct schedule *schedule, uint64_t *ret, struct err *err)
{
	CLEANUP_FREE struct node *nodes = calloc(schedule->count + 1, sizeof(*nodes));
	struct bound b = { .s = schedule, .nodes = nodes };
	size_t stretches = 0;

	if (!nodes)
		return err_set(err, ERR_NOMEM, "out of memory");
	*ret = 0;
	find_alone(&b);
	find_before(&b);
	for (size_t i = 0; i < schedule->count; i++) {
		nodes[i].seconds = schedule_seconds(&schedule->plan->steps[i]);
		nodes[i].stretch = stretches;
		stretches += schedule->items[i].barrier;
		if (nodes[i].alone)
			*ret += nodes[i].seconds;
	}
	for (b.stretch = 0; b.stretch <= stretches; b.stretch++)
		*ret += stretch_bound(&b);
	return 0;
}
