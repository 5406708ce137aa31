/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/scsi_request.h"

#include <assert.h>
#include <string.h>

enum {
	OP_TEST_UNIT_READY = 0x00,
	OP_INQUIRY = 0x12,
	OP_MODE_SENSE_6 = 0x1a,
	OP_WRITE_BUFFER = 0x3b,
	OP_READ_BUFFER = 0x3c,
	OP_LOG_SENSE = 0x4d,
};

#define BUSY_WAIT_MS  (30u * 1000)
#define BUSY_POLL_MS  500u
#define ATTENTION_MAX 16 /* a device that always has news never does anything */

static bool take_news(enum scsi_meaning meaning, struct scsi_news *news)
{
	switch (meaning) {
	case SCSI_CHANGED:
		news->changed = true;
		return true;
	case SCSI_WAS_RESET:
		news->reset = true;
		return true;
	case SCSI_NEWS:
		news->other++;
		return true;
	default:
		return false;
	}
}

int scsi_ask(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_news *news,
	     struct scsi_answer *ret, struct err *err)
{
	struct hwio *hw = path->hw;
	uint64_t deadline_ms = hw->ops->now_ms(hw) + BUSY_WAIT_MS;
	unsigned int attentions = 0;

	for (;;) {
		int rc = scsi_run(path, cmd, ret, err);
		enum scsi_meaning meaning;

		if (rc)
			return rc;
		meaning = scsi_judge(ret, NULL)->meaning;
		if (take_news(meaning, news)) {
			if (++attentions == ATTENTION_MAX)
				return 0;
			continue;
		}
		if (meaning != SCSI_LATER || hw->ops->now_ms(hw) >= deadline_ms)
			return 0;
		hw->ops->sleep_ms(hw, BUSY_POLL_MS);
	}
}

/* For commands that only read. */
static int read_data(struct scsi_path *path, const uint8_t *cdb, uint8_t cdb_len, uint8_t *buf,
		     size_t size, size_t *ret_len, const char *what, struct err *err)
{
	const struct scsi_command cmd = {
		.cdb = cdb,
		.cdb_len = cdb_len,
		.direction = SCSI_FROM_DEVICE,
		.data = buf,
		.data_len = (uint32_t)size,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
	};
	struct scsi_news news = { 0 };
	struct scsi_answer answer;
	int rc;

	memset(buf, 0, size);
	*ret_len = 0;
	rc = scsi_ask(path, &cmd, &news, &answer, err);
	if (!rc && scsi_judge(&answer, NULL)->meaning != SCSI_ACCEPTED)
		rc = scsi_answer_err(&answer, err);
	if (rc)
		return err_prefix(err, "%s", what);
	*ret_len = answer.transferred < size ? answer.transferred : size;
	return 0;
}

int scsi_inquiry(struct scsi_path *path, int page, uint8_t *buf, size_t size, size_t *ret_len,
		 struct err *err)
{
	const uint8_t cdb[6] = { OP_INQUIRY,	       page >= 0,     page >= 0 ? (uint8_t)page : 0,
				 (uint8_t)(size >> 8), (uint8_t)size, 0 };

	assert(size <= UINT16_MAX);
	return read_data(path, cdb, sizeof(cdb), buf, size, ret_len, "INQUIRY", err);
}

int scsi_test_ready(struct scsi_path *path, struct scsi_news *news, enum scsi_meaning *ret,
		    struct err *err)
{
	const uint8_t cdb[6] = { OP_TEST_UNIT_READY };
	const struct scsi_command cmd = { .cdb = cdb,
					  .cdb_len = sizeof(cdb),
					  .direction = SCSI_NO_DATA,
					  .timeout_ms = SCSI_READ_TIMEOUT_MS };
	struct scsi_answer answer;
	int rc = scsi_ask(path, &cmd, news, &answer, err);

	*ret = SCSI_REFUSED;
	if (rc)
		return err_prefix(err, "TEST UNIT READY");
	*ret = scsi_judge(&answer, NULL)->meaning;
	return *ret == SCSI_ACCEPTED ? 0 : scsi_answer_err(&answer, err);
}

int scsi_read_buffer_descriptor(struct scsi_path *path, uint8_t *buf, size_t size, size_t *ret_len,
				struct err *err)
{
	const uint8_t cdb[10] = { OP_READ_BUFFER, 0x03, [8] = (uint8_t)size };

	assert(size <= UINT8_MAX);
	return read_data(path, cdb, sizeof(cdb), buf, size, ret_len, "READ BUFFER", err);
}

int scsi_log_sense(struct scsi_path *path, uint8_t page, uint8_t *buf, size_t size, size_t *ret_len,
		   struct err *err)
{
	const uint8_t cdb[10] = { OP_LOG_SENSE, 0, (uint8_t)(0x40 | page), /* cumulative values */
				  [7] = (uint8_t)(size >> 8), [8] = (uint8_t)size };

	assert(size <= UINT16_MAX && page < 0x40);
	return read_data(path, cdb, sizeof(cdb), buf, size, ret_len, "LOG SENSE", err);
}

bool scsi_write_protected(struct scsi_path *path)
{
	const uint8_t cdb[6] = { OP_MODE_SENSE_6, 0x08 /* no block descriptors */, 0x3f, 0, 4, 0 };
	uint8_t header[4];
	size_t len;

	return !read_data(path, cdb, sizeof(cdb), header, sizeof(header), &len, "MODE SENSE",
			  NULL) &&
	       len > 2 && header[2] & 0x80;
}

int scsi_write_buffer(struct scsi_path *path, enum scsi_write_mode mode, uint8_t specific,
		      uint8_t *data, uint32_t offset, uint32_t len, uint32_t timeout_ms,
		      enum scsi_meaning *ret_meaning, struct err *err)
{
	const uint8_t cdb[10] = { OP_WRITE_BUFFER,
				  (uint8_t)((unsigned int)specific << 5 | mode),
				  0,
				  (uint8_t)(offset >> 16),
				  (uint8_t)(offset >> 8),
				  (uint8_t)offset,
				  (uint8_t)(len >> 16),
				  (uint8_t)(len >> 8),
				  (uint8_t)len,
				  0 };
	const struct scsi_command cmd = {
		.cdb = cdb,
		.cdb_len = sizeof(cdb),
		.direction = len ? SCSI_TO_DEVICE : SCSI_NO_DATA,
		.data = data,
		.data_len = len,
		.timeout_ms = timeout_ms,
	};
	struct scsi_answer answer;
	int rc;

	assert(offset < 1u << 24 && len < 1u << 24 && timeout_ms >= SCSI_WRITE_TIMEOUT_MS);
	*ret_meaning = SCSI_REFUSED;
	rc = scsi_run(path, &cmd, &answer, err);
	if (rc)
		return rc;
	*ret_meaning = scsi_judge(&answer, NULL)->meaning;
	return *ret_meaning == SCSI_ACCEPTED ? 0 : scsi_answer_err(&answer, err);
}
