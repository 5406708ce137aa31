/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "run/choices.h"
#include "drydock.h"
#include "hw/slow.h"
#include "inventory/identity.h"
#include "inventory/probe.h"

struct plan_command {
	struct choices choices;
	const char *inventory_file;
	const char *explain;
	bool json;
};

static int load_inventory(const struct plan_command *command, struct hwio *hw,
			  struct inventory *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	CLEANUP_FREE char *warnings = NULL;
	struct probe_source source = { .hw = hw, .root = command->choices.root };
	size_t len;
	int rc;

	if (!command->inventory_file) {
		rc = probe_all(&source, ret, &warnings, err);
		if (warnings)
			fprintf(stderr, "%s", warnings);
		return rc;
	}
	rc = fsio_read_file(command->inventory_file, INVENTORY_MAX_BYTES, &text, &len, err);
	if (!rc)
		rc = inventory_from_json(text, len, ret, err);
	if (!rc)
		rc = identity_add(ret, err);
	return rc ? err_prefix(err, "%s", command->inventory_file) : 0;
}

static void warn_of_unknown_ids(const struct inventory *inv, const struct catalog *cat,
				const struct plan_options *options)
{
	const char *id;

	for (size_t i = 0; (id = plan_unknown_id(inv, cat, options, i)); i++)
		fprintf(stderr, "drydock plan: \"%s\": nothing here has this id\n", id);
}

static int print(const struct plan_command *command, const struct plan *plan,
		 const struct catalog *cat, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc;

	if (command->explain)
		rc = plan_explain(plan, command->explain, &text, err);
	else if (command->json)
		rc = plan_to_json(plan, cat, &text, &len, err);
	else
		rc = plan_to_text(plan, &text, err);
	if (!rc)
		printf("%s%s", text, command->json ? "\n" : "");
	return rc;
}

static int make_and_print(const struct plan_command *command, struct hwio *hw, struct err *err)
{
	struct policy policy = { 0 };
	struct catalog cat = { 0 };
	struct inventory inv = { 0 };
	struct plan plan = { 0 };
	struct plan_options options;
	const char *trust = command->choices.trust_dir ? command->choices.trust_dir : TRUST_DIR;
	int rc = policy_load(trust, &policy, err);

	if (!rc)
		rc = choices_to_options(&command->choices, &policy, false, &options, err);
	if (!rc)
		rc = catalog_open(command->choices.repo_dir, &policy, &cat, err);
	if (!rc)
		rc = load_inventory(command, hw, &inv, err);
	if (!rc)
		warn_of_unknown_ids(&inv, &cat, &options);
	if (!rc)
		rc = plan_make(&inv, &cat, &options, &plan, err);
	if (!rc)
		rc = print(command, &plan, &cat, err);
	plan_free(&plan);
	inventory_free(&inv);
	catalog_free(&cat);
	policy_free(&policy);
	return rc;
}

int cmd_plan(int argc, char **argv)
{
	struct plan_command command = { 0 };
	const struct opt opts[] = {
		CHOICES_OPTS(command.choices),
		{ "inventory", OPT_TEXT, &command.inventory_file, "FILE",
		  "plan for this saved inventory instead of this machine" },
		{ "explain", OPT_TEXT, &command.explain, "ID",
		  "everything decided about one component or device" },
		{ "json", OPT_FLAG, &command.json, NULL, "the plan as JSON" },
		{ 0 },
	};
	struct hwio *hw = NULL;
	struct err err = { 0 };
	int first;
	int rc = opts_parse(&drydock_program, opts, argc, argv, &first, &err);

	if (rc == 1)
		return 0;
	if (!rc)
		rc = choices_check(&command.choices, &err);
	if (!rc) {
		hw = hwio_real_new(command.choices.root);
		rc = hw ? bmc_options_attach(&command.choices.bmc, hw, &err)
			: err_set(&err, ERR_NOMEM, "out of memory");
		rc = rc ? rc : make_and_print(&command, hw, &err);
	}
	if (!slow_left_alone()) {
		bmc_options_detach(hw);
		hwio_real_free(hw);
	}
	return rc ? opts_fail(&drydock_program, argv[0], &err) : 0;
}
