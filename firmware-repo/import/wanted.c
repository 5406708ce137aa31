/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/wanted.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/hwio.h"
#include "hw/pci_dump.h"
#include "inventory/identity.h"
#include "inventory/probe.h"
#include "plan/plan_match.h"

/* PCI Code and ID Assignment 1.11, section 1. */
#define CLASS_STORAGE "01"
#define CLASS_RAID    "0104"
#define CLASS_NVME    "0108"

/* The iLO's management function, facts of the kernel's hpilo driver and its predecessors. */
static const char *const ilo_ids[] = { "0e11:b204", "103c:3306", "103c:3307" };

static bool has_class(const struct device *dev, const char *prefix)
{
	const char *class_code = device_prop(dev, "pci.class");

	return class_code && strncmp(class_code, prefix, strlen(prefix)) == 0;
}

static bool any_class(const struct inventory *server, const char *prefix)
{
	for (size_t i = 0; i < server->count; i++)
		if (has_class(&server->devices[i], prefix))
			return true;
	return false;
}

static const struct device *first_of(const struct inventory *server, enum device_kind kind)
{
	for (size_t i = 0; i < server->count; i++)
		if (server->devices[i].kind == kind)
			return &server->devices[i];
	return NULL;
}

static bool any_target(const struct inventory *server, const char *prefix)
{
	for (size_t i = 0; i < server->count; i++)
		for (size_t j = 0; j < server->devices[i].target_count; j++)
			if (strncmp(server->devices[i].targets[j], prefix, strlen(prefix)) == 0)
				return true;
	return false;
}

/* What follows tells whether an inventory shows a kind of device wherever there is one. */

static bool shows_pci(const struct inventory *server)
{
	return first_of(server, DEVICE_PCI) != NULL;
}

/* Drives have a function each, but only the drive tells its model, and a RAID controller none. */
static bool shows_nvme(const struct inventory *server)
{
	if (!shows_pci(server) || any_class(server, CLASS_RAID))
		return false;
	return first_of(server, DEVICE_SYSTEM) || !any_class(server, CLASS_NVME);
}

static bool shows_drives(const struct inventory *server)
{
	for (size_t i = 0; i < server->count; i++)
		if (has_class(&server->devices[i], CLASS_STORAGE) &&
		    !has_class(&server->devices[i], CLASS_NVME))
			return false;
	return shows_nvme(server);
}

static bool shows_rom(const struct inventory *server)
{
	const struct device *system = first_of(server, DEVICE_SYSTEM);

	return system && system->version[0];
}

static bool shows_ilo(const struct inventory *server)
{
	for (size_t i = 0; i < server->count; i++) {
		const char *id = device_prop(&server->devices[i], "pci.id");

		for (size_t j = 0; id && j < sizeof(ilo_ids) / sizeof(*ilo_ids); j++)
			if (strcmp(id, ilo_ids[j]) == 0)
				return any_target(server, "ilo:");
	}
	return shows_pci(server);
}

/* Backplanes, power supplies, CPLDs: no inventory shows them, but other vendors have none. */
static bool is_of_other_vendor(const struct inventory *server)
{
	const struct device *system = first_of(server, DEVICE_SYSTEM);

	return system && system->vendor[0] && strncasecmp(system->vendor, "HP", 2) != 0 &&
	       strncasecmp(system->vendor, "Hewlett", 7) != 0;
}

static bool shows_esrt(const struct inventory *server)
{
	for (size_t i = 0; i < server->count; i++)
		if (device_prop(&server->devices[i], "esrt.version"))
			return true;
	return false;
}

/* A GUID does not say what it is of; who writes it does. */
static bool shows_backend(const struct inventory *server, const char *backend)
{
	static const struct {
		const char *backend;
		bool (*shows)(const struct inventory *server);
	} kinds[] = {
		{ "nvme", shows_nvme },	  { "scsi", shows_drives }, { "ata", shows_drives },
		{ "devlink", shows_pci }, { "ethtool", shows_pci }, { "uefi-capsule", shows_esrt },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(backend, kinds[i].backend) == 0)
			return kinds[i].shows(server);
	return false;
}

static bool shows_type(const struct inventory *server, const char *target)
{
	static const struct {
		const char *prefix;
		bool (*shows)(const struct inventory *server);
	} types[] = {
		{ "pci:", shows_pci },
		{ "nvme-model:", shows_nvme },
		{ "drive-model:", shows_drives },
		{ "hpe-rom:", shows_rom },
		{ "ilo:", shows_ilo },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strncmp(target, types[i].prefix, strlen(types[i].prefix)) == 0)
			return types[i].shows(server);
	return false;
}

static bool is_of_ilo(const struct component *comp)
{
	for (size_t i = 0; i < comp->target_count; i++)
		if (strncmp(comp->targets[i], "ilo:", 4) == 0)
			return true;
	return false;
}

/* Would the inventory show the target, if the server had it? */
static bool shows(const struct inventory *server, const struct component *comp, const char *target)
{
	static const char hpe[] = "hpe-target:";
	char readable[DEVICE_TARGET_MAX];

	if (strncmp(target, "guid:", 5) == 0)
		return shows_backend(server, comp->backend);
	if (strncmp(target, hpe, sizeof(hpe) - 1) != 0)
		return shows_type(server, target);
	if (identity_of_hpe_target(target + sizeof(hpe) - 1, readable, sizeof(readable)))
		return shows_type(server, readable);
	if (is_of_ilo(comp))
		return shows_ilo(server);
	return is_of_other_vendor(server);
}

static enum wanted wanted_by(const struct inventory *server, const struct component *comp)
{
	for (size_t i = 0; i < server->count; i++)
		if (match_rank(comp, &server->devices[i]))
			return WANTED_YES;
	if (comp->target_count == 0)
		return WANTED_CANNOT_TELL;
	for (size_t i = 0; i < comp->target_count; i++)
		if (!shows(server, comp, comp->targets[i]))
			return WANTED_CANNOT_TELL;
	return WANTED_NO;
}

enum wanted wanted_component(const struct inventory *servers, size_t count,
			     const struct component *comp)
{
	enum wanted ret = count ? WANTED_NO : WANTED_YES;

	for (size_t i = 0; i < count && ret != WANTED_YES; i++) {
		enum wanted by = wanted_by(&servers[i], comp);

		if (by != WANTED_NO)
			ret = by;
	}
	return ret;
}

static bool is_json(const uint8_t *text, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", text[i]) && text[i])
		i++;
	return i < len && text[i] == '{';
}

static int read_dump(const char *path, struct inventory *ret, struct err *err)
{
	struct probe_source source = {
		.hw = hwio_real_new(NULL),
		.lspci_dump = path,
		.pci_ids = "/dev/null", /* names are for people */
	};
	CLEANUP_FREE char *warnings = NULL;
	int rc = source.hw ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	rc = rc ? rc : probe_all(&source, ret, &warnings, err);
	hwio_real_free(source.hw);
	return rc;
}

int wanted_read_server(const char *path, struct inventory *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len = 0;
	bool json;
	int rc = fsio_read_file(path, PCI_DUMP_MAX_BYTES, &text, &len, err);

	if (rc)
		return rc;
	json = is_json(text, len);
	rc = json ? inventory_from_json(text, len, ret, err) : read_dump(path, ret, err);
	rc = rc ? rc : identity_add(ret, err);
	if (rc)
		inventory_free(ret);
	return rc && json ? err_prefix(err, "%s", path) : rc;
}
