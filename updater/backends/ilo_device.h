/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware that an iLO knows of, as devices of the inventory. */
#ifndef DRYDOCK_BACKENDS_ILO_DEVICE_H
#define DRYDOCK_BACKENDS_ILO_DEVICE_H

#include "backends/backend.h"
#include "hw/ilo_service.h"

#define ILO_BACKEND "ilo-redfish"

/* Firmware with the same targets is flashed by one file: one device, or several of a model. */
struct ilo_firmware {
	struct redfish_firmware first;
	char version[sizeof(((struct device *)0)->version)]; /* the oldest of them */
	char context[208];				     /* of all, with "; " between */
	unsigned int count;
};

struct ilo_list {
	struct ilo_firmware *items;
	size_t count;
};

/* All of it, put together; ret is freed by the caller, also after an error. */
int ilo_list_read(struct redfish *rf, const struct ilo_service *ilo, struct ilo_list *ret,
		  struct err *err);
void ilo_list_free(struct ilo_list *list);

/* Does the iLO flash it itself? HPE's tool takes a slot for a yes as well. */
bool ilo_takes(const struct ilo_firmware *item);

/* Is it the iLO's own? */
bool ilo_is_own(const struct redfish_firmware *firmware);

/* Has the device one of its targets? What has none is known by its id. */
bool ilo_fits(const struct ilo_firmware *item, const struct device *dev);
void ilo_device_id(const struct ilo_firmware *item, char *buf, size_t size);

/* The redfish.* properties; ERR_NOMEM, ERR_TOO_LARGE. */
int ilo_fill(struct device *dev, const struct ilo_firmware *item);
/* What the iLO says of itself. */
int ilo_fill_bmc(struct device *dev, const struct ilo_service *ilo);

int ilo_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int ilo_refresh(struct hwio *hw, struct device *dev, struct err *err);
int ilo_check(struct backend_io *io, struct err *err);
int ilo_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int ilo_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int ilo_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

#endif
