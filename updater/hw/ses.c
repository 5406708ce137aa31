/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ses.h"

#include <string.h>

#include "format/scsi_sense.h"

enum { RECEIVE_DIAGNOSTIC = 0x1c, SEND_DIAGNOSTIC = 0x1d };

#define PCV	       0x01 /* RECEIVE DIAGNOSTIC RESULTS: the page code counts */
#define PF	       0x10 /* SEND DIAGNOSTIC: the parameters are a page */
#define ATTENTIONS_MAX 8    /* unit attentions in a row */

/* ascq -1 = any. 35h is about enclosure services, SPC-5 table F.2. */
static const struct {
	uint8_t key, asc;
	int ascq, code;
	const char *words;
} senses[] = {
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x20, 0x00, ERR_UNSUPPORTED, "it does not know this command" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x24, 0x00, ERR_UNSUPPORTED, "it does not know this page" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x26, -1, ERR_DEVICE, "it refuses what the page says" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x1a, -1, ERR_DEVICE, "the page has a wrong length for it" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x35, 0x01, ERR_UNSUPPORTED,
	  "enclosure services: not a function that it has" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x35, 0x00, ERR_DEVICE, "enclosure services failed" },
	{ SCSI_KEY_NOT_READY, 0x35, 0x02, ERR_BUSY, "enclosure services are not available" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x35, 0x02, ERR_BUSY, "enclosure services are not available" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x35, 0x03, ERR_DEVICE,
	  "enclosure services: the transfer failed" },
	{ SCSI_KEY_ILLEGAL_REQUEST, 0x35, 0x04, ERR_DEVICE,
	  "enclosure services: the transfer was refused" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x35, 0x05, ERR_DEVICE,
	  "enclosure services: a checksum was wrong" },
	{ SCSI_KEY_HARDWARE_ERROR, 0x44, -1, ERR_DEVICE, "internal error" },
	{ SCSI_KEY_NOT_READY, 0x04, -1, ERR_BUSY, "it is not ready" },
	{ SCSI_KEY_UNIT_ATTENTION, 0x29, -1, ERR_BUSY, "it is reset again and again" },
	{ SCSI_KEY_ABORTED, 0x47, -1, ERR_DEVICE, "the transfer was corrupted" },
};

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

static int status_err(uint8_t status, struct err *err)
{
	bool busy = status == SCSI_BUSY || status == SCSI_TASK_SET_FULL ||
		    status == SCSI_RESERVATION_CONFLICT;

	return err_set(err, busy ? ERR_BUSY : ERR_DEVICE, "%s (SCSI status %02Xh)",
		       busy ? "it is busy" : "refused", status);
}

/* 0 = done; 1 = a unit attention, it has not been looked at yet; else ERR_*. */
static int judge(const struct scsi_answer *answer, struct err *err)
{
	struct scsi_sense sense;

	if (answer->status == SCSI_GOOD)
		return 0;
	if (answer->status != SCSI_CHECK_CONDITION)
		return status_err(answer->status, err);
	if (scsi_sense_parse(answer->sense, answer->sense_len, &sense))
		return err_set(err, ERR_DEVICE, "refused without a reason");
	if (sense.key == SCSI_KEY_NO_SENSE || sense.key == SCSI_KEY_RECOVERED)
		return 0;
	sense_err(&sense, err);
	return sense.key == SCSI_KEY_UNIT_ATTENTION ? 1 : err ? err->code : ERR_DEVICE;
}

static int run(struct scsi_path *path, const struct scsi_command *cmd, size_t *ret_len,
	       struct err *err)
{
	struct scsi_answer answer;
	struct err own;
	int rc = 1;

	if (!err)
		err = &own;
	for (unsigned int i = 0; i < ATTENTIONS_MAX && rc > 0; i++) {
		rc = scsi_run(path, cmd, &answer, err);
		if (!rc)
			rc = judge(&answer, err);
	}
	if (!rc && ret_len)
		*ret_len = answer.transferred;
	return rc > 0 ? err->code : rc;
}

static int read_data(struct scsi_path *path, const uint8_t cdb[6], uint8_t *buf, size_t size,
		     size_t *ret_len, struct err *err)
{
	const struct scsi_command cmd = {
		.cdb = cdb,
		.cdb_len = 6,
		.direction = SCSI_FROM_DEVICE,
		.data = buf,
		.data_len = (uint32_t)size,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
	};

	*ret_len = 0;
	memset(buf, 0, size); /* whatever the path claims to have written */
	return run(path, &cmd, ret_len, err);
}

int ses_receive(struct scsi_path *path, enum ses_page page, uint8_t *buf, size_t size,
		size_t *ret_len, struct err *err)
{
	const uint8_t cdb[6] = { RECEIVE_DIAGNOSTIC, PCV, (uint8_t)page, (uint8_t)(size >> 8),
				 (uint8_t)size };
	int rc = read_data(path, cdb, buf, size, ret_len, err);

	return rc ? err_prefix(err, "diagnostic page %02Xh", (unsigned int)page) : 0;
}

static void be_put(uint8_t *p, uint32_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* SES-4 §6.1.19 */
static uint32_t make_page(const struct ses_control *control, const uint8_t *data, uint32_t len,
			  uint8_t *page)
{
	uint32_t size = (SES_CONTROL_BYTES + len + 3) & ~3u;

	memset(page, 0, size);
	page[0] = SES_PAGE_MICROCODE;
	page[1] = control->subenclosure;
	be_put(page + 2, size - 4, 2);
	be_put(page + 4, control->generation, 4);
	page[8] = (uint8_t)control->mode;
	page[11] = control->buffer_id;
	be_put(page + 12, control->offset, 4);
	be_put(page + 16, control->image_len, 4);
	be_put(page + 20, len, 4);
	if (len)
		memcpy(page + SES_CONTROL_BYTES, data, len);
	return size;
}

int ses_send_microcode(struct scsi_path *path, const struct ses_control *control,
		       const uint8_t *data, uint32_t len, uint32_t timeout_ms, struct err *err)
{
	uint8_t page[SES_CONTROL_BYTES + SES_PIECE_BYTES], cdb[6] = { SEND_DIAGNOSTIC, PF };
	struct scsi_command cmd = {
		.cdb = cdb,
		.cdb_len = sizeof(cdb),
		.direction = SCSI_TO_DEVICE,
		.data = page,
		.timeout_ms =
			timeout_ms < SCSI_WRITE_TIMEOUT_MS ? SCSI_WRITE_TIMEOUT_MS : timeout_ms,
	};

	if (len > SES_PIECE_BYTES)
		return err_set(err, ERR_INTERNAL, "a piece of %u bytes", len);
	cmd.data_len = make_page(control, data, len, page);
	be_put(cdb + 3, cmd.data_len, 2);
	return run(path, &cmd, NULL, err);
}
