/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UpdateService, and the push upload at /cgi-bin/uploadFile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "ilo_internal.h"
#include "multipart.h"

#define AT	  "/redfish/v1/UpdateService"
#define UPLOAD_AT "/cgi-bin/uploadFile"
#define FLASH_MS  120000u

static const char *state_word(const struct ilo *ilo)
{
	static const char *const words[] = { "Idle",	 "Verifying", "Writing",
					     "Updating", "Complete",  "Error" };

	return ilo_knob_on(ilo, ILO_KNOB_BUSY) ? "Updating" : words[ilo->state];
}

static unsigned int percent(const struct ilo *ilo)
{
	uint64_t in_state = ilo->now_ms - ilo->state_since_ms;

	if (ilo->state != ILO_UPDATING)
		return 0;
	if (ilo->knobs[ILO_KNOB_STALL].on)
		return ilo->knobs[ILO_KNOB_STALL].value;
	return in_state >= FLASH_MS ? 100 : (unsigned int)(in_state * 100 / FLASH_MS);
}

static void service(struct ilo *ilo, struct ilo_answer *ret)
{
	static const char actions[] = "\"#HpeiLOUpdateServiceExt.AddFromUri\":{\"target\":\"" AT
				      "/Actions/Oem/Hpe/HpeiLOUpdateServiceExt.AddFromUri\"}";
	const bool inside = ilo->gen->actions_inside_oem;

	ilo_json(ret, 200,
		 "{\"@odata.id\":\"" AT "\",\"HttpPushUri\":\"" UPLOAD_AT
		 "\","
		 "\"ServiceEnabled\":true,"
		 "\"FirmwareInventory\":{\"@odata.id\":\"" AT
		 "/FirmwareInventory\"},"
		 "\"Actions\":{\"#UpdateService.SimpleUpdate\":{\"target\":\"" AT
		 "/Actions/UpdateService.SimpleUpdate\"}%s%s%s},"
		 "\"Oem\":{\"Hpe\":{\"State\":\"%s\",\"FlashProgressPercent\":%u,"
		 "\"UploadCurrentEtag\":\"%s\",\"DowngradePolicy\":\"%s\","
		 "\"Result\":{\"MessageId\":\"%s%s%s\"},"
		 "\"ComponentRepository\":{\"@odata.id\":\"" AT
		 "/ComponentRepository\"},"
		 "\"UpdateTaskQueue\":{\"@odata.id\":\"" AT
		 "/UpdateTaskQueue\"},"
		 "\"InstallSets\":{\"@odata.id\":\"" AT "/InstallSets\"}%s%s%s}}}",
		 inside ? "" : ",\"Oem\":{\"Hpe\":{", inside ? "" : actions, inside ? "" : "}}",
		 state_word(ilo), percent(ilo), ilo->etag,
		 ilo->knobs[ILO_KNOB_DOWNGRADE_REFUSED].on ? "NoDowngrade" : "AllowDowngrade",
		 ilo->result[0] ? ilo->gen->registry : "", ilo->result[0] ? "." : "", ilo->result,
		 inside ? ",\"Actions\":{" : "", inside ? actions : "", inside ? "}" : "");
}

/* What came in an upload. */
struct upload {
	char token[64], file[128], etag[64];
	bool repository, target, tpm;
	uint64_t section;
	const uint8_t *data;
	size_t size;
	char signature[32]; /* how the signature begins, "" = none came */
};

