/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UpdateTaskQueue: strictly one after another; what is for UEFI is done in POST. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "ilo_internal.h"

#define AT	"/redfish/v1/UpdateService/UpdateTaskQueue"
#define SETS_AT "/redfish/v1/UpdateService/InstallSets"

static bool blocks(const struct ilo_task *task)
{
	return strcmp(task->state, "Exception") == 0 || strcmp(task->state, "Expired") == 0 ||
	       strcmp(task->state, "InProgress") == 0;
}

static void end_task(struct ilo *ilo, struct ilo_task *task, const char *state, const char *result)
{
	struct ilo_stored *stored = ilo_stored_find(ilo, task->file);

	if (stored)
		stored->locked = false;
	/* Gen12: flashed, and the task never says so. */
	if (strcmp(state, "Complete") == 0 && ilo->gen->post_tasks_stay_pending)
		state = "Pending";
	snprintf(task->state, sizeof(task->state), "%s", state);
	snprintf(task->result, sizeof(task->result), "%s", result);
	ilo_say(ilo, "task %s: %s", task->name, task->state);
}

static void run_task(struct ilo *ilo, struct ilo_task *task)
{
	struct ilo_stored *stored = ilo_stored_find(ilo, task->file);
	struct ilo_firmware *fw = NULL;
	char name[64], version[64];

	if (stored && ilo_image_read(stored->data, stored->size, name, version))
		fw = ilo_change_firmware(ilo, name);
	if (ilo->knobs[ILO_KNOB_TPM_REQUIRED].on && !task->tpm) {
		end_task(ilo, task, "Exception", "FWFlashTPMOverrideFlagRequired");
		return;
	}
	if (!fw || fw->kind == ILO_FIXED || fw->kind == ILO_ITSELF ||
	    ilo->knobs[ILO_KNOB_FLASH_ERROR].on) {
		end_task(ilo, task, "Exception", "UpdateNotApplicable");
		return;
	}
	ilo_flash_now(ilo, fw, stored, version);
	end_task(ilo, task, "Complete", "UpdateSuccessful");
}

void ilo_run_post(struct ilo *ilo)
{
	for (size_t i = 0; i < ILO_TASKS; i++) {
		struct ilo_task *task = &ilo->tasks[i];

		if (!task->id)
			continue;
		if (blocks(task))
			return;
		if (task->by_uefi && task->file[0] && strcmp(task->state, "Pending") == 0 &&
		    !task->result[0])
			run_task(ilo, task);
	}
}

static const char *text_at(yyjson_val *root, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(root, key));

	return text ? text : "";
}

static bool names(yyjson_val *list, const char *word)
{
	yyjson_val *item;
	size_t index, count;

	yyjson_arr_foreach(list, index, count, item)
	{
		if (yyjson_equals_str(item, word))
			return true;
	}
	return false;
}

static const char *check_task(struct ilo *ilo, yyjson_val *root)
{
	for (size_t i = 0; i < ILO_TASKS; i++)
		if (ilo->tasks[i].id && strcmp(ilo->tasks[i].name, text_at(root, "Name")) == 0)
			return "UpdateBadParameter"; /* names are unique */
	if (!text_at(root, "Name")[0] || strcmp(text_at(root, "Command"), "ApplyUpdate") != 0)
		return "UpdateBadParameter";
	if (!ilo_stored_find(ilo, text_at(root, "Filename")))
		return "UpdateInvalidFile";
	return NULL;
}

static void make_task(struct ilo *ilo, yyjson_val *root, struct ilo_answer *ret)
{
	const char *wrong = check_task(ilo, root);
	struct ilo_task *task = NULL;

	for (size_t i = 0; i < ILO_TASKS && !task; i++)
		if (!ilo->tasks[i].id)
			task = &ilo->tasks[i];
	if (wrong || !task) {
		ilo_error(ilo, ret, 400, wrong ? wrong : "UpdateTaskQueueFull");
		return;
	}
	*task = (struct ilo_task){ .id = ilo->next_id++ };
	snprintf(task->name, sizeof(task->name), "%s", text_at(root, "Name"));
	snprintf(task->file, sizeof(task->file), "%s", text_at(root, "Filename"));
	snprintf(task->state, sizeof(task->state), "Pending");
	task->by_uefi = names(yyjson_obj_get(root, "UpdatableBy"), "Uefi");
	task->tpm = yyjson_get_bool(yyjson_obj_get(root, "TPMOverride"));
	ilo_stored_find(ilo, task->file)->locked = true;
	ilo_say(ilo, "task %s: %s", task->name, task->file);
	ilo_json(ret, 201, "{\"@odata.id\":\"" AT "/%u\",\"Name\":\"%s\",\"State\":\"Pending\"}",
		 task->id, task->name);
	ilo_header(ret, "Location: https://16.1.15.1" AT "/%u/", task->id);
}

