/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sense data (SPC-5 §4.4): why a command was not simply done. */
#ifndef DRYDOCK_FORMAT_SCSI_SENSE_H
#define DRYDOCK_FORMAT_SCSI_SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sense keys, SPC-5 §4.4.8. */
enum scsi_key {
	SCSI_KEY_NO_SENSE = 0x0,
	SCSI_KEY_RECOVERED = 0x1,
	SCSI_KEY_NOT_READY = 0x2,
	SCSI_KEY_MEDIUM_ERROR = 0x3,
	SCSI_KEY_HARDWARE_ERROR = 0x4,
	SCSI_KEY_ILLEGAL_REQUEST = 0x5,
	SCSI_KEY_UNIT_ATTENTION = 0x6,
	SCSI_KEY_DATA_PROTECT = 0x7,
	SCSI_KEY_ABORTED = 0xb,
};

struct scsi_sense {
	uint8_t key, asc, ascq;
	bool deferred; /* of an earlier command */
	/* Of descriptor format: where the descriptors begin; fixed format has none. */
	const uint8_t *descriptors;
	size_t descriptors_len;
};

/* Fixed (70h, 71h) and descriptor format (72h, 73h). ERR_FORMAT: neither, or too short. */
int scsi_sense_parse(const uint8_t *buf, size_t len, struct scsi_sense *ret);

/* The first descriptor of that type, whole (type, additional length, ...); NULL = none. */
const uint8_t *scsi_sense_descriptor(const struct scsi_sense *sense, uint8_t type, size_t *ret_len);

#endif
