/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/hpe_class.h"

#include <stddef.h>
#include <strings.h>

static const struct hpe_class classes[] = {
	{ "2f317b9d-c9e3-4d76-bff6-b9d0d085a952", "iLO", "bmc", "bmc.version", false },
	{ "aa148d2e-6e09-453e-bc6f-63baa5f5ccc4", "System ROM", "system-rom", "system.rom", true },
	{ "f6de0320-2e0f-489a-b238-6dd8ae7c3811", "Drive", "drive", "drive.rev", false },
	{ "79f0c163-0c13-4662-9dea-09235fef90cb", "Network adapter", "nic", "redfish.version",
	  false },
	{ "4149ebb7-d64b-4654-b679-4280f349ea50", "Backplane", "enclosure", "redfish.version",
	  false },
	{ "3653aa90-7089-453a-899c-792827a50d67", "NVMe backplane", "enclosure", "redfish.version",
	  false },
	{ "b8f46d06-85db-465c-94fb-d106e61378ed", "APML", "other", "redfish.version", false },
	{ "b1ad439a-9dd1-41c1-a496-2da9313f1f07", "Programmable logic", "other", "redfish.version",
	  true },
	{ "9e48a28a-586c-4519-8405-a04f84e27f0f", "Power management controller", "controller",
	  "redfish.version", false },
	{ "6bb86077-0275-4614-aae1-86618e8b1c27", "Power supply", "power-supply", "redfish.version",
	  false },
	{ "e232fcdf-bccb-4753-a99b-f6b11c6eb074", "EEPROM", "other", "redfish.version", false },
	{ "da7f0718-444c-491c-b9bf-b5a9ccc5e6e8", "Files", "other", NULL, false },
	{ "27104c0c-3ac5-4991-8afb-d1f3cd166fb4", "Language pack", "other", NULL, false },
	{ "c734e171-8721-48c9-9ed6-d5bc7da5ef8d", "Innovation Engine", "controller",
	  "redfish.version", true },
	{ "b34e5677-21dc-45d3-872b-42f76fee9053", "Server Platform Services", "controller",
	  "redfish.version", true },
	{ "83f28ee0-8423-4716-ad1d-878d0e5f5e21", "Voltage regulators", "other", "redfish.version",
	  false },
	{ "9863c374-0115-492d-9868-8894c86c4513", "PLDM device", "other", "redfish.version",
	  false },
	{ "96977775-d21a-4bfc-89f3-2dd085136fb6", "Embedded media", "other", "redfish.version",
	  false },
};

const struct hpe_class *hpe_class_of(const char *guid)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcasecmp(classes[i].guid, guid) == 0)
			return &classes[i];
	return NULL;
}
