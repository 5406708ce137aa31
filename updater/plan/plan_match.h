/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that decide one component for one device. Part of plan.c, tested through it. */
#ifndef DRYDOCK_PLAN_MATCH_H
#define DRYDOCK_PLAN_MATCH_H

#include "plan/plan.h"
#include "plan/plan_index.h"

/* How well comp fits dev: the rank of the most specific target they share, 0 = not at all. */
unsigned int match_rank(const struct component *comp, const struct device *dev);

/* Does dev carry this target? "" is never carried. */
bool match_target(const struct device *dev, const char *target);

/* Is it of a kind that carries firmware of its own, whether we can write it or not? */
bool match_has_firmware(const struct device *dev);

/* Is it written by its vendor's own tool? */
bool match_is_tool(const struct component *comp);

/* Is there a way to write comp to dev, whatever else speaks against it? */
bool match_backend(const struct component *comp, const struct device *dev);

/* What a rule says of a pair. */
struct verdict {
	enum reason reason; /* 0 = nothing against it */
	char text[PLAN_TEXT_MAX];
};

/*
 * Everything that can be said about the pair alone: selection, backend, updateable, proof,
 * evidence, TPM, versions, floor. Stepping stones and requirements look at more than the pair and
 * come after. matches: all that fit dev. system is the inventory's system device or NULL.
 */
struct verdict match_judge(const struct component *comp, const struct device *dev,
			   const struct device *system, const struct plan_matches *matches,
			   const struct plan_options *options);

/* The versions' order as the plan sees it: the device's proof field against the proof's value. */
enum version_order match_order(const struct component *comp, const struct device *dev);

#endif
