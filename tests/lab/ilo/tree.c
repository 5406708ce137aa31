/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hardly ever changes: the root, the server, the iLO itself. */
#include <stdio.h>
#include <string.h>

#include <yyjson.h>

#include "ilo_internal.h"

#define SERIAL "LABILO0001"

static void root(struct ilo *ilo, struct ilo_answer *ret)
{
	ilo_json(ret, 200,
		 "{\"@odata.id\":\"/redfish/v1\",\"RedfishVersion\":\"1.6.0\",\"Vendor\":\"HPE\","
		 "\"Product\":\"ProLiant Lab "
		 "Gen\",\"UUID\":\"11111111-2222-3333-4444-555555555555\","
		 "\"Systems\":{\"@odata.id\":\"/redfish/v1/Systems\"},"
		 "\"Managers\":{\"@odata.id\":\"/redfish/v1/Managers\"},"
		 "\"SessionService\":{\"@odata.id\":\"/redfish/v1/SessionService\"},"
		 "\"AccountService\":{\"@odata.id\":\"/redfish/v1/AccountService\"},"
		 "%s\"Links\":{\"Sessions\":{\"@odata.id\":\"/redfish/v1/SessionService/"
		 "Sessions\"}},"
		 "\"Oem\":{\"%s\":{\"Manager\":[{\"ManagerType\":\"%s\"}]}}}",
		 ilo->gen->update_service
			 ? "\"UpdateService\":{\"@odata.id\":\"/redfish/v1/UpdateService\"},"
			 : "",
		 ilo->gen->oem, ilo->gen->model);
}

static void collection(struct ilo_answer *ret, const char *path, const char *member)
{
	ilo_json(ret, 200,
		 "{\"@odata.id\":\"%s\",\"Members@odata.count\":1,\"Members\":[{\"@odata.id\":\"%"
		 "s\"}]}",
		 path, member);
}

static void system_of(struct ilo *ilo, struct ilo_answer *ret)
{
	const char *old = ilo->gen->update_service
				  ? ""
				  : ",\"Links\":{\"FirmwareInventory\":{\"@odata.id\":"
				    "\"/redfish/v1/Systems/1/FirmwareInventory\"}}";

	ilo_json(ret, 200,
		 "{\"@odata.id\":\"/redfish/v1/Systems/1\",\"Id\":\"1\",\"Manufacturer\":\"HPE\","
		 "\"Model\":\"ProLiant Lab Gen10\",\"SerialNumber\":\"" SERIAL
		 "\",\"SKU\":\"LAB-1\","
		 "\"BiosVersion\":\"%s\",\"UUID\":\"11111111-2222-3333-4444-555555555555\","
		 "\"PowerState\":\"On\",\"Bios\":{\"@odata.id\":\"/redfish/v1/Systems/1/Bios\"},"
		 "\"Oem\":{\"%s\":{\"PostState\":\"%s\",\"DeviceDiscoveryComplete\":{"
		 "\"DeviceDiscovery\":\"vMainDeviceDiscoveryComplete\","
		 "\"SmartArrayDiscovery\":\"Complete\"}%s}}}",
		 ilo->firmware[1].version, ilo->gen->oem, ilo->in_post ? "InPost" : "FinishedPost",
		 old);
}

static void manager(struct ilo *ilo, struct ilo_answer *ret)
{
	char number[32], vnic[64] = "";

	snprintf(number, sizeof(number), "%.*s", (int)strcspn(ilo->firmware[0].version, " "),
		 ilo->firmware[0].version);
	if (ilo->gen->number >= 5)
		snprintf(vnic, sizeof(vnic), "\"VirtualNICEnabled\":%s,",
			 ilo->vnic_next ? "true" : "false");
	ilo_json(ret, 200,
		 "{\"@odata.id\":\"/redfish/v1/Managers/1\",\"Id\":\"1\",\"Model\":\"%s\","
		 "\"ManagerType\":\"BMC\",\"FirmwareVersion\":\"%s v%s\","
		 "\"LastResetTime\":\"2026-01-01T00:%02u:%02uZ\","
		 "\"Actions\":{\"#Manager.Reset\":{\"target\":"
		 "\"/redfish/v1/Managers/1/Actions/Manager.Reset\"}},"
		 "\"Oem\":{\"%s\":{%s\"RequireHostAuthentication\":false,"
		 "\"Links\":{\"SecurityService\":{\"@odata.id\":"
		 "\"/redfish/v1/Managers/1/SecurityService\"}}}}}",
		 ilo->gen->model, ilo->gen->model, number, ilo->resets / 60 % 60, ilo->resets % 60,
		 ilo->gen->oem, vnic);
}

