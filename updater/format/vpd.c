/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/vpd.h"

#include <string.h>

#include "base/text.h"

/* Resource data types, PCI 3.0 I.1: large ones have a 16-bit length, the end tag has none. */
enum {
	TAG_NAME = 0x82,
	TAG_READ_ONLY = 0x90,
	TAG_READ_WRITE = 0x91,
	TAG_END = 0x78,
	TAG_BYTES = 3,	 /* of a large tag */
	FIELD_BYTES = 3, /* keyword and length */
};

/* RV's first byte makes the sum of all bytes from the beginning up to it zero, PCI 3.0 I.2.2. */
static void check_sum(const uint8_t *buf, size_t end, struct vpd *vpd)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < end; i++)
		sum = (uint8_t)(sum + buf[i]);
	vpd->checksum = sum == 0 ? VPD_CHECKSUM_OK : VPD_CHECKSUM_WRONG;
}

static void add_field(struct vpd *vpd, const uint8_t *field, size_t len)
{
	struct vpd_field *ret;

	if (vpd->field_count == VPD_MAX_FIELDS)
		return;
	ret = &vpd->fields[vpd->field_count++];
	text_from_field(ret->keyword, sizeof(ret->keyword), field, VPD_MAX_KEYWORD);
	text_from_field(ret->value, sizeof(ret->value), field + FIELD_BYTES, len);
}

static int parse_fields(const uint8_t *buf, size_t pos, size_t end, struct vpd *vpd,
			struct err *err)
{
	while (pos < end) {
		size_t len;

		if (end - pos < FIELD_BYTES)
			return err_set(err, ERR_FORMAT, "VPD keyword at byte %zu is cut off", pos);
		len = buf[pos + 2];
		if (end - pos - FIELD_BYTES < len)
			return err_set(err, ERR_FORMAT, "VPD field at byte %zu is cut off", pos);
		if (memcmp(buf + pos, "RV", 2) != 0)
			add_field(vpd, buf + pos, len);
		else if (len > 0 && vpd->checksum == VPD_CHECKSUM_NONE)
			check_sum(buf, pos + FIELD_BYTES + 1, vpd);
		pos += FIELD_BYTES + len;
	}
	return 0;
}

int vpd_parse(const uint8_t *buf, size_t len, struct vpd *ret, struct err *err)
{
	size_t pos = 0;

	*ret = (struct vpd){ .checksum = VPD_CHECKSUM_NONE };
	while (pos < len && buf[pos] != TAG_END) {
		uint8_t tag = buf[pos];
		size_t size, start = pos + TAG_BYTES;
		int rc = 0;

		if (len - pos < TAG_BYTES)
			break;
		size = (size_t)(buf[pos + 1] | buf[pos + 2] << 8);
		if (len - start < size)
			return err_set(err, ERR_FORMAT, "VPD tag at byte %zu is cut off", pos);
		if (tag == TAG_NAME)
			text_from_field(ret->name, sizeof(ret->name), buf + start, size);
		else if (tag == TAG_READ_ONLY)
			rc = parse_fields(buf, start, start + size, ret, err);
		else if (tag != TAG_READ_WRITE)
			rc = err_set(err, ERR_FORMAT, "VPD tag %02xh at byte %zu", tag, pos);
		if (rc)
			return rc;
		pos = start + size;
	}
	if (pos >= len || buf[pos] != TAG_END)
		return err_set(err, ERR_FORMAT, "VPD without an end tag");
	return 0;
}

const char *vpd_value(const struct vpd *vpd, const char *keyword)
{
	for (size_t i = 0; i < vpd->field_count; i++)
		if (strcmp(vpd->fields[i].keyword, keyword) == 0)
			return vpd->fields[i].value;
	return NULL;
}
