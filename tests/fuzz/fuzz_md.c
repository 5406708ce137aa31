/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * md superblocks: a byte with the version, then the superblock. Each is tried as it is and with its
 * checksum made right, else nearly all would end there.
 */
#include <stdlib.h>

#include "format/md.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *buf, size_t len, enum md_version version, uint64_t offset)
{
	struct err err = { 0 };
	struct md_member md;
	int rc = md_parse(buf, len, version, offset, &md, &err);

	if (rc && ((rc != ERR_FORMAT && rc != ERR_NOT_FOUND) || err.code != rc || !*err.text))
		abort();
	if (rc)
		return;
	if (strlen(md.uuid) != 35 || md.raid_disks == 0 || md.raid_disks > MAX_RAID_DISKS ||
	    md.role < MD_ACTIVE || md.role > MD_JOURNAL ||
	    (md.role == MD_ACTIVE && md.number >= md.raid_disks) || (md.unclean && md.resyncing))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[MD_SUPERBLOCK_BYTES];
	enum md_version version;
	uint64_t offset;
	uint32_t sum;
	size_t at, len = MD_SUPERBLOCK_BYTES;

	if (size < 1)
		return 0;
	version = (enum md_version)(MD_0_90 + data[0] % MD_VERSION_LAST);
	if (!md_place(version, (uint64_t)2 << 20, &offset))
		abort();
	check(data + 1, size - 1, version, offset);
	if (size - 1 < sizeof(buf))
		return 0;
	memcpy(buf, data + 1, sizeof(buf));
	at = version == MD_0_90 ? (size_t)V0_CHECKSUM : (size_t)V1_CHECKSUM;
	if (version != MD_0_90)
		len = V1_ROLES + 2 * (size_t)(le32_at(buf + V1_MAX_DEV) & 0x7ff);
	if (len > sizeof(buf))
		len = sizeof(buf);
	sum = sum_words(buf, len, at);
	for (int i = 0; i < 4; i++)
		buf[at + (size_t)i] = (uint8_t)(sum >> 8 * i);
	check(buf, sizeof(buf), version, offset);
	return 0;
}