/* The one setting that may be changed: the virtual network card, at the next restart. */
static void patch_manager(struct ilo *ilo, const struct ilo_request *request,
			  struct ilo_answer *ret)
{
	yyjson_doc *doc = yyjson_read((const char *)request->body, request->body_len, 0);
	yyjson_val *oem =
		yyjson_obj_get(yyjson_obj_get(yyjson_doc_get_root(doc), "Oem"), ilo->gen->oem);
	yyjson_val *vnic = yyjson_obj_get(oem, "VirtualNICEnabled");

	if (!yyjson_is_bool(vnic) || ilo->gen->number < 5) {
		ilo_error(ilo, ret, 400, "Base.1.4.PropertyUnknown");
	} else {
		ilo->vnic_next = yyjson_get_bool(vnic);
		ilo_say(ilo, "virtual network card: %s", ilo->vnic_next ? "on" : "off");
		ilo_error(ilo, ret, 200, "ResetRequired");
	}
	yyjson_doc_free(doc);
}

static const char *security_word(const struct ilo *ilo)
{
	static const char *const words[] = { "Error",	     "Factory", "Wipe", "Production",
					     "HighSecurity", "FIPS",	"CNSA" };
	unsigned int value =
		ilo->knobs[ILO_KNOB_SECURITY].on ? ilo->knobs[ILO_KNOB_SECURITY].value : 3;

	return value < sizeof(words) / sizeof(*words) ? words[value] : "Unknown";
}

bool ilo_tree(struct ilo *ilo, const struct ilo_request *request, const char *path,
	      struct ilo_answer *ret)
{
	bool is_get = strcmp(request->method, "GET") == 0;

	if (strcmp(path, "/redfish") == 0)
		ilo_json(ret, 200, "{\"v1\":\"/redfish/v1/\"}");
	else if (strcmp(path, "/redfish/v1") == 0)
		root(ilo, ret);
	else if (strcmp(path, "/redfish/v1/Systems") == 0)
		collection(ret, path, "/redfish/v1/Systems/1");
	else if (strcmp(path, "/redfish/v1/Managers") == 0)
		collection(ret, path, "/redfish/v1/Managers/1");
	else if (strcmp(path, "/redfish/v1/Systems/1") == 0 && is_get)
		system_of(ilo, ret);
	else if (strcmp(path, "/redfish/v1/Systems/1/Bios") == 0)
		ilo_json(ret, 200, "{\"@odata.id\":\"%s\",\"Attributes\":{\"TpmState\":\"%s\"}}",
			 path,
			 ilo->knobs[ILO_KNOB_TPM_REQUIRED].on ? "PresentEnabled" : "NotPresent");
	else if (strcmp(path, "/redfish/v1/Managers/1") == 0 && is_get)
		manager(ilo, ret);
	else if (strcmp(path, "/redfish/v1/Managers/1") == 0 &&
		 strcmp(request->method, "PATCH") == 0)
		patch_manager(ilo, request, ret);
	else if (strcmp(path, "/redfish/v1/Managers/1/SecurityService") == 0)
		ilo_json(ret, 200, "{\"@odata.id\":\"%s\",\"SecurityState\":\"%s\"}", path,
			 security_word(ilo));
	else if (strcmp(path, "/redfish/v1/Managers/1/Actions/Manager.Reset") == 0 && !is_get) {
		ilo_error(ilo, ret, 200, "ResetInProgress");
		ilo_restart(ilo);
	} else
		return false;
	return true;
}
