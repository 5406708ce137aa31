/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ilo_service.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "format/redfish_json.h"

#define ROOT "/redfish/v1/"
/* Where an iLO 4 has it (HpSwFwInventory), when its system does not link to it. */
#define OLD_FIRMWARE ROOT "Systems/1/FirmwareInventory/"

struct manager_found {
	struct ilo_service *ilo;
	bool found;
};

static int take_manager(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct manager_found *found = ctx;

	(void)err;
	redfish_manager_read(val, &found->ilo->manager);
	snprintf(found->ilo->manager_uri, sizeof(found->ilo->manager_uri), "%s", uri);
	found->found = true;
	return 1; /* an iLO manages one server: the first is the only one */
}

int ilo_service_find(struct redfish *rf, struct ilo_service *ret, struct err *err)
{
	struct manager_found found = { .ilo = ret };
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = redfish_get(rf, ROOT, &doc, err);

	*ret = (struct ilo_service){ 0 };
	if (rc)
		return rc;
	redfish_root_read(yyjson_doc_get_root(doc), &ret->root);
	if (!ret->root.is_ilo)
		return err_set(err, ERR_UNSUPPORTED, "the BMC is no iLO (%s)",
			       ret->root.vendor[0] ? ret->root.vendor : "it does not say whose");
	if (!ret->root.managers[0])
		return err_set(err, ERR_FORMAT, "the service names no managers");
	rc = redfish_each(rf, ret->root.managers, take_manager, &found, err);
	if (rc < 0)
		return rc;
	if (!ret->manager.generation)
		return err_set(err, ERR_UNSUPPORTED,
			       "an iLO whose generation is not known (\"%s\")", ret->manager.model);
	return 0;
}

static int take_system(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	(void)uri;
	(void)err;
	redfish_system_read(val, ctx);
	return 1;
}

int ilo_system_get(struct redfish *rf, const struct ilo_service *ilo, struct redfish_system *ret,
		   struct err *err)
{
	int rc;

	*ret = (struct redfish_system){ 0 };
	if (!ilo->root.systems[0])
		return err_set(err, ERR_FORMAT, "the service names no systems");
	rc = redfish_each(rf, ilo->root.systems, take_system, ret, err);
	return rc < 0 ? rc : 0;
}

int ilo_update_get(struct redfish *rf, const struct ilo_service *ilo, struct redfish_update *ret,
		   struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc;

	*ret = (struct redfish_update){ 0 };
	if (!ilo->root.update[0] || ilo->manager.generation < ILO_UPDATE_GENERATION)
		return err_set(err, ERR_UNSUPPORTED,
			       "an iLO %u takes no files by Redfish, but by RIBCL",
			       ilo->manager.generation);
	rc = redfish_get(rf, ilo->root.update, &doc, err);
	if (!rc)
		redfish_update_read(yyjson_doc_get_root(doc), ret);
	return rc;
}

/* From a member to what each() of the caller wants. */
struct firmware_walk {
	int (*each)(void *ctx, const struct redfish_firmware *firmware, struct err *err);
	void *ctx;
	struct err *err;
};

static int take_firmware(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct firmware_walk *walk = ctx;
	struct redfish_firmware firmware;

	return redfish_firmware_read(uri, val, &firmware) ? walk->each(walk->ctx, &firmware, err)
							  : 0;
}

static int take_old(void *ctx, const struct redfish_firmware *firmware)
{
	struct firmware_walk *walk = ctx;

	return walk->each(walk->ctx, firmware, walk->err);
}

static int old_firmware(struct redfish *rf, const struct ilo_service *ilo,
			struct firmware_walk *walk, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct redfish_system system;
	int rc = ilo_system_get(rf, ilo, &system, err);

	if (!rc)
		rc = redfish_get(rf, system.firmware_list[0] ? system.firmware_list : OLD_FIRMWARE,
				 &doc, err);
	return rc ? rc : redfish_old_firmware_each(yyjson_doc_get_root(doc), take_old, walk);
}

int ilo_firmware_each(struct redfish *rf, const struct ilo_service *ilo,
		      int (*each)(void *ctx, const struct redfish_firmware *firmware,
				  struct err *err),
		      void *ctx, struct err *err)
{
	struct firmware_walk walk = { .each = each, .ctx = ctx, .err = err };
	struct redfish_update update;
	int rc;

	if (ilo->manager.generation < ILO_UPDATE_GENERATION)
		return old_firmware(rf, ilo, &walk, err);
	rc = ilo_update_get(rf, ilo, &update, err);
	if (rc)
		return rc;
	if (!update.firmware[0])
		return err_set(err, ERR_FORMAT, "the UpdateService names no FirmwareInventory");
	return redfish_each(rf, update.firmware, take_firmware, &walk, err);
}

bool ilo_has_tpm(struct redfish *rf, const struct redfish_system *system)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;

	return system->bios[0] && redfish_get(rf, system->bios, &doc, NULL) == 0 &&
	       redfish_bios_has_tpm(yyjson_doc_get_root(doc));
}

void ilo_security_get(struct redfish *rf, const struct ilo_service *ilo, char *buf, size_t size)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;

	buf[0] = '\0';
	if (ilo->manager.security[0] && redfish_get(rf, ilo->manager.security, &doc, NULL) == 0)
		redfish_text(yyjson_doc_get_root(doc), "SecurityState", buf, size);
}
