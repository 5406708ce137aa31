/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/redfish_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "hw/redfish_internal.h"

#define RAW_MAX	   (256u << 20) /* of what must be in memory as a whole */
#define POLL_MS	   3000u
#define OPEN_MS	   20000u
#define PARAMS_MAX (REDFISH_STANDARD_REF + 32)

/* A path of this service, out of "https://host/path" or "/path"; "" = it is none. */
static void take_location(const struct redfish *rf, char ret[REDFISH_STANDARD_REF])
{
	char text[2 * REDFISH_STANDARD_REF];
	const char *path = text;

	ret[0] = '\0';
	if (!redfish_answer_header(rf, "Location", text, sizeof(text)))
		return;
	if (strstr(path, "://"))
		path = strchr(strstr(path, "://") + 3, '/');
	if (path && path[0] == '/' && strlen(path) < REDFISH_STANDARD_REF)
		snprintf(ret, REDFISH_STANDARD_REF, "%s", path);
}

/* The task itself says more than its monitor; where there is none the answer itself counts. */
static int take_monitor(const struct redfish *rf, yyjson_doc *doc, char ret[REDFISH_STANDARD_REF],
			struct err *err)
{
	struct redfish_standard_task task;

	redfish_standard_task_read(yyjson_doc_get_root(doc), &task);
	ret[0] = '\0';
	if (task.progress == REDFISH_ENDED_BADLY)
		return err_set(err, ERR_DEVICE, "the update ended as %s: %s %s", task.state,
			       task.message.id, task.message.words);
	if (task.progress == REDFISH_ENDED_WELL)
		return 0;
	if (task.uri[0])
		memcpy(ret, task.uri, sizeof(task.uri));
	else
		take_location(rf, ret);
	if (redfish_status(rf) == 202 && !ret[0])
		return err_set(err, ERR_OVERDUE,
			       "it was taken, and the answer does not say how it is followed");
	return 0;
}

static int send(struct redfish *rf, const struct redfish_request *request,
		char monitor[REDFISH_STANDARD_REF], struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = redfish_send(rf, request, &doc, err);

	return rc ? rc : take_monitor(rf, doc, monitor, err);
}

static int read_part(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	const struct redfish_push *push = ctx;

	return push->read(push->ctx, offset, buf, len);
}

static void tell(void *ctx, uint64_t sent)
{
	const struct redfish_push *push = ctx;

	if (push->progress && sent)
		push->progress(push->ctx, sent < push->size ? sent : push->size);
}

static int push_form(struct redfish *rf, struct redfish_push *push,
		     char monitor[REDFISH_STANDARD_REF], struct err *err)
{
	char parameters[PARAMS_MAX];
	int len = snprintf(parameters, sizeof(parameters), "{\"Targets\":[\"%s\"]}", push->target);
	const struct http_part parts[] = {
		{ .name = "UpdateParameters",
		  .content_type = "application/json",
		  .data = parameters,
		  .size = (uint64_t)len },
		{ .name = "UpdateFile",
		  .file_name = push->file,
		  .content_type = "application/octet-stream",
		  .size = push->size,
		  .read = read_part,
		  .ctx = push,
		  .firmware = true },
	};

	return send(rf,
		    &(struct redfish_request){ .method = "POST",
					       .path = push->uploads->multipart,
					       .parts = parts,
					       .part_count = 2,
					       .stall_ms = HTTP_UPLOAD_STALL_MS,
					       .progress = tell,
					       .ctx = push },
		    monitor, err);
}

/* The body is the file, and what it is for the service finds out itself. */
static int push_raw(struct redfish *rf, struct redfish_push *push,
		    char monitor[REDFISH_STANDARD_REF], struct err *err)
{
	CLEANUP_FREE uint8_t *file = NULL;

	if (push->size > RAW_MAX)
		return err_set(err, ERR_TOO_LARGE, "more than %u MiB for HttpPushUri",
			       RAW_MAX >> 20);
	file = malloc(push->size ? (size_t)push->size : 1);
	if (!file)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (push->read(push->ctx, 0, file, (size_t)push->size))
		return err_set(err, ERR_IO, "the file could not be read");
	return send(rf,
		    &(struct redfish_request){ .method = "POST",
					       .path = push->uploads->push,
					       .octets = file,
					       .octets_len = (size_t)push->size,
					       .stall_ms = HTTP_UPLOAD_STALL_MS,
					       .progress = tell,
					       .ctx = push },
		    monitor, err);
}

