/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an ATA drive says about itself, as far as firmware is concerned: IDENTIFY DEVICE data
 * (ACS-4 §7.13), the Supported Capabilities page of the IDENTIFY DEVICE data log (ACS-4 §9.11.5),
 * SMART READ DATA, and the registers that a command ended with, as SCSI sense data carries them.
 * "ACS-4" is INCITS 529 (ATA Command Set 4), "SAT-4" INCITS 491 (SCSI / ATA Translation 4). Numbers
 * were compared with what hdparm, fwupd and opensea-operations use.
 */
#ifndef DRYDOCK_FORMAT_ATA_H
#define DRYDOCK_FORMAT_ATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ATA_BLOCK_BYTES 512 /* of all the data structures here, and the unit of a download */

/* Texts are without the blanks around them; what is not printable ASCII became '?'. */
struct ata_identity {
	char serial[21];
	char model[41];
	char revision[9];    /* the firmware that runs */
	uint64_t wwn;	     /* 0 = none */
	bool download;	     /* DOWNLOAD MICROCODE is supported and enabled */
	bool download_dma;   /* and so is DOWNLOAD MICROCODE DMA */
	bool offsets;	     /* in pieces (subcommand 03h) */
	bool deferred;	     /* in pieces, activated later (0Eh, 0Fh): only the log tells */
	uint16_t min_blocks; /* of a piece; 0 = the drive says no limit */
	uint16_t max_blocks;
	bool smart; /* supported and enabled */
	bool sanitize;
	bool logs;   /* READ LOG EXT */
	bool locked; /* by a password */
	bool frozen; /* the password cannot be changed; what most firmware does at every start */
};

/*
 * buf holds IDENTIFY DEVICE data. ERR_FORMAT: not ATA_BLOCK_BYTES long, not of an ATA device, a
 * checksum that is wrong, or nothing in it.
 */
int ata_parse_identify(const uint8_t *buf, size_t len, struct ata_identity *ret, struct err *err);

/*
 * buf holds page 03h of log 30h: adds to id what only this page says, and block limits where it has
 * some. ERR_FORMAT: not ATA_BLOCK_BYTES long or another page; id is as it was then.
 */
int ata_parse_capabilities(const uint8_t *buf, size_t len, struct ata_identity *id,
			   struct err *err);

/*
 * buf holds SMART READ DATA (ACS-3 §7.51.6). *ret_percent_left is -1 when no self-test is running,
 * else how much of it remains. ERR_FORMAT: not ATA_BLOCK_BYTES long, or a wrong checksum.
 */
int ata_parse_self_test(const uint8_t *buf, size_t len, int *ret_percent_left, struct err *err);

/* Bits of the ERROR field (ACS-4 §6.3). */
enum { ATA_ERROR_ICRC = 0x80, ATA_ERROR_UNC = 0x40, ATA_ERROR_IDNF = 0x10, ATA_ERROR_ABRT = 0x04 };

/* Bits of the STATUS field (ACS-4 §6.2). */
enum { ATA_STATUS_BSY = 0x80, ATA_STATUS_DF = 0x20, ATA_STATUS_DRQ = 0x08, ATA_STATUS_ERR = 0x01 };

/* The registers after a command. */
struct ata_result {
	bool known; /* false: the path did not hand them over, all else is 0 */
	bool wide;  /* count has 16 valid bits, lba 48; else 8 and 24 */
	uint8_t error, status;
	uint16_t count;
	uint64_t lba;
};

/*
 * Finds them in sense data: the ATA Status Return descriptor, or fixed format with 00h/1Dh (SAT-4
 * §12.2.2.6, §12.2.2.7). What has none leaves ret->known false.
 */
void ata_parse_result(const uint8_t *sense, size_t len, struct ata_result *ret);

#endif
