/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of backends: an explicit one, constructors in a static library are dropped silently. */
#include <string.h>

#include "backends/backend.h"

/* "ses" comes behind those that find drives: it knows the slots that they are in. */
const struct backend *const backends[] = {
	&backend_nvme,	    &backend_scsi,    &backend_ata,	     &backend_ses,
	&backend_devlink,   &backend_ethtool, &backend_uefi_capsule, &backend_ilo_redfish,
	&backend_ilo_ribcl, &backend_redfish, &backend_vendor_tool,  NULL,
};

const struct backend *backend_find(const char *name)
{
	for (const struct backend *const *backend = backends; *backend; backend++)
		if (!strcmp((*backend)->name, name))
			return *backend;
	return NULL;
}
