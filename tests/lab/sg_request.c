/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sg_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

void sg_refuse(struct sg_request *req, uint8_t key, uint8_t asc, uint8_t ascq)
{
	req->status = 0x02;
	memset(req->sense, 0, sizeof(req->sense));
	req->sense[0] = 0x70;
	req->sense[2] = key;
	req->sense[7] = 10;
	req->sense[12] = asc;
	req->sense[13] = ascq;
	req->sense_len = 18;
	req->transferred = 0;
}

void sg_answer(struct sg_request *req, const uint8_t *buf, uint32_t len)
{
	req->transferred = len < req->data_len ? len : req->data_len;
	if (req->transferred)
		memcpy(req->data, buf, req->transferred);
}

void sg_inquiry(struct sg_request *req, uint8_t type, const char *vendor, const char *model,
		const char *revision)
{
	uint8_t buf[36] = { type, 0, 6, 2, sizeof(buf) - 5 };

	fwimage_pad(buf + 8, 8, vendor);
	fwimage_pad(buf + 16, 16, model);
	fwimage_pad(buf + 32, 4, revision);
	sg_answer(req, buf, req->cdb[4] < sizeof(buf) ? req->cdb[4] : sizeof(buf));
}

static int set_one(void *object, const struct sg_setting *setting, const char *value, size_t len)
{
	char *place = (char *)object + setting->offset, *end;
	uint32_t number;

	if (setting->chars) {
		if (len > setting->chars)
			return -EINVAL;
		memcpy(place, value, len);
		place[len] = '\0';
		return 0;
	}
	number = (uint32_t)strtoul(value, &end, 0);
	if (end != value + len || len == 0)
		return -EINVAL;
	memcpy(place, &number, sizeof(number));
	return 0;
}

int sg_settings(void *object, const struct sg_setting *table, size_t count, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ","), key = strcspn(text, "=");
		size_t i = 0;

		while (i < count &&
		       (strlen(table[i].key) != key || memcmp(table[i].key, text, key) != 0))
			i++;
		if (i == count || key >= len ||
		    set_one(object, &table[i], text + key + 1, len - key - 1))
			return -EINVAL;
		text += len + (text[len] == ',');
	}
	return 0;
}
