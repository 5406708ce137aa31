/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/redfish_standard.h"

#include <string.h>
#include <strings.h>

#include "format/redfish_json.h"

void redfish_uploads_read(yyjson_val *service, struct redfish_uploads *ret)
{
	bool enabled = true;

	*ret = (struct redfish_uploads){ 0 };
	redfish_exact(service, "MultipartHttpPushUri", ret->multipart, sizeof(ret->multipart));
	redfish_exact(service, "HttpPushUri", ret->push, sizeof(ret->push));
	redfish_exact(service, "Actions/#UpdateService.SimpleUpdate/target", ret->simple,
		      sizeof(ret->simple));
	redfish_ref(service, "FirmwareInventory", ret->inventory, sizeof(ret->inventory));
	redfish_number(service, "MaxImageSizeBytes", &ret->max_bytes);
	redfish_bool(service, "ServiceEnabled", &enabled);
	ret->disabled = !enabled;
}

bool redfish_software_read(const char *uri, yyjson_val *member, struct redfish_software *ret)
{
	*ret = (struct redfish_software){ 0 };
	if (!uri[0] || strlen(uri) >= sizeof(ret->uri))
		return false;
	memcpy(ret->uri, uri, strlen(uri));
	redfish_text(member, "Id", ret->id, sizeof(ret->id));
	redfish_text(member, "Name", ret->name, sizeof(ret->name));
	redfish_text(member, "Version", ret->version, sizeof(ret->version));
	redfish_text(member, "Manufacturer", ret->manufacturer, sizeof(ret->manufacturer));
	redfish_text(member, "SoftwareId", ret->software_id, sizeof(ret->software_id));
	redfish_ref(member, "RelatedItem/0", ret->related, sizeof(ret->related));
	redfish_bool(member, "Updateable", &ret->updateable);
	return ret->id[0] != '\0';
}

bool redfish_active_image(yyjson_val *resource, char *buf, size_t size)
{
	return redfish_ref(resource, "Links/ActiveSoftwareImage", buf, size);
}

/* TaskState of DSP2046; a Service that comes up with another word goes on, as far as anybody knows.
 */
static enum redfish_progress judge(yyjson_val *task, const char *state)
{
	static const char *const bad[] = { "",		"Exception",   "Killed",
					   "Cancelled", "Interrupted", NULL };
	char status[24];

	if (redfish_word(state, bad))
		return REDFISH_ENDED_BADLY;
	if (strcasecmp(state, "Completed") != 0)
		return REDFISH_GOES_ON;
	redfish_text(task, "TaskStatus", status, sizeof(status));
	return strcasecmp(status, "Critical") == 0 ? REDFISH_ENDED_BADLY : REDFISH_ENDED_WELL;
}

static bool is_running(const char *state)
{
	static const char *const words[] = { "",	 "Starting",   "Running",
					     "Stopping", "Cancelling", NULL };

	return redfish_word(state, words) != 0;
}

static void take_message(yyjson_val *task, struct redfish_message *ret)
{
	yyjson_val *messages = redfish_at(task, "Messages");
	size_t count = yyjson_arr_size(messages);

	if (count)
		redfish_message_of(yyjson_arr_get(messages, count - 1), ret);
}

void redfish_standard_task_read(yyjson_val *answer, struct redfish_standard_task *ret)
{
	uint64_t percent = 0;

	*ret = (struct redfish_standard_task){ .progress = REDFISH_NO_TASK };
	if (!redfish_text(answer, "TaskState", ret->state, sizeof(ret->state)) || !ret->state[0])
		return;
	redfish_ref(answer, "", ret->uri, sizeof(ret->uri));
	redfish_exact(answer, "Payload/TargetUri", ret->target, sizeof(ret->target));
	ret->progress = judge(answer, ret->state);
	ret->running = is_running(ret->state);
	ret->has_percent = redfish_number(answer, "PercentComplete", &percent) && percent <= 100;
	ret->percent = ret->has_percent ? (unsigned int)percent : 0;
	take_message(answer, &ret->message);
}
