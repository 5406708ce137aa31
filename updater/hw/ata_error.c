/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it means when a drive or the translation in front of it does not do a command. */
#include "format/scsi_sense.h"
#include "hw/ata.h"

enum ata_download_meaning ata_download_meaning(const struct ata_result *result)
{
	static const enum ata_download_meaning meanings[] = { ATA_NO_INDICATION, ATA_EXPECTS_MORE,
							      ATA_APPLIED, ATA_SAVED };

	if (!result->known)
		return ATA_NO_INDICATION;
	return (result->count & 0xff) < 4 ? meanings[result->count & 0xff] : ATA_UNKNOWN;
}

/* Bits of ERROR, the first that is set counts: with ICRC the drive sets ABRT too (ACS-4 §6.3.8). */
static const struct {
	uint8_t bit;
	int code;
	const char *words;
} errors[] = {
	{ ATA_ERROR_ICRC, ERR_DEVICE, "the transfer to the drive was corrupted" },
	{ ATA_ERROR_UNC, ERR_DEVICE, "the drive cannot read what it stores" },
	{ ATA_ERROR_IDNF, ERR_DEVICE, "the drive does not know this address" },
	{ ATA_ERROR_ABRT, ERR_UNSUPPORTED, "the drive aborted the command" },
};

/*
 * Sense without the drive's registers; ascq -1 = any. The codes of the last part are the ones that
 * libata and SAT-4 table 13 give for ATA errors.
 */
static const struct {
	uint8_t key, asc;
	int ascq, code;
	const char *words;
} senses[] = {
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x20, 0x00, ERR_UNSUPPORTED,
	  "what is in front of the drive takes no ATA commands" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x24, 0x00, ERR_UNSUPPORTED,
	  "what is in front of the drive does not take this ATA command" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x21, 0x04, ERR_UNSUPPORTED, "the drive aborted the command" },
	{ SCSI_KEY_NOT_READY, 0x04, 0x1b, ERR_BUSY, "a sanitize operation is going on" },
	{ SCSI_KEY_NOT_READY, 0x04, -1, ERR_BUSY, "the drive is not ready" },
	{ SCSI_KEY_NOT_READY, 0x3e, -1, ERR_BUSY, "the drive has not configured itself yet" },
	{ SCSI_KEY_UNIT_ATTENTION, 0x29, -1, ERR_BUSY, "the drive is reset again and again" },
	{ SCSI_KEY_DATA_PROTECT, 0x27, -1, ERR_DEVICE, "the drive is write protected" },
	{ SCSI_KEY_DATA_PROTECT, 0x74, -1, ERR_DEVICE, "the drive is locked" },
	{ SCSI_KEY_ABORTED, 0x47, -1, ERR_DEVICE, "the transfer to the drive was corrupted" },
	{ SCSI_KEY_ABORTED, 0x00, 0x00, ERR_UNSUPPORTED, "the drive aborted the command" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x44, -1, ERR_DEVICE, "internal error of the drive" },
	{ SCSI_KEY_MEDIUM_ERROR, 0x11, -1, ERR_DEVICE, "the drive cannot read what it stores" },
};

static int status_err(uint8_t status, struct err *err)
{
	switch (status) {
	case SCSI_BUSY:
	case SCSI_TASK_SET_FULL:
		return err_set(err, ERR_BUSY, "the drive is busy (SCSI status %02Xh)", status);
	case SCSI_RESERVATION_CONFLICT:
		return err_set(err, ERR_BUSY,
			       "another host has reserved the drive (SCSI status 18h)");
	default:
		return err_set(err, ERR_DEVICE, "SCSI status %02Xh", status);
	}
}

static int sense_err(const struct scsi_sense *sense, struct err *err)
{
	for (size_t i = 0; i < sizeof(senses) / sizeof(*senses); i++)
		if (senses[i].key == sense->key && senses[i].asc == sense->asc &&
		    (senses[i].ascq < 0 || senses[i].ascq == sense->ascq))
			return err_set(err, senses[i].code, "%s (sense %Xh/%02Xh/%02Xh)",
				       senses[i].words, sense->key, sense->asc, sense->ascq);
	return err_set(err, ERR_DEVICE, "refused (sense %Xh/%02Xh/%02Xh)", sense->key, sense->asc,
		       sense->ascq);
}

int ata_answer_err(const struct scsi_answer *answer, const struct ata_result *result,
		   struct err *err)
{
	struct scsi_sense sense;

	if (answer->status != SCSI_CHECK_CONDITION)
		return status_err(answer->status, err);
	if (result->known && result->status & ATA_STATUS_DF)
		return err_set(err, ERR_DEVICE, "the drive is faulty (ATA status %02Xh)",
			       result->status);
	for (size_t i = 0; result->known && i < sizeof(errors) / sizeof(*errors); i++)
		if (result->error & errors[i].bit)
			return err_set(err, errors[i].code, "%s (ATA error %02Xh)", errors[i].words,
				       result->error);
	if (scsi_sense_parse(answer->sense, answer->sense_len, &sense))
		return err_set(err, ERR_DEVICE, "refused without a reason");
	return sense_err(&sense, err);
}
