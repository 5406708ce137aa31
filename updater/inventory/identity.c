/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "format/guid.h"
#include "inventory/target.h"

/*
 * HPE's scheme for PCI cards: a fixed beginning, then vendor, device, subsystem vendor and
 * subsystem device. Seen in firmware inventories of iLO 5 and in packages of 2025 and 2026.
 */
#define HPE_PCI "a6b1a447-382a-5a4f-"
/* Of a drive: three fixed bytes, then 13 characters of its model number. */
static const uint8_t hpe_drive[] = { 0xa5, 0x40, 0x23 };
#define HPE_MODEL (GUID_BYTES - sizeof(hpe_drive))
/* Of a system ROM: its family, "U30", in hexadecimal at the end. */
#define HPE_ROM "00000000-0000-0000-0000-000001"

static int add(struct device *dev, const char *type, const char *value)
{
	char target[DEVICE_TARGET_MAX];

	snprintf(target, sizeof(target), "%s:%s", type, value);
	return target_check(target) ? 0 : device_add_target(dev, target);
}

static int add_instance(struct device *dev, const char *instance_id)
{
	char guid[GUID_TEXT];
	int rc = guid_of_instance_id(instance_id, guid);

	return rc ? rc : add(dev, "guid", guid);
}

struct pci_ids {
	char id[12];	    /* "8086:1593" */
	char subsystem[12]; /* "" = none */
	char revision[4];   /* "" = not known */
};

static void copy_prop(const struct device *dev, const char *key, char *ret, size_t size)
{
	const char *value = device_prop(dev, key);

	snprintf(ret, size, "%s", value ? value : "");
}

static bool read_pci_ids(const struct device *dev, struct pci_ids *ret)
{
	copy_prop(dev, "pci.id", ret->id, sizeof(ret->id));
	copy_prop(dev, "pci.subsystem", ret->subsystem, sizeof(ret->subsystem));
	copy_prop(dev, "pci.revision", ret->revision, sizeof(ret->revision));
	return strlen(ret->id) == 9 && (!ret->subsystem[0] || strlen(ret->subsystem) == 9);
}

/*
 * The instance ids that fwupd makes of a PCI function ("PCI") and of an NVMe drive on one ("NVME"):
 * upper case, the subsystem vendor before the subsystem device. What is branded is not called by
 * its maker's ids alone: firmware for them all need not be for this one.
 */
static int add_pci_instances(struct device *dev, const char *bus, const struct pci_ids *ids,
			     bool branded)
{
	char base[64], subsystem[32] = "", revision[16] = "", text[128];
	int rc = 0;

	snprintf(base, sizeof(base), "%s\\VEN_%.4s&DEV_%.4s", bus, ids->id, ids->id + 5);
	if (ids->subsystem[0])
		snprintf(subsystem, sizeof(subsystem), "&SUBSYS_%.4s%.4s", ids->subsystem,
			 ids->subsystem + 5);
	if (ids->revision[0])
		snprintf(revision, sizeof(revision), "&REV_%.2s", ids->revision);
	for (char *part = base; *part; part++)
		*part = (char)toupper((unsigned char)*part);
	for (char *part = subsystem; *part; part++)
		*part = (char)toupper((unsigned char)*part);
	for (char *part = revision; *part; part++)
		*part = (char)toupper((unsigned char)*part);
	for (int i = 0; !rc && i < 4; i++) {
		const char *with_subsystem = i & 1 ? subsystem : "";
		const char *with_revision = i & 2 ? revision : "";

		if ((i & 1 && !subsystem[0]) || (i & 2 && !revision[0]))
			continue;
		if (!(i & 1) && branded)
			continue;
		snprintf(text, sizeof(text), "%s%s%s", base, with_subsystem, with_revision);
		rc = add_instance(dev, text);
	}
	return rc;
}

