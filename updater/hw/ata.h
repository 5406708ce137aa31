/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ATA commands to a drive behind a SCSI / ATA translation layer, by ATA PASS-THROUGH(16): libata's,
 * or the one in a SAS host adapter's firmware. "ACS-4" is INCITS 529, "SAT-4" INCITS 491.
 */
#ifndef DRYDOCK_HW_ATA_H
#define DRYDOCK_HW_ATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/ata.h"
#include "hw/scsi.h"

/* Subcommands of DOWNLOAD MICROCODE, ACS-4 §7.7. */
enum ata_subcommand {
	ATA_DM_OFFSETS = 0x03,	/* in pieces; saved and activated when the last one is there */
	ATA_DM_WHOLE = 0x07,	/* in one piece, saved and activated */
	ATA_DM_DEFERRED = 0x0e, /* in pieces, saved; activated by 0Fh or when power comes back */
	ATA_DM_ACTIVATE = 0x0f,
};

/* What the COUNT field says after DOWNLOAD MICROCODE, ACS-4 §7.7.4. */
enum ata_download_meaning {
	ATA_NO_INDICATION = 1, /* 00h, or the path did not hand it over */
	ATA_EXPECTS_MORE,      /* 01h */
	ATA_APPLIED,	       /* 02h: the drive runs it */
	ATA_SAVED,	       /* 03h: runs after an activation or a power cycle */
	ATA_UNKNOWN,
};

enum ata_download_meaning ata_download_meaning(const struct ata_result *result);

enum ata_protocol { ATA_NON_DATA = 1, ATA_PIO_IN, ATA_PIO_OUT, ATA_DMA_OUT };

struct ata_command {
	uint8_t command;
	uint8_t feature;
	uint16_t count;
	uint64_t lba;
	bool ext; /* a 48-bit command */
	enum ata_protocol protocol;
	void *data;
	uint32_t data_len; /* a multiple of ATA_BLOCK_BYTES, or 0 */
	uint32_t timeout_ms;
	bool want_result; /* the registers are asked for also when all is well */
};

/*
 * Sends one command. 0 = done, *ret says what the registers held (ret->known). ERR_UNSUPPORTED: the
 * translation does not take ATA PASS-THROUGH, or the drive aborted the command (ret->known and
 * ATA_ERROR_ABRT tell that). ERR_DEVICE: the transfer was broken (ICRC), another error. ERR_BUSY,
 * ERR_DEVICE_GONE, ERR_OVERDUE. A unit attention is news, no answer: the command is sent again.
 */
int ata_run(struct scsi_path *path, const struct ata_command *cmd, struct ata_result *ret,
	    struct err *err);

/* Sets err to what the answer of a drive or translation layer means; returns it. */
int ata_answer_err(const struct scsi_answer *answer, const struct ata_result *result,
		   struct err *err);

/* IDENTIFY DEVICE; buf holds ATA_BLOCK_BYTES. */
int ata_identify(struct scsi_path *path, uint8_t *buf, struct err *err);

/* One page of 512 bytes of a general purpose log. */
int ata_read_log(struct scsi_path *path, uint8_t log, uint16_t page, uint8_t *buf, struct err *err);

/* SMART READ DATA. */
int ata_smart_read_data(struct scsi_path *path, uint8_t *buf, struct err *err);

enum ata_sanitize {
	ATA_SANITIZE_IDLE = 1,
	ATA_SANITIZE_RUNNING,
	ATA_SANITIZE_FAILED,  /* most commands are aborted until one succeeds */
	ATA_SANITIZE_UNKNOWN, /* the path does not hand the registers over */
};

/* SANITIZE STATUS EXT (ACS-4 §7.36.6); *ret_percent is what is done when one is running. */
int ata_sanitize_status(struct scsi_path *path, enum ata_sanitize *ret, unsigned int *ret_percent,
			struct err *err);

/*
 * DOWNLOAD MICROCODE (dma: DOWNLOAD MICROCODE DMA) of len bytes to byte offset, both multiples of
 * ATA_BLOCK_BYTES and at most 65535 of them; none with ATA_DM_ACTIVATE. A reset between the pieces
 * makes the drive forget the ones before: then ERR_DEVICE. timeout_ms: SCSI_WRITE_TIMEOUT_MS or
 * more.
 */
int ata_download(struct scsi_path *path, enum ata_subcommand subcommand, bool dma, void *data,
		 uint32_t len, uint32_t offset, uint32_t timeout_ms, struct ata_result *ret,
		 struct err *err);

#endif
