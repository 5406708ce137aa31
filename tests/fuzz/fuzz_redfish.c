/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of a Redfish service, read as everything that one could be. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/redfish_firmware.h"
#include "format/redfish_json.h"
#include "format/redfish_update.h"

#define MAX_BYTES (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size)
		abort();
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			abort();
}

static int check_firmware(void *ctx, const struct redfish_firmware *firmware)
{
	unsigned int *count = ctx;

	if (++*count > REDFISH_OLD_FIRMWARE || !firmware->name[0] ||
	    firmware->target_count > REDFISH_FIRMWARE_TARGETS)
		abort();
	check_text(firmware->name, sizeof(firmware->name));
	check_text(firmware->version, sizeof(firmware->version));
	for (size_t i = 0; i < firmware->target_count; i++)
		if (strlen(firmware->targets[i]) != GUID_TEXT - 1)
			abort();
	return 0;
}

static void read_update(yyjson_val *root)
{
	struct redfish_update update;
	struct redfish_component component;
	struct redfish_task task;
	uint64_t free_bytes, total_bytes;
	char name[64];
	bool uses;

	redfish_update_read(root, &update);
	if (update.percent > 100 || !update.downgrade)
		abort();
	check_text(update.push_uri, sizeof(update.push_uri));
	check_text(update.result.words, sizeof(update.result.words));
	if (redfish_repository_read(root, &free_bytes, &total_bytes) && free_bytes > total_bytes)
		abort();
	if (redfish_component_read(root, &component))
		check_text(component.file, sizeof(component.file));
	if (redfish_task_read(root, &task))
		check_text(task.name, sizeof(task.name));
	redfish_install_set_read(root, "a.zip", name, sizeof(name), &uses);
	check_text(name, sizeof(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct redfish_root service;
	struct redfish_manager manager;
	struct redfish_system system;
	struct redfish_firmware firmware;
	struct redfish_account account;
	struct redfish_message message;
	yyjson_val *root;
	unsigned int count = 0;

	if (json_parse(data, size, MAX_BYTES, &doc, NULL))
		return 0;
	root = yyjson_doc_get_root(doc);
	redfish_root_read(root, &service);
	redfish_manager_read(root, &manager);
	check_text(manager.version, sizeof(manager.version));
	redfish_system_read(root, &system);
	check_text(system.serial, sizeof(system.serial));
	redfish_bios_has_tpm(root);
	if (redfish_firmware_read("/redfish/v1/x", root, &firmware))
		check_firmware(&(unsigned int){ 0 }, &firmware);
	redfish_old_firmware_each(root, check_firmware, &count);
	if (redfish_account_read(root, &account))
		check_text(account.user, sizeof(account.user));
	if (redfish_message_read(root, &message))
		check_text(message.id, sizeof(message.id));
	read_update(root);
	return 0;
}
