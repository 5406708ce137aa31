/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a SCSI device says about itself, as far as firmware is concerned: INQUIRY data (SPC-5
 * §6.7.2), vital product data pages (§7.7) and the READ BUFFER descriptor (§6.18.5). Offsets were
 * compared with the decoders of sg3_utils (sg_inq, sg_vpd, sg_read_buffer).
 */
#ifndef DRYDOCK_FORMAT_SCSI_H
#define DRYDOCK_FORMAT_SCSI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SCSI_INQUIRY_BYTES   252 /* what is asked for; devices say at least 36 */
#define SCSI_VPD_MAX_BYTES   1024
#define SCSI_BUFFER_DESC     4
#define SCSI_BOUNDARY_NONE   0xff /* only offset 0 */
#define SCSI_SELF_TEST_BYTES 404  /* log page 10h: 20 results */

enum scsi_vpd_page {
	SCSI_VPD_PAGES = 0x00,
	SCSI_VPD_SERIAL = 0x80,
	SCSI_VPD_DEVICE_ID = 0x83,
	SCSI_VPD_EXTENDED = 0x86,
	SCSI_VPD_ATA = 0x89,
};

/* Texts are without the blanks around them; what is not printable ASCII became '?'. */
struct scsi_inquiry {
	uint8_t type; /* peripheral device type, enum scsi_type */
	bool removable;
	char vendor[9], product[17], revision[5];
};

struct scsi_pages {
	bool has[256];
};

/* The designators that name a device; hexadecimal, "" = it has none. */
struct scsi_ids {
	char wwn[33];  /* of the logical unit: NAA (8 or 16 bytes), else EUI-64 */
	char port[33]; /* of the target port the question came in by */
};

struct scsi_extended {
	/* What becomes of microcode after modes 04h to 07h: 0 not told, 1 runs before the command
	 * ends, 2 after a hard reset or power on. */
	uint8_t activate;
	uint16_t modes; /* bit n = download mode n is named: 4, 5, 6, 7, 0Dh, 0Eh, 0Fh */
};

struct scsi_buffer {
	uint8_t boundary;  /* offsets are multiples of 2^n; SCSI_BOUNDARY_NONE */
	uint32_t capacity; /* bytes */
};

/*
 * Where a Smart Array has a drive: "identify physical device" of its BMIC commands, Linux
 * drivers/scsi/smartpqi/smartpqi.h (the same offsets as in cciss_vol_status).
 */
#define SCSI_BMIC_DRIVE_BYTES 512

struct scsi_bmic_drive {
	char serial[41];
	char connector[3]; /* "1I": of the controller; "" = not told */
	uint8_t box, bay;
};

/* ERR_FORMAT: too short to have a bay. */
int scsi_parse_bmic_drive(const uint8_t *buf, size_t len, struct scsi_bmic_drive *ret);

/* Page 89h (SAT-4 §12.4.2): the IDENTIFY DEVICE data of a SATA drive, 512 bytes in buf; NULL =
 * none. */
#define SCSI_ATA_PAGE_BYTES 572
const uint8_t *scsi_ata_identify(const uint8_t *buf, size_t len);

/* ERR_FORMAT: shorter than 36 bytes, or there is no device at that address (qualifier 3). */
int scsi_parse_inquiry(const uint8_t *buf, size_t len, struct scsi_inquiry *ret, struct err *err);

/*
 * buf holds a VPD page. ERR_FORMAT: it is another page, or too short to say what is asked for; a
 * page that is cut off is read as far as it goes.
 */
int scsi_parse_pages(const uint8_t *buf, size_t len, struct scsi_pages *ret);
int scsi_parse_serial(const uint8_t *buf, size_t len, char ret[64]);
int scsi_parse_ids(const uint8_t *buf, size_t len, struct scsi_ids *ret);
int scsi_parse_extended(const uint8_t *buf, size_t len, struct scsi_extended *ret);

/* ERR_FORMAT: fewer than SCSI_BUFFER_DESC bytes. */
int scsi_parse_buffer(const uint8_t *buf, size_t len, struct scsi_buffer *ret);

/* Log page 10h (SPC-5 §7.3.17): is a self-test going on? Any other bytes: no. */
bool scsi_self_test_runs(const uint8_t *buf, size_t len);

#endif
