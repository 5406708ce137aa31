/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to an enclosure services process: SEND DIAGNOSTIC and RECEIVE DIAGNOSTIC RESULTS (SPC-5
 * §6.42, §6.33), and what the statuses of its download microcode page mean (SES-4 §6.1.20).
 */
#ifndef DRYDOCK_HW_SES_H
#define DRYDOCK_HW_SES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/ses.h"
#include "hw/scsi.h"

/* DOWNLOAD MICROCODE MODE, SES-4 table 49. */
enum ses_mode {
	SES_MODE_TEMPORARY = 0x06, /* with offsets; activated, lost with the power */
	SES_MODE_SAVE = 0x07,	   /* with offsets; saved and activated */
	SES_MODE_DEFER = 0x0e,	   /* with offsets; saved, activated later */
	SES_MODE_ACTIVATE = 0x0f,
};

enum ses_meaning {
	SES_IDLE = 1,	  /* nothing is going on */
	SES_EXPECTS_MORE, /* the next piece */
	SES_UPDATING,	  /* it has all and is storing it */
	SES_STARTS_NOW,
	SES_AFTER_POWER,    /* runs after a power cycle */
	SES_AFTER_ACTIVATE, /* runs when it is activated, or after a power cycle */
	SES_FAILED,
};

struct ses_status {
	uint8_t status;
	enum ses_meaning meaning;
	const char *words;
};

/* What a status means; reserved and vendor specific ones are errors. */
const struct ses_status *ses_status_find(uint8_t status);

/* Sets err to "<words> (status 81h, additional 02h)"; returns ERR_DEVICE. */
int ses_status_err(const struct ses_microcode *microcode, struct err *err);

/* A Download Microcode Control page without its data. */
struct ses_control {
	enum ses_mode mode;
	uint8_t subenclosure, buffer_id;
	uint32_t generation, image_len, offset;
};

#define SES_CONTROL_BYTES 24   /* before the data */
#define SES_PIECE_BYTES	  4096 /* small enough for every process: see sg_ses_microcode(8) */

/*
 * All of them: 0, ERR_UNSUPPORTED (no such command or page), ERR_BUSY, ERR_DEVICE (refused),
 * ERR_DEVICE_GONE, ERR_OVERDUE. A unit attention is news, no answer: the command is sent again.
 */

/* A page, at most size (SES_PAGE_BYTES_MAX) bytes of it. */
int ses_receive(struct scsi_path *path, enum ses_page page, uint8_t *buf, size_t size,
		size_t *ret_len, struct err *err);

/*
 * Sends a piece of len bytes (at most SES_PIECE_BYTES; 0 with SES_MODE_ACTIVATE), filled up with
 * zeros to whole dwords. timeout_ms: SCSI_WRITE_TIMEOUT_MS or more.
 */
int ses_send_microcode(struct scsi_path *path, const struct ses_control *control,
		       const uint8_t *data, uint32_t len, uint32_t timeout_ms, struct err *err);

#endif
