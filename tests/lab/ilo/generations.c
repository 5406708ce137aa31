/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between the generations, as data: facts of HewlettPackard/ilo-rest-api-docs and
 * python-redfish-utility. Versions are made up.
 */
#include <stdio.h>
#include <string.h>

#include "ilo_internal.h"

static const struct ilo_generation generations[] = {
	{ .number = 3, /* RIBCL alone */
	  .model = "iLO 3",
	  .version = "1.88 Jul 13 2016",
	  .oem = "Hp",
	  .registry = "iLO.0.10" },
	{ .number = 4,
	  .model = "iLO 4",
	  .version = "2.82 Feb 06 2023",
	  .oem = "Hp",
	  .registry = "iLO.0.10",
	  .chif = true },
	{ .number = 5,
	  .model = "iLO 5",
	  .version = "2.44 Jul 21 2021",
	  .oem = "Hpe",
	  .registry = "iLO.2.14",
	  .chif = true,
	  .update_service = true,
	  .actions_inside_oem = true },
	{ .number = 6,
	  .model = "iLO 6",
	  .version = "1.40 May 05 2023",
	  .oem = "Hpe",
	  .registry = "iLO.2.23",
	  .chif = true,
	  .update_service = true },
	{ .number = 7,
	  .model = "iLO 7",
	  .version = "1.12.00 Jan 20 2025",
	  .oem = "Hpe",
	  .registry = "iLO.3.1",
	  .update_service = true,
	  .actions_inside_oem = true,
	  .stubs = true,
	  .post_tasks_stay_pending = 1 },
};

const struct ilo_generation *ilo_generation(unsigned int number)
{
	for (size_t i = 0; i < sizeof(generations) / sizeof(*generations); i++)
		if (generations[i].number == number)
			return &generations[i];
	return NULL;
}

/* Device classes and targets as HPE's packages have them (D.7, E.5, J of what is known). */
static const struct ilo_firmware table[] = {
	{ ILO_ITSELF,
	  "iLO",
	  "System Board",
	  "2f317b9d-c9e3-4d76-bff6-b9d0d085a952",
	  { "4764a662-b342-4fc7-9ce9-258c5d99e815", "c0bcf2b9-1141-49af-aab8-c73791f0349c" },
	  "",
	  "",
	  "" },
	{ ILO_AT_REBOOT,
	  "System ROM",
	  "System Board",
	  "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4",
	  { "00000000-0000-0000-0000-000000000205", "00000000-0000-0000-0000-000001553330" },
	  "U30 v2.34 (04/08/2020)",
	  "",
	  "" },
	{ ILO_BY_UEFI,
	  "System Programmable Logic Device",
	  "System Board",
	  "b1ad439a-9dd1-41c1-a496-2da9313f1f07",
	  { "a6fc96b3-8f4d-4b8b-9c11-2f4f1d1d0101", NULL },
	  "0x2A",
	  "",
	  "" },
	{ ILO_AT_ONCE,
	  "Power Management Controller Firmware",
	  "System Board",
	  "9e48a28a-586c-4519-8405-a04f84e27f0f",
	  { "2e6c4f9c-3c4f-4d2c-8a5e-6d3b70a40202", NULL },
	  "1.0.7",
	  "",
	  "" },
	{ ILO_AT_REBOOT,
	  "Server Platform Services (SPS) Firmware",
	  "System Board",
	  "b34e5677-21dc-45d3-872b-42f76fee9053",
	  { "0f2d2d87-5d0b-4d6b-9d3c-3e2a4b1c0303", NULL },
	  "4.1.4.804",
	  "",
	  "" },
	{ ILO_AT_REBOOT,
	  "LAB Ethernet 2-port Adapter",
	  "Slot=1:Device=0",
	  "79f0c163-0c13-4662-9dea-09235fef90cb",
	  { "a6b1a447-382a-5a4f-14e4-16d815900212", NULL },
	  "20.8.41",
	  "",
	  "" },
	{ ILO_AT_REBOOT,
	  "LAB Ethernet 2-port Adapter",
	  "Slot=2:Device=0",
	  "79f0c163-0c13-4662-9dea-09235fef90cb",
	  { "a6b1a447-382a-5a4f-14e4-16d815900212", NULL },
	  "20.8.41",
	  "",
	  "" },
	{ ILO_FIXED,
	  "Redundant System ROM",
	  "System Board",
	  "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4",
	  { NULL, NULL },
	  "U30 v2.32 (03/09/2020)",
	  "",
	  "" },
	{ ILO_FIXED,
	  "Embedded Video Controller",
	  "Embedded Device",
	  NULL,
	  { NULL, NULL },
	  "2.5",
	  "",
	  "" },
};

void ilo_fill_firmware(struct ilo *ilo)
{
	memcpy(ilo->firmware, table, sizeof(table));
	ilo->firmware_count = sizeof(table) / sizeof(*table);
	snprintf(ilo->firmware[0].version, sizeof(ilo->firmware[0].version), "%s",
		 ilo->gen->version);
}

/* By its whole name, or the short ones of the tests: "CPLD". */
const struct ilo_firmware *ilo_find_firmware(const struct ilo *ilo, const char *name)
{
	if (strcmp(name, "CPLD") == 0)
		name = "System Programmable Logic Device";
	for (size_t i = 0; i < ilo->firmware_count; i++)
		if (strcmp(ilo->firmware[i].name, name) == 0)
			return &ilo->firmware[i];
	return NULL;
}

struct ilo_firmware *ilo_change_firmware(struct ilo *ilo, const char *name)
{
	const struct ilo_firmware *fw = ilo_find_firmware(ilo, name);

	return fw ? &ilo->firmware[fw - ilo->firmware] : NULL;
}