static int name_pci(struct device *dev)
{
	struct pci_ids ids;
	char guid[GUID_TEXT];
	int rc;

	if (!read_pci_ids(dev, &ids))
		return 0;
	rc = add_pci_instances(dev, "PCI", &ids, false);
	if (rc || !ids.subsystem[0])
		return rc;
	snprintf(guid, sizeof(guid), HPE_PCI "%.4s-%.4s%.4s%.4s", ids.id, ids.id + 5, ids.subsystem,
		 ids.subsystem + 5);
	return add(dev, "hpe-target", guid);
}

/* A model of another length has no such GUID that is known; its readable target does. */
static int name_hpe_drive(struct device *dev)
{
	uint8_t bytes[GUID_BYTES];
	char guid[GUID_TEXT];

	if (strlen(dev->model) != HPE_MODEL)
		return 0;
	memcpy(bytes, hpe_drive, sizeof(hpe_drive));
	memcpy(bytes + sizeof(hpe_drive), dev->model, HPE_MODEL);
	guid_text_mixed(bytes, guid);
	return add(dev, "hpe-target", guid);
}

/* The FGUID is 16 bytes, big-endian (NVMe Base 2.0, figure 275); fwupd reads it as mixed-endian. */
static int name_fguid(struct device *dev)
{
	const char *hex = device_prop(dev, "nvme.fguid");
	uint8_t bytes[GUID_BYTES];
	char guid[GUID_TEXT];

	if (!hex || hex_decode(hex, bytes, sizeof(bytes)))
		return 0;
	guid_text_mixed(bytes, guid);
	return add(dev, "guid", guid);
}

/*
 * A drive that a server's vendor sells under its name: the subsystem vendor is not the maker. fwupd
 * does likewise for those whose vendor area it can read.
 */
static bool is_branded(const struct pci_ids *ids)
{
	return ids->subsystem[0] && strncmp(ids->subsystem, ids->id, 4) != 0;
}

static int name_nvme(const struct inventory *inv, struct device *dev)
{
	const struct device *function = inventory_find(inv, dev->parent);
	struct pci_ids ids;
	int rc = add(dev, "drive-model", dev->model);

	if (!rc)
		rc = name_hpe_drive(dev);
	if (!rc)
		rc = name_fguid(dev);
	if (!rc && function && function->kind == DEVICE_PCI && read_pci_ids(function, &ids))
		rc = add_pci_instances(dev, "NVME", &ids, is_branded(&ids));
	return rc || !dev->model[0] ? rc : add_instance(dev, dev->model);
}

static int name_drive(struct device *dev)
{
	int rc = add(dev, "drive-model", dev->model);

	return rc ? rc : name_hpe_drive(dev);
}

/* The generation of a server tells that of its iLO. The longer name first. */
static const struct {
	const char *in_model, *ilo;
} generations[] = {
	{ "Gen12", "7" }, { "Gen11", "6" }, { "Gen10", "5" }, { "Gen9", "4" },
	{ "Gen8", "4" },  { " G7", "3" },   { " G6", "2" },
};

static bool is_hpe(const struct device *system)
{
	return strncmp(system->vendor, "HP", 2) == 0 &&
	       (!system->vendor[2] || system->vendor[2] == 'E');
}

static struct device *first_of(const struct inventory *inv, enum device_kind kind)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].kind == kind)
			return &inv->devices[i];
	return NULL;
}

static int name_ilo(const struct inventory *inv, struct device *system)
{
	struct device *bmc = first_of(inv, DEVICE_BMC), *named = bmc ? bmc : system;

	for (size_t i = 0; i < sizeof(generations) / sizeof(*generations); i++)
		if (strstr(system->model, generations[i].in_model)) {
			int rc = add(named, "ilo", generations[i].ilo);

			return rc ? rc : device_set_prop(named, "ilo.inferred-from", system->model);
		}
	return 0;
}

