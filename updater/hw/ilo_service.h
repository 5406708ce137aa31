/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an iLO is asked before anything is changed: itself, its server, its UpdateService. */
#ifndef DRYDOCK_HW_ILO_SERVICE_H
#define DRYDOCK_HW_ILO_SERVICE_H

#include "format/redfish_firmware.h"
#include "format/redfish_update.h"
#include "hw/redfish.h"

#define ILO_UPDATE_GENERATION 5 /* the first that takes files by Redfish */

struct ilo_service {
	struct redfish_root root;
	struct redfish_manager manager;
	char manager_uri[REDFISH_REF_MAX];
};

/* Finds out who answers. ERR_UNSUPPORTED: it is no iLO; the rest as redfish_get(). */
int ilo_service_find(struct redfish *rf, struct ilo_service *ret, struct err *err);

int ilo_system_get(struct redfish *rf, const struct ilo_service *ilo, struct redfish_system *ret,
		   struct err *err);

/* ERR_UNSUPPORTED: an iLO 4 or older has none that takes files. */
int ilo_update_get(struct redfish *rf, const struct ilo_service *ilo, struct redfish_update *ret,
		   struct err *err);

/*
 * Calls each() for all firmware that the iLO knows of, an iLO 4's own list included; ends when it
 * returns other than 0 and returns that.
 */
int ilo_firmware_each(struct redfish *rf, const struct ilo_service *ilo,
		      int (*each)(void *ctx, const struct redfish_firmware *firmware,
				  struct err *err),
		      void *ctx, struct err *err);

/* Does the BIOS say that a TPM is active? What cannot be read is not known to be. */
bool ilo_has_tpm(struct redfish *rf, const struct redfish_system *system);

/* "Production", "HighSecurity" ...; "" = it does not say. */
void ilo_security_get(struct redfish *rf, const struct ilo_service *ilo, char *buf, size_t size);

#endif
