/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SES-4 table 53; the same as in sg_ses_microcode of sg3_utils, whose table, like that of READ
 * BUFFER's microcode status page in sg_read_buffer, has nothing at 86h and 87h: unknown, so failed.
 */
#include "hw/ses.h"

static const struct ses_status statuses[] = {
	{ 0x00, SES_IDLE, "no download is going on" },
	{ 0x01, SES_EXPECTS_MORE, "the download is going on, the next piece is expected" },
	{ 0x02, SES_UPDATING, "the image is there and is being stored" },
	{ 0x03, SES_UPDATING, "the image is being stored, its activation is deferred" },
	{ 0x10, SES_STARTS_NOW, "the image is stored and starts now" },
	{ 0x11, SES_AFTER_POWER, "stored, runs after a hard reset or a power cycle" },
	{ 0x12, SES_AFTER_POWER, "stored, runs after a power cycle" },
	{ 0x13, SES_AFTER_ACTIVATE, "stored, runs when it is activated" },
	{ 0x80, SES_FAILED, "discarded: a field of the request was wrong" },
	{ 0x81, SES_FAILED, "discarded: the enclosure does not accept this image" },
	{ 0x82, SES_FAILED, "discarded: the next piece came too late" },
	{ 0x83, SES_FAILED,
	  "internal error of the enclosure: it needs another image before it is reset" },
	{ 0x84, SES_FAILED,
	  "internal error of the enclosure: it needs another image, a reset is safe" },
	{ 0x85, SES_FAILED, "there is nothing to activate" },
};

static const struct ses_status unknown = { 0xff, SES_FAILED, "unknown status" };

const struct ses_status *ses_status_find(uint8_t status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return &unknown;
}

int ses_status_err(const struct ses_microcode *microcode, struct err *err)
{
	return err_set(err, ERR_DEVICE, "%s (status %02Xh, additional %02Xh)",
		       ses_status_find(microcode->status)->words, microcode->status,
		       microcode->additional);
}
