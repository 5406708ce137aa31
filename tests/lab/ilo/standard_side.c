/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A BMC that is no iLO and keeps to the standard (DSP0266, DSP8010): flavour 1 takes files by
 * MultipartHttpPushUri and tells of them by a task, 2 by HttpPushUri and a task monitor, 3 only
 * fetches them (SimpleUpdate). Of its own firmware and its BIOS it keeps two images, one of which
 * runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "ilo_internal.h"
#include "multipart.h"

#define ROOT	  "/redfish/v1"
#define LIST	  ROOT "/UpdateService/FirmwareInventory"
#define SYSTEM	  ROOT "/Systems/437"
#define MANAGER	  ROOT "/Managers/bmc"
#define TASK	  ROOT "/TaskService/Tasks/7"
#define MONITOR	  ROOT "/TaskService/TaskMonitors/7"
#define FORM_PATH "/cgi-bin/uploadForm"
#define RAW_PATH  "/cgi-bin/uploadFile"
#define FLASH_MS  120000u
#define MAX_BYTES 8000000u

/* Its firmware; which of the model's it is, -1 = a spare image that does not run. */
static const struct item {
	const char *id, *name, *software_id, *related;
	int firmware;
	bool updateable;
} items[] = {
	{ "a0000001", "BMC image", "", MANAGER, -1, true },
	{ "b0000002", "BMC image", "", MANAGER, 0, true },
	{ "c0000003", "BIOS image", "", SYSTEM "/Bios", 1, true },
	{ "cpld0", "Board CPLD", "CPLD/77", ROOT "/Chassis/1", 3, true },
	{ "psu0", "Power supply", "PSU-1", ROOT "/Chassis/1/Power", 4, false },
};

#define ITEMS (sizeof(items) / sizeof(*items))

static void root(struct ilo_answer *ret)
{
	ilo_json(ret, 200,
		 "{\"@odata.id\":\"" ROOT
		 "\",\"RedfishVersion\":\"1.15.0\",\"Vendor\":\"ACME\","
		 "\"Systems\":{\"@odata.id\":\"" ROOT
		 "/Systems\"},"
		 "\"Managers\":{\"@odata.id\":\"" ROOT
		 "/Managers\"},"
		 "\"UpdateService\":{\"@odata.id\":\"" ROOT
		 "/UpdateService\"},"
		 "\"Tasks\":{\"@odata.id\":\"" ROOT
		 "/TaskService\"},"
		 "\"Links\":{\"Sessions\":{\"@odata.id\":\"" ROOT "/SessionService/Sessions\"}}}");
}

static void service(const struct ilo *ilo, struct ilo_answer *ret)
{
	static const char *const uploads[] = { "",
					       "\"MultipartHttpPushUri\":\"" FORM_PATH
					       "\",\"HttpPushUri\":\"" RAW_PATH "\",",
					       "\"HttpPushUri\":\"" RAW_PATH "\",", "" };

	ilo_json(ret, 200,
		 "{\"@odata.id\":\"" ROOT
		 "/UpdateService\",\"Name\":\"Update Service\",%s"
		 "\"ServiceEnabled\":%s,\"MaxImageSizeBytes\":%u,"
		 "\"FirmwareInventory\":{\"@odata.id\":\"" LIST
		 "\"},"
		 "\"Actions\":{\"#UpdateService.SimpleUpdate\":{\"target\":\"" ROOT
		 "/UpdateService/Actions/UpdateService.SimpleUpdate\"}}}",
		 uploads[ilo->set.flavour & 3], ilo->knobs[ILO_KNOB_VNIC_OFF].on ? "false" : "true",
		 MAX_BYTES);
}

static void one_member(struct ilo_answer *ret, const char *uri)
{
	ilo_json(ret, 200, "{\"Members\":[{\"@odata.id\":\"%s\"}]}", uri);
}

