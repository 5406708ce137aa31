/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ilo_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "base/json.h"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
	size_t len = strlen(text), more = strlen(with);

	return len >= more && strcmp(text + len - more, with) == 0;
}

static bool is_own(const char *name)
{
	return begins(name, ILO_NAME_PREFIX);
}

static bool is_finished(const struct redfish_task *task)
{
	return task->state == REDFISH_TASK_COMPLETE || task->state == REDFISH_TASK_EXPIRED ||
	       task->state == REDFISH_TASK_EXCEPTION || task->state == REDFISH_TASK_CANCELED;
}

/* Strictly in order: an item that failed or is being worked on holds up all behind it. */
static bool blocks(const struct redfish_task *task)
{
	return task->state == REDFISH_TASK_EXPIRED || task->state == REDFISH_TASK_EXCEPTION ||
	       task->state == REDFISH_TASK_IN_PROGRESS || task->state == REDFISH_TASK_UNKNOWN;
}

struct look {
	struct ilo_queue *queue;
	const char *name;
};

static void take_foreign(struct ilo_queue *queue, const struct redfish_task *task)
{
	bool waits = task->state == REDFISH_TASK_PENDING && task->by_agent && !task->by_bmc &&
		     !task->by_uefi;

	queue->foreign += task->state != REDFISH_TASK_COMPLETE;
	if (queue->blocker[0] || (!blocks(task) && !waits))
		return;
	queue->agent_waits = waits;
	snprintf(queue->blocker, sizeof(queue->blocker), "%s", task->name);
	snprintf(queue->blocker_state, sizeof(queue->blocker_state), "%s", task->state_word);
}

static int take_task(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct look *look = ctx;
	struct redfish_task task;

	(void)uri;
	(void)err;
	if (!redfish_task_read(val, &task))
		return 0;
	if (!is_own(task.name))
		take_foreign(look->queue, &task);
	else
		look->queue->own += task.state != REDFISH_TASK_COMPLETE;
	if (look->name && begins(task.name, look->name)) {
		look->queue->has_task = true;
		look->queue->task = task;
	}
	return 0;
}

int ilo_queue_look(struct redfish *rf, const struct redfish_update *update, const char *name,
		   struct ilo_queue *ret, struct err *err)
{
	struct look look = { ret, name };

	*ret = (struct ilo_queue){ 0 };
	return update->tasks[0] ? redfish_each(rf, update->tasks, take_task, &look, err) : 0;
}

/* Resources to be removed, collected before the first is: a collection is not changed under the
 * walk. */
struct doomed {
	const char *name, *boot;
	char (*uris)[REDFISH_REF_MAX];
	size_t count;
};

static int doom(struct doomed *doomed, const char *uri, struct err *err)
{
	char(*grown)[REDFISH_REF_MAX] = array_grow(doomed->uris, doomed->count, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	doomed->uris = grown;
	snprintf(grown[doomed->count++], sizeof(*grown), "%s", uri);
	return 0;
}

static int remove_all(struct redfish *rf, struct doomed *doomed, unsigned int *ret_count,
		      struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < doomed->count; i++) {
		rc = redfish_send(
			rf,
			&(struct redfish_request){ .method = "DELETE", .path = doomed->uris[i] },
			NULL, err);
		if (!rc)
			(*ret_count)++;
		if (rc == ERR_NOT_FOUND)
			rc = 0;
	}
	free(doomed->uris);
	return rc;
}

static int doom_task(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct doomed *doomed = ctx;
	struct redfish_task task;

	if (!redfish_task_read(val, &task) || !is_own(task.name) || !uri[0])
		return 0;
	if (is_finished(&task))
		return doom(doomed, uri, err);
	if (task.state == REDFISH_TASK_PENDING &&
	    (!ends(task.name, doomed->boot) || (doomed->name && begins(task.name, doomed->name))))
		return doom(doomed, uri, err);
	return 0;
}

int ilo_queue_sweep(struct redfish *rf, const struct redfish_update *update, const char *name,
		    const char *boot, unsigned int *ret_count, struct err *err)
{
	struct doomed doomed = { .name = name, .boot = boot };
	int rc;

	*ret_count = 0;
	if (!update->tasks[0])
		return 0;
	rc = redfish_each(rf, update->tasks, doom_task, &doomed, err);
	if (rc) {
		free(doomed.uris);
		return rc;
	}
	return remove_all(rf, &doomed, ret_count, err);
}

int ilo_queue_add(struct redfish *rf, const struct redfish_update *update, const char *name,
		  const char *file, bool tpm_override, struct err *err)
{
	char body[512];

	snprintf(body, sizeof(body),
		 "{\"Name\":\"%s\",\"Command\":\"ApplyUpdate\",\"Filename\":\"%s\","
		 "\"UpdatableBy\":[\"Uefi\"],\"TPMOverride\":%s}",
		 name, file, tpm_override ? "true" : "false");
	return redfish_send(
		rf,
		&(struct redfish_request){ .method = "POST", .path = update->tasks, .body = body },
		NULL, err);
}

struct repository_look {
	struct ilo_repository *repository;
	const char *file;
};

static int take_component(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct repository_look *look = ctx;
	struct ilo_repository *to = look->repository;
	struct redfish_component component;

	(void)err;
	if (!redfish_component_read(val, &component))
		return 0;
	if (strcasecmp(component.file, look->file) == 0) {
		to->has_file = true;
		to->file = component;
		snprintf(to->file_uri, sizeof(to->file_uri), "%s", uri);
	} else if (is_own(component.file) && !component.locked) {
		to->own_bytes += component.size;
	}
	return 0;
}

int ilo_repository_look(struct redfish *rf, const struct redfish_update *update, const char *file,
			struct ilo_repository *ret, struct err *err)
{
	struct repository_look look = { ret, file };
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc;

	*ret = (struct ilo_repository){ 0 };
	if (!update->repository[0])
		return err_set(err, ERR_UNSUPPORTED, "the iLO has no component repository");
	rc = redfish_get(rf, update->repository, &doc, err);
	if (rc)
		return rc;
	ret->says_free = redfish_repository_read(yyjson_doc_get_root(doc), &ret->free_bytes,
						 &ret->total_bytes);
	return redfish_each(rf, update->repository, take_component, &look, err);
}

static int doom_component(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct doomed *doomed = ctx;
	struct redfish_component component;

	if (!redfish_component_read(val, &component) || !is_own(component.file) ||
	    component.locked || !uri[0] ||
	    (doomed->name && strcasecmp(component.file, doomed->name) == 0))
		return 0;
	return doom(doomed, uri, err);
}

int ilo_repository_sweep(struct redfish *rf, const struct redfish_update *update, const char *file,
			 unsigned int *ret_count, struct err *err)
{
	struct doomed doomed = { .name = file };
	int rc;

	*ret_count = 0;
	if (!update->repository[0])
		return 0;
	rc = redfish_each(rf, update->repository, doom_component, &doomed, err);
	if (rc) {
		free(doomed.uris);
		return rc;
	}
	return remove_all(rf, &doomed, ret_count, err);
}
