/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/capsule_result.h"

#include <stdio.h>
#include <string.h>

#include "format/le.h"

/* §8.5.6; EFI_TIME is in §8.3. */
enum {
	AT_GUID = 8,
	AT_YEAR = 24,
	AT_MONTH = 26,
	AT_DAY = 27,
	AT_HOUR = 28,
	AT_MINUTE = 29,
	AT_SECOND = 30,
	AT_STATUS = 40,
	HEADER_BYTES = 48,
	AT_IMAGE_TYPE = HEADER_BYTES + 4,
	FMP_BYTES = HEADER_BYTES + 20,
};

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_ID_GUID, §23.3.1 */
#define FMP_CAPSULE "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"

static int read_time(const uint8_t *buf, char ret[20])
{
	unsigned int year = le16_at(buf + AT_YEAR);

	if (year < 1900 || year > 9999 || buf[AT_MONTH] < 1 || buf[AT_MONTH] > 12 ||
	    buf[AT_DAY] < 1 || buf[AT_DAY] > 31 || buf[AT_HOUR] > 23 || buf[AT_MINUTE] > 59 ||
	    buf[AT_SECOND] > 59)
		return ERR_FORMAT;
	snprintf(ret, 20, "%04u-%02u-%02u %02u:%02u:%02u", year, buf[AT_MONTH], buf[AT_DAY],
		 buf[AT_HOUR], buf[AT_MINUTE], buf[AT_SECOND]);
	return 0;
}

int capsule_result_parse(const uint8_t *buf, size_t len, struct capsule_result *ret,
			 struct err *err)
{
	uint32_t total;

	*ret = (struct capsule_result){ 0 };
	if (len > CAPSULE_RESULT_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "a report of %zu bytes", len);
	total = len < HEADER_BYTES ? 0 : le32_at(buf);
	if (total < HEADER_BYTES || total > len || read_time(buf, ret->time))
		return err_set(err, ERR_FORMAT, "no report of a capsule");
	ret->status = le64_at(buf + AT_STATUS);
	guid_text_mixed(buf + AT_GUID, ret->guid);
	if (strcmp(ret->guid, FMP_CAPSULE) == 0 && total >= FMP_BYTES)
		guid_text_mixed(buf + AT_IMAGE_TYPE, ret->guid);
	return 0;
}

const char *capsule_result_status_text(uint64_t status)
{
	static const char *const words[] = {
		[1] = "it could not be loaded",
		[2] = "invalid parameter",
		[3] = "unsupported",
		[4] = "bad buffer size",
		[5] = "buffer too small",
		[6] = "not ready",
		[7] = "device error",
		[8] = "write protected",
		[9] = "out of resources",
		[10] = "the volume is corrupted",
		[11] = "the volume is full",
		[14] = "not found",
		[15] = "access denied",
		[18] = "time-out",
		[20] = "already started",
		[21] = "aborted",
		[25] = "incompatible version",
		[26] = "security violation",
		[27] = "wrong checksum",
	};
	uint64_t number = status & ~(1ull << 63);

	if (!status)
		return "success";
	if (status == number)
		return "a warning";
	return number < sizeof(words) / sizeof(*words) && words[number]
		       ? words[number]
		       : "an error without a name here";
}
