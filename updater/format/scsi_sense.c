/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/scsi_sense.h"

#include "base/err.h"

/* SPC-5 §4.4.3: response code, sense key in byte 2, additional length in 7, ASC in 12, ASCQ in 13.
 */
static int parse_fixed(const uint8_t *buf, size_t len, struct scsi_sense *ret)
{
	if (len < 3)
		return ERR_FORMAT;
	ret->key = buf[2] & 0x0f;
	ret->asc = len > 12 ? buf[12] : 0;
	ret->ascq = len > 13 ? buf[13] : 0;
	return 0;
}

/* SPC-5 §4.4.2: sense key in byte 1, ASC in 2, ASCQ in 3, additional length in 7, descriptors. */
static int parse_descriptors(const uint8_t *buf, size_t len, struct scsi_sense *ret)
{
	size_t rest = len > 8 ? len - 8 : 0;

	if (len < 4)
		return ERR_FORMAT;
	ret->key = buf[1] & 0x0f;
	ret->asc = buf[2];
	ret->ascq = buf[3];
	ret->descriptors = rest ? buf + 8 : NULL;
	ret->descriptors_len = rest && buf[7] < rest ? buf[7] : rest;
	return 0;
}

int scsi_sense_parse(const uint8_t *buf, size_t len, struct scsi_sense *ret)
{
	uint8_t code;

	*ret = (struct scsi_sense){ 0 };
	if (len == 0)
		return ERR_FORMAT;
	code = buf[0] & 0x7f;
	ret->deferred = code == 0x71 || code == 0x73;
	if (code == 0x70 || code == 0x71)
		return parse_fixed(buf, len, ret);
	if (code == 0x72 || code == 0x73)
		return parse_descriptors(buf, len, ret);
	return ERR_FORMAT;
}

const uint8_t *scsi_sense_descriptor(const struct scsi_sense *sense, uint8_t type, size_t *ret_len)
{
	const uint8_t *at = sense->descriptors;
	size_t left = sense->descriptors_len;

	while (at && left >= 2) {
		size_t len = 2u + at[1];

		if (len > left)
			return NULL;
		if (at[0] == type) {
			*ret_len = len;
			return at;
		}
		at += len;
		left -= len;
	}
	return NULL;
}
