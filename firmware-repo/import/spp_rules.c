/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prerequisites of a Service Pack. */
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "import/hpe_common.h"
#include "import/spp_internal.h"

static bool has_target(const struct component *comp, const char *guid)
{
	char text[COMPONENT_TARGET_MAX];

	snprintf(text, sizeof(text), "hpe-target:%s", guid);
	for (size_t i = 0; i < comp->target_count; i++)
		if (strcmp(comp->targets[i], text) == 0)
			return true;
	return false;
}

static bool applies(const struct spp_rule *rule, const struct component *comp)
{
	for (size_t i = 0; i < rule->applies_to.count; i++)
		if (has_target(comp, rule->applies_to.list[i].guid))
			return true;
	return false;
}

/* By the readable target where there is one: that is what devices carry. */
static int add_need(const struct spp_target *need, struct component *comp, struct err *err)
{
	struct component probe = { 0 };
	int rc = hpe_add_target(&probe, need->guid, err);

	if (!rc)
		rc = component_add_require(comp, probe.targets[0], need->version, err);
	component_free(&probe);
	return rc;
}

static int add_needs(const struct spp_rule *rule, struct component *comp, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < rule->needs.count; i++)
		rc = add_need(&rule->needs.list[i], comp, err);
	return rc;
}

static int apply(struct import *imp, const struct spp_rule *rule, size_t first, const char *name,
		 struct err *err)
{
	struct catalog *cat = &imp->repo->cat;
	bool any = false;
	int rc = 0;

	for (size_t i = first; !rc && i < cat->count; i++)
		if (applies(rule, &cat->components[i])) {
			rc = add_needs(rule, &cat->components[i], err);
			any = true;
		}
	if (!rc && any && rule->text[0])
		rc = import_note(imp, NOTE_REQUIREMENT, name, 0, err, "%s", rule->text);
	return rc;
}

int spp_apply_rules(struct import *imp, const struct spp_manifest *manifest, size_t first,
		    const char *name, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < manifest->rule_count; i++)
		rc = apply(imp, &manifest->rules[i], first, name, err);
	return rc;
}
