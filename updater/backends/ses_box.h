/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An enclosure services process, found again by what it says of itself and opened; for the files
 * ses*.c only. Each of its subenclosures is a device of its own; all are written through it.
 */
#ifndef DRYDOCK_BACKENDS_SES_BOX_H
#define DRYDOCK_BACKENDS_SES_BOX_H

#include "backends/backend.h"
#include "format/scsi.h"
#include "format/ses.h"
#include "hw/scsi_request.h"
#include "hw/scsi_node.h"

struct ses_box {
	struct scsi_path path;
	struct scsi_node node;
	char sas_address[24]; /* of its target port, as sysfs has it; "" = none */
	struct scsi_inquiry inquiry;
	struct ses_configuration config;
	bool takes_firmware; /* it has page 0Eh */
	bool tells_slots;    /* it has page 0Ah */
	uint8_t *page;	     /* SES_PAGE_BYTES_MAX bytes to read pages into */
};

/* Opens one and reads INQUIRY, the list of its pages and its configuration, live. */
int ses_box_open_node(struct hwio *hw, const struct scsi_node *node, struct ses_box *ret,
		      struct err *err);

/*
 * The one that a device of the inventory is reached through; *ret_sub is the device's place in
 * config.list. ERR_DEVICE_GONE: it is not there.
 */
int ses_box_open(struct hwio *hw, const struct device *dev, struct ses_box *ret, size_t *ret_sub,
		 struct err *err);
void ses_box_close(struct ses_box *box);

/* Page 0Eh, live. */
int ses_box_read_status(struct ses_box *box, struct ses_microcode_status *ret, struct err *err);

/* "/sys/bus/scsi/devices/<address>/sas_address", which drivers of SAS adapters have; "" = none. */
void ses_read_sas_address(struct hwio *hw, const char *address, char *ret, size_t size);

/* What a subenclosure runs; of the primary one it is what INQUIRY says. */
const char *ses_box_revision(const struct ses_box *box, size_t sub);

/* Gives the drives that it has in its slots it as parent, and their slots. ERR_NOMEM. */
int ses_claim_drives(struct ses_box *box, struct inventory *inv, const char *enclosure_id,
		     struct err *err);

/* What struct backend holds; ses.c puts them together. */
int ses_probe(struct hwio *hw, struct inventory *inv, struct err *err);
int ses_refresh(struct hwio *hw, struct device *dev, struct err *err);
int ses_check(struct backend_io *io, struct err *err);
int ses_write(struct backend_io *io, enum backend_result *ret, struct err *err);
int ses_activate(struct backend_io *io, enum backend_result *ret, struct err *err);
int ses_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err);

/*
 * Reads the status until the enclosure is not storing an image any more, for at most timeout_ms: it
 * may be away for a while. ERR_OVERDUE, ERR_DEVICE_GONE.
 */
int ses_wait_stored(struct hwio *hw, const struct device *dev, struct ses_box *box, size_t *sub,
		    uint32_t timeout_ms, struct ses_microcode *ret, struct err *err);

#endif
