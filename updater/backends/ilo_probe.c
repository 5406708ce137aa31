/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inventory by way of the iLO, and one device of it read again. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "backends/ilo_device.h"
#include "hw/bmc_access.h"
#include "hw/ilo_queue.h"
#include "inventory/identity.h"

#define PROBE_WAIT_MS	9000u /* a dead or busy iLO costs an inventory no more than 15 s */
#define REFRESH_WAIT_MS 60000u

static struct device *find_kind(const struct inventory *inv, enum device_kind kind)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].kind == kind)
			return &inv->devices[i];
	return NULL;
}

static int find_or_add(struct inventory *inv, enum device_kind kind, const char *id,
		       struct device **ret, struct err *err)
{
	*ret = find_kind(inv, kind);
	return *ret ? 0 : inventory_add(inv, kind, id, ret, err);
}

static int set_upload(struct device *bmc, const char *word, const char *text)
{
	int rc = device_set_prop(bmc, "redfish.upload", word);

	return rc ? rc : device_set_prop(bmc, "redfish.upload.text", text);
}

/* It is there and cannot be asked: that is kept, and what it means for payloads. */
static int unreachable(struct inventory *inv, const struct err *why, struct err *err)
{
	const char *word = why->code == ERR_UNSUPPORTED ? "high-security"
			   : why->code == ERR_POLICY	? "no-credentials"
							: "no-way";
	const char *bar = why->code == ERR_UNSUPPORTED ? "HIGH_SECURITY"
			  : why->code == ERR_POLICY    ? "NO_CREDENTIALS"
						       : "BMC_UNREACHABLE";
	struct device *bmc;
	int rc = find_or_add(inv, DEVICE_BMC, "bmc", &bmc, err);

	if (rc)
		return rc;
	if (!bmc->name[0])
		snprintf(bmc->name, sizeof(bmc->name), "management controller");
	rc = set_upload(bmc, word, why->text);
	if (!rc && !bmc->backend[0])
		rc = device_set_bar(bmc, bar, why->text);
	return rc ? err_set(err, rc, "out of memory") : err_set(err, why->code, "%s", why->text);
}

/* How files would get into it. */
static int describe_upload(struct device *bmc, const struct redfish *rf,
			   const struct ilo_service *ilo, const struct bmc_access *access)
{
	if (ilo->manager.generation < ILO_UPDATE_GENERATION)
		return set_upload(bmc, "no-way", "an iLO 4 takes no files by Redfish");
	if (redfish_way(rf) != REDFISH_CHIF)
		return set_upload(bmc, "yes", "");
	if (ilo->manager.has_vnic && !ilo->manager.vnic)
		return set_upload(bmc, "vnic-disabled",
				  "the iLO's virtual network adapter is switched off, and files "
				  "cannot go through its host channel");
	if (!access || !access->user[0])
		return set_upload(bmc, "no-credentials",
				  "the iLO wants a login for files, and no user and password were "
				  "given");
	return set_upload(bmc, "yes", "");
}

/* What others have left in its queue: said here, and never touched. */
static int describe_queue(struct device *bmc, struct redfish *rf, const struct ilo_service *ilo)
{
	struct redfish_update update;
	struct ilo_queue queue;
	char text[160] = "";

	if (ilo->manager.generation < ILO_UPDATE_GENERATION ||
	    ilo_update_get(rf, ilo, &update, NULL) ||
	    ilo_queue_look(rf, &update, NULL, &queue, NULL))
		return 0;
	if (queue.blocker[0])
		snprintf(text, sizeof(text), "%u of somebody else, \"%s\" is %s", queue.foreign,
			 queue.blocker, queue.blocker_state);
	else if (queue.foreign)
		snprintf(text, sizeof(text), "%u of somebody else", queue.foreign);
	return device_set_prop(bmc, "ilo.tasks", text);
}

