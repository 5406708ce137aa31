/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/ata.h"

#include <string.h>

#include "base/text.h"
#include "format/le.h"

/* Words of IDENTIFY DEVICE data, ACS-4 §7.13.6 */
enum {
	WORD_GENERAL = 0, /* bit 15: not an ATA device */
	WORD_SERIAL = 10,
	WORD_REVISION = 23,
	WORD_MODEL = 27,
	WORD_SANITIZE = 59,   /* bit 12 */
	WORD_ADDITIONAL = 69, /* bit 8: DOWNLOAD MICROCODE DMA */
	WORD_SUPPORTED_82 = 82,
	WORD_SUPPORTED_83 = 83,
	WORD_SUPPORTED_84 = 84,
	WORD_ENABLED_85 = 85,
	WORD_ENABLED_86 = 86, /* bit 15: words 119 and 120 are valid */
	WORD_WWN = 108,
	WORD_SUPPORTED_119 = 119,
	WORD_ENABLED_120 = 120,
	WORD_SECURITY = 128,
	WORD_MIN_BLOCKS = 234,
	WORD_MAX_BLOCKS = 235,
	WORD_INTEGRITY = 255,
};

enum { SERIAL_BYTES = 20, REVISION_BYTES = 8, MODEL_BYTES = 40 };

#define BIT(n) (1u << (n))

static uint16_t word(const uint8_t *buf, unsigned int index)
{
	return le16_at(buf + 2u * index);
}

/*
 * Words 83, 84, 86 .. 87, 119 and 120 say by bits 15:14 = 01b that they mean something. Word 86
 * has bit 15 for something else and no such mark.
 */
static bool has_bit(const uint8_t *buf, unsigned int index, unsigned int bit)
{
	uint16_t value = word(buf, index);

	return (value & 0xc000) == 0x4000 && (value & BIT(bit));
}

/* Words of zeros or ones are what a drive says that does not know them. */
static bool has_plain_bit(const uint8_t *buf, unsigned int index, unsigned int bit)
{
	uint16_t value = word(buf, index);

	return value != 0xffff && (value & BIT(bit));
}

/* An ATA string: the first character in the upper byte of a word (ACS-4 §3.3.10). */
static void copy_text(const uint8_t *buf, unsigned int index, size_t width, char *ret)
{
	char text[MODEL_BYTES];
	size_t skip = 0;

	for (size_t i = 0; i < width; i++)
		text[i] = (char)buf[2u * index + (i ^ 1)];
	while (skip < width && text[skip] == ' ')
		skip++;
	text_from_field(ret, width - skip + 1, (const uint8_t *)text + skip, width - skip);
}

static uint8_t sum(const uint8_t *buf)
{
	uint8_t total = 0;

	for (size_t i = 0; i < ATA_BLOCK_BYTES; i++)
		total = (uint8_t)(total + buf[i]);
	return total;
}

static uint16_t limit(uint16_t blocks)
{
	return blocks == 0xffff ? 0 : blocks;
}

static void parse_download(const uint8_t *buf, struct ata_identity *ret)
{
	ret->download_dma = has_plain_bit(buf, WORD_ADDITIONAL, 8);
	ret->download =
		has_bit(buf, WORD_SUPPORTED_83, 0) && has_plain_bit(buf, WORD_ENABLED_86, 0);
	ret->offsets = has_plain_bit(buf, WORD_ENABLED_86, 15) &&
		       has_bit(buf, WORD_SUPPORTED_119, 4) && has_bit(buf, WORD_ENABLED_120, 4);
	ret->min_blocks = limit(word(buf, WORD_MIN_BLOCKS));
	ret->max_blocks = limit(word(buf, WORD_MAX_BLOCKS));
}

/* Word 108 holds the most significant bits; NAA 5 is what it begins with (ACS-4 §7.13.6.43). */
static uint64_t parse_wwn(const uint8_t *buf)
{
	uint64_t wwn = 0;

	for (unsigned int i = 0; i < 4; i++)
		wwn = wwn << 16 | word(buf, WORD_WWN + i);
	return wwn >> 60 == 5 ? wwn : 0;
}

