/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/scsi_error.h"

#include <stdio.h>

#define ANY -1

static const struct {
	int key, asc, ascq; /* ANY fits all; the first row that fits counts */
	struct scsi_verdict verdict;
} senses[] = {
	{ SCSI_KEY_NO_SENSE, ANY, ANY, { SCSI_ACCEPTED, 0, "done" } },
	{ SCSI_KEY_RECOVERED, ANY, ANY, { SCSI_ACCEPTED, 0, "done, after errors" } },

	{ SCSI_KEY_UNIT_ATTENTION,
	  0x3f,
	  0x01,
	  { SCSI_CHANGED, ERR_BUSY, "the microcode has been changed" } },
	{ SCSI_KEY_UNIT_ATTENTION,
	  0x3f,
	  0x16,
	  { SCSI_CHANGED, ERR_BUSY, "the microcode has been changed without a reset" } },
	{ SCSI_KEY_UNIT_ATTENTION,
	  0x29,
	  ANY,
	  { SCSI_WAS_RESET, ERR_BUSY, "the drive was reset or switched on" } },
	{ SCSI_KEY_UNIT_ATTENTION, ANY, ANY, { SCSI_NEWS, ERR_BUSY, "the drive has news" } },

	{ SCSI_KEY_NOT_READY, 0x04, 0x00, { SCSI_REFUSED, ERR_DEVICE, "not ready" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x01, { SCSI_LATER, ERR_BUSY, "it is becoming ready" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x02, { SCSI_REFUSED, ERR_DEVICE, "it has not been started" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x03, { SCSI_REFUSED, ERR_DEVICE, "it waits for a person" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x04, { SCSI_IN_PROGRESS, ERR_BUSY, "it is being formatted" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x05, { SCSI_IN_PROGRESS, ERR_BUSY, "a rebuild is going on" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x06,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "a recalculation is going on" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x07,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "an operation is going on" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x08,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "a long write is going on" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x09,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "a self-test is going on" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x0a, { SCSI_LATER, ERR_BUSY, "its ports change places" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x0b, { SCSI_REFUSED, ERR_DEVICE, "this port is on standby" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x0c,
	  { SCSI_REFUSED, ERR_DEVICE, "this port is not available" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x11, { SCSI_LATER, ERR_BUSY, "it waits to be spun up" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x12, { SCSI_REFUSED, ERR_DEVICE, "it is offline" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x14,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "space is being allocated" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x1a, { SCSI_LATER, ERR_BUSY, "it is being started" } },
	{ SCSI_KEY_NOT_READY, 0x04, 0x1b, { SCSI_IN_PROGRESS, ERR_BUSY, "it is being sanitized" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x1c,
	  { SCSI_LATER, ERR_BUSY, "it waits for permission to use power" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x1d,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "it is being configured" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x1e,
	  { SCSI_PENDING, ERR_BUSY, "downloaded microcode waits for its activation" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x1f,
	  { SCSI_ACCEPTED, 0, "it waits for microcode to be downloaded" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x20,
	  { SCSI_WANTS_RESET, ERR_DEVICE, "it must be reset first" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x21,
	  { SCSI_WANTS_RESET, ERR_DEVICE, "it must be reset first" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x22,
	  { SCSI_WANTS_POWER, ERR_DEVICE, "its power must be switched off and on first" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x24,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "parts of it are being given up" } },
	{ SCSI_KEY_NOT_READY,
	  0x04,
	  0x25,
	  { SCSI_IN_PROGRESS, ERR_BUSY, "parts of it are being restored" } },
	{ SCSI_KEY_NOT_READY, 0x3a, ANY, { SCSI_REFUSED, ERR_DEVICE, "there is no medium in it" } },
	{ SCSI_KEY_NOT_READY, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "not ready" } },

	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x20,
	  ANY,
	  { SCSI_REFUSED, ERR_UNSUPPORTED, "it does not know this command" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x24,
	  ANY,
	  { SCSI_REFUSED, ERR_UNSUPPORTED, "it does not take this form of the command" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x25,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE_GONE, "there is no device at this address any more" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x26,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE, "it does not accept this image" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x1a,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE, "it does not accept data of this length" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x2c,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE, "commands came out of order" } },
	{ SCSI_KEY_ILLEGAL_REQUEST,
	  0x74,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE, "the image's signature does not hold for it" } },
	{ SCSI_KEY_ILLEGAL_REQUEST, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "refused" } },
	{ SCSI_KEY_DATA_PROTECT,
	  0x74,
	  ANY,
	  { SCSI_REFUSED, ERR_DEVICE, "the image's signature does not hold for it" } },
	{ SCSI_KEY_DATA_PROTECT, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "write protected" } },
	{ SCSI_KEY_MEDIUM_ERROR, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "error of its medium" } },
	{ SCSI_KEY_HARDWARE_ERROR, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "internal error" } },
	{ SCSI_KEY_ABORTED, ANY, ANY, { SCSI_REFUSED, ERR_DEVICE, "the drive aborted it" } },
};

static const struct scsi_verdict good = { SCSI_ACCEPTED, 0, "done" };
static const struct scsi_verdict unknown = { SCSI_REFUSED, ERR_DEVICE, "refused" };

/* Other than GOOD and CHECK CONDITION: SAM-5 §5.3.1. */
static const struct {
	uint8_t status;
	struct scsi_verdict verdict;
} statuses[] = {
	{ SCSI_BUSY, { SCSI_LATER, ERR_BUSY, "the drive is busy" } },
	{ SCSI_TASK_SET_FULL, { SCSI_LATER, ERR_BUSY, "the drive has too much to do" } },
	{ SCSI_RESERVATION_CONFLICT,
	  { SCSI_REFUSED, ERR_BUSY, "another host has reserved the drive" } },
	{ 0x30, { SCSI_REFUSED, ERR_BUSY, "an error of another command is open (ACA)" } },
	{ 0x40, { SCSI_REFUSED, ERR_DEVICE, "another host aborted the command" } },
};

static const struct scsi_verdict *judge_sense(const struct scsi_sense *sense)
{
	for (size_t i = 0; i < sizeof(senses) / sizeof(*senses); i++)
		if (senses[i].key == sense->key &&
		    (senses[i].asc == ANY || senses[i].asc == sense->asc) &&
		    (senses[i].ascq == ANY || senses[i].ascq == sense->ascq))
			return &senses[i].verdict;
	return &unknown;
}

const struct scsi_verdict *scsi_judge(const struct scsi_answer *answer,
				      struct scsi_sense *ret_sense)
{
	struct scsi_sense local = { 0 }, *sense = ret_sense ? ret_sense : &local;

	*sense = (struct scsi_sense){ 0 };
	if (answer->status == SCSI_GOOD)
		return &good;
	if (answer->status == SCSI_CHECK_CONDITION)
		return scsi_sense_parse(answer->sense, answer->sense_len, sense)
			       ? &unknown
			       : judge_sense(sense);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].status == answer->status)
			return &statuses[i].verdict;
	return &unknown;
}

/* Sense key specific data: SPC-5 §4.4.2.4.4; SKSV is bit 7 of its first byte. */
static int progress_percent(const struct scsi_answer *answer, const struct scsi_sense *sense)
{
	const uint8_t *at = NULL;
	size_t len = 0;

	if (sense->descriptors) {
		at = scsi_sense_descriptor(sense, 0x02, &len);
		at = at && len >= 7 ? at + 4 : NULL;
	} else if (answer->sense_len >= 18) {
		at = answer->sense + 15;
	}
	if (!at || !(at[0] & 0x80))
		return -1;
	return (at[1] << 8 | at[2]) * 100 / 65536;
}

int scsi_answer_err(const struct scsi_answer *answer, struct err *err)
{
	struct scsi_sense sense;
	const struct scsi_verdict *found = scsi_judge(answer, &sense);
	int percent = found->meaning == SCSI_IN_PROGRESS ? progress_percent(answer, &sense) : -1;
	int code = found->code ? found->code : ERR_DEVICE;
	char done[24] = "";

	if (answer->status != SCSI_CHECK_CONDITION)
		return err_set(err, code, "%s (SCSI status %02Xh)", found->words,
			       (unsigned int)answer->status);
	if (percent >= 0)
		snprintf(done, sizeof(done), ", %d%% done", percent);
	return err_set(err, code, "%s (sense %X/%02X/%02X%s)", found->words,
		       (unsigned int)sense.key, (unsigned int)sense.asc, (unsigned int)sense.ascq,
		       done);
}
