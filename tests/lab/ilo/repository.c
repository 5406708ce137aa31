/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComponentRepository: files that wait for a task. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo_internal.h"

#define AT "/redfish/v1/UpdateService/ComponentRepository"

struct ilo_stored *ilo_stored_find(struct ilo *ilo, const char *name)
{
	for (size_t i = 0; i < ILO_STORED; i++)
		if (ilo->stored[i].data && strcmp(ilo->stored[i].name, name) == 0)
			return &ilo->stored[i];
	return NULL;
}

uint64_t ilo_stored_free(const struct ilo *ilo)
{
	uint64_t used = 0;

	if (ilo->knobs[ILO_KNOB_REPOSITORY_FULL].on)
		return 4096;
	for (size_t i = 0; i < ILO_STORED; i++)
		used += ilo->stored[i].size;
	return ILO_REPOSITORY - used;
}

bool ilo_store(struct ilo *ilo, const char *name, uint8_t *data, size_t size)
{
	struct ilo_stored *stored = ilo_stored_find(ilo, name);

	if (size > ilo_stored_free(ilo) || (stored && stored->locked))
		return false;
	for (size_t i = 0; i < ILO_STORED && !stored; i++)
		if (!ilo->stored[i].data)
			stored = &ilo->stored[i];
	if (!stored)
		return false;
	free(stored->data);
	*stored = (struct ilo_stored){ .data = data, .size = size };
	snprintf(stored->name, sizeof(stored->name), "%s", name);
	ilo_say(ilo, "stored %s", name);
	return true;
}

static void put(FILE *out, const struct ilo_stored *stored, size_t i)
{
	fprintf(out,
		"{\"@odata.id\":\"" AT
		"/%zu\",\"Id\":\"%zu\",\"Name\":\"%s\",\"Filename\":\"%s\","
		"\"SizeBytes\":%zu,\"Locked\":%s,\"Version\":\"\"}",
		i + 1, i + 1, stored->name, stored->name, stored->size,
		stored->locked ? "true" : "false");
}

static void list(struct ilo *ilo, bool expanded, struct ilo_answer *ret)
{
	char *body = NULL;
	const char *comma = "";
	size_t len = 0, count = 0;
	FILE *out = open_memstream(&body, &len);

	if (!out)
		abort();
	fprintf(out, "{\"@odata.id\":\"" AT "\",\"Members\":[");
	for (size_t i = 0; i < ILO_STORED; i++) {
		if (!ilo->stored[i].data)
			continue;
		fprintf(out, "%s", comma);
		comma = ",";
		count++;
		if (expanded && !ilo->gen->stubs)
			put(out, &ilo->stored[i], i);
		else
			fprintf(out, "{\"@odata.id\":\"" AT "/%zu\"}", i + 1);
	}
	fprintf(out,
		"],\"Oem\":{\"Hpe\":{\"TotalSizeBytes\":%llu,\"FreeSizeBytes\":%llu,"
		"\"ComponentCount\":%zu}}}",
		(unsigned long long)ILO_REPOSITORY, (unsigned long long)ilo_stored_free(ilo),
		count);
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
}

static bool one(struct ilo *ilo, const struct ilo_request *request, const char *number,
		struct ilo_answer *ret)
{
	unsigned long i = strtoul(number, NULL, 10) - 1;
	char *body = NULL;
	size_t len = 0;
	FILE *out;

	if (i >= ILO_STORED || !ilo->stored[i].data)
		return false;
	if (strcmp(request->method, "DELETE") == 0) {
		if (ilo->stored[i].locked) {
			ilo_error(ilo, ret, 400, "ComponentLocked");
			return true;
		}
		ilo_say(ilo, "removed %s", ilo->stored[i].name);
		free(ilo->stored[i].data);
		ilo->stored[i] = (struct ilo_stored){ 0 };
		ilo_json(ret, 200, "{}");
		return true;
	}
	out = open_memstream(&body, &len);
	if (!out)
		abort();
	put(out, &ilo->stored[i], i);
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
	return true;
}

bool ilo_repository(struct ilo *ilo, const struct ilo_request *request, const char *path,
		    struct ilo_answer *ret)
{
	if (!ilo->gen->update_service)
		return false;
	if (strcmp(path, AT) == 0) {
		list(ilo, strstr(request->path, "$expand") != NULL, ret);
		return true;
	}
	return strncmp(path, AT "/", strlen(AT) + 1) == 0 &&
	       one(ilo, request, path + strlen(AT) + 1, ret);
}
