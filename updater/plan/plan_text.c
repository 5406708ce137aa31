/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/json.h"
#include "plan/plan.h"

static const char *device_label(const struct decision *left)
{
	return left->dev ? left->dev->name : "(no device)";
}

static void print_steps(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];

		fprintf(out, "%3u. %s\n     %s -> %s   %s", step->number, step->dev->name,
			step->from[0] ? step->from : "(unknown)", step->comp->version,
			step->comp->id);
		if (step->comp->expected_seconds)
			fprintf(out, ", about %u s", step->comp->expected_seconds);
		if (step->comp->activation != ACTIVATION_NONE)
			fprintf(out, ", needs %s", activation_name(step->comp->activation));
		fprintf(out, "%s\n", step->provable ? "" : ", not provable");
	}
}

bool plan_is_for_others(const struct decision *left)
{
	return left->reason == REASON_NOT_APPLICABLE && !left->dev;
}

size_t plan_count_others(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->left_count; i++)
		count += plan_is_for_others(&plan->left[i]);
	return count > PLAN_OTHERS_TOLD ? count : 0;
}

static void print_left(FILE *out, const struct plan *plan)
{
	size_t others = plan_count_others(plan);

	for (size_t i = 0; i < plan->left_count; i++) {
		const struct decision *left = &plan->left[i];

		if (others && plan_is_for_others(left))
			continue;
		fprintf(out, "  %-22s %s%s%s\n  %22s %s\n", reason_id(left->reason),
			left->comp ? left->comp->id : "", left->comp ? " for " : "",
			device_label(left), "", left->text);
	}
	if (others)
		fprintf(out,
			"  %-22s %zu components are for other devices:\n"
			"  %22s --explain ID tells of one, --json of all\n",
			reason_id(REASON_NOT_APPLICABLE), others, "");
}

int plan_to_text(const struct plan *plan, char **ret_text, struct err *err)
{
	size_t len;
	FILE *out = open_memstream(ret_text, &len);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (plan->step_count)
		fprintf(out, "Plan: %zu step%s", plan->step_count,
			plan->step_count == 1 ? "" : "s");
	else
		fprintf(out, "Plan: nothing to do");
	if (plan->expected_seconds)
		fprintf(out, ", about %llu s of writing",
			(unsigned long long)plan->expected_seconds);
	fprintf(out, "\n");
	print_steps(out, plan);
	if (plan->left_count) {
		fprintf(out, "Left alone: %zu\n", plan->left_count);
		print_left(out, plan);
	}
	if (fclose(out))
		return err_set(err, ERR_NOMEM, "out of memory");
	return 0;
}

static void add_step(yyjson_mut_doc *doc, yyjson_mut_val *steps, const struct step *step)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, steps);
	char sha256[65];

	hex_encode(step->comp->payload.sha256, 32, sha256);
	yyjson_mut_obj_add_uint(doc, obj, "step", step->number);
	yyjson_mut_obj_add_str(doc, obj, "device", step->dev->id);
	yyjson_mut_obj_add_str(doc, obj, "device_name", step->dev->name);
	yyjson_mut_obj_add_str(doc, obj, "component", step->comp->id);
	yyjson_mut_obj_add_strcpy(doc, obj, "payload", sha256);
	yyjson_mut_obj_add_str(doc, obj, "backend", step->comp->backend);
	yyjson_mut_obj_add_str(doc, obj, "from", step->from);
	yyjson_mut_obj_add_str(doc, obj, "to", step->comp->version);
	yyjson_mut_obj_add_str(doc, obj, "proof_field", step->comp->proof.field);
	yyjson_mut_obj_add_str(doc, obj, "proof_value", step->comp->proof.value);
	yyjson_mut_obj_add_bool(doc, obj, "provable", step->provable);
	yyjson_mut_obj_add_str(doc, obj, "evidence", evidence_name(step->dev->evidence));
	yyjson_mut_obj_add_str(doc, obj, "activation", activation_name(step->comp->activation));
	yyjson_mut_obj_add_uint(doc, obj, "expected_seconds", step->comp->expected_seconds);
}

static void add_left(yyjson_mut_doc *doc, yyjson_mut_val *array, const struct decision *left)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, array);

	yyjson_mut_obj_add_str(doc, obj, "reason", reason_id(left->reason));
	yyjson_mut_obj_add_str(doc, obj, "component", left->comp ? left->comp->id : "");
	yyjson_mut_obj_add_str(doc, obj, "device", left->dev ? left->dev->id : "");
	yyjson_mut_obj_add_str(doc, obj, "text", left->text);
}

int plan_to_json(const struct plan *plan, const struct catalog *cat, char **ret_text,
		 size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *steps, *left;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_str(doc, root, "repository", cat->repo_id);
	yyjson_mut_obj_add_uint(doc, root, "repository_serial", cat->serial);
	yyjson_mut_obj_add_uint(doc, root, "expected_seconds", plan->expected_seconds);
	steps = yyjson_mut_obj_add_arr(doc, root, "steps");
	for (size_t i = 0; i < plan->step_count; i++)
		add_step(doc, steps, &plan->steps[i]);
	left = yyjson_mut_obj_add_arr(doc, root, "left_alone");
	for (size_t i = 0; i < plan->left_count; i++)
		add_left(doc, left, &plan->left[i]);
	return json_write_pretty(doc, ret_text, ret_len, err);
}

static bool is_about(const struct component *comp, const struct device *dev, const char *id)
{
	return (comp && strcmp(comp->id, id) == 0) || (dev && strcmp(dev->id, id) == 0);
}

static size_t explain_steps(FILE *out, const struct plan *plan, const char *id)
{
	size_t found = 0;

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];
		const struct proof *proof = &step->comp->proof;

		if (!is_about(step->comp, step->dev, id))
			continue;
		found++;
		fprintf(out,
			"%s\n  goes to %s (%s) as step %u of %zu: it runs %s, %s is newer or "
			"was asked for.\n  Proof: %s must read \"%s\" afterwards%s.\n",
			step->comp->id, step->dev->name, step->dev->id, step->number,
			plan->step_count, step->from[0] ? step->from : "an unknown version",
			step->comp->version, proof->field[0] ? proof->field : "nothing",
			proof->value,
			step->provable ? "" : "; that cannot be proven for this step");
	}
	return found;
}

static size_t explain_left(FILE *out, const struct plan *plan, const char *id)
{
	size_t found = 0;

	for (size_t i = 0; i < plan->left_count; i++) {
		const struct decision *left = &plan->left[i];

		if (!is_about(left->comp, left->dev, id))
			continue;
		found++;
		fprintf(out, "%s\n  is not used for %s: %s.\n  Reason: %s.\n",
			left->comp ? left->comp->id : "(no component)", device_label(left),
			left->text, reason_id(left->reason));
	}
	return found;
}

int plan_explain(const struct plan *plan, const char *id, char **ret_text, struct err *err)
{
	size_t found, len;
	FILE *out = open_memstream(ret_text, &len);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	found = explain_steps(out, plan, id);
	found += explain_left(out, plan, id);
	if (fclose(out))
		return err_set(err, ERR_NOMEM, "out of memory");
	if (found)
		return 0;
	free(*ret_text);
	*ret_text = NULL;
	return err_set(err, ERR_NOT_FOUND,
		       "\"%s\" is neither a component of the repository nor a "
		       "device here that can be written",
		       id);
}
