/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/arrays_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/btrfs.h"
#include "format/imsm.h"
#include "format/md.h"

#define SECTOR_MAX 4096u

bool arrays_read(struct array_source *src, uint64_t offset, void *buf, size_t size)
{
	struct array_scan *scan = src->scan;
	int rc;

	if (offset > src->size || src->size - offset < size)
		return false;
	rc = hwio_pread(scan->hw, src->fd, buf, size, offset);
	if (rc && !scan->failed[0])
		snprintf(scan->failed, sizeof(scan->failed), "/dev/%s: %s", src->name,
			 strerror(-rc));
	return rc == 0;
}

int arrays_add_member(struct array_scan *scan, const struct array_member *member, struct err *err)
{
	void *list;

	if (scan->member_count == ARRAYS_MAX_MEMBERS)
		return err_set(err, ERR_TOO_LARGE, "more than %u members of arrays",
			       ARRAYS_MAX_MEMBERS);
	list = reallocarray(scan->members, scan->member_count + 1, sizeof(*member));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	scan->members = list;
	scan->members[scan->member_count++] = *member;
	return 0;
}

static struct array_member member_of(const struct array_source *src)
{
	struct array_member member = { 0 };

	snprintf(member.link, sizeof(member.link), "%s", src->link);
	return member;
}

static const char *work_of_md(const struct md_member *md)
{
	if (md->reshaping)
		return "a reshape";
	if (md->recovering)
		return "a recovery";
	return md->resyncing ? "a resync" : NULL;
}

/* Several paths to one device, and containers, are not sets that could miss a member. */
static bool is_set(const struct md_member *md)
{
	return md->level >= -1;
}

static int add_md(struct array_source *src, const struct md_member *md, struct err *err)
{
	struct array_member member = member_of(src);

	snprintf(member.array, sizeof(member.array), "md:%s", md->uuid);
	snprintf(member.label, sizeof(member.label), "%s", member.array);
	snprintf(member.member, sizeof(member.member), "%u", md->number);
	member.generation = md->events;
	member.wanted = is_set(md) ? md->raid_disks : 0;
	member.counts = md->role == MD_ACTIVE;
	member.unclean = md->unclean;
	member.work = work_of_md(md);
	return arrays_add_member(src->scan, &member, err);
}

static int scan_md(struct array_source *src, struct err *err)
{
	uint8_t buf[MD_SUPERBLOCK_BYTES];
	struct md_member md;
	uint64_t offset;

	for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
		int rc;

		if (!md_place((enum md_version)version, src->size, &offset) ||
		    !arrays_read(src, offset, buf, sizeof(buf)) ||
		    md_parse(buf, sizeof(buf), (enum md_version)version, offset, &md, NULL))
			continue;
		rc = add_md(src, &md, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* In two pieces: the anchor, and what stands before it. */
static uint8_t *read_imsm(struct array_source *src, size_t *ret_len)
{
	uint8_t anchor[SECTOR_MAX], *buf;
	uint64_t at = src->size - 2 * (uint64_t)src->sector;
	size_t bytes, rest;

	if (src->size < 2 * (uint64_t)src->sector || !arrays_read(src, at, anchor, src->sector) ||
	    imsm_anchor_parse(anchor, src->sector, &bytes, NULL))
		return NULL;
	rest = (bytes + src->sector - 1) / src->sector * src->sector - src->sector;
	buf = rest <= at ? malloc(src->sector + rest) : NULL;
	if (!buf)
		return NULL;
	memcpy(buf, anchor, src->sector);
	if (rest && !arrays_read(src, at - rest, buf + src->sector, rest)) {
		free(buf);
		return NULL;
	}
	*ret_len = src->sector + rest;
	return buf;
}

static int scan_imsm(struct array_source *src, struct err *err)
{
	struct array_member member = member_of(src);
	struct imsm_super super;
	CLEANUP_FREE uint8_t *buf = NULL;
	size_t len = 0;

	if (!src->sector)
		return 0; /* it is on whole drives only */
	buf = read_imsm(src, &len);
	if (!buf || imsm_parse(buf, len, &super, NULL))
		return 0;
	snprintf(member.array, sizeof(member.array), "imsm:%08x", super.family);
	snprintf(member.label, sizeof(member.label), "%s", member.array);
	snprintf(member.member, sizeof(member.member), "%.39s", src->name);
	member.generation = super.generation;
	member.wanted = super.disks;
	member.counts = true;
	member.degraded = super.degraded || super.failed ? "a volume of it says so" : NULL;
	member.work = super.migrating ? "an initialisation, rebuild or migration" : NULL;
	return arrays_add_member(src->scan, &member, err);
}

static int scan_btrfs(struct array_source *src, struct err *err)
{
	struct array_member member = member_of(src);
	struct btrfs_super super;
	uint8_t buf[BTRFS_BYTES];

	if (!arrays_read(src, BTRFS_OFFSET, buf, sizeof(buf)) ||
	    btrfs_parse(buf, sizeof(buf), &super, NULL) || super.devices < 2)
		return 0;
	snprintf(member.array, sizeof(member.array), "btrfs:%s", super.uuid);
	snprintf(member.label, sizeof(member.label), "%s", member.array);
	snprintf(member.member, sizeof(member.member), "%llu", (unsigned long long)super.device);
	member.generation = super.generation;
	member.wanted = super.devices > UINT32_MAX ? 0 : (uint32_t)super.devices;
	member.counts = true;
	return arrays_add_member(src->scan, &member, err);
}

int arrays_scan_block(struct array_source *src, struct err *err)
{
	int rc = scan_md(src, err);

	if (!rc)
		rc = arrays_scan_lvm(src, err);
	if (!rc)
		rc = scan_imsm(src, err);
	return rc ? rc : scan_btrfs(src, err);
}
