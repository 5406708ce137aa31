/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read out of a Redfish service's answers, and what is not. */
#include <stdlib.h>

#include "base/json.h"
#include "format/redfish_firmware.h"
#include "format/redfish_json.h"
#include "format/redfish_standard.h"
#include "format/redfish_update.h"
#include "tap.h"

static yyjson_doc *parse(const char *text)
{
	yyjson_doc *doc = NULL;

	CHECK_INT(json_parse((const uint8_t *)text, strlen(text), strlen(text), &doc, NULL), 0);
	return doc;
}

#define ROOT(doc) yyjson_doc_get_root(doc)

static void names_without_case(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		parse("{\"OEM\":{\"hpe\":{\"STATE\":\"Idle\",\"n\":7,"
		      "\"list\":[{\"b\":true}],\"null\":null}}}");
	char text[16];
	uint64_t number = 0;
	bool flag = false;

	CHECK(redfish_text(ROOT(doc), "Oem/Hpe/State", text, sizeof(text)));
	CHECK_STR(text, "Idle");
	CHECK(redfish_number(ROOT(doc), "Oem/Hpe/N", &number));
	CHECK_INT(number, 7);
	CHECK(redfish_bool(ROOT(doc), "Oem/Hpe/List/0/B", &flag) && flag);
	CHECK(!redfish_at(ROOT(doc), "Oem/Hpe/List/1"));
	CHECK(!redfish_at(ROOT(doc), "Oem/Hpe/List/x"));
	CHECK(!redfish_text(ROOT(doc), "Oem/Hpe/null", text, sizeof(text)));
	CHECK(!redfish_text(ROOT(doc), "Oem/Hpe/N", text, sizeof(text)));
	CHECK(!redfish_bool(ROOT(doc), "Oem/Hpe/N", &flag));
}

static void references_come_whole(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		parse("{\"a\":{\"@odata.id\":\"/redfish/v1/Systems/\"},\"h\":{\"href\":\"/rest\"},"
		      "\"evil\":{\"@odata.id\":\"/a b\"},\"lines\":\"x\\r\\nHost: y\"}");
	char text[32], small[8];

	CHECK(redfish_ref(ROOT(doc), "a", text, sizeof(text)));
	CHECK_STR(text, "/redfish/v1/Systems/");
	CHECK(redfish_ref(ROOT(doc), "h", text, sizeof(text)));
	CHECK_STR(text, "/rest");
	CHECK(!redfish_ref(ROOT(doc), "a", small, sizeof(small)));
	CHECK(!redfish_ref(ROOT(doc), "evil", text, sizeof(text)));
	CHECK(!redfish_exact(ROOT(doc), "lines", text, sizeof(text)));
}

static void actions_in_both_places(void)
{
	static const char *const answers[] = {
		"{\"Oem\":{\"Hpe\":{\"Actions\":{\"#X.Y\":{\"target\":\"/t\"}}}}}",
		"{\"Actions\":{\"Oem\":{\"Hpe\":{\"#X.Y\":{\"target\":\"/t\"}}}}}",
		"{\"Actions\":{\"Oem\":{\"#X.Y\":{\"target\":\"/t\"}}}}",
	};
	char text[8];

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		CLEANUP_JSON yyjson_doc *doc = parse(answers[i]);

		CHECK(redfish_oem_action(ROOT(doc), "#X.Y", text, sizeof(text)));
		CHECK_STR(text, "/t");
		CHECK(!redfish_oem_action(ROOT(doc), "#X.Z", text, sizeof(text)));
		CHECK_STR(text, "");
	}
}