static bool take_parameters(const struct multipart_part *part, struct upload *ret)
{
	yyjson_doc *doc = yyjson_read((const char *)part->data, part->size, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *etag = yyjson_get_str(yyjson_obj_get(root, "ETag"));

	if (!etag)
		etag = yyjson_get_str(yyjson_obj_get(root, "UploadCurrentEtag"));
	ret->repository = yyjson_get_bool(yyjson_obj_get(root, "UpdateRepository"));
	ret->target = yyjson_get_bool(yyjson_obj_get(root, "UpdateTarget"));
	ret->tpm = yyjson_get_bool(yyjson_obj_get(root, "TPMOverride"));
	ret->section = yyjson_get_uint(yyjson_obj_get(root, "Section"));
	snprintf(ret->etag, sizeof(ret->etag), "%s", etag ? etag : "");
	yyjson_doc_free(doc);
	return root && etag && (ret->repository || ret->target);
}

/* sessionKey, parameters, perhaps compsig, file: in this order, nothing else. */
static const char *take_parts(const struct ilo_request *request, struct upload *ret)
{
	static const char *const order[] = { "sessionKey", "parameters", "compsig", "file" };
	struct multipart multipart;
	struct multipart_part part;
	char type[256];
	size_t at = 0;

	if (!ilo_request_header(request, "Content-Type", type, sizeof(type)) ||
	    !multipart_start(type, request->body, request->body_len, &multipart))
		return "no multipart/form-data";
	while (multipart_next(&multipart, &part)) {
		if (at == 2 && strcmp(part.name, "file") == 0)
			at = 3;
		if (at > 3 || strcmp(part.name, order[at]) != 0)
			return "parts out of order";
		if (at == 0)
			snprintf(ret->token, sizeof(ret->token), "%.*s", (int)part.size,
				 (const char *)part.data);
		if (at == 1 && !take_parameters(&part, ret))
			return "parameters";
		if (at == 2)
			snprintf(ret->signature, sizeof(ret->signature), "%.*s",
				 (int)strcspn((const char *)part.data, "\r\n"),
				 (const char *)part.data);
		if (at == 3) {
			snprintf(ret->file, sizeof(ret->file), "%.127s", part.file_name);
			ret->data = part.data;
			ret->size = part.size;
		}
		at++;
	}
	return multipart.ended && at == 4 && ret->file[0] ? NULL : "parts are missing";
}

/* Cookie, header and part must be of one session. */
static bool is_logged_in(struct ilo *ilo, const struct ilo_request *request,
			 const struct upload *upload)
{
	char cookie[128], wanted[96];

	snprintf(wanted, sizeof(wanted), "sessionKey=%s", upload->token);
	return ilo_token_is_valid(ilo, upload->token) &&
	       ilo_request_header(request, "Cookie", cookie, sizeof(cookie)) &&
	       strcmp(cookie, wanted) == 0;
}

/* Sections of one file follow each other; what is shorter than a section is the last. */
static const char *take_section(struct ilo *ilo, const struct upload *upload)
{
	uint8_t *data;

	if (upload->section == 0) {
		free(ilo->image.data);
		ilo->image = (struct ilo_stored){ 0 };
		ilo->sections = 0;
	}
	if (upload->section != ilo->sections)
		return "ComponentUploadFailed";
	if (upload->size > ILO_IMAGE_MAX - ilo->image.size)
		return "UpdateBadParameter";
	data = realloc(ilo->image.data, ilo->image.size + upload->size + 1);
	if (!data)
		abort();
	memcpy(data + ilo->image.size, upload->data, upload->size);
	ilo->image.data = data;
	ilo->image.size += upload->size;
	if (upload->signature[0])
		ilo_say(ilo, "section %u signed: %s", ilo->sections, upload->signature);
	ilo->sections++;
	snprintf(ilo->image.name, sizeof(ilo->image.name), "%s", upload->file);
	snprintf(ilo->etag, sizeof(ilo->etag), "%s", upload->etag);
	return NULL;
}

static bool store_copy(struct ilo *ilo)
{
	uint8_t *copy = malloc(ilo->image.size + 1);

	if (!copy)
		abort();
	memcpy(copy, ilo->image.data, ilo->image.size);
	if (ilo_store(ilo, ilo->image.name, copy, ilo->image.size))
		return true;
	free(copy);
	return false;
}

static void upload(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret)
{
	struct upload upload = { 0 };
	const char *wrong = take_parts(request, &upload);

	if (wrong) {
		ilo_say(ilo, "upload refused: %s", wrong);
		ilo_error(ilo, ret, 400, "UpdateBadParameter");
		return;
	}
	if (!is_logged_in(ilo, request, &upload)) {
		ilo_error(ilo, ret, 401, "Base.1.4.NoValidSession");
		return;
	}
	if (!ilo_token_may_update(ilo, upload.token)) {
		ilo_error(ilo, ret, 403, "Base.1.4.InsufficientPrivilege");
		return;
	}
	if (ilo->knobs[ILO_KNOB_EMPTY_400].on) {
		ret->status = 400;
		return;
	}
	if ((ilo->state != ILO_IDLE && ilo->state != ILO_COMPLETE && ilo->state != ILO_ERROR) ||
	    ilo_knob_on(ilo, ILO_KNOB_BUSY)) {
		ilo_error(ilo, ret, 400, "FirmwareFlashAlreadyInProgress");
		return;
	}
	ilo->result[0] = '\0';
	wrong = take_section(ilo, &upload);
	if (!wrong && upload.size == ILO_SECTION) { /* more to come */
		ilo_json(ret, 200, "{}");
		return;
	}
	ilo_say(ilo, "received %s, %zu bytes", upload.file, ilo->image.size);
	if (!wrong && upload.repository && !store_copy(ilo))
		wrong = "UpdateRepositoryUnavailable";
	if (!wrong && upload.target)
		wrong = ilo_flash(ilo, upload.tpm);
	if (!wrong) {
		if (!upload.target)
			ilo->state = ILO_COMPLETE;
		ilo_json(ret, 200, "{}");
		return;
	}
	/* It has taken the bytes; what it thinks of them is in the service. */
	ilo->state = ILO_ERROR;
	snprintf(ilo->result, sizeof(ilo->result), "%s", wrong);
	ilo_error(ilo, ret, strcmp(wrong, "UpdateInvalidFile") == 0 ? 200 : 400, wrong);
}

bool ilo_update(struct ilo *ilo, const struct ilo_request *request, const char *path,
		struct ilo_answer *ret)
{
	bool post = strcmp(request->method, "POST") == 0;

	if (!ilo->gen->update_service)
		return false;
	if (strcmp(path, AT) == 0 && !post) {
		service(ilo, ret);
		return true;
	}
	if (strcmp(path, UPLOAD_AT) == 0 && post && !request->local) {
		upload(ilo, request, ret);
		return true;
	}
	if (post && strncmp(path, AT "/Actions/", strlen(AT "/Actions/")) == 0) {
		ilo_error(ilo, ret, 400, "Base.1.4.ActionParameterUnknown");
		return true;
	}
	return false;
}
