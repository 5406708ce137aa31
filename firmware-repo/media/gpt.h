/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GUID partition tables (UEFI 2.10 section 5.3) with the protective MBR (5.2.3) before them. */
#ifndef FWREPO_GPT_H
#define FWREPO_GPT_H

#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define GPT_SECTOR	   512
#define GPT_MAX_PARTITIONS 8 /* that are used; the tables are longer */
#define GPT_MAX_ENTRIES	   256

struct gpt_partition {
	uint8_t type[16]; /* all zero: unused */
	uint8_t guid[16];
	uint64_t first, last; /* sectors */
	uint64_t attributes;
	uint8_t name[72]; /* UTF-16LE */
};

struct gpt {
	uint8_t disk_guid[16];
	uint32_t entries;      /* of the table */
	uint64_t first_usable; /* sector */
	struct gpt_partition partitions[GPT_MAX_PARTITIONS];
};

/* The primary table. ERR_FORMAT (none, or its checksums are wrong), ERR_IO. */
int gpt_read(const struct source *disk, struct gpt *ret, struct err *err);

/*
 * Both tables of a disk of so many sectors; the sizes in the MBR, which is there. The end of the
 * disk keeps gpt_tail_sectors() free. ERR_IO, ERR_FULL.
 */
int gpt_write(int fd, uint64_t sectors, const struct gpt *gpt, struct err *err);
uint64_t gpt_tail_sectors(const struct gpt *gpt);

#endif
