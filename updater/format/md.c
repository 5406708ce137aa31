/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/md.h"

#include <stdio.h>
#include <string.h>

#include "format/le.h"

#define MAGIC	       0xa92b4efcu
#define MAX_RAID_DISKS 4096u
#define KIB	       1024u

/* Byte offsets in version 1 (struct mdp_superblock_1) */
enum {
	V1_MAJOR = 4,
	V1_FEATURES = 8,
	V1_UUID = 16,
	V1_LEVEL = 72,
	V1_SIZE = 80,
	V1_RAID_DISKS = 92,
	V1_SUPER_OFFSET = 144,
	V1_RECOVERY_OFFSET = 152,
	V1_DEV_NUMBER = 160,
	V1_EVENTS = 200,
	V1_RESYNC_OFFSET = 208,
	V1_CHECKSUM = 216,
	V1_MAX_DEV = 220,
	V1_ROLES = 256,
};

/* and in version 0.90 (mdp_super_t), whose words are those of the machine that made it. */
enum {
	V0_MAJOR = 4 * 1,
	V0_MINOR = 4 * 2,
	V0_UUID0 = 4 * 5,
	V0_LEVEL = 4 * 7,
	V0_RAID_DISKS = 4 * 10,
	V0_UUID1 = 4 * 13,
	V0_STATE = 4 * 33,
	V0_CHECKSUM = 4 * 38,
	V0_EVENTS = 4 * 39,
	V0_RECOVERY_CP = 4 * 43,
	V0_THIS_ROLE = 4 * (992 + 3),
	V0_THIS_STATE = 4 * (992 + 4),
};

#define FEATURE_RECOVERY_OFFSET 2u
#define FEATURE_RESHAPE_ACTIVE	4u
#define ALL_IN_SYNC		UINT64_MAX

#define ROLE_SPARE   0xffffu
#define ROLE_FAULTY  0xfffeu
#define ROLE_JOURNAL 0xfffdu

#define V0_STATE_CLEAN	   1u
#define V0_DISK_FAULTY	   1u
#define V0_DISK_ACTIVE	   2u
#define V0_DISK_SYNC	   4u
#define V0_MINOR_RESHAPING 91u

bool md_place(enum md_version version, uint64_t size_bytes, uint64_t *ret_offset)
{
	if (size_bytes < 128 * KIB) /* the kernel takes less; nobody has such members */
		return false;
	switch (version) {
	case MD_0_90:
		*ret_offset = (size_bytes & ~(uint64_t)(64 * KIB - 1)) - 64 * KIB;
		return true;
	case MD_1_0:
		*ret_offset = (size_bytes - 8 * KIB) & ~(uint64_t)(4 * KIB - 1);
		return true;
	case MD_1_1:
		*ret_offset = 0;
		return true;
	case MD_1_2:
		*ret_offset = 4 * KIB;
		return true;
	}
	return false;
}

/* The sum of the 32-bit words, the checksum's own left out, folded once. */
static uint32_t sum_words(const uint8_t *buf, size_t len, size_t checksum_at)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4)
		if (i != checksum_at)
			sum += le32_at(buf + i);
	if (i + 2 <= len)
		sum += le16_at(buf + i);
	return (uint32_t)((sum & 0xffffffffu) + (sum >> 32));
}

static void format_uuid(const uint32_t words[4], char ret[36])
{
	snprintf(ret, 36, "%08x:%08x:%08x:%08x", words[0], words[1], words[2], words[3]);
}

static uint32_t be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int check_numbers(const struct md_member *member, struct err *err)
{
	if (member->raid_disks == 0 || member->raid_disks > MAX_RAID_DISKS)
		return err_set(err, ERR_FORMAT, "md superblock for %u members", member->raid_disks);
	if (member->role == MD_ACTIVE && member->number >= member->raid_disks)
		return err_set(err, ERR_FORMAT, "md superblock of member %u of %u", member->number,
			       member->raid_disks);
	return 0;
}

static void take_role_1(const uint8_t *buf, uint32_t max_dev, struct md_member *ret)
{
	uint32_t index = le32_at(buf + V1_DEV_NUMBER);
	uint16_t role = index < max_dev ? le16_at(buf + V1_ROLES + 2 * index) : ROLE_SPARE;

	ret->number = 0;
	switch (role) {
	case ROLE_SPARE:
		ret->role = MD_SPARE;
		return;
	case ROLE_FAULTY:
		ret->role = MD_FAULTY;
		return;
	case ROLE_JOURNAL:
		ret->role = MD_JOURNAL;
		return;
	default:
		ret->role = MD_ACTIVE;
		ret->number = role;
	}
}

