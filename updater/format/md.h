/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The superblock that Linux md keeps on each member of an array: include/uapi/linux/raid/md_p.h
 * (layout), drivers/md/md.c super_90_load() and super_1_load() (places, checks).
 */
#ifndef DRYDOCK_FORMAT_MD_H
#define DRYDOCK_FORMAT_MD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MD_SUPERBLOCK_BYTES 4096u

enum md_version {
	MD_0_90 = 1, /* in the last 64 to 128 KiB */
	MD_1_0,	     /* in the last 8 to 12 KiB */
	MD_1_1,	     /* at the very beginning */
	MD_1_2,	     /* 4 KiB from the beginning */
	MD_VERSION_LAST = MD_1_2
};

enum md_role {
	MD_ACTIVE = 1, /* holds data, or is being filled */
	MD_SPARE,
	MD_FAULTY,
	MD_JOURNAL,
};

struct md_member {
	char uuid[36];	     /* "00112233:44556677:8899aabb:ccddeeff", as mdadm has it */
	int32_t level;	     /* 0, 1, 4, 5, 6, 10, -1 linear; others are not redundant sets */
	uint32_t raid_disks; /* members that hold data when it is whole; 1..4096 */
	enum md_role role;
	uint32_t number; /* of an active one: 0..raid_disks - 1 */
	uint64_t events; /* grows with each change: a member that is behind was left out */
	bool recovering; /* this member is being filled */
	bool reshaping;
	bool resyncing; /* was stopped in a resync */
	bool unclean;	/* was not stopped at all: a resync will follow */
};

/* Where a superblock of that version lies on a device of size_bytes; false = it is too small. */
bool md_place(enum md_version version, uint64_t size_bytes, uint64_t *ret_offset);

/*
 * Parses the MD_SUPERBLOCK_BYTES (else ERR_FORMAT) that were read from offset. ERR_NOT_FOUND: there
 * is none; ERR_FORMAT: it is damaged, belongs to another place or has numbers that cannot be.
 */
int md_parse(const uint8_t *buf, size_t len, enum md_version version, uint64_t offset,
	     struct md_member *ret, struct err *err);

#endif
