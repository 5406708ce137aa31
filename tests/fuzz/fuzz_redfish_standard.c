/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UpdateService, SoftwareInventory and Task of any BMC, and the names made of them. */
#include <stdlib.h>
#include <string.h>

#include "backends/redfish_bmc.h"
#include "base/json.h"
#include "inventory/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void check_software(yyjson_val *root)
{
	struct redfish_bmc bmc = { .maker = "ACME/1", .model = "Server 100" };
	struct redfish_software software;
	char id[DEVICE_ID_MAX], target[DEVICE_TARGET_MAX];

	if (!redfish_software_read("/redfish/v1/UpdateService/FirmwareInventory/1", root,
				   &software))
		return;
	MUST(software.id[0]);
	redfish_root_read(root, &bmc.root);
	redfish_active_image(root, bmc.active_bmc, sizeof(bmc.active_bmc));
	redfish_bmc_device_id(&bmc, &software, id);
	MUST(strcmp(id, "bmc") == 0 || strncmp(id, "redfish-fw:", 11) == 0);
	if (redfish_bmc_target(&bmc, &software, target))
		MUST(target_rank(target) == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct redfish_standard_task task;
	struct redfish_uploads uploads;
	yyjson_val *root;

	if (json_parse(data, size, 1u << 20, &doc, NULL))
		return 0;
	root = yyjson_doc_get_root(doc);
	redfish_uploads_read(root, &uploads);
	redfish_standard_task_read(root, &task);
	MUST(task.percent <= 100 && (task.has_percent || !task.percent));
	MUST((task.progress == REDFISH_NO_TASK) == !task.state[0]);
	check_software(root);
	return 0;
}
