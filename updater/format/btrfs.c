/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/btrfs.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "format/le.h"

enum {
	CHECKSUM_BYTES = 32,
	UUID = 32,
	PLACE = 48,
	MAGIC = 64,
	GENERATION = 72,
	DEVICES = 136,
	CHECKSUM_TYPE = 196,
	DEVICE = 201,
	CHECKSUM_CRC32C = 0,
};

static uint32_t crc32c(const uint8_t *buf, size_t len)
{
	uint32_t sum = ~0u;

	for (size_t i = 0; i < len; i++) {
		sum ^= buf[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78u : 0);
	}
	return ~sum;
}

static void format_uuid(const uint8_t uuid[16], char ret[37])
{
	char hex[33];

	hex_encode(uuid, 16, hex);
	snprintf(ret, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

int btrfs_parse(const uint8_t *buf, size_t len, struct btrfs_super *ret, struct err *err)
{
	*ret = (struct btrfs_super){ 0 };
	if (len != BTRFS_BYTES || memcmp(buf + MAGIC, "_BHRfS_M", 8) != 0)
		return err_set(err, ERR_NOT_FOUND, "no btrfs superblock");
	if (le64_at(buf + PLACE) != BTRFS_OFFSET)
		return err_set(err, ERR_FORMAT, "btrfs superblock that belongs to another place");
	if (le16_at(buf + CHECKSUM_TYPE) == CHECKSUM_CRC32C &&
	    crc32c(buf + CHECKSUM_BYTES, BTRFS_BYTES - CHECKSUM_BYTES) != le32_at(buf))
		return err_set(err, ERR_FORMAT, "btrfs superblock with a wrong checksum");
	format_uuid(buf + UUID, ret->uuid);
	ret->generation = le64_at(buf + GENERATION);
	ret->devices = le64_at(buf + DEVICES);
	ret->device = le64_at(buf + DEVICE);
	return 0;
}
