/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FirmwareInventory: of iLO 5 and newer below UpdateService, of iLO 4 below the server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo_internal.h"

#define AT     "/redfish/v1/UpdateService/FirmwareInventory"
#define OLD_AT "/redfish/v1/Systems/1/FirmwareInventory"

static void put_member(const struct ilo *ilo, FILE *out, size_t i)
{
	const struct ilo_firmware *fw = &ilo->firmware[i];

	fprintf(out,
		"{\"@odata.id\":\"" AT
		"/%zu\",\"Id\":\"%zu\",\"Name\":\"%s\",\"Version\":\"%s\","
		"\"Updateable\":%s,\"Status\":{\"Health\":\"OK\",\"State\":\"Enabled\"},"
		"\"Oem\":{\"%s\":{\"DeviceContext\":\"%s\"",
		i + 1, i + 1, i ? fw->name : ilo->gen->model, fw->version,
		fw->kind == ILO_FIXED || fw->kind == ILO_BY_UEFI ? "false" : "true", ilo->gen->oem,
		fw->context);
	if (fw->device_class)
		fprintf(out, ",\"DeviceClass\":\"%s\"", fw->device_class);
	if (fw->targets[0])
		fprintf(out, ",\"Targets\":[\"%s\"%s%s%s]", fw->targets[0],
			fw->targets[1] ? ",\"" : "", fw->targets[1] ? fw->targets[1] : "",
			fw->targets[1] ? "\"" : "");
	fprintf(out, "}}}");
}

static void list(struct ilo *ilo, bool expanded, struct ilo_answer *ret)
{
	char *body = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&body, &len);

	if (!out)
		abort();
	fprintf(out, "{\"@odata.id\":\"" AT "\",\"Members@odata.count\":%zu,\"Members\":[",
		ilo->firmware_count);
	for (size_t i = 0; i < ilo->firmware_count; i++) {
		if (i)
			fputc(',', out);
		if (expanded && !ilo->gen->stubs)
			put_member(ilo, out, i);
		else
			fprintf(out, "{\"@odata.id\":\"" AT "/%zu\"}", i + 1);
	}
	fprintf(out, "]}");
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
}

/* HpSwFwInventory: "Current" holds lists by the kind of device. */
static void old_list(struct ilo *ilo, struct ilo_answer *ret)
{
	char *body = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&body, &len);

	if (!out)
		abort();
	fprintf(out, "{\"@odata.id\":\"" OLD_AT
		     "\",\"Type\":\"FwSwVersionInventory.1.2.0\","
		     "\"Current\":{");
	for (size_t i = 0; i < ilo->firmware_count; i++) {
		const struct ilo_firmware *fw = &ilo->firmware[i];

		fprintf(out,
			"%s\"Device%zu\":[{\"Key\":\"%s\",\"Name\":\"%s\",\"VersionString\":\"%s\","
			"\"Location\":\"%s\"}]",
			i ? "," : "", i, fw->targets[0] ? fw->targets[0] : "",
			i ? fw->name : ilo->gen->model, fw->version, fw->context);
	}
	fprintf(out, "}}");
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
}

static bool one(struct ilo *ilo, const char *number, struct ilo_answer *ret)
{
	unsigned long i = strtoul(number, NULL, 10);
	char *body = NULL;
	size_t len = 0;
	FILE *out;

	if (i < 1 || i > ilo->firmware_count)
		return false;
	out = open_memstream(&body, &len);
	if (!out)
		abort();
	put_member(ilo, out, i - 1);
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
	return true;
}

bool ilo_inventory(struct ilo *ilo, const struct ilo_request *request, const char *path,
		   struct ilo_answer *ret)
{
	if (!ilo->gen->update_service) {
		if (strcmp(path, OLD_AT) != 0)
			return false;
		old_list(ilo, ret);
		return true;
	}
	if (strcmp(path, AT) == 0) {
		list(ilo, strstr(request->path, "$expand") != NULL, ret);
		return true;
	}
	return strncmp(path, AT "/", strlen(AT) + 1) == 0 && one(ilo, path + strlen(AT) + 1, ret);
}
