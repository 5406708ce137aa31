/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SCSI devices that the kernel has found, as sysfs shows them: names and places. */
#ifndef DRYDOCK_HW_SCSI_NODE_H
#define DRYDOCK_HW_SCSI_NODE_H

#include <stddef.h>

#include "base/err.h"
#include "hw/hwio.h"

/* Peripheral device types, SPC-5 §6.7.2 (table 175). */
enum scsi_type {
	SCSI_TYPE_DISK = 0x00,
	SCSI_TYPE_TAPE = 0x01,
	SCSI_TYPE_CD = 0x05,
	SCSI_TYPE_CONTROLLER = 0x0c, /* storage array controller */
	SCSI_TYPE_ENCLOSURE = 0x0d,
	SCSI_TYPE_ZONED = 0x14,
};

/* vendor, model and revision are what INQUIRY said when it was found, hours ago: never a proof. */
struct scsi_node {
	char address[32]; /* "0:0:1:0": host, channel, target, LUN */
	char sg[16];	  /* "sg1"; "" = the sg driver does not have it */
	char block[24];	  /* "sdb"; "" = it is no disk */
	char vendor[9];
	char model[17];
	char revision[5];
	char state[24];	   /* "running", "offline" ... */
	char pci[16];	   /* the PCI function it hangs from, "0000:03:00.0"; "" = none */
	char driver[24];   /* of its host adapter: "ahci", "mpt3sas", "usb-storage"; "" unknown */
	unsigned int host; /* number of the host adapter */
	unsigned int type; /* enum scsi_type */
};

/* All of them by address, malloc'ed; none is no error. ERR_IO, ERR_NOMEM. */
int scsi_node_list(struct hwio *hw, struct scsi_node **ret, size_t *ret_count, struct err *err);

#endif
