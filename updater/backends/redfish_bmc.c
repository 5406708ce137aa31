/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service as it is found, and which device of the inventory each of its members is. */
#include "backends/redfish_bmc.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "format/redfish_json.h"
#include "inventory/target.h"

const struct backend backend_redfish = {
	.name = REDFISH_BACKEND,
	.description = "what a management controller updates by the Redfish standard",
	.evidence = EVIDENCE_EMULATOR,
	.evidence_note = "a model of the standard's UpdateService, with faults; no real BMC yet",
	.probe = redfish_bmc_probe,
	.refresh = redfish_bmc_refresh,
	.check = redfish_bmc_check,
	.write = redfish_bmc_write,
	.activate = redfish_bmc_activate,
	.recover = redfish_bmc_recover,
};

/* The first member of a collection is the one of a server that has one of them. */
static int first_member(struct redfish *rf, const char *collection, yyjson_doc **ret,
			struct err *err)
{
	CLEANUP_JSON yyjson_doc *list = NULL;
	char uri[REDFISH_STANDARD_REF];
	int rc = redfish_get(rf, collection, &list, err);

	if (rc)
		return rc;
	if (!redfish_ref(yyjson_doc_get_root(list), "Members/0", uri, sizeof(uri)))
		return err_set(err, ERR_FORMAT, "%s has no members", collection);
	return redfish_get(rf, uri, ret, err);
}

static int read_system(struct redfish_bmc *bmc, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL, *bios = NULL;
	struct redfish_system system;
	int rc = bmc->root.systems[0] ? first_member(bmc->rf, bmc->root.systems, &doc, err)
				      : err_set(err, ERR_FORMAT, "the service has no system");

	if (rc)
		return rc;
	redfish_system_read(yyjson_doc_get_root(doc), &system);
	snprintf(bmc->maker, sizeof(bmc->maker), "%.63s",
		 system.manufacturer[0] ? system.manufacturer : bmc->root.vendor);
	snprintf(bmc->model, sizeof(bmc->model), "%.63s", system.model);
	snprintf(bmc->serial, sizeof(bmc->serial), "%s", system.serial);
	/* What cannot be read does not say which of several images runs. */
	if (system.bios[0] && redfish_get(bmc->rf, system.bios, &bios, NULL) == 0)
		redfish_active_image(yyjson_doc_get_root(bios), bmc->active_bios,
				     sizeof(bmc->active_bios));
	return 0;
}

static int read_service(struct redfish_bmc *bmc, struct err *err)
{
	CLEANUP_JSON yyjson_doc *root = NULL, *manager = NULL, *update = NULL;
	int rc = redfish_get(bmc->rf, "/redfish/v1/", &root, err);

	if (rc)
		return rc;
	redfish_root_read(yyjson_doc_get_root(root), &bmc->root);
	if (bmc->root.is_ilo)
		return err_set(err, ERR_NOT_FOUND, "it is an iLO");
	if (!bmc->root.update[0])
		return err_set(err, ERR_UNSUPPORTED, "the service updates no firmware");
	rc = redfish_get(bmc->rf, bmc->root.update, &update, err);
	if (rc)
		return rc;
	redfish_uploads_read(yyjson_doc_get_root(update), &bmc->uploads);
	if (!bmc->uploads.inventory[0])
		return err_set(err, ERR_UNSUPPORTED, "the service has no list of firmware");
	if (bmc->root.managers[0] && !first_member(bmc->rf, bmc->root.managers, &manager, NULL))
		redfish_active_image(yyjson_doc_get_root(manager), bmc->active_bmc,
				     sizeof(bmc->active_bmc));
	return read_system(bmc, err);
}

int redfish_bmc_open(struct hwio *hw, enum redfish_use use, uint32_t wait_ms,
		     struct redfish_bmc *ret, struct err *err)
{
	int rc;

	*ret = (struct redfish_bmc){ 0 };
	rc = redfish_open(hw, use, wait_ms, &ret->rf, err);
	if (rc)
		return rc;
	rc = read_service(ret, err);
	if (rc)
		redfish_bmc_close(ret);
	return rc;
}

void redfish_bmc_close(struct redfish_bmc *bmc)
{
	redfish_close(bmc->rf);
	bmc->rf = NULL;
}

static bool is_below(const char *uri, const char *collection)
{
	size_t len = strlen(collection);

	while (len && collection[len - 1] == '/')
		len--;
	return len && strncmp(uri, collection, len) == 0 && uri[len] == '/';
}

static bool is_bmc(const struct redfish_bmc *bmc, const struct redfish_software *software)
{
	return strcmp(software->uri, bmc->active_bmc) == 0 ||
	       is_below(software->related, bmc->root.managers);
}

static bool is_bios(const struct redfish_bmc *bmc, const struct redfish_software *software)
{
	size_t len = strlen(software->related);

	return strcmp(software->uri, bmc->active_bios) == 0 ||
	       (is_below(software->related, bmc->root.systems) && len > 5 &&
		strcasecmp(software->related + len - 5, "/Bios") == 0);
}

/* One that is kept beside the one that runs. */
static bool is_spare(const char *active, const struct redfish_software *software)
{
	return active[0] && strcmp(active, software->uri) != 0;
}

bool redfish_bmc_device_id(const struct redfish_bmc *bmc, const struct redfish_software *software,
			   char id[DEVICE_ID_MAX])
{
	if (is_bmc(bmc, software)) {
		snprintf(id, DEVICE_ID_MAX, "bmc");
		return !is_spare(bmc->active_bmc, software);
	}
	if (is_bios(bmc, software)) {
		snprintf(id, DEVICE_ID_MAX, "redfish-fw:BIOS");
		return !is_spare(bmc->active_bios, software);
	}
	snprintf(id, DEVICE_ID_MAX, "redfish-fw:%s", software->id);
	return true;
}

/* '/' is what is between the parts. */
static void add_part(char *text, size_t size, const char *part)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s", part);
	for (char *c = text + len; *c; c++)
		if (*c == '/')
			*c = '_';
}

bool redfish_bmc_target(const struct redfish_bmc *bmc, const struct redfish_software *software,
			char target[DEVICE_TARGET_MAX])
{
	const char *name = software->software_id[0] ? software->software_id
			   : is_bmc(bmc, software)  ? "BMC"
			   : is_bios(bmc, software) ? "BIOS"
						    : software->id;
	char text[3 * 64 + 16] = "redfish:";
	const char *const parts[] = { bmc->maker, bmc->model, name };

	for (size_t i = 0; i < 3; i++) {
		if (i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "/");
		add_part(text, sizeof(text), parts[i]);
	}
	if (strlen(text) >= DEVICE_TARGET_MAX || target_check(text))
		return false;
	snprintf(target, DEVICE_TARGET_MAX, "%.127s", text);
	return true;
}
