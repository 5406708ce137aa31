/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/gpt_part.h"

#include <string.h>

#include "format/le.h"

#define SECTOR_BYTES 512u
#define ENTRY_BYTES  128u /* of an entry that is looked at; a table may have longer ones */

int gpt_part_parse(const uint8_t *buf, size_t len, uint32_t number, struct gpt_part *ret,
		   struct err *err)
{
	uint64_t table, size, offset, last;

	if (len < 2 * SECTOR_BYTES || memcmp(buf + SECTOR_BYTES, "EFI PART", 8) != 0)
		return err_set(err, ERR_FORMAT, "no GUID partition table");
	table = le64_at(buf + SECTOR_BYTES + 72);
	size = le32_at(buf + SECTOR_BYTES + 84);
	if (!number || number > le32_at(buf + SECTOR_BYTES + 80) || size < ENTRY_BYTES ||
	    table >= len / SECTOR_BYTES || size > len || number > GPT_PART_BYTES / ENTRY_BYTES)
		return err_set(err, ERR_FORMAT, "partition %u is not in the table", number);
	offset = table * SECTOR_BYTES + (number - 1) * size;
	if (offset > len || len - offset < ENTRY_BYTES)
		return err_set(err, ERR_FORMAT, "partition %u is not in the table", number);
	buf += offset;
	last = le64_at(buf + 40);
	ret->number = number;
	ret->first = le64_at(buf + 32);
	memcpy(ret->guid, buf + 16, GUID_BYTES);
	if (!ret->first || last < ret->first || last == UINT64_MAX)
		return err_set(err, ERR_FORMAT, "partition %u is empty", number);
	ret->sectors = last - ret->first + 1;
	return 0;
}

static void put_u64(uint8_t *p, uint64_t value)
{
	le32_put(p, (uint32_t)value);
	le32_put(p + 4, (uint32_t)(value >> 32));
}

static void put_head(uint8_t *p, uint8_t type, uint8_t subtype, size_t len)
{
	p[0] = type;
	p[1] = subtype;
	le16_put(p + 2, (uint16_t)len);
}

size_t device_path_file(const struct gpt_part *part, const char *path,
			uint8_t ret[DEVICE_PATH_MAX_BYTES])
{
	size_t chars = strlen(path) + 1, file = 4 + 2 * chars;
	uint8_t *p = ret + DEVICE_PATH_HD_BYTES;

	if (chars > DEVICE_PATH_MAX_BYTES ||
	    DEVICE_PATH_HD_BYTES + file + 4 > DEVICE_PATH_MAX_BYTES)
		return 0;
	put_head(ret, 4, 1, DEVICE_PATH_HD_BYTES);
	le32_put(ret + 4, part->number);
	put_u64(ret + 8, part->first);
	put_u64(ret + 16, part->sectors);
	memcpy(ret + 24, part->guid, GUID_BYTES);
	ret[40] = 2; /* GPT */
	ret[41] = 2; /* the signature is a GUID */
	put_head(p, 4, 4, file);
	for (size_t i = 0; i < chars; i++)
		le16_put(p + 4 + 2 * i, (uint8_t)path[i]);
	put_head(p + file, 0x7f, 0xff, 4);
	return DEVICE_PATH_HD_BYTES + file + 4;
}
