/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service is at work with (DSP2046 TaskService): nothing is sent to it meanwhile. */
#include <stdio.h>
#include <string.h>

#include "backends/redfish_bmc.h"
#include "base/json.h"
#include "format/redfish_json.h"

struct look {
	const struct redfish_uploads *uploads;
	char *words;
	size_t size;
};

/* One that does not say what it was made by may be an update. */
static bool may_be_update(const struct redfish_uploads *uploads, const char *target)
{
	return !target[0] || strstr(target, "/UpdateService") ||
	       strcmp(target, uploads->multipart) == 0 || strcmp(target, uploads->push) == 0;
}

static int look(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	const struct look *look = ctx;
	struct redfish_standard_task task;

	(void)uri;
	(void)err;
	redfish_standard_task_read(val, &task);
	if (!task.running || !may_be_update(look->uploads, task.target))
		return 0;
	snprintf(look->words, look->size, "%s, %u %%", task.state, task.percent);
	return 1;
}

int redfish_bmc_at_work(struct redfish_bmc *bmc, char *words, size_t size, struct err *err)
{
	struct look ctx = { .uploads = &bmc->uploads, .words = words, .size = size };
	CLEANUP_JSON yyjson_doc *service = NULL;
	char list[REDFISH_STANDARD_REF];
	int rc;

	if (!bmc->root.tasks[0])
		return 0;
	rc = redfish_get(bmc->rf, bmc->root.tasks, &service, err);
	if (rc)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if (!redfish_ref(yyjson_doc_get_root(service), "Tasks", list, sizeof(list)))
		return 0;
	rc = redfish_each(bmc->rf, list, look, &ctx, err);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}
