/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/target.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "format/guid.h"

const char *const proof_fields[] = {
	"nvme.fr",	/* Identify Controller FR */
	"drive.rev",	/* the revision of a drive, whatever it is connected by */
	"scsi.rev",	/* INQUIRY product revision level */
	"ata.rev",	/* IDENTIFY DEVICE words 23-26 */
	"ses.rev",	/* INQUIRY product revision level of an enclosure */
	"system.rom",	/* "U30 v2.34 (04/08/2020)", out of SMBIOS type 0; HPE only */
	"esrt.version", /* fw_version of the ESRT entry, decimal */
	"devlink.fw",	/* running versions of devlink info, by their generic names */
	"devlink.fw.bundle_id",
	"devlink.fw.mgmt",
	"devlink.fw.undi",
	"devlink.fw.ncsi",
	"devlink.fw.psid",
	"devlink.fw.roce",
	"devlink.fw.bootloader",
	"devlink.fw.app",
	"ethtool.fw",	   /* fw_version of ETHTOOL_GDRVINFO */
	"redfish.version", /* Version of the BMC's firmware inventory */
	"bmc.version",	   /* what the BMC says of itself */
	"ipmi.version",	   /* Get Device ID */
	NULL,
};

/*
 * hpe-fwpkg: the payload is a whole .fwpkg, which an iLO takes as it is. The others begin with the
 * backend that reads them, see its header.
 */
static const char *const flags[] = {
	"hpe-fwpkg",
	"ilo-uefi",
	"ilo-bmc-uefi",
	"nvme-ca1",
	"nvme-ca3",
	"nvme-pad-ff",
	"scsi-mode=",
	"ses-mode=",
	"ses-subenclosure=",
	"ata-mode=",
	"devlink-component=",
	"devlink-overwrite-settings",
	"devlink-overwrite-identifiers",
	"ethtool-region=",
};

bool component_flag_known(const char *flag)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		size_t len = strlen(flags[i]);

		if (flags[i][len - 1] == '=' ? !strncmp(flag, flags[i], len) && flag[len]
					     : !strcmp(flag, flags[i]))
			return true;
	}
	return false;
}

const char *const backend_words[] = {
	"nvme",	       "scsi",	    "ses",	"ata",	   "devlink",	  "ethtool", "uefi-capsule",
	"ilo-redfish", "ilo-ribcl", "ipmi-hpm", "redfish", "vendor-tool", NULL,
};

bool backend_is_by_bmc(const char *backend)
{
	static const char *const words[] = { "ilo-redfish", "ilo-ribcl", "redfish", "ipmi-hpm" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(backend, words[i]) == 0)
			return true;
	return false;
}

/* Exactly groups of four lower-case hex digits between colons. */
static bool is_hex_groups(const char *value, size_t groups)
{
	uint8_t id[2];
	char digits[5];

	if (strlen(value) != groups * 5 - 1)
		return false;
	for (size_t i = 0; i < groups; i++) {
		memcpy(digits, value + 5 * i, 4);
		digits[4] = '\0';
		if (hex_decode(digits, id, sizeof(id)))
			return false;
		if (i + 1 < groups && value[5 * i + 4] != ':')
			return false;
	}
	return true;
}

static bool is_pci_id(const char *value)
{
	return is_hex_groups(value, 2);
}

static bool is_pci_subsystem(const char *value)
{
	return is_hex_groups(value, 4);
}

static bool is_guid(const char *value)
{
	uint8_t guid[GUID_BYTES];
	char text[GUID_TEXT];

	if (guid_parse_be(value, guid))
		return false;
	guid_text_be(guid, text);
	return strcmp(text, value) == 0;
}

static bool is_rom_family(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len < 8 && strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

static bool is_generation(const char *value)
{
	return value[0] >= '1' && value[0] <= '9' &&
	       (!value[1] || (value[1] >= '0' && value[1] <= '9' && !value[2]));
}

/* MN is 40 bytes of ASCII, padded with blanks (NVMe Base 2.0, figure 275); others are shorter. */
static bool is_model(const char *value)
{
	size_t len = strlen(value);

	if (len < 1 || len > 40 || value[0] == ' ' || value[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return false;
	return true;
}

/* "mlx5_core", "mlx5_core:fw.psid=MT_0000000008" */
static bool is_driver(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len < 32 &&
	       strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static bool is_driver_version(const char *value)
{
	const char *colon = strchr(value, ':'), *equals = colon ? strchr(colon, '=') : NULL;
	char driver[32];

	if (!equals || equals == colon + 1 || colon - value >= (int)sizeof(driver))
		return false;
	memcpy(driver, value, (size_t)(colon - value));
	driver[colon - value] = '\0';
	return is_driver(driver) && is_model(equals + 1);
}

/* "ACME/Server 100/BMC": maker, model of the server, what it is called by; no part is empty. */
static bool is_redfish(const char *value)
{
	size_t slashes = 0;

	for (const char *c = value; *c; c++) {
		if (*c < 0x20 || *c > 0x7e || (*c == '/' && (c == value || c[1] == '/' || !c[1])))
			return false;
		slashes += *c == '/';
	}
	return slashes == 2 && strlen(value) <= 110;
}

static const struct target_type {
	const char *prefix;
	unsigned int rank;
	bool (*check)(const char *value);
} types[] = {
	{ "pci:", 1, is_pci_id },
	{ "guid:", 2, is_guid },
	{ "pci:", 3, is_pci_subsystem },
	{ "pldm-uuid:", 3, is_guid },
	{ "ilo:", 3, is_generation },
	{ "hpe-target:", 3, is_guid },
	{ "redfish:", 3, is_redfish },
	{ "hpe-rom:", 3, is_rom_family },
	{ "drive-model:", 4, is_model },
	{ "nvme-model:", 4, is_model },
	{ "enclosure-model:", 4, is_model },
	{ "devlink:", 1, is_driver },
	{ "devlink:", 4, is_driver_version },
};

unsigned int target_rank(const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t len = strlen(types[i].prefix);

		if (strncmp(text, types[i].prefix, len) == 0 && types[i].check(text + len))
			return types[i].rank;
	}
	return 0;
}

int target_check(const char *text)
{
	return target_rank(text) ? 0 : ERR_FORMAT;
}