int redfish_push(struct redfish *rf, const struct redfish_push *push,
		 char monitor[REDFISH_STANDARD_REF], struct err *err)
{
	struct redfish_push mine = *push;

	if (push->uploads->multipart[0])
		return push_form(rf, &mine, monitor, err);
	if (push->uploads->push[0])
		return push_raw(rf, &mine, monitor, err);
	return err_set(err, ERR_UNSUPPORTED, "it takes no files that are sent to it");
}

/* What was seen of a task, and when something last moved. */
struct follow {
	struct hwio *hw;
	struct redfish **rf;
	const char *monitor;
	struct redfish_standard_task task;
	uint64_t moved_ms;
	bool gone; /* the connection ended meanwhile */
};

static void note(const struct follow *follow, const struct redfish_standard_task *task)
{
	char text[96];

	snprintf(text, sizeof(text), "%s %u%%", task->state, task->percent);
	hwio_note(follow->hw, "redfish", text);
}

static void look_at(struct follow *follow, const struct redfish_standard_task *task)
{
	if (task->percent != follow->task.percent || strcmp(task->state, follow->task.state) != 0) {
		follow->moved_ms = follow->hw->ops->now_ms(follow->hw);
		note(follow, task);
	}
	follow->task = *task;
}

/* 0 and *ret_ended, or what the task has failed with. */
static int judge(struct follow *follow, yyjson_doc *doc, bool *ret_ended, struct err *err)
{
	struct redfish_standard_task task;

	redfish_standard_task_read(yyjson_doc_get_root(doc), &task);
	*ret_ended = task.progress == REDFISH_ENDED_WELL ||
		     (task.progress == REDFISH_NO_TASK && redfish_status(*follow->rf) != 202);
	if (task.progress == REDFISH_ENDED_BADLY)
		return err_set(err, ERR_DEVICE, "the update ended as %s: %s %s", task.state,
			       task.message.id, task.message.words);
	look_at(follow, &task);
	return 0;
}

static void reopen(struct follow *follow)
{
	struct redfish *fresh = NULL;

	redfish_close(*follow->rf);
	*follow->rf = NULL;
	follow->gone = true;
	if (redfish_open(follow->hw, REDFISH_UPLOAD, OPEN_MS, &fresh, NULL) == 0)
		*follow->rf = fresh;
}

/* A monitor answers its end without a body; what is broken off or unreadable is no end. */
static bool is_empty_end(struct redfish *rf)
{
	unsigned int status = redfish_status(rf);

	return status >= 200 && status < 300 && status != 202 && !rf->answer.body_len;
}

/* A service that has failed inside says nothing of its task, unless it names what the task has. */
static bool says_nothing(struct redfish *rf)
{
	const char *message = redfish_message(rf);

	return redfish_status(rf) >= 500 && (!message[0] || !strcmp(message, "InternalError"));
}

/* One question. A task that a restarted service does not know any more has ended with it. */
static int ask(struct follow *follow, bool *ret_ended, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc;

	*ret_ended = false;
	if (!*follow->rf) {
		reopen(follow);
		return 0;
	}
	redfish_set_wait(*follow->rf, POLL_MS);
	rc = redfish_get(*follow->rf, follow->monitor, &doc, err);
	if (rc == ERR_FORMAT && is_empty_end(*follow->rf))
		return *ret_ended = true, 0;
	if (!rc)
		return judge(follow, doc, ret_ended, err);
	if (rc == ERR_NOT_FOUND)
		return *ret_ended = true, 0;
	if (rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_POLICY)
		reopen(follow);
	else if (rc != ERR_BUSY && rc != ERR_FORMAT && !says_nothing(*follow->rf))
		return rc;
	return 0;
}

int redfish_follow(struct hwio *hw, struct redfish **rf, const char *monitor, uint32_t stall_ms,
		   struct err *err)
{
	struct follow follow = {
		.hw = hw, .rf = rf, .monitor = monitor, .moved_ms = hw->ops->now_ms(hw)
	};
	bool ended = !monitor[0];
	int rc = 0;

	while (!rc && !ended) {
		rc = ask(&follow, &ended, err);
		if (rc || ended)
			break;
		if (hw->ops->now_ms(hw) - follow.moved_ms >= stall_ms)
			return err_set(err, ERR_OVERDUE,
				       "nothing has moved for %u minutes (%s, %u %%): it may still "
				       "go on",
				       stall_ms / 60000,
				       follow.task.state[0] ? follow.task.state : "no answer",
				       follow.task.percent);
		hw->ops->sleep_ms(hw, POLL_MS);
	}
	return rc;
}
