/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/gpt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/le.h"
#include "media/put.h"

/* UEFI 2.10 table 5-5 and 5-6. */
enum {
	HEADER_BYTES = 92,
	REVISION = 0x00010000,
	AT_HEADER_BYTES = 12,
	AT_HEADER_CRC = 16,
	AT_THIS = 24,
	AT_OTHER = 32,
	AT_FIRST_USABLE = 40,
	AT_LAST_USABLE = 48,
	AT_DISK_GUID = 56,
	AT_TABLE = 72,
	AT_ENTRIES = 80,
	AT_ENTRY_BYTES = 84,
	AT_TABLE_CRC = 88,
	ENTRY_BYTES = 128,
	ENTRY_GUID = 16,
	ENTRY_FIRST = 32,
	ENTRY_LAST = 40,
	ENTRY_ATTRIBUTES = 48,
	ENTRY_NAME = 56,
	/* The MBR, table 5-3: the first record is the one of the whole disk. */
	MBR_RECORD = 446,
	MBR_TYPE = 4,
	MBR_FIRST = 8,
	MBR_COUNT = 12,
	TYPE_PROTECTIVE = 0xee,
};

/* ISO 3309, reflected: what UEFI means by CRC32. */
static uint32_t crc32_of(const uint8_t *buf, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *buf++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static bool header_holds(const uint8_t *sector)
{
	uint8_t copy[HEADER_BYTES];

	memcpy(copy, sector, HEADER_BYTES);
	memset(copy + AT_HEADER_CRC, 0, 4);
	return memcmp(sector, "EFI PART", 8) == 0 &&
	       le32_at(sector + AT_HEADER_BYTES) == HEADER_BYTES &&
	       le32_at(sector + AT_HEADER_CRC) == crc32_of(copy, HEADER_BYTES) &&
	       le32_at(sector + AT_ENTRY_BYTES) == ENTRY_BYTES &&
	       le32_at(sector + AT_ENTRIES) >= GPT_MAX_PARTITIONS &&
	       le32_at(sector + AT_ENTRIES) <= GPT_MAX_ENTRIES;
}

static void entry_read(const uint8_t *entry, struct gpt_partition *ret)
{
	memcpy(ret->type, entry, sizeof(ret->type));
	memcpy(ret->guid, entry + ENTRY_GUID, sizeof(ret->guid));
	ret->first = le64_at(entry + ENTRY_FIRST);
	ret->last = le64_at(entry + ENTRY_LAST);
	ret->attributes = le64_at(entry + ENTRY_ATTRIBUTES);
	memcpy(ret->name, entry + ENTRY_NAME, sizeof(ret->name));
}

static int read_exactly(const struct source *disk, uint64_t sector, uint8_t *buf, size_t len,
			struct err *err)
{
	size_t got;
	int rc = sector > UINT64_MAX / GPT_SECTOR
			 ? ERR_FORMAT
			 : source_read(disk, sector * GPT_SECTOR, buf, len, &got, err);

	return rc || got < len
		       ? err_set(err, rc ? rc : ERR_FORMAT, "%s: no partition table", disk->name)
		       : 0;
}

int gpt_read(const struct source *disk, struct gpt *ret, struct err *err)
{
	uint8_t header[GPT_SECTOR], table[GPT_MAX_ENTRIES * ENTRY_BYTES];
	int rc = read_exactly(disk, 1, header, sizeof(header), err);
	size_t len;

	*ret = (struct gpt){ 0 };
	if (rc)
		return rc;
	if (!header_holds(header))
		return err_set(err, ERR_FORMAT, "%s: no partition table, or a damaged one",
			       disk->name);
	ret->entries = le32_at(header + AT_ENTRIES);
	ret->first_usable = le64_at(header + AT_FIRST_USABLE);
	memcpy(ret->disk_guid, header + AT_DISK_GUID, sizeof(ret->disk_guid));
	len = (size_t)ret->entries * ENTRY_BYTES;
	rc = read_exactly(disk, le64_at(header + AT_TABLE), table, len, err);
	if (!rc && crc32_of(table, len) != le32_at(header + AT_TABLE_CRC))
		rc = err_set(err, ERR_FORMAT, "%s: the partition table is damaged", disk->name);
	for (size_t i = 0; !rc && i < GPT_MAX_PARTITIONS; i++)
		entry_read(table + i * ENTRY_BYTES, &ret->partitions[i]);
	return rc;
}

static void entry_fill(const struct gpt_partition *from, uint8_t *entry)
{
	memcpy(entry, from->type, sizeof(from->type));
	memcpy(entry + ENTRY_GUID, from->guid, sizeof(from->guid));
	put_le64(entry + ENTRY_FIRST, from->first);
	put_le64(entry + ENTRY_LAST, from->last);
	put_le64(entry + ENTRY_ATTRIBUTES, from->attributes);
	memcpy(entry + ENTRY_NAME, from->name, sizeof(from->name));
}

static uint64_t table_sectors(const struct gpt *gpt)
{
	return ((uint64_t)gpt->entries * ENTRY_BYTES + GPT_SECTOR - 1) / GPT_SECTOR;
}

uint64_t gpt_tail_sectors(const struct gpt *gpt)
{
	return table_sectors(gpt) + 1;
}

/* One header; the table it names lies at table. */
static int write_header(int fd, uint64_t at, uint64_t other, uint64_t table, uint64_t sectors,
			const struct gpt *gpt, uint32_t table_crc, struct err *err)
{
	uint8_t header[GPT_SECTOR] = "EFI PART";

	put_le32(header + 8, REVISION);
	put_le32(header + AT_HEADER_BYTES, HEADER_BYTES);
	put_le64(header + AT_THIS, at);
	put_le64(header + AT_OTHER, other);
	put_le64(header + AT_FIRST_USABLE, gpt->first_usable);
	put_le64(header + AT_LAST_USABLE, sectors - 1 - gpt_tail_sectors(gpt));
	memcpy(header + AT_DISK_GUID, gpt->disk_guid, sizeof(gpt->disk_guid));
	put_le64(header + AT_TABLE, table);
	put_le32(header + AT_ENTRIES, gpt->entries);
	put_le32(header + AT_ENTRY_BYTES, ENTRY_BYTES);
	put_le32(header + AT_TABLE_CRC, table_crc);
	put_le32(header + AT_HEADER_CRC, crc32_of(header, HEADER_BYTES));
	return put_at(fd, at * GPT_SECTOR, header, sizeof(header), err);
}

/* UEFI 2.10 table 5-4: the size, as far as 32 bits can tell. */
static int write_mbr(int fd, uint64_t sectors, struct err *err)
{
	uint64_t count = sectors - 1 > UINT32_MAX ? UINT32_MAX : sectors - 1;
	uint8_t record[16];
	uint8_t size[4];

	if (get_at(fd, MBR_RECORD, record, sizeof(record), err))
		return err->code;
	if (record[MBR_TYPE] != TYPE_PROTECTIVE || le32_at(record + MBR_FIRST) != 1)
		return err_set(err, ERR_FORMAT, "the boot sector has no protective record");
	put_le32(size, (uint32_t)count);
	return put_at(fd, MBR_RECORD + MBR_COUNT, size, sizeof(size), err);
}

int gpt_write(int fd, uint64_t sectors, const struct gpt *gpt, struct err *err)
{
	size_t len = (size_t)table_sectors(gpt) * GPT_SECTOR;
	CLEANUP_FREE uint8_t *table = calloc(1, len);
	uint64_t last = sectors - 1, tail = last - table_sectors(gpt);
	uint32_t crc;
	int rc;

	if (!table)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < GPT_MAX_PARTITIONS; i++)
		entry_fill(&gpt->partitions[i], table + i * ENTRY_BYTES);
	crc = crc32_of(table, (size_t)gpt->entries * ENTRY_BYTES);
	rc = write_mbr(fd, sectors, err);
	if (!rc)
		rc = put_at(fd, 2 * GPT_SECTOR, table, len, err);
	if (!rc)
		rc = write_header(fd, 1, last, 2, sectors, gpt, crc, err);
	if (!rc)
		rc = put_at(fd, tail * GPT_SECTOR, table, len, err);
	return rc ? rc : write_header(fd, last, 1, tail, sectors, gpt, crc, err);
}