static int describe_bmc(struct device *bmc, struct redfish *rf, const struct ilo_service *ilo,
			const struct bmc_access *access)
{
	static const char *const ways[] = { "", "CHIF", "host interface", "HTTPS" };
	char security[32];
	int rc = ilo_fill_bmc(bmc, ilo);

	bmc->updateable = true;
	if (!bmc->backend[0] && ilo->manager.generation >= ILO_UPDATE_GENERATION) {
		snprintf(bmc->backend, sizeof(bmc->backend), ILO_BACKEND);
		bmc->evidence = EVIDENCE_EMULATOR;
	}
	if (!rc)
		rc = device_set_prop(bmc, "ilo.way", ways[redfish_way(rf)]);
	ilo_security_get(rf, ilo, security, sizeof(security));
	for (char *c = security; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!rc)
		rc = device_set_prop(bmc, "ilo.security", security);
	if (!rc)
		rc = describe_upload(bmc, rf, ilo, access);
	return rc ? rc : describe_queue(bmc, rf, ilo);
}

/* "U30 v2.34 (04/08/2020)": its family is what packages for it name. */
static int name_rom(struct device *dev, const char *rom)
{
	char target[DEVICE_TARGET_MAX];
	int rc;

	if (strlen(rom) < 5 || strncmp(rom + 3, " v", 2) != 0)
		return 0;
	snprintf(target, sizeof(target), "hpe-rom:%.3s", rom);
	rc = device_add_target(dev, target);
	snprintf(target, sizeof(target), "hpe-target:00000000-0000-0000-0000-000001%02x%02x%02x",
		 (unsigned char)rom[0], (unsigned char)rom[1], (unsigned char)rom[2]);
	return rc ? rc : device_add_target(dev, target);
}

/* Another machine's: all that is known of it comes from here. */
static int describe_system(struct device *dev, const struct redfish_system *system, bool remote)
{
	const char *early = system->has_discovery && !system->discovered
				    ? "incomplete: the server has not found all its devices yet"
				    : "";
	int rc = device_set_prop(dev, "ilo.inventory", early);

	if (rc || !remote)
		return rc;
	snprintf(dev->name, sizeof(dev->name), "%s", system->model);
	snprintf(dev->vendor, sizeof(dev->vendor), "%s", system->manufacturer);
	snprintf(dev->model, sizeof(dev->model), "%s", system->model);
	snprintf(dev->serial, sizeof(dev->serial), "%s", system->serial);
	snprintf(dev->version, sizeof(dev->version), "%s", system->rom);
	rc = device_set_prop(dev, "system.rom", system->rom);
	return rc ? rc : name_rom(dev, system->rom);
}

/*
 * What the iLO does not update the system ROM may, at the next start: that is the component's to
 * say. What has no target no component can be for.
 */
static int own(struct device *dev, const struct ilo_service *ilo, const struct ilo_firmware *item)
{
	bool updateable = item->first.updateable || item->first.target_count;
	int rc = device_set_prop(dev, "redfish.updateable", ilo_takes(item) ? "yes" : "no");

	if (rc)
		return rc;
	if (dev->backend[0] || ilo->manager.generation < ILO_UPDATE_GENERATION)
		return 0;
	snprintf(dev->backend, sizeof(dev->backend), ILO_BACKEND);
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = updateable;
	return updateable ? 0
			  : device_set_bar(dev, "NOT_UPDATEABLE",
					   "the iLO says that it cannot update it");
}

static int add_firmware(struct inventory *inv, const struct ilo_firmware *item, struct device **ret,
			struct err *err)
{
	char id[DEVICE_ID_MAX];
	int rc;

	ilo_device_id(item, id, sizeof(id));
	rc = inventory_add(inv, DEVICE_FIRMWARE, id, ret, err);
	if (rc)
		return rc;
	snprintf((*ret)->name, sizeof((*ret)->name), "%s", item->first.name);
	snprintf((*ret)->version, sizeof((*ret)->version), "%s", item->version);
	snprintf((*ret)->parent, sizeof((*ret)->parent), "bmc");
	return 0;
}

static int place(struct inventory *inv, const struct ilo_service *ilo,
		 const struct ilo_firmware *item, struct err *err)
{
	struct device *dev;
	bool known = false;
	int rc = 0;

	for (size_t i = 0; !rc && i < inv->count; i++) {
		dev = &inv->devices[i];
		if (!ilo_fits(item, dev))
			continue;
		known = true;
		rc = ilo_fill(dev, item);
		rc = rc ? rc : own(dev, ilo, item);
	}
	if (!rc && !known) {
		rc = add_firmware(inv, item, &dev, err);
		rc = rc ? rc : ilo_fill(dev, item);
		rc = rc ? rc : own(dev, ilo, item);
	}
	return rc ? err_set(err, rc, "\"%s\" does not fit into the inventory", item->first.name)
		  : 0;
}

