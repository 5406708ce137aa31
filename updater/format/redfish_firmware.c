/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/redfish_firmware.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "format/redfish_json.h"

void redfish_root_read(yyjson_val *root, struct redfish_root *ret)
{
	*ret = (struct redfish_root){ 0 };
	redfish_text(root, "RedfishVersion", ret->version, sizeof(ret->version));
	redfish_text(root, "Vendor", ret->vendor, sizeof(ret->vendor));
	redfish_text(root, "Product", ret->product, sizeof(ret->product));
	ret->is_ilo = redfish_at(root, "Oem/Hpe") || redfish_at(root, "Oem/Hp");
	redfish_ref(root, "Systems", ret->systems, sizeof(ret->systems));
	redfish_ref(root, "Managers", ret->managers, sizeof(ret->managers));
	redfish_ref(root, "UpdateService", ret->update, sizeof(ret->update));
	redfish_ref(root, "Links/Sessions", ret->sessions, sizeof(ret->sessions));
	redfish_ref(root, "AccountService", ret->accounts, sizeof(ret->accounts));
	redfish_ref(root, "Tasks", ret->tasks, sizeof(ret->tasks));
}

/* "iLO 5 v2.96", "iLO 5", "iLO4 2.82": what follows the name is its generation. */
static unsigned int generation_of(const char *text)
{
	if (strncasecmp(text, "iLO", 3) != 0)
		return 0;
	text += 3;
	text += *text == ' ';
	return *text >= '1' && *text <= '9' && (text[1] < '0' || text[1] > '9')
		       ? (unsigned int)(*text - '0')
		       : 0;
}

/* The number alone, out of "iLO 5 v2.96" or "2.96 Aug 17 2023". */
static void version_of(const char *firmware, char *buf, size_t size)
{
	const char *from = strstr(firmware, " v");

	from = from ? from + 2 : firmware;
	snprintf(buf, size, "%.*s", (int)strspn(from, "0123456789."), from);
}

void redfish_manager_read(yyjson_val *manager, struct redfish_manager *ret)
{
	yyjson_val *oem = redfish_at(manager, "Oem/Hpe");

	*ret = (struct redfish_manager){ 0 };
	redfish_text(manager, "Model", ret->model, sizeof(ret->model));
	redfish_text(manager, "FirmwareVersion", ret->firmware, sizeof(ret->firmware));
	version_of(ret->firmware, ret->version, sizeof(ret->version));
	ret->generation = generation_of(ret->model);
	if (!ret->generation)
		ret->generation = generation_of(ret->firmware);
	ret->has_vnic = redfish_bool(oem, "VirtualNICEnabled", &ret->vnic);
	redfish_exact(manager, "Actions/#Manager.Reset/target", ret->reset, sizeof(ret->reset));
	redfish_text(manager, "LastResetTime", ret->last_reset, sizeof(ret->last_reset));
	redfish_ref(oem, "Links/SecurityService", ret->security, sizeof(ret->security));
}

static bool is_finished(yyjson_val *discovery, const char *part)
{
	char word[64];

	return redfish_text(discovery, part, word, sizeof(word)) && strstr(word, "Complete");
}

void redfish_system_read(yyjson_val *system, struct redfish_system *ret)
{
	yyjson_val *oem = redfish_at(system, "Oem/Hpe");
	yyjson_val *discovery = redfish_at(oem, "DeviceDiscoveryComplete");

	*ret = (struct redfish_system){ 0 };
	redfish_text(system, "Manufacturer", ret->manufacturer, sizeof(ret->manufacturer));
	redfish_text(system, "Model", ret->model, sizeof(ret->model));
	redfish_text(system, "SerialNumber", ret->serial, sizeof(ret->serial));
	redfish_text(system, "SKU", ret->sku, sizeof(ret->sku));
	redfish_text(system, "BiosVersion", ret->rom, sizeof(ret->rom));
	redfish_text(system, "UUID", ret->uuid, sizeof(ret->uuid));
	redfish_text(oem, "PostState", ret->post_state, sizeof(ret->post_state));
	ret->has_discovery = discovery != NULL;
	ret->discovered = is_finished(discovery, "DeviceDiscovery");
	redfish_ref(system, "Bios", ret->bios, sizeof(ret->bios));
	if (!redfish_ref(system, "Oem/Hp/Links/FirmwareInventory", ret->firmware_list,
			 sizeof(ret->firmware_list)))
		redfish_ref(system, "Oem/Hp/links/FirmwareInventory", ret->firmware_list,
			    sizeof(ret->firmware_list));
}