/* SMBIOS type 0 of an HPE server: version "U30", release 2.34, date 04/08/2020. */
static int name_rom(struct device *system)
{
	const char *family = device_prop(system, "bios.version");
	const char *release = device_prop(system, "bios.release");
	const char *date = device_prop(system, "bios.date");
	char text[96], guid[GUID_TEXT];
	int rc;

	if (!family || strlen(family) != 3)
		return 0;
	rc = add(system, "hpe-rom", family);
	snprintf(guid, sizeof(guid), HPE_ROM "%02x%02x%02x", (unsigned int)family[0],
		 (unsigned int)family[1], (unsigned int)family[2]);
	if (!rc)
		rc = add(system, "hpe-target", guid);
	if (rc || !release || !date)
		return rc;
	snprintf(text, sizeof(text), "%s v%s (%s)", family, release, date);
	return device_set_prop(system, "system.rom", text);
}

static int name_system(const struct inventory *inv, struct device *system)
{
	int rc;

	if (!is_hpe(system))
		return 0;
	rc = name_rom(system);
	return rc ? rc : name_ilo(inv, system);
}

int identity_add(struct inventory *inv, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < inv->count; i++) {
		struct device *dev = &inv->devices[i];

		if (dev->kind == DEVICE_PCI)
			rc = name_pci(dev);
		else if (dev->kind == DEVICE_NVME)
			rc = name_nvme(inv, dev);
		else if (dev->kind == DEVICE_DRIVE)
			rc = name_drive(dev);
		else if (dev->kind == DEVICE_SYSTEM)
			rc = name_system(inv, dev);
		if (rc)
			return err_set(err, rc, "%s: its vendor's names do not fit", dev->id);
	}
	return 0;
}

static bool pci_of(const char *guid, char *ret, size_t size)
{
	const char *ids = guid + strlen(HPE_PCI);

	if (strncmp(guid, HPE_PCI, strlen(HPE_PCI)) != 0)
		return false;
	snprintf(ret, size, "pci:%.4s:%.4s:%.4s:%.4s", ids, ids + 5, ids + 9, ids + 13);
	return true;
}

static bool drive_of(const uint8_t bytes[GUID_BYTES], char *ret, size_t size)
{
	char model[HPE_MODEL + 1] = "";
	size_t len = HPE_MODEL;

	if (memcmp(bytes, hpe_drive, sizeof(hpe_drive)) != 0)
		return false;
	memcpy(model, bytes + sizeof(hpe_drive), HPE_MODEL);
	while (len > 0 && (model[len - 1] == '\0' || model[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)model[i]) && model[i] != '-')
			return false;
	snprintf(ret, size, "drive-model:%.*s", (int)len, model);
	return len > 0;
}

static bool rom_of(const char *guid, const uint8_t bytes[GUID_BYTES], char *ret, size_t size)
{
	if (strncmp(guid, HPE_ROM, strlen(HPE_ROM)) != 0)
		return false;
	for (size_t i = GUID_BYTES - 3; i < GUID_BYTES; i++)
		if (!isupper(bytes[i]) && !isdigit(bytes[i]))
			return false;
	snprintf(ret, size, "hpe-rom:%.3s", (const char *)bytes + GUID_BYTES - 3);
	return true;
}

/* Targets of iLO firmware, as in the firmware inventory of iLOs of that generation. */
static const char *const ilo_targets[][2] = {
	{ "4764a662-b342-4fc7-9ce9-258c5d99e815", "5" },
	{ "c0bcf2b9-1141-49af-aab8-c73791f0349c", "5" },
};

static bool ilo_of(const char *guid, char *ret, size_t size)
{
	for (size_t i = 0; i < sizeof(ilo_targets) / sizeof(*ilo_targets); i++) {
		if (strcmp(ilo_targets[i][0], guid) != 0)
			continue;
		snprintf(ret, size, "ilo:%s", ilo_targets[i][1]);
		return true;
	}
	return false;
}

bool identity_of_hpe_target(const char *guid, char *ret, size_t ret_size)
{
	uint8_t bytes[GUID_BYTES];
	char text[GUID_TEXT];

	if (guid_parse_mixed(guid, bytes))
		return false;
	guid_text_mixed(bytes, text); /* in lower case */
	return pci_of(text, ret, ret_size) || drive_of(bytes, ret, ret_size) ||
	       rom_of(text, bytes, ret, ret_size) || ilo_of(text, ret, ret_size);
}