/* A journal device keeps something else where the others have their recovery offset. */
static void take_progress_1(const uint8_t *buf, struct md_member *ret)
{
	uint32_t features = le32_at(buf + V1_FEATURES);
	uint64_t in_sync = le64_at(buf + V1_RESYNC_OFFSET);

	ret->recovering = features & FEATURE_RECOVERY_OFFSET && ret->role == MD_ACTIVE &&
			  le64_at(buf + V1_RECOVERY_OFFSET) < le64_at(buf + V1_SIZE);
	ret->reshaping = features & FEATURE_RESHAPE_ACTIVE;
	if (ret->level > 0) {
		ret->unclean = in_sync == 0;
		ret->resyncing = in_sync != 0 && in_sync < le64_at(buf + V1_SIZE);
	}
}

static int parse_1(const uint8_t *buf, uint64_t offset, struct md_member *ret, struct err *err)
{
	uint32_t max_dev = le32_at(buf + V1_MAX_DEV), words[4];

	if (le32_at(buf + V1_MAJOR) != 1)
		return err_set(err, ERR_FORMAT, "md superblock of version %u",
			       le32_at(buf + V1_MAJOR));
	if (max_dev > (MD_SUPERBLOCK_BYTES - V1_ROLES) / 2)
		return err_set(err, ERR_FORMAT, "md superblock with %u roles", max_dev);
	if (sum_words(buf, V1_ROLES + 2 * (size_t)max_dev, V1_CHECKSUM) !=
	    le32_at(buf + V1_CHECKSUM))
		return err_set(err, ERR_FORMAT, "md superblock with a wrong checksum");
	if (le64_at(buf + V1_SUPER_OFFSET) != offset / 512)
		return err_set(err, ERR_FORMAT, "md superblock that belongs to another place");
	for (size_t i = 0; i < 4; i++)
		words[i] = be32_at(buf + V1_UUID + 4 * i);
	format_uuid(words, ret->uuid);
	ret->level = (int32_t)le32_at(buf + V1_LEVEL);
	ret->raid_disks = le32_at(buf + V1_RAID_DISKS);
	ret->events = le64_at(buf + V1_EVENTS);
	take_role_1(buf, max_dev, ret);
	take_progress_1(buf, ret);
	return check_numbers(ret, err);
}

static void take_role_0(const uint8_t *buf, struct md_member *ret)
{
	uint32_t state = le32_at(buf + V0_THIS_STATE);

	ret->number = le32_at(buf + V0_THIS_ROLE);
	if (state & V0_DISK_FAULTY)
		ret->role = MD_FAULTY;
	else if (state & V0_DISK_ACTIVE && state & V0_DISK_SYNC)
		ret->role = MD_ACTIVE;
	else
		ret->role = MD_SPARE; /* as it is while it is being filled: 0.90 knows no offset */
}

static int parse_0(const uint8_t *buf, struct md_member *ret, struct err *err)
{
	const uint32_t words[4] = { le32_at(buf + V0_UUID0), le32_at(buf + V0_UUID1),
				    le32_at(buf + V0_UUID1 + 4), le32_at(buf + V0_UUID1 + 8) };

	if (le32_at(buf + V0_MAJOR) != 0 || le32_at(buf + V0_MINOR) < 90 ||
	    le32_at(buf + V0_MINOR) > V0_MINOR_RESHAPING)
		return err_set(err, ERR_FORMAT, "md superblock of version %u.%u",
			       le32_at(buf + V0_MAJOR), le32_at(buf + V0_MINOR));
	if (sum_words(buf, MD_SUPERBLOCK_BYTES, V0_CHECKSUM) != le32_at(buf + V0_CHECKSUM))
		return err_set(err, ERR_FORMAT, "md superblock with a wrong checksum");
	format_uuid(words, ret->uuid);
	ret->level = (int32_t)le32_at(buf + V0_LEVEL);
	ret->raid_disks = le32_at(buf + V0_RAID_DISKS);
	ret->events = le64_at(buf + V0_EVENTS);
	ret->reshaping = le32_at(buf + V0_MINOR) == V0_MINOR_RESHAPING;
	take_role_0(buf, ret);
	/* CLEAN is set only when nothing is left to resync: super_90_sync(). */
	if (ret->level > 0 && !(le32_at(buf + V0_STATE) & V0_STATE_CLEAN)) {
		ret->resyncing = le32_at(buf + V0_RECOVERY_CP) != 0;
		ret->unclean = !ret->resyncing;
	}
	return check_numbers(ret, err);
}

int md_parse(const uint8_t *buf, size_t len, enum md_version version, uint64_t offset,
	     struct md_member *ret, struct err *err)
{
	*ret = (struct md_member){ 0 };
	if (len != MD_SUPERBLOCK_BYTES)
		return err_set(err, ERR_FORMAT, "md superblock of %zu bytes", len);
	if (le32_at(buf) != MAGIC)
		return err_set(err, ERR_NOT_FOUND, "no md superblock");
	return version == MD_0_90 ? parse_0(buf, ret, err) : parse_1(buf, offset, ret, err);
}
