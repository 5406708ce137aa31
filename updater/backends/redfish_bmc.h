/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware by a management controller that keeps to the Redfish standard and is no iLO; for the
 * files redfish_*.c only.
 *
 * What is called by its SoftwareId is called so in all servers of a maker (one id for every BIOS),
 * so the model of the server belongs to the target: "redfish:<Manufacturer>/<Model>/<SoftwareId>".
 * The BMC's own firmware and the BIOS, whose ids change with their versions in some services, are
 * "BMC" and "BIOS" where they have no SoftwareId; the rest goes by its Id then.
 */
#ifndef DRYDOCK_BACKENDS_REDFISH_BMC_H
#define DRYDOCK_BACKENDS_REDFISH_BMC_H

#include "backends/backend.h"
#include "format/redfish_firmware.h"
#include "format/redfish_standard.h"
#include "hw/redfish.h"

#define REDFISH_BACKEND "redfish"

/* The service, and what of its server belongs to every target. */
struct redfish_bmc {
	struct redfish *rf;
	struct redfish_root root;
	struct redfish_uploads uploads;
	char maker[64], model[64], serial[64];
	/* Of several images of one device the one that runs; "" = the service does not say. */
	char active_bmc[REDFISH_STANDARD_REF], active_bios[REDFISH_STANDARD_REF];
};

/*
 * Opens a client and reads what the service is. ERR_NOT_FOUND: there is none, or it is an iLO;
 * ERR_UNSUPPORTED: it has no UpdateService; the rest as redfish_open(). Nothing to be closed then.
 */
int redfish_bmc_open(struct hwio *hw, enum redfish_use use, uint32_t wait_ms,
		     struct redfish_bmc *ret, struct err *err);
void redfish_bmc_close(struct redfish_bmc *bmc);

/* The device of the inventory that a member is; false: it is an image that does not run. */
bool redfish_bmc_device_id(const struct redfish_bmc *bmc, const struct redfish_software *software,
			   char id[DEVICE_ID_MAX]);
bool redfish_bmc_target(const struct redfish_bmc *bmc, const struct redfish_software *software,
			char target[DEVICE_TARGET_MAX]);

/* The member that a device of the inventory is. ERR_DEVICE_GONE: it is not there any more. */
int redfish_bmc_find(const struct redfish_bmc *bmc, const struct device *dev,
		     struct redfish_software *ret, struct err *err);

/* What it says, into *dev but id and kind. ERR_NOMEM. */
int redfish_bmc_describe(const struct redfish_bmc *bmc, const struct redfish_software *software,
			 struct device *dev, struct err *err);

/*
 * Is the service at work with an update, whoever sent it? 1 and words for people ("Running, 40 %"),
 * 0 (also when it has no tasks to show), or the errors of redfish_get().
 */
int redfish_bmc_at_work(struct redfish_bmc *bmc, char *words, size_t size, struct err *err);

int redfish_bmc_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int redfish_bmc_refresh(struct hwio *hw, struct device *dev, struct err *err);
int redfish_bmc_check(struct backend_io *io, struct err *err);
int redfish_bmc_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int redfish_bmc_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int redfish_bmc_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
