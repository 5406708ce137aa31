/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/lvm.h"

#include <string.h>

#include "base/text.h"
#include "format/le.h"

#define SECTOR 512u

enum {
	LABEL_SECTOR = 8, /* struct label_header */
	LABEL_CRC = 16,
	LABEL_OFFSET = 20,
	LABEL_TYPE = 24,
	PV_AREAS = 32 + 8, /* struct pv_header: a UUID, the size, two lists of areas */
	AREA_BYTES = 16,
	HEADER_CRC = 0, /* struct mda_header */
	HEADER_MAGIC = 4,
	HEADER_VERSION = 20,
	HEADER_START = 24,
	HEADER_SIZE = 32,
	HEADER_TEXT = 40, /* struct raw_locn */
	TEXT_OFFSET = 0,
	TEXT_SIZE = 8,
	TEXT_CRC = 16,
	TEXT_FLAGS = 20,
	TEXT_IGNORED = 1,
};

static const uint8_t header_magic[] = " LVM2 x[5A%r0N*>";

/* CRC-32 with LVM's own start and no inversion at the end: lib/misc/crc.c. */
static uint32_t crc(const uint8_t *buf, size_t len)
{
	uint32_t sum = 0xf597a6cf;

	for (size_t i = 0; i < len; i++) {
		sum ^= buf[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
	}
	return sum;
}

bool lvm_text_is_sound(const uint8_t *text, size_t len, uint32_t checksum)
{
	return crc(text, len) == checksum;
}

/* The first metadata area stands behind the list of data areas, which ends with a zero. */
static void take_areas(const uint8_t *sector, size_t pos, struct lvm_label *ret)
{
	while (pos + AREA_BYTES <= SECTOR && le64_at(sector + pos) != 0)
		pos += AREA_BYTES;
	pos += AREA_BYTES;
	if (pos + AREA_BYTES > SECTOR)
		return;
	ret->metadata = le64_at(sector + pos);
	ret->metadata_bytes = le64_at(sector + pos + 8);
}

static int parse_label(const uint8_t *sector, size_t index, struct lvm_label *ret, struct err *err)
{
	uint32_t offset = le32_at(sector + LABEL_OFFSET);

	if (memcmp(sector + LABEL_TYPE, "LVM2 001", 8) != 0)
		return err_set(err, ERR_FORMAT, "LVM label of another type");
	if (le64_at(sector + LABEL_SECTOR) != index)
		return err_set(err, ERR_FORMAT, "LVM label that belongs to another sector");
	if (crc(sector + LABEL_OFFSET, SECTOR - LABEL_OFFSET) != le32_at(sector + LABEL_CRC))
		return err_set(err, ERR_FORMAT, "LVM label with a wrong checksum");
	if (offset > SECTOR - PV_AREAS - AREA_BYTES)
		return err_set(err, ERR_FORMAT, "LVM label that is cut off");
	text_from_field(ret->uuid, sizeof(ret->uuid), sector + offset, LVM_UUID_BYTES - 1);
	take_areas(sector, offset + PV_AREAS, ret);
	return 0;
}

int lvm_label_parse(const uint8_t *buf, size_t len, struct lvm_label *ret, struct err *err)
{
	*ret = (struct lvm_label){ 0 };
	if (len != LVM_LABEL_BYTES)
		return err_set(err, ERR_FORMAT, "LVM label of %zu bytes", len);
	for (size_t i = 0; i < LVM_LABEL_BYTES / SECTOR; i++)
		if (memcmp(buf + i * SECTOR, "LABELONE", 8) == 0)
			return parse_label(buf + i * SECTOR, i, ret, err);
	return err_set(err, ERR_NOT_FOUND, "no LVM label");
}

/* The area is a ring behind its header. */
static void place_text(uint64_t start, uint64_t area, uint64_t offset, uint64_t size,
		       struct lvm_text_place *ret)
{
	uint64_t first = size <= area - offset ? size : area - offset;

	ret->piece[0].offset = start + offset;
	ret->piece[0].bytes = first;
	ret->piece[1].offset = start + LVM_HEADER_BYTES;
	ret->piece[1].bytes = size - first;
}

int lvm_header_parse(const uint8_t *buf, size_t len, const struct lvm_label *label,
		     struct lvm_text_place *ret, struct err *err)
{
	const uint8_t *text = buf + HEADER_TEXT;
	uint64_t area, offset, size;

	*ret = (struct lvm_text_place){ 0 };
	if (len != LVM_HEADER_BYTES || memcmp(buf + HEADER_MAGIC, header_magic, 16) != 0 ||
	    le32_at(buf + HEADER_VERSION) != 1 || le64_at(buf + HEADER_START) != label->metadata ||
	    crc(buf + HEADER_MAGIC, LVM_HEADER_BYTES - HEADER_MAGIC) != le32_at(buf + HEADER_CRC))
		return err_set(err, ERR_FORMAT, "LVM metadata area without a sound header");
	area = le64_at(buf + HEADER_SIZE);
	offset = le64_at(text + TEXT_OFFSET);
	size = le64_at(text + TEXT_SIZE);
	if (offset == 0 || le32_at(text + TEXT_FLAGS) & TEXT_IGNORED)
		return err_set(err, ERR_NOT_FOUND, "no LVM metadata");
	if (offset < LVM_HEADER_BYTES || offset >= area || size == 0 ||
	    size > area - LVM_HEADER_BYTES || label->metadata > UINT64_MAX - area)
		return err_set(err, ERR_FORMAT, "LVM metadata outside of their area");
	place_text(label->metadata, area, offset, size, ret);
	ret->checksum = le32_at(text + TEXT_CRC);
	return 0;
}
