/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/ilo_update.h"

/* One request's share of the file. */
struct section {
	const struct ilo_upload *upload;
	unsigned int number;
	uint64_t begin, size;
	const struct ilo_signature *signature;
};

/* HPE's message registries for iLOs; what is not here is a refusal like others. */
int ilo_message_code(const char *message)
{
	static const struct {
		const char *id;
		int code;
	} table[] = {
		{ "FWFlashTPMOverrideFlagRequired", ERR_POLICY },
		{ "FWFlashTrustedModuleOverrideFlagRequired", ERR_POLICY },
		{ "DowngradeNotAllowed", ERR_POLICY },
		{ "FirmwareFlashAlreadyInProgress", ERR_BUSY },
		{ "ComponentUploadAlreadyInProgress", ERR_BUSY },
		{ "DeviceIsBusy", ERR_BUSY },
		{ "ResourceBeingFlashed", ERR_BUSY },
		{ "ResetInProgress", ERR_BUSY },
		{ "UpdateTemporarilyUnavailable", ERR_BUSY },
		{ "UpdateInPOST", ERR_BUSY },
		{ "UpdateTaskQueueFull", ERR_FULL },
		{ "UpdateRepositoryUnavailable", ERR_FULL },
		{ "DailyUpdateLimitExceeded", ERR_POLICY },
		{ "SignatureInvalid", ERR_SIGNATURE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(message, table[i].id) == 0)
			return table[i].code;
	return ERR_DEVICE;
}

static int read_section(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	const struct section *section = ctx;

	return section->upload->read(section->upload->ctx, section->begin + offset, buf, len);
}

/* What goes out beside the file is small, so the body's bytes are as good as its own. */
static void sent_section(void *ctx, uint64_t sent)
{
	const struct section *section = ctx;
	const struct ilo_upload *upload = section->upload;

	if (upload->progress)
		upload->progress(upload->ctx,
				 section->begin + (sent < section->size ? sent : section->size));
}

static int send_section(struct redfish *rf, const struct redfish_update *update,
			struct section *section, struct err *err)
{
	const struct ilo_upload *upload = section->upload;
	struct http_part parts[3];
	char parameters[384];
	size_t count = 0;
	int rc;

	snprintf(parameters, sizeof(parameters),
		 "{\"UpdateRepository\":%s,\"UpdateTarget\":%s,\"ETag\":\"%s\",\"Section\":%u,"
		 "\"UpdateRecoverySet\":false%s}",
		 upload->store ? "true" : "false", upload->store ? "false" : "true", upload->etag,
		 section->number, upload->tpm_override ? ",\"TPMOverride\":true" : "");
	parts[count++] = (struct http_part){ .name = "parameters",
					     .data = parameters,
					     .size = strlen(parameters) };
	if (section->signature)
		parts[count++] = (struct http_part){ .name = "compsig",
						     .file_name = section->signature->name,
						     .content_type = "application/octet-stream",
						     .data = section->signature->data,
						     .size = section->signature->len };
	parts[count++] = (struct http_part){ .name = "file",
					     .file_name = upload->file,
					     .content_type = "application/octet-stream",
					     .size = section->size,
					     .read = read_section,
					     .ctx = section,
					     .firmware = true };
	rc = redfish_send(rf,
			  &(struct redfish_request){ .method = "POST",
						     .path = update->push_uri,
						     .parts = parts,
						     .part_count = count,
						     .token_part = "sessionKey",
						     .stall_ms = HTTP_UPLOAD_STALL_MS,
						     .progress = sent_section,
						     .ctx = section },
			  NULL, err);
	if (rc == ERR_DEVICE && err)
		rc = err->code = ilo_message_code(redfish_message(rf));
	return rc;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), more = strlen(end);

	return len >= more && strcasecmp(text + len - more, end) == 0;
}

/* The signature of part number (from 1), or with 0 the one of the whole file; NULL = none. */
static const struct ilo_signature *find_signature(const struct ilo_upload *upload,
						  unsigned int number)
{
	char end[32];

	snprintf(end, sizeof(end), "_part%u.compsig", number);
	for (size_t i = 0; i < upload->signature_count; i++) {
		const struct ilo_signature *signature = &upload->signatures[i];

		if (number ? ends_with(signature->name, end) : !strstr(signature->name, "_part"))
			return signature;
	}
	return NULL;
}

static int send_parts(struct redfish *rf, const struct redfish_update *update,
		      const struct ilo_upload *upload, struct err *err)
{
	unsigned int count =
		(unsigned int)((upload->size + ILO_SECTION_BYTES - 1) / ILO_SECTION_BYTES);

	for (unsigned int i = 0; i < count; i++)
		if (!find_signature(upload, i + 1))
			return err_set(err, ERR_NOT_FOUND,
				       "part %u of %u has no signature (_part%u.compsig)", i + 1,
				       count, i + 1);
	for (unsigned int i = 0; i < count; i++) {
		uint64_t begin = (uint64_t)i * ILO_SECTION_BYTES, left = upload->size - begin;
		struct section section = {
			.upload = upload,
			.number = i,
			.begin = begin,
			.size = left < ILO_SECTION_BYTES ? left : ILO_SECTION_BYTES,
			.signature = find_signature(upload, i + 1),
		};
		int rc = send_section(rf, update, &section, err);

		if (rc)
			return err_prefix(err, "part %u of %u", i + 1, count);
	}
	return 0;
}

int ilo_upload(struct redfish *rf, const struct redfish_update *update,
	       const struct ilo_upload *upload, struct err *err)
{
	struct section whole = { .upload = upload,
				 .size = upload->size,
				 .signature = find_signature(upload, 0) };
	int rc;

	if (!update->push_uri[0])
		return err_set(err, ERR_UNSUPPORTED, "the iLO names no place for uploads");
	if (upload->size > ILO_SECTION_BYTES && find_signature(upload, 1))
		rc = send_parts(rf, update, upload, err);
	else
		rc = send_section(rf, update, &whole, err);
	return rc ? err_prefix(err, "upload of \"%s\"", upload->file) : 0;
}
