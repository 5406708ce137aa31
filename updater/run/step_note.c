/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "hw/trace.h"
#include "repo/catalog_text.h"

#define SUBJECT	    "step"
#define MAX_TARGETS 8 /* a step has its device already: the first, most specific ones do */

void step_note_phase(unsigned int number, char ret[HWIO_PHASE_MAX])
{
	snprintf(ret, HWIO_PHASE_MAX, "step %u", number);
}

/* What backends have no use for, and what could be long, is left out. */
static void add_component(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct component *comp)
{
	struct component brief = *comp;

	brief.release_notes = "";
	brief.require_count = 0;
	if (brief.target_count > MAX_TARGETS)
		brief.target_count = MAX_TARGETS;
	yyjson_mut_obj_add_val(doc, root, "component", component_to_json(doc, &brief));
}

void step_note_begin(struct hwio *hw, const struct step *step, unsigned int number,
		     const char *boot_disk, const char *work_dir, bool tpm_consent)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	CLEANUP_FREE char *text = NULL;
	char phase[HWIO_PHASE_MAX];
	size_t len;

	step_note_phase(number, phase);
	hwio_note(hw, HWIO_PHASE, phase);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "step", number);
	yyjson_mut_obj_add_str(doc, root, "device", step->dev->id);
	yyjson_mut_obj_add_str(doc, root, "from", step->from);
	yyjson_mut_obj_add_str(doc, root, "boot_disk", boot_disk ? boot_disk : "");
	yyjson_mut_obj_add_str(doc, root, "work_dir", work_dir ? work_dir : "");
	yyjson_mut_obj_add_bool(doc, root, "provable", step->provable);
	yyjson_mut_obj_add_bool(doc, root, "tpm_consent", tpm_consent);
	add_component(doc, root, step->comp);
	if (json_write_canonical(doc, &text, &len, NULL) == 0 && len < TRACE_TEXT_MAX)
		hwio_note(hw, SUBJECT, text);
}

static int parse(const char *text, struct step_note *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	yyjson_val *root, *comp;
	uint64_t number;
	int rc = json_parse((const uint8_t *)text, strlen(text), TRACE_TEXT_MAX, &doc, err);

	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	rc = json_get_u64(root, "step", 1, UINT32_MAX, &number, err);
	rc = rc ? rc : json_get_str(root, "device", ret->device, sizeof(ret->device), err);
	rc = rc ? rc : json_get_str(root, "from", ret->from, sizeof(ret->from), err);
	rc = rc ? rc : json_get_str(root, "boot_disk", ret->boot_disk, sizeof(ret->boot_disk), err);
	rc = rc ? rc : json_get_str(root, "work_dir", ret->work_dir, sizeof(ret->work_dir), err);
	rc = rc ? rc : json_opt_bool(root, "provable", &ret->provable, err);
	rc = rc ? rc : json_opt_bool(root, "tpm_consent", &ret->tpm_consent, err);
	rc = rc ? rc : json_get_obj(root, "component", &comp, err);
	rc = rc ? rc : component_from_json(comp, &ret->pool, &ret->comp, err);
	ret->number = rc ? 0 : (unsigned int)number;
	return rc;
}

int step_note_read(struct hwio *hw, unsigned int number, struct step_note *ret, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	char phase[HWIO_PHASE_MAX];
	int rc;

	step_note_phase(number, phase);
	hwio_note(hw, HWIO_PHASE, phase);
	text = hw->ops->recall ? hw->ops->recall(hw, SUBJECT) : NULL;
	if (!text)
		return err_set(err, ERR_NOT_FOUND, "step %u: the trace has no note of it", number);
	rc = parse(text, ret, err);
	if (rc)
		err_prefix(err, "the note of step %u", number);
	return rc;
}

void step_note_free(struct step_note *note)
{
	component_free(&note->comp);
	pool_free(&note->pool);
	*note = (struct step_note){ 0 };
}