static int probe_firmware(struct redfish *rf, const struct ilo_service *ilo, struct inventory *inv,
			  struct err *err)
{
	struct ilo_list list;
	int rc = ilo_list_read(rf, ilo, &list, err);

	for (size_t i = 0; !rc && i < list.count; i++)
		rc = place(inv, ilo, &list.items[i], err);
	ilo_list_free(&list);
	return rc;
}

static int probe_ilo(struct hwio *hw, struct redfish *rf, const struct ilo_service *ilo,
		     struct inventory *inv, struct err *err)
{
	struct redfish_system system;
	struct device *bmc, *dev;
	bool remote = bmc_is_remote(hw);
	int rc = find_or_add(inv, DEVICE_BMC, "bmc", &bmc, err);

	if (!rc && describe_bmc(bmc, rf, ilo, hw->bmc))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (!rc)
		rc = ilo_system_get(rf, ilo, &system, err);
	if (!rc && remote)
		rc = find_or_add(inv, DEVICE_SYSTEM, "system", &dev, err);
	if (rc)
		return rc;
	dev = find_kind(inv, DEVICE_SYSTEM);
	if (dev && describe_system(dev, &system, remote))
		return err_set(err, ERR_NOMEM, "out of memory");
	/* What is known of cards and drives gets the names that the iLO knows them by. */
	rc = identity_add(inv, err);
	return rc ? rc : probe_firmware(rf, ilo, inv, err);
}

int ilo_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct ilo_service ilo = { 0 };
	struct redfish *rf;
	struct err why = { 0 };
	int rc = redfish_open(hw, REDFISH_ASK, PROBE_WAIT_MS, &rf, &why);

	if (rc == ERR_NOT_FOUND && !bmc_is_remote(hw))
		return 0; /* neither a channel nor a host interface: no iLO that could be asked */
	if (rc)
		return unreachable(inv, &why, err);
	rc = ilo_service_find(rf, &ilo, err);
	if (!rc)
		rc = probe_ilo(hw, rf, &ilo, inv, err);
	else if (!ilo.root.is_ilo && rc == ERR_UNSUPPORTED)
		rc = 0; /* somebody else's BMC, somebody else's backend */
	redfish_close(rf);
	return rc;
}

static int refresh_firmware(struct redfish *rf, const struct ilo_service *ilo, struct device *dev,
			    struct err *err)
{
	struct ilo_list list;
	bool found = false;
	int rc = ilo_list_read(rf, ilo, &list, err);

	for (size_t i = 0; !rc && !found && i < list.count; i++) {
		if (!ilo_fits(&list.items[i], dev))
			continue;
		found = true;
		if (ilo_fill(dev, &list.items[i]))
			rc = err_set(err, ERR_NOMEM, "out of memory");
		if (dev->kind == DEVICE_FIRMWARE)
			snprintf(dev->version, sizeof(dev->version), "%s", list.items[i].version);
	}
	ilo_list_free(&list);
	if (!rc && !found)
		return err_set(err, ERR_DEVICE_GONE, "the iLO does not show it any more");
	return rc;
}

/* Another machine's ROM is known by its iLO alone. */
static int refresh_system(struct redfish *rf, const struct ilo_service *ilo, struct device *dev,
			  struct err *err)
{
	struct redfish_system system;
	int rc = ilo_system_get(rf, ilo, &system, err);

	if (!rc && describe_system(dev, &system, true))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	return rc;
}

int ilo_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct ilo_service ilo;
	struct redfish *rf;
	int rc = redfish_open(hw, REDFISH_ASK, REFRESH_WAIT_MS, &rf, err);

	if (rc)
		return rc == ERR_NOT_FOUND && err ? (err->code = ERR_DEVICE_GONE) : rc;
	rc = ilo_service_find(rf, &ilo, err);
	if (!rc && dev->kind == DEVICE_BMC && ilo_fill_bmc(dev, &ilo))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (!rc && dev->kind == DEVICE_SYSTEM && bmc_is_remote(hw))
		rc = refresh_system(rf, &ilo, dev, err);
	if (!rc)
		rc = refresh_firmware(rf, &ilo, dev, err);
	redfish_close(rf);
	return rc;
}
