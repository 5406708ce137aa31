/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SCSI commands to one logical unit, by whatever carries them: SG_IO of the sg driver, or the
 * pass-through of a RAID controller to a drive behind it. "SPC-5" is T10's INCITS 502.
 */
#ifndef DRYDOCK_HW_SCSI_H
#define DRYDOCK_HW_SCSI_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

#define SCSI_SENSE_MAX 96

#define SCSI_READ_TIMEOUT_MS  (60u * 1000)
#define SCSI_WRITE_TIMEOUT_MS (15u * 60 * 1000) /* of what changes the device (DESIGN, law 8) */

/* SAM-5 §5.3.1 */
enum scsi_status {
	SCSI_GOOD = 0x00,
	SCSI_CHECK_CONDITION = 0x02,
	SCSI_BUSY = 0x08,
	SCSI_RESERVATION_CONFLICT = 0x18,
	SCSI_TASK_SET_FULL = 0x28,
};

enum scsi_direction { SCSI_NO_DATA = 1, SCSI_TO_DEVICE, SCSI_FROM_DEVICE };

struct scsi_command {
	const uint8_t *cdb;
	uint8_t cdb_len; /* 6, 10, 12 or 16 */
	enum scsi_direction direction;
	void *data; /* read only when it goes to the device */
	uint32_t data_len;
	uint32_t timeout_ms;
};

struct scsi_answer {
	uint8_t status; /* enum scsi_status; others are possible */
	uint8_t sense[SCSI_SENSE_MAX];
	size_t sense_len;     /* 0 = none */
	uint32_t transferred; /* bytes; never more than data_len */
};

struct scsi_path;

/*
 * Carries one command: 0 when the device answered, whatever it said. ERR_DEVICE_GONE, ERR_OVERDUE
 * (nothing within timeout_ms), ERR_BUSY, ERR_NOMEM, ERR_DEVICE (what else the driver or the
 * controller says, in words).
 */
struct scsi_transport {
	const char *name; /* "SG_IO" */
	int (*run)(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_answer *ret,
		   struct err *err);
};

struct scsi_path {
	struct hwio *hw;
	int fd; /* -1 = closed */
	const struct scsi_transport *transport;
	uint8_t lun[8]; /* where behind a controller; unused by SG_IO */
};

extern const struct scsi_transport scsi_sg; /* linux/scsi/sg.h, interface 'S' */

/* Opens a node of the sg driver ("/dev/sg3"). ERR_DEVICE_GONE, ERR_BUSY, ERR_DEVICE. */
int scsi_open(struct hwio *hw, const char *node, struct scsi_path *ret, struct err *err);
void scsi_close(struct scsi_path *path);

int scsi_run(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_answer *ret,
	     struct err *err);

#endif
