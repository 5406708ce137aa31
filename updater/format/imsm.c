/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/imsm.h"

#include <string.h>

#include "base/text.h"
#include "format/le.h"

static const uint8_t signature[] = "Intel Raid ISM Cfg Sig. ";

enum {
	CHECKSUM = 32, /* struct imsm_super */
	SIZE = 36,
	FAMILY = 40,
	GENERATION = 44,
	DISKS = 56,
	VOLUMES = 57,
	FIRST_FAMILY = 64,
	DISK_TABLE = 216,
	DISK_BYTES = 48, /* struct imsm_disk */
	DISK_STATUS = 24,
	DISK_CONFIGURED = 2,
	DISK_FAILED = 4,
	DEV_NAME_BYTES = 16, /* struct imsm_dev with its struct imsm_vol */
	DEV_MIGRATING = 80 + 8,
	DEV_MAP = 80 + 32,
	MAP_STATE = 14, /* struct imsm_map */
	MAP_MEMBERS = 16,
	MAP_BYTES = 48, /* and 4 for each member */
	MAP_DEGRADED = 2,
	MAP_FAILED = 3,
};

int imsm_anchor_parse(const uint8_t *anchor, size_t len, size_t *ret_bytes, struct err *err)
{
	uint32_t size;

	if (len < DISK_TABLE || memcmp(anchor, signature, sizeof(signature) - 1) != 0)
		return err_set(err, ERR_NOT_FOUND, "no Intel RAID metadata");
	size = le32_at(anchor + SIZE);
	if (size < DISK_TABLE || size > IMSM_MAX_BYTES)
		return err_set(err, ERR_FORMAT, "Intel RAID metadata of %u bytes", size);
	*ret_bytes = size;
	return 0;
}

static bool checksum_holds(const uint8_t *buf, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 4 <= size; i += 4)
		if (i != CHECKSUM)
			sum += le32_at(buf + i);
	return sum == le32_at(buf + CHECKSUM);
}

static void take_disk(const uint8_t *disk, struct imsm_super *ret)
{
	uint32_t status = le32_at(disk + DISK_STATUS);

	if (!(status & DISK_CONFIGURED))
		return; /* a spare */
	ret->disks++;
	ret->failed += (status & DISK_FAILED) != 0;
}

static void name_volume(const uint8_t *dev, struct imsm_super *ret)
{
	text_from_field(ret->volume, sizeof(ret->volume), dev, DEV_NAME_BYTES);
}

/* The size of the map at pos; 0 = it does not end before size. */
static size_t map_bytes(const uint8_t *buf, size_t pos, size_t size)
{
	size_t bytes;

	if (pos > size || size - pos < MAP_BYTES)
		return 0;
	bytes = MAP_BYTES + 4 * (size_t)buf[pos + MAP_MEMBERS];
	return size - pos < bytes ? 0 : bytes;
}

/* A volume that is migrating has a second map: as it was before. */
static size_t take_volume(const uint8_t *buf, size_t pos, size_t size, struct imsm_super *ret)
{
	const uint8_t *dev = buf + pos;
	size_t first = map_bytes(buf, pos + DEV_MAP, size), second = 0;
	uint8_t state;

	if (!first)
		return 0;
	state = dev[DEV_MAP + MAP_STATE];
	if (dev[DEV_MIGRATING]) {
		second = map_bytes(buf, pos + DEV_MAP + first, size);
		if (!second)
			return 0;
	}
	if (!ret->volume[0] || dev[DEV_MIGRATING] || state == MAP_DEGRADED || state == MAP_FAILED)
		name_volume(dev, ret);
	ret->migrating = ret->migrating || dev[DEV_MIGRATING];
	ret->degraded = ret->degraded || state == MAP_DEGRADED || state == MAP_FAILED;
	return DEV_MAP + first + second;
}

int imsm_parse(const uint8_t *buf, size_t len, struct imsm_super *ret, struct err *err)
{
	size_t size, pos = DISK_TABLE;
	int rc = imsm_anchor_parse(buf, len, &size, err);

	*ret = (struct imsm_super){ 0 };
	if (rc)
		return rc;
	if (len < size || !checksum_holds(buf, size))
		return err_set(err, ERR_FORMAT, "Intel RAID metadata with a wrong checksum");
	/* Before there was a first family this field was left at zero. */
	ret->family =
		le32_at(buf + FIRST_FAMILY) ? le32_at(buf + FIRST_FAMILY) : le32_at(buf + FAMILY);
	ret->generation = le32_at(buf + GENERATION);
	if (size - pos < (size_t)buf[DISKS] * DISK_BYTES)
		return err_set(err, ERR_FORMAT, "Intel RAID metadata that are cut off");
	for (unsigned int i = 0; i < buf[DISKS]; i++, pos += DISK_BYTES)
		take_disk(buf + pos, ret);
	for (unsigned int i = 0; i < buf[VOLUMES]; i++) {
		size_t bytes = take_volume(buf, pos, size, ret);

		if (!bytes)
			return err_set(err, ERR_FORMAT, "Intel RAID volume that is cut off");
		pos += bytes;
	}
	return 0;
}