static void put(const struct ilo *ilo, FILE *out, const struct ilo_task *task)
{
	fprintf(out,
		"{\"@odata.id\":\"" AT
		"/%u\",\"Id\":\"%u\",\"Name\":\"%s\",\"Command\":"
		"\"ApplyUpdate\",\"Filename\":\"%s\",\"State\":\"%s\",\"UpdatableBy\":[\"%s\"],"
		"\"Result\":{\"MessageId\":\"%s%s%s\"}}",
		task->id, task->id, task->name, task->file, task->state,
		task->by_uefi ? "Uefi" : "Bmc", task->result[0] ? ilo->gen->registry : "",
		task->result[0] ? "." : "", task->result);
}

static void list(struct ilo *ilo, bool expanded, struct ilo_answer *ret)
{
	char *body = NULL;
	const char *comma = "";
	size_t len = 0;
	FILE *out = open_memstream(&body, &len);

	if (!out)
		abort();
	fprintf(out, "{\"@odata.id\":\"" AT "\",\"Members\":[");
	for (size_t i = 0; i < ILO_TASKS; i++) {
		if (!ilo->tasks[i].id)
			continue;
		fprintf(out, "%s", comma);
		comma = ",";
		if (expanded && !ilo->gen->stubs)
			put(ilo, out, &ilo->tasks[i]);
		else
			fprintf(out, "{\"@odata.id\":\"" AT "/%u\"}", ilo->tasks[i].id);
	}
	fprintf(out, "]}");
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
}

static struct ilo_task *find(struct ilo *ilo, const char *number)
{
	unsigned long id = strtoul(number, NULL, 10);

	for (size_t i = 0; i < ILO_TASKS; i++)
		if (id && ilo->tasks[i].id == id)
			return &ilo->tasks[i];
	return NULL;
}

static bool one(struct ilo *ilo, const struct ilo_request *request, const char *number,
		struct ilo_answer *ret)
{
	struct ilo_task *task = find(ilo, number);
	char *body = NULL;
	size_t len = 0;
	FILE *out;

	if (!task)
		return false;
	if (strcmp(request->method, "DELETE") == 0) {
		struct ilo_stored *stored = ilo_stored_find(ilo, task->file);

		if (stored)
			stored->locked = false;
		ilo_say(ilo, "task %s removed", task->name);
		*task = (struct ilo_task){ 0 };
		ilo_json(ret, 200, "{}");
		return true;
	}
	out = open_memstream(&body, &len);
	if (!out)
		abort();
	put(ilo, out, task);
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
	return true;
}

bool ilo_tasks(struct ilo *ilo, const struct ilo_request *request, const char *path,
	       struct ilo_answer *ret)
{
	yyjson_doc *doc;

	if (!ilo->gen->update_service)
		return false;
	if (strcmp(path, SETS_AT) == 0) {
		ilo_json(ret, 200, "{\"@odata.id\":\"" SETS_AT "\",\"Members\":[]}");
		return true;
	}
	if (strncmp(path, AT "/", strlen(AT) + 1) == 0)
		return one(ilo, request, path + strlen(AT) + 1, ret);
	if (strcmp(path, AT) != 0)
		return false;
	if (strcmp(request->method, "POST") != 0) {
		list(ilo, strstr(request->path, "$expand") != NULL, ret);
		return true;
	}
	doc = yyjson_read((const char *)request->body, request->body_len, 0);
	make_task(ilo, yyjson_doc_get_root(doc), ret);
	yyjson_doc_free(doc);
	return true;
}