static void messages(void)
{
	static const struct {
		const char *answer, *id, *words;
	} rows[] = {
		{ "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":"
		  "\"iLO.2.14.FWFlashTPMOverrideFlagRequired\"}]}}",
		  "FWFlashTPMOverrideFlagRequired", "" },
		{ "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"Base.1.4.X\","
		  "\"Message\":\"No.\",\"MessageArgs\":[\"a\"]}]}}",
		  "X", "No." },
		{ "{\"@Message.ExtendedInfo\":[{\"MessageId\":\"ResetRequired\",\"MessageArgs\":"
		  "[\"a\",\"b\"]}]}",
		  "ResetRequired", "a, b" },
		{ "{\"Messages\":[{\"MessageID\":\"iLO.0.10.Old\"}],\"Type\":\"ExtendedError\"}",
		  "Old", "" },
		{ "{\"error\":{\"code\":\"Base.1.0.GeneralError\"}}", "", "" },
		{ "{\"error\":{\"@Message.ExtendedInfo\":{}}}", "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_JSON yyjson_doc *doc = parse(rows[i].answer);
		struct redfish_message message;

		CHECK_INT(redfish_message_read(ROOT(doc), &message), rows[i].id[0] != '\0');
		CHECK_STR(message.id, rows[i].id);
		CHECK_STR(message.words, rows[i].words);
	}
}

static void states_and_policies(void)
{
	static const struct {
		const char *state, *policy;
		enum redfish_state want;
		enum redfish_downgrade downgrade;
		bool is_free;
	} rows[] = {
		{ "Idle", "AllowDowngrade", REDFISH_STATE_IDLE, REDFISH_DOWNGRADE_ALLOWED, true },
		{ "IDLE", "NODOWNGRADE", REDFISH_STATE_IDLE, REDFISH_DOWNGRADE_NEVER, true },
		{ "Complete", "RecoveryDowngrade", REDFISH_STATE_COMPLETE,
		  REDFISH_DOWNGRADE_RECOVERY, true },
		{ "Error", "", REDFISH_STATE_ERROR, REDFISH_DOWNGRADE_ALLOWED, true },
		{ "Updating", "SomethingNew", REDFISH_STATE_UPDATING, REDFISH_DOWNGRADE_NEVER,
		  false },
		{ "Verifying", "", REDFISH_STATE_VERIFYING, REDFISH_DOWNGRADE_ALLOWED, false },
		{ "Uploading", "", REDFISH_STATE_UPLOADING, REDFISH_DOWNGRADE_ALLOWED, false },
		{ "Writing", "", REDFISH_STATE_WRITING, REDFISH_DOWNGRADE_ALLOWED, false },
		{ "Thinking", "", REDFISH_STATE_UNKNOWN, REDFISH_DOWNGRADE_ALLOWED, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_JSON yyjson_doc *doc = NULL;
		struct redfish_update update;
		char text[200];

		snprintf(text, sizeof(text),
			 "{\"Oem\":{\"Hpe\":{\"State\":\"%s\",\"DowngradePolicy\":\"%s\"}}}",
			 rows[i].state, rows[i].policy);
		doc = parse(text);
		redfish_update_read(ROOT(doc), &update);
		CHECK_INT(update.state, rows[i].want);
		CHECK_INT(update.downgrade, rows[i].downgrade);
		CHECK_INT(redfish_update_is_free(&update), rows[i].is_free);
		CHECK(!update.has_percent);
	}
}

static void an_update_service(void)
{
	CLEANUP_JSON yyjson_doc *doc = parse(
		"{\"Oem\":{\"Hpe\":{\"PushUpdateUri\":\"/cgi-bin/uploadFile\",\"State\":\"Error\","
		"\"FlashProgressPercent\":24,\"UploadCurrentEtag\":\"drydock-1\","
		"\"Result\":{\"MessageId\":\"iLO.2.14.UpdateFailed\",\"MessageArgs\":[\"x.bin\"]},"
		"\"UpdateTaskQueue\":{\"@odata.id\":\"/q/\"}}},"
		"\"FirmwareInventory\":{\"@odata.id\":\"/f/\"}}");
	CLEANUP_JSON yyjson_doc *odd = parse("{\"Oem\":{\"Hpe\":{\"FlashProgressPercent\":101}}}");
	struct redfish_update update;

	redfish_update_read(ROOT(doc), &update);
	CHECK_STR(update.push_uri, "/cgi-bin/uploadFile");
	CHECK_STR(update.tasks, "/q/");
	CHECK_STR(update.firmware, "/f/");
	CHECK_STR(update.repository, "");
	CHECK_STR(update.etag, "drydock-1");
	CHECK_STR(update.result.id, "UpdateFailed");
	CHECK_STR(update.result.words, "x.bin");
	CHECK(update.has_percent && update.percent == 24);
	redfish_update_read(ROOT(odd), &update);
	CHECK(!update.has_percent && update.percent == 0);
}

static void repository_and_tasks(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		parse("{\"Name\":\"t\",\"Filename\":\"a.zip\",\"SizeBytes\":12,\"Locked\":true,"
		      "\"State\":\"EXCEPTION\",\"UpdatableBy\":[\"Uefi\",\"runtimeagent\",3],"
		      "\"Oem\":{\"Hpe\":{\"FreeSizeBytes\":5,\"TotalSizeBytes\":9}},"
		      "\"Sequence\":[{\"Filename\":\"other\"},{\"Filename\":\"A.ZIP\"}]}");
	CLEANUP_JSON yyjson_doc *odd =
		parse("{\"Oem\":{\"Hpe\":{\"FreeSizeBytes\":10,\"TotalSizeBytes\":9}}}");
	struct redfish_component component;
	struct redfish_task task;
	uint64_t free_bytes, total_bytes;
	char name[16];
	bool uses = false;

	CHECK(redfish_component_read(ROOT(doc), &component));
	CHECK_STR(component.file, "a.zip");
	CHECK(component.size == 12 && component.locked);
	CHECK(redfish_task_read(ROOT(doc), &task));
	CHECK_INT(task.state, REDFISH_TASK_EXCEPTION);
	CHECK(task.by_uefi && task.by_agent && !task.by_bmc);
	CHECK(redfish_repository_read(ROOT(doc), &free_bytes, &total_bytes));
	CHECK(free_bytes == 5 && total_bytes == 9);
	CHECK(!redfish_repository_read(ROOT(odd), &free_bytes, &total_bytes));
	CHECK(redfish_install_set_read(ROOT(doc), "a.zip", name, sizeof(name), &uses) && uses);
	CHECK(redfish_install_set_read(ROOT(doc), "b.zip", name, sizeof(name), &uses) && !uses);
	CHECK(!redfish_component_read(ROOT(odd), &component));
	CHECK(!redfish_task_read(ROOT(odd), &task));
}

static void generations(void)
{
	static const struct {
		const char *model, *firmware;
		unsigned int generation;
		const char *version;
	} rows[] = {
		{ "iLO 5", "iLO 5 v2.96", 5, "2.96" },
		{ "iLO 4", "iLO 4 v2.82", 4, "2.82" },
		{ "", "iLO 6 v1.55", 6, "1.55" },
		{ "iLO 7", "1.11.00 Aug 4 2025", 7, "1.11.00" },
		{ "iLO", "iLO v1", 0, "1" },
		{ "iLO 55", "", 0, "" },
		{ "AST2600 BMC", "12.34", 0, "12.34" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_JSON yyjson_doc *doc = NULL;
		struct redfish_manager manager;
		char text[200];

		snprintf(text, sizeof(text), "{\"Model\":\"%s\",\"FirmwareVersion\":\"%s\"}",
			 rows[i].model, rows[i].firmware);
		doc = parse(text);
		redfish_manager_read(ROOT(doc), &manager);
		CHECK_INT(manager.generation, rows[i].generation);
		CHECK_STR(manager.version, rows[i].version);
		CHECK(!manager.has_vnic);
	}
}

static void firmware_of_the_inventory(void)
{
	CLEANUP_JSON yyjson_doc *doc = parse(
		"{\"Id\":\"2\",\"Name\":\"System ROM\",\"Version\":\"U30 v1.20 (05/17/2017)\","
		"\"Updateable\":true,\"Oem\":{\"Hpe\":{\"DeviceClass\":"
		"\"AA148D2E-6E09-453E-BC6F-63BAA5F5CCC4\",\"DeviceContext\":\"System Board\","
		"\"Targets\":[\"00000000-0000-0000-0000-000001553330\",\"no guid\",7,"
		"\"A6B1A447-382A-5A4F-14E4-16D815900212\"]}}}");
	CLEANUP_JSON yyjson_doc *bare = parse("{\"Id\":\"9\"}");
	struct redfish_firmware firmware;

	CHECK(redfish_firmware_read("/f/2", ROOT(doc), &firmware));
	CHECK_STR(firmware.uri, "/f/2");
	CHECK_STR(firmware.device_class, "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4");
	CHECK_INT(firmware.target_count, 2);
	CHECK_STR(firmware.targets[1], "a6b1a447-382a-5a4f-14e4-16d815900212");
	CHECK(firmware.updateable);
	CHECK(redfish_firmware_read("/f/9", ROOT(bare), &firmware));
	CHECK_STR(firmware.name, "9");
	CHECK(!firmware.updateable && !firmware.target_count && !firmware.device_class[0]);
}

struct found {
	unsigned int count;
	struct redfish_firmware last;
};

static int take(void *ctx, const struct redfish_firmware *firmware)
{
	struct found *found = ctx;

	found->count++;
	found->last = *firmware;
	return 0;
}

static void firmware_of_an_ilo_4(void)
{
	CLEANUP_JSON yyjson_doc *doc =
		parse("{\"Current\":{\"SystemRomActive\":[{\"Key\":\"00000000-0000-0000-0000-"
		      "000001503839\",\"Location\":\"System Board\",\"Name\":\"System ROM\","
		      "\"VersionString\":\"P89 v2.30 (09/13/2016)\"}],\"Empty\":[],\"Odd\":3,"
		      "\"SystemBMC\":[{\"VersionString\":\"2.50\"},{\"Name\":\"no version\"}]}}");
	struct found found = { 0 };

	CHECK_INT(redfish_old_firmware_each(ROOT(doc), take, &found), 0);
	CHECK_INT(found.count, 2);
	CHECK_STR(found.last.name, "SystemBMC");
	CHECK_STR(found.last.version, "2.50");
	CHECK_INT(found.last.target_count, 0);
}

static void root_and_system(void)
{
	CLEANUP_JSON yyjson_doc *root =
		parse("{\"RedfishVersion\":\"1.6.0\",\"Managers\":{\"@odata.id\":\"/m/\"},"
		      "\"Links\":{\"Sessions\":{\"@odata.id\":\"/s/\"}},\"Oem\":{\"Hpe\":{}}}");
	CLEANUP_JSON yyjson_doc *other = parse("{\"Oem\":{\"Dell\":{}}}");
	CLEANUP_JSON yyjson_doc *system =
		parse("{\"SerialNumber\":\"CZ1\",\"Oem\":{\"Hpe\":{\"DeviceDiscoveryComplete\":"
		      "{\"DeviceDiscovery\":\"vMainDeviceDiscoveryComplete\"}}}}");
	CLEANUP_JSON yyjson_doc *early =
		parse("{\"Oem\":{\"Hpe\":{\"DeviceDiscoveryComplete\":"
		      "{\"DeviceDiscovery\":\"Busy\"}}}}");
	CLEANUP_JSON yyjson_doc *tpm = parse("{\"Attributes\":{\"TpmState\":\"PresentEnabled\"}}");
	struct redfish_root service;
	struct redfish_system sys;

	redfish_root_read(ROOT(root), &service);
	CHECK(service.is_ilo);
	CHECK_STR(service.managers, "/m/");
	CHECK_STR(service.sessions, "/s/");
	redfish_root_read(ROOT(other), &service);
	CHECK(!service.is_ilo);
	redfish_system_read(ROOT(system), &sys);
	CHECK_STR(sys.serial, "CZ1");
	CHECK(sys.has_discovery && sys.discovered);
	redfish_system_read(ROOT(early), &sys);
	CHECK(sys.has_discovery && !sys.discovered);
	redfish_system_read(ROOT(root), &sys);
	CHECK(!sys.has_discovery);
	CHECK(redfish_bios_has_tpm(ROOT(tpm)) && !redfish_bios_has_tpm(ROOT(root)));
}

/* DSP2046 Task, TaskState: all of its words, and one that nobody knows. */
static void tasks_of_the_standard(void)
{
	static const struct {
		const char *state;
		enum redfish_progress progress;
		bool running;
	} rows[] = {
		{ "New", REDFISH_GOES_ON, false },
		{ "Starting", REDFISH_GOES_ON, true },
		{ "Running", REDFISH_GOES_ON, true },
		{ "Suspended", REDFISH_GOES_ON, false },
		{ "Interrupted", REDFISH_ENDED_BADLY, false },
		{ "Pending", REDFISH_GOES_ON, false },
		{ "Stopping", REDFISH_GOES_ON, true },
		{ "Completed", REDFISH_ENDED_WELL, false },
		{ "Killed", REDFISH_ENDED_BADLY, false },
		{ "Exception", REDFISH_ENDED_BADLY, false },
		{ "Service", REDFISH_GOES_ON, false },
		{ "Cancelling", REDFISH_GOES_ON, true },
		{ "Cancelled", REDFISH_ENDED_BADLY, false },
		{ "Dreaming", REDFISH_GOES_ON, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_JSON yyjson_doc *doc = NULL;
		struct redfish_standard_task task;
		char text[160];

		snprintf(text, sizeof(text),
			 "{\"TaskState\":\"%s\",\"Payload\":{\"TargetUri\":\"/redfish/v1/%zu\"}}",
			 rows[i].state, i);
		doc = parse(text);
		redfish_standard_task_read(ROOT(doc), &task);
		CHECK_INT(task.progress, rows[i].progress);
		CHECK(task.running == rows[i].running);
		snprintf(text, sizeof(text), "/redfish/v1/%zu", i);
		CHECK_STR(task.target, text);
	}
}

int main(void)
{
	TAP_RUN(names_without_case);
	TAP_RUN(references_come_whole);
	TAP_RUN(actions_in_both_places);
	TAP_RUN(messages);
	TAP_RUN(states_and_policies);
	TAP_RUN(an_update_service);
	TAP_RUN(repository_and_tasks);
	TAP_RUN(generations);
	TAP_RUN(firmware_of_the_inventory);
	TAP_RUN(firmware_of_an_ilo_4);
	TAP_RUN(root_and_system);
	TAP_RUN(tasks_of_the_standard);
	return TAP_END();
}
