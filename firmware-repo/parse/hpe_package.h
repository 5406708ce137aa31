/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What HPE says of one of its packages, whichever file says it: payload.json of a .fwpkg, an entry
 * of a Service Pack's manifest.json, or a cp*.xml. Texts are as they stand there; those for people
 * are cut to their size between characters, all others are refused when they do not fit.
 */
#ifndef FWREPO_PARSE_HPE_PACKAGE_H
#define FWREPO_PARSE_HPE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define HPE_MAX_DEVICES 4096  /* one entry a target */
#define HPE_MAX_IMAGES	8192  /* of all devices together */
#define HPE_MAX_FILES	1024  /* of one package */
#define HPE_MAX_NEEDS	64    /* conditions of one package */
#define HPE_MAX_NUMBER	86400 /* seconds of a day; nothing else in there is larger */
#define HPE_TEXT_MAX	1024  /* texts for people */

/* Bits of updatable_by: who is able to flash it. */
#define HPE_BY_BMC	     1u
#define HPE_BY_UEFI	     2u
#define HPE_BY_RUNTIME_AGENT 4u
#define HPE_BY_OTHER	     8u /* a word that is not known */

struct hpe_image {
	char file[256];
	char type[32]; /* "Firmware"; "" = not told */
	uint32_t order;
	uint32_t install_seconds; /* InstallDurationSec, 0 = not told */
	uint32_t delay_seconds;	  /* DelayAfterInstallSec */
	bool reset_required, server_power_off, sys_power_on, pldm, direct_flash, uefi_flash;
};

struct hpe_device {
	char name[160];
	char target[GUID_TEXT]; /* lower case; "" = not told, or not a GUID */
	char version[64];
	struct hpe_image *images;
	size_t image_count;
};

/* Another device (by its GUID) must run this version or a newer one. */
struct hpe_need {
	char target[GUID_TEXT];
	char min_version[64];
};

/* A device that the package wants to see: any part may be "". */
struct hpe_supported {
	char ven[8], dev[8], subven[8], subdev[8]; /* hex digits */
	char target[GUID_TEXT];
	char type[32];
};

struct hpe_package {
	char device_class[GUID_TEXT]; /* lower case; "" = not told */
	char format[32];	      /* PackageFormat: "FWPKG-v2", "FWPKG", "" */
	char type[32];		      /* "Firmware", "ComboFirmware", "Software"; "" = not told */
	unsigned int updatable_by;    /* HPE_BY_*; 0 = not told */
	char min_active_version[64];  /* "" = none */
	struct hpe_device *devices;
	size_t device_count;
	struct hpe_supported *supported; /* prerequisites.supported_devices */
	size_t supported_count;

	char id[64];		      /* package.id.product: "cp057631" */
	char file[256];		      /* the package's own file name, where it tells it */
	char version[64];	      /* package.id.version or version@value: of the package */
	char name[160], name_ja[160]; /* package.name */
	char manufacturer[96];
	char category[96];		/* English: "Firmware - Storage Fibre Channel" */
	char description[HPE_TEXT_MAX]; /* English */
	char revision[HPE_TEXT_MAX];	/* first line of what the newest revision says */
	char change[32];		/* its type_of_change; "Critical", "2"; "" = not told */
	char release_date[32];		/* as it stands there */
	char reboot[32];		/* reboot_required: "yes", "no", "optional"; "" */
	uint32_t per_device_seconds;	/* per_device_install_time_seconds, 0 = not told */
	struct hpe_need *needs;		/* of installation_dependency, what is told in such terms */
	size_t need_count;
	char (*conditions)[HPE_TEXT_MAX]; /* the rest of it, prerequisite notes: for people */
	size_t condition_count;
	char (*files)[256]; /* that it says are in it */
	size_t file_count;
	char unread[HPE_TEXT_MAX]; /* names of members that were not understood; "" */
};

void hpe_package_free(struct hpe_package *pkg); /* what it points to; leaves {0} */

#endif