int ata_parse_identify(const uint8_t *buf, size_t len, struct ata_identity *ret, struct err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (len != ATA_BLOCK_BYTES)
		return err_set(err, ERR_FORMAT, "IDENTIFY DEVICE: %zu bytes instead of %d", len,
			       ATA_BLOCK_BYTES);
	if (word(buf, WORD_GENERAL) & BIT(15))
		return err_set(err, ERR_FORMAT, "IDENTIFY DEVICE: not of an ATA drive");
	/* Signature A5h: the other byte makes the sum of all 512 zero (ACS-4 §7.13.6.92). */
	if ((word(buf, WORD_INTEGRITY) & 0xff) == 0xa5 && sum(buf) != 0)
		return err_set(err, ERR_FORMAT, "IDENTIFY DEVICE: its checksum is wrong");
	copy_text(buf, WORD_SERIAL, SERIAL_BYTES, ret->serial);
	copy_text(buf, WORD_MODEL, MODEL_BYTES, ret->model);
	copy_text(buf, WORD_REVISION, REVISION_BYTES, ret->revision);
	if (!ret->model[0] && !ret->revision[0])
		return err_set(err, ERR_FORMAT, "IDENTIFY DEVICE: the drive says nothing");
	parse_download(buf, ret);
	ret->wwn = parse_wwn(buf);
	ret->smart =
		has_plain_bit(buf, WORD_SUPPORTED_82, 0) && has_plain_bit(buf, WORD_ENABLED_85, 0);
	ret->logs = has_bit(buf, WORD_SUPPORTED_84, 5);
	ret->sanitize = has_plain_bit(buf, WORD_SANITIZE, 12);
	ret->locked = has_plain_bit(buf, WORD_SECURITY, 2);
	ret->frozen = has_plain_bit(buf, WORD_SECURITY, 3);
	return 0;
}

#define VALID		 (1ull << 63)
#define THIS_PAGE	 0x03u /* bits 23:16 of the first qword: the page's number */
#define CAN_DMA		 33
#define CAN_DOWNLOAD	 14
#define CAN_OFFSETS	 3
#define DM_OFFSETS_DEFER 34
#define DM_OFFSETS	 32

int ata_parse_capabilities(const uint8_t *buf, size_t len, struct ata_identity *id, struct err *err)
{
	uint64_t capabilities, download;

	if (len != ATA_BLOCK_BYTES)
		return err_set(err, ERR_FORMAT, "Supported Capabilities: %zu bytes instead of %d",
			       len, ATA_BLOCK_BYTES);
	if (!(le64_at(buf) & VALID) || (le64_at(buf) >> 16 & 0xff) != THIS_PAGE)
		return err_set(err, ERR_FORMAT, "Supported Capabilities: it is another page");
	capabilities = le64_at(buf + 8);
	download = le64_at(buf + 16);
	if (capabilities & VALID) {
		id->download = id->download || capabilities >> CAN_DOWNLOAD & 1;
		id->download_dma = id->download_dma || capabilities >> CAN_DMA & 1;
		id->offsets = id->offsets || capabilities >> CAN_OFFSETS & 1;
	}
	if (!(download & VALID))
		return 0;
	id->offsets = id->offsets || download >> DM_OFFSETS & 1;
	id->deferred = download >> DM_OFFSETS_DEFER & 1;
	if (limit((uint16_t)download))
		id->min_blocks = limit((uint16_t)download);
	if (limit((uint16_t)(download >> 16)))
		id->max_blocks = limit((uint16_t)(download >> 16));
	return 0;
}

/* Self-test execution status: 15 in the upper half of byte 363 is running, below it tenths left. */
int ata_parse_self_test(const uint8_t *buf, size_t len, int *ret_percent_left, struct err *err)
{
	enum { EXECUTION_STATUS = 363, RUNNING = 15 };

	*ret_percent_left = -1;
	if (len != ATA_BLOCK_BYTES)
		return err_set(err, ERR_FORMAT, "SMART data: %zu bytes instead of %d", len,
			       ATA_BLOCK_BYTES);
	if (sum(buf) != 0)
		return err_set(err, ERR_FORMAT, "SMART data: its checksum is wrong");
	if (buf[EXECUTION_STATUS] >> 4 == RUNNING)
		*ret_percent_left = 10 * (buf[EXECUTION_STATUS] & 0xf);
	return 0;
}