static void list(struct ilo_answer *ret)
{
	char text[1024] = "";

	for (size_t i = 0; i < ITEMS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s{\"@odata.id\":\"" LIST "/%s\"}", i ? "," : "", items[i].id);
	ilo_json(ret, 200, "{\"@odata.id\":\"" LIST "\",\"Name\":\"Firmware\",\"Members\":[%s]}",
		 text);
}

static bool member(const struct ilo *ilo, const char *id, struct ilo_answer *ret)
{
	for (size_t i = 0; i < ITEMS; i++) {
		const struct item *item = &items[i];

		if (strcmp(item->id, id) != 0)
			continue;
		ilo_json(ret, 200,
			 "{\"@odata.id\":\"" LIST
			 "/%s\",\"Id\":\"%s\",\"Name\":\"%s\","
			 "\"Version\":\"%s\",\"SoftwareId\":%s%s%s,\"Updateable\":%s,"
			 "\"RelatedItem\":[{\"@odata.id\":\"%s\"}]}",
			 item->id, item->id, item->name,
			 item->firmware < 0 ? "0.9" : ilo->firmware[item->firmware].version,
			 item->software_id[0] ? "\"" : "",
			 item->software_id[0] ? item->software_id : "null",
			 item->software_id[0] ? "\"" : "", item->updateable ? "true" : "false",
			 item->related);
		return true;
	}
	return false;
}

static void task(const struct ilo *ilo, unsigned int status, struct ilo_answer *ret)
{
	uint64_t in_state = ilo->now_ms - ilo->state_since_ms;
	unsigned int percent = in_state >= FLASH_MS ? 99 : (unsigned int)(in_state * 99 / FLASH_MS);
	const char *state = ilo->state == ILO_COMPLETE ? "Completed"
			    : ilo->state == ILO_ERROR  ? "Exception"
						       : "Running";

	if (ilo->knobs[ILO_KNOB_STALL].on)
		percent = ilo->knobs[ILO_KNOB_STALL].value;
	ilo_json(ret, status,
		 "{\"@odata.id\":\"" TASK
		 "\",\"Name\":\"Update\",\"Payload\":{\"TargetUri\":\"%s\"},\"TaskState\":\"%s\","
		 "\"TaskStatus\":\"%s\",\"PercentComplete\":%u,"
		 "\"Messages\":[{\"MessageId\":\"Update.1.0.%s\",\"Message\":\"as told\"}]}",
		 ilo->set.flavour == 1 ? FORM_PATH : RAW_PATH, state,
		 ilo->state == ILO_ERROR ? "Critical" : "OK",
		 ilo->state == ILO_UPDATING ? percent : 0,
		 ilo->result[0] ? ilo->result : "TransferringToComponent");
}

/* What was begun before a restart nobody knows any more. */
static bool tasks(const struct ilo *ilo, const char *path, struct ilo_answer *ret)
{
	bool monitor = strcmp(path, MONITOR) == 0;

	if (strcmp(path, ROOT "/TaskService") == 0) {
		ilo_json(ret, 200,
			 "{\"Name\":\"Tasks\",\"Tasks\":{\"@odata.id\":\"" ROOT
			 "/TaskService/Tasks\"}}");
		return true;
	}
	if (strcmp(path, ROOT "/TaskService/Tasks") == 0) {
		ilo_json(ret, 200, "{\"Name\":\"Tasks\",\"Members\":[%s]}",
			 ilo->state == ILO_IDLE ? "" : "{\"@odata.id\":\"" TASK "\"}");
		return true;
	}
	if (!monitor && strcmp(path, TASK) != 0)
		return false;
	if (ilo->state == ILO_IDLE)
		ilo_error(ilo, ret, 404, "Base.1.8.ResourceMissingAtURI");
	else if (!monitor)
		task(ilo, 200, ret);
	else if (ilo->state == ILO_COMPLETE)
		ret->status = 204;
	else if (ilo->state == ILO_ERROR)
		ilo_error(ilo, ret, 500, "Update.1.0.ApplyFailed");
	else
		ret->status = 202;
	return true;
}

static void take_image(struct ilo *ilo, const uint8_t *bytes, size_t size)
{
	uint8_t *data = malloc(size + 1);

	if (!data)
		abort();
	memcpy(data, bytes, size);
	free(ilo->image.data);
	ilo->image = (struct ilo_stored){ .data = data, .size = size };
}

/* {"Targets":["/redfish/v1/..."]}: one that there is. */
static bool knows_target(const struct multipart_part *part)
{
	yyjson_doc *doc = yyjson_read((const char *)part->data, part->size, 0);
	yyjson_val *targets = yyjson_obj_get(yyjson_doc_get_root(doc), "Targets");
	const char *uri = yyjson_get_str(yyjson_arr_get_first(targets));
	bool known = false;

	for (size_t i = 0; uri && i < ITEMS; i++) {
		char own[128];

		snprintf(own, sizeof(own), LIST "/%s", items[i].id);
		/* Of two images the device is named, not the one that it runs from. */
		known |= items[i].software_id[0] ? strcmp(uri, own) == 0
						 : strcmp(uri, items[i].related) == 0;
	}
	yyjson_doc_free(doc);
	return known;
}

/* UpdateParameters, then UpdateFile (DSP0266 12.6.2). */
static const char *take_form(struct ilo *ilo, const struct ilo_request *request)
{
	struct multipart multipart;
	struct multipart_part part;
	char type[256];

	if (!ilo_request_header(request, "Content-Type", type, sizeof(type)) ||
	    !multipart_start(type, request->body, request->body_len, &multipart))
		return "no multipart/form-data";
	if (!multipart_next(&multipart, &part) || strcmp(part.name, "UpdateParameters") != 0 ||
	    strcmp(part.content_type, "application/json") != 0 || !knows_target(&part))
		return "UpdateParameters";
	if (!multipart_next(&multipart, &part) || strcmp(part.name, "UpdateFile") != 0 ||
	    !part.file_name[0] || strcmp(part.content_type, "application/octet-stream") != 0)
		return "UpdateFile";
	take_image(ilo, part.data, part.size);
	return multipart_next(&multipart, &part) || !multipart.ended ? "parts behind the file"
								     : NULL;
}

static const char *take_raw(struct ilo *ilo, const struct ilo_request *request)
{
	char type[64];

	if (!ilo_request_header(request, "Content-Type", type, sizeof(type)) ||
	    strcmp(type, "application/octet-stream") != 0)
		return "its type";
	take_image(ilo, request->body, request->body_len);
	return NULL;
}

static void upload(struct ilo *ilo, const struct ilo_request *request, bool form,
		   struct ilo_answer *ret)
{
	const char *wrong;

	if (ilo->knobs[ILO_KNOB_EMPTY_400].on) {
		ret->status = 400;
		return;
	}
	if ((ilo->state != ILO_IDLE && ilo->state != ILO_COMPLETE && ilo->state != ILO_ERROR) ||
	    ilo_knob_on(ilo, ILO_KNOB_BUSY)) {
		ilo_error(ilo, ret, 503, "Base.1.8.ServiceTemporarilyUnavailable");
		return;
	}
	wrong = form ? take_form(ilo, request) : take_raw(ilo, request);
	if (wrong) {
		ilo_say(ilo, "upload refused: %s", wrong);
		ilo_error(ilo, ret, 400, "Base.1.8.MalformedJSON");
		return;
	}
	ilo_say(ilo, "received %zu bytes", ilo->image.size);
	ilo->result[0] = '\0';
	wrong = ilo_flash(ilo, true);
	if (wrong) {
		ilo_error(ilo, ret, 400, wrong);
		return;
	}
	if (form)
		task(ilo, 202, ret);
	else
		ret->status = 202;
	ilo_header(ret, "Location: https://bmc.example" MONITOR);
}

static bool get(struct ilo *ilo, const char *path, struct ilo_answer *ret)
{
	if (strcmp(path, ROOT "/UpdateService") == 0)
		service(ilo, ret);
	else if (strcmp(path, LIST) == 0)
		list(ret);
	else if (strncmp(path, LIST "/", strlen(LIST) + 1) == 0)
		return member(ilo, path + strlen(LIST) + 1, ret);
	else if (strcmp(path, ROOT "/Systems") == 0)
		one_member(ret, SYSTEM);
	else if (strcmp(path, ROOT "/Managers") == 0)
		one_member(ret, MANAGER);
	else if (strcmp(path, SYSTEM) == 0)
		ilo_json(ret, 200,
			 "{\"Name\":\"System\",\"Manufacturer\":\"ACME\",\"Model\":\"Server/100\","
			 "\"SerialNumber\":\"LAB437\",\"Bios\":{\"@odata.id\":\"" SYSTEM
			 "/Bios\"}}");
	else if (strcmp(path, SYSTEM "/Bios") == 0)
		ilo_json(ret, 200,
			 "{\"Name\":\"BIOS\",\"Links\":{\"ActiveSoftwareImage\":{\"@odata.id\":"
			 "\"" LIST "/c0000003\"}}}");
	else if (strcmp(path, MANAGER) == 0)
		ilo_json(ret, 200,
			 "{\"Name\":\"BMC\",\"Links\":{\"ActiveSoftwareImage\":{\"@odata.id\":"
			 "\"" LIST "/b0000002\"}}}");
	else
		return tasks(ilo, path, ret);
	return true;
}

bool ilo_standard_side(struct ilo *ilo, const struct ilo_request *request, const char *path,
		       struct ilo_answer *ret)
{
	bool post = strcmp(request->method, "POST") == 0;

	if (!ilo->set.flavour)
		return false;
	if (strcmp(path, ROOT) == 0 && !post) {
		root(ret);
		return true;
	}
	/* Sessions are the model's own. */
	if (strncmp(path, ROOT "/SessionService", strlen(ROOT "/SessionService")) == 0)
		return false;
	if (!ilo_may(ilo, request, path, ret))
		return true;
	if (post && (strcmp(path, FORM_PATH) == 0 || strcmp(path, RAW_PATH) == 0))
		upload(ilo, request, strcmp(path, FORM_PATH) == 0, ret);
	else if (post || !get(ilo, path, ret))
		ilo_error(ilo, ret, 404, "Base.1.8.ResourceMissingAtURI");
	return true;
}
