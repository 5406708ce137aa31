/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SCSI commands that an update needs. "SPC-5" is T10's INCITS 502. All return ERR_BUSY (another
 * host reserved it, or it was busy all the time), ERR_DEVICE_GONE, ERR_OVERDUE, ERR_UNSUPPORTED (it
 * does not know the command) and ERR_DEVICE as scsi_error.h and the transport have it, with words.
 */
#ifndef DRYDOCK_HW_SCSI_REQUEST_H
#define DRYDOCK_HW_SCSI_REQUEST_H

#include <stdbool.h>

#include "hw/scsi_error.h"

/* Modes of WRITE BUFFER, SPC-5 §6.49 (table 258); scsi_debug.c and sg_write_buffer(8) agree. */
enum scsi_write_mode {
	SCSI_WRITE_WHOLE = 0x05,    /* in one piece; saved and activated */
	SCSI_WRITE_PIECES = 0x07,   /* with offsets; saved and activated after the last */
	SCSI_WRITE_SELECT = 0x0d,   /* with offsets; saved, activated by chosen events */
	SCSI_WRITE_DEFERRED = 0x0e, /* with offsets; saved, activated later */
	SCSI_WRITE_ACTIVATE = 0x0f, /* activates what 0Dh and 0Eh saved */
};

/* Of SCSI_WRITE_SELECT, in the mode specific field: power on and hard reset activate. */
#define SCSI_WRITE_SELECT_EVENTS 0x6

/* What devices told besides their answers (unit attentions), since the caller zeroed it. */
struct scsi_news {
	bool changed; /* 3Fh/01h, 3Fh/16h */
	bool reset;   /* 29h */
	unsigned int other;
};

/*
 * Sends it again after unit attentions, which are remembered in *news, and, for up to 30 s, while
 * the device is busy or becoming ready. Then *ret is the final answer, whatever it says: 0, or what
 * the transport says.
 */
int scsi_ask(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_news *news,
	     struct scsi_answer *ret, struct err *err);

/* INQUIRY §6.7; page -1 = standard data. *ret_len <= size. */
int scsi_inquiry(struct scsi_path *path, int page, uint8_t *buf, size_t size, size_t *ret_len,
		 struct err *err);

/* TEST UNIT READY §6.46, once: 0 = ready. *ret is what it meant. */
int scsi_test_ready(struct scsi_path *path, struct scsi_news *news, enum scsi_meaning *ret,
		    struct err *err);

/* READ BUFFER §6.18 mode 03h of buffer 0: its descriptor. */
int scsi_read_buffer_descriptor(struct scsi_path *path, uint8_t *buf, size_t size, size_t *ret_len,
				struct err *err);

/* LOG SENSE §6.11, cumulative values of a page. */
int scsi_log_sense(struct scsi_path *path, uint8_t page, uint8_t *buf, size_t size, size_t *ret_len,
		   struct err *err);

/* MODE SENSE(6) §6.13: is the medium write protected (SBC-4 §6.5.1)? False when it does not say. */
bool scsi_write_protected(struct scsi_path *path);

/*
 * One WRITE BUFFER(10), sent once: buffer 0, offset and len below 16 MiB. specific: bits 7:5 of
 * byte 1. *ret_meaning says why it failed (SCSI_REFUSED when the transport did).
 */
int scsi_write_buffer(struct scsi_path *path, enum scsi_write_mode mode, uint8_t specific,
		      uint8_t *data, uint32_t offset, uint32_t len, uint32_t timeout_ms,
		      enum scsi_meaning *ret_meaning, struct err *err);

#endif