bool redfish_bios_has_tpm(yyjson_val *bios)
{
	char word[64];

	return redfish_text(bios, "Attributes/TpmState", word, sizeof(word)) &&
	       strstr(word, "Enabled") != NULL;
}

/* GUIDs come in both cases; what is none can be no target. */
static bool lower_guid(const char *text, char ret[GUID_TEXT])
{
	uint8_t bytes[GUID_BYTES];

	ret[0] = '\0';
	if (!text || guid_parse_be(text, bytes))
		return false;
	guid_text_be(bytes, ret);
	return true;
}

static void read_targets(yyjson_val *targets, struct redfish_firmware *ret)
{
	size_t index, count;
	yyjson_val *target;

	yyjson_arr_foreach(targets, index, count, target)
	{
		char text[GUID_TEXT];

		if (ret->target_count < REDFISH_FIRMWARE_TARGETS &&
		    lower_guid(yyjson_get_str(target), text))
			memcpy(ret->targets[ret->target_count++], text, GUID_TEXT);
	}
}

bool redfish_firmware_read(const char *uri, yyjson_val *member, struct redfish_firmware *ret)
{
	yyjson_val *oem = redfish_at(member, "Oem/Hpe");

	*ret = (struct redfish_firmware){ 0 };
	snprintf(ret->uri, sizeof(ret->uri), "%s", uri);
	redfish_text(member, "Id", ret->id, sizeof(ret->id));
	if (!redfish_text(member, "Name", ret->name, sizeof(ret->name)))
		snprintf(ret->name, sizeof(ret->name), "%s", ret->id);
	redfish_text(member, "Version", ret->version, sizeof(ret->version));
	redfish_bool(member, "Updateable", &ret->updateable);
	lower_guid(yyjson_get_str(redfish_at(oem, "DeviceClass")), ret->device_class);
	redfish_text(oem, "DeviceContext", ret->context, sizeof(ret->context));
	read_targets(redfish_at(oem, "Targets"), ret);
	return ret->name[0] != '\0';
}

static bool read_old(yyjson_val *item, const char *kind, struct redfish_firmware *ret)
{
	*ret = (struct redfish_firmware){ 0 };
	text_copy(ret->id, sizeof(ret->id), kind);
	if (!redfish_text(item, "Name", ret->name, sizeof(ret->name)))
		snprintf(ret->name, sizeof(ret->name), "%s", ret->id);
	redfish_text(item, "VersionString", ret->version, sizeof(ret->version));
	redfish_text(item, "Location", ret->context, sizeof(ret->context));
	if (lower_guid(yyjson_get_str(redfish_at(item, "Key")), ret->targets[0]))
		ret->target_count = 1;
	return ret->name[0] != '\0' && ret->version[0] != '\0';
}

int redfish_old_firmware_each(yyjson_val *inventory,
			      int (*each)(void *ctx, const struct redfish_firmware *firmware),
			      void *ctx)
{
	yyjson_obj_iter iter;
	yyjson_val *key;
	unsigned int found = 0;
	int rc = 0;

	if (!yyjson_obj_iter_init(redfish_at(inventory, "Current"), &iter))
		return 0;
	while (!rc && (key = yyjson_obj_iter_next(&iter))) {
		size_t index, count;
		yyjson_val *item;

		yyjson_arr_foreach(yyjson_obj_iter_get_val(key), index, count, item)
		{
			struct redfish_firmware firmware;

			if (rc || !read_old(item, yyjson_get_str(key), &firmware))
				continue;
			if (found++ == REDFISH_OLD_FIRMWARE)
				return 0;
			rc = each(ctx, &firmware);
		}
	}
	return rc;
}

bool redfish_account_read(yyjson_val *member, struct redfish_account *ret)
{
	*ret = (struct redfish_account){ 0 };
	redfish_text(member, "Oem/Hpe/LoginName", ret->login_name, sizeof(ret->login_name));
	return redfish_text(member, "UserName", ret->user, sizeof(ret->user));
}
