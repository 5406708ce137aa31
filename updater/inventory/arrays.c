/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/arrays.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "inventory/arrays_scan.h"

static void scan_free(struct array_scan *scan)
{
	free(scan->members);
	free(scan->volumes);
	free(scan->groups);
}

/* A captured machine has no devices, a card reader no card: neither is worth a word. */
static bool is_absent(int rc)
{
	return rc == -ENOENT || rc == -ENXIO || rc == -ENOMEDIUM || rc == -ENODEV;
}

static int scan_block(struct array_scan *scan, const char *name, const char *link, uint32_t sector,
		      struct err *err)
{
	struct array_source src = { scan, name, link, -1, block_size(scan->hw, name), sector };
	char path[HWIO_NAME_MAX + 8];
	int rc;

	if (!src.size)
		return 0;
	snprintf(path, sizeof(path), "/dev/%s", name);
	src.fd = scan->hw->ops->open(scan->hw, path, O_RDONLY);
	if (src.fd < 0 && !is_absent(src.fd) && !scan->failed[0])
		snprintf(scan->failed, sizeof(scan->failed), "%s: %s", path, strerror(-src.fd));
	if (src.fd < 0)
		return 0;
	rc = arrays_scan_block(&src, err);
	scan->hw->ops->close(scan->hw, src.fd);
	return rc;
}

static int scan_disk(struct array_scan *scan, const char *disk, char (*names)[HWIO_NAME_MAX],
		     size_t count, struct err *err)
{
	char link[BLOCK_LINK_MAX];
	int rc;

	/* Sticks and optical drives are slow, and nobody builds sets of them. */
	if (block_link(scan->hw, disk, link) || !block_is_disk(scan->hw, disk, link) ||
	    strstr(link, "/usb") || strncmp(disk, "sr", 2) == 0)
		return 0;
	rc = scan_block(scan, disk, link, block_sector(scan->hw, disk), err);
	for (size_t i = 0; i < count && !rc; i++)
		if (block_is_partition(scan->hw, disk, names[i]))
			rc = scan_block(scan, names[i], link, 0, err);
	return rc;
}

static int scan_all(struct array_scan *scan, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;
	int rc = scan->hw->ops->list(scan->hw, "/sys/class/block", &names, &count);

	if (rc == -ENOENT)
		return 0;
	if (rc)
		return err_set_errno(err, ERR_IO, -rc, "/sys/class/block");
	for (size_t i = 0; i < count && !rc; i++)
		rc = scan_disk(scan, names[i], names, count, err);
	return rc ? rc : arrays_close_lvm(scan, err);
}

/* What all superblocks of one array say together. */
struct verdict {
	uint64_t newest;
	uint32_t wanted, here, stale;
	const char *degraded, *work;
	bool unclean;
};

/* md takes a member back that is one event behind: the last write may have missed it. */
static bool is_current(const struct array_member *member, const struct verdict *verdict)
{
	return member->generation + 1 >= verdict->newest;
}

/* Has another one before it the same name? Then it is the same, seen twice, or its stand-in. */
static bool seen_before(const struct array_scan *scan, size_t index, const struct verdict *verdict)
{
	const struct array_member *member = &scan->members[index];

	for (size_t i = 0; i < index; i++)
		if (scan->members[i].counts && strcmp(scan->members[i].array, member->array) == 0 &&
		    strcmp(scan->members[i].member, member->member) == 0 &&
		    is_current(&scan->members[i], verdict) == is_current(member, verdict))
			return true;
	return false;
}

static void count_member(const struct array_scan *scan, size_t index, struct verdict *verdict)
{
	const struct array_member *member = &scan->members[index];

	if (is_current(member, verdict)) {
		verdict->work = member->work ? member->work : verdict->work;
		verdict->degraded = member->degraded ? member->degraded : verdict->degraded;
		verdict->unclean = verdict->unclean || member->unclean;
	}
	if (!member->counts || seen_before(scan, index, verdict))
		return;
	if (is_current(member, verdict))
		verdict->here++;
	else
		verdict->stale++;
}

static struct verdict judge(const struct array_scan *scan, const char *array)
{
	struct verdict verdict = { 0 };

	for (size_t i = 0; i < scan->member_count; i++) {
		const struct array_member *member = &scan->members[i];

		if (strcmp(member->array, array) != 0 || member->generation < verdict.newest)
			continue;
		verdict.newest = member->generation;
		verdict.wanted = member->wanted;
	}
	for (size_t i = 0; i < scan->member_count; i++)
		if (strcmp(scan->members[i].array, array) == 0)
			count_member(scan, i, &verdict);
	return verdict;
}

static void describe(const struct verdict *v, char *state, size_t size)
{
	char stale[48] = "";

	if (v->stale)
		snprintf(stale, sizeof(stale), ", %u more out of date", v->stale);
	if (v->here < v->wanted)
		snprintf(state, size, "degraded: %u of %u members are here%s", v->here, v->wanted,
			 stale);
	else if (v->degraded)
		snprintf(state, size, "degraded: %s", v->degraded);
	else if (v->work)
		snprintf(state, size, "rebuilding: %s is not finished", v->work);
	else if (v->wanted && v->unclean)
		snprintf(state, size, "unclean: all %u members are here, it was not shut down",
			 v->wanted);
	else
		snprintf(state, size, "%s", v->wanted ? "whole" : "");
}

static int set_array(struct device *dev, size_t number, const char *label, const char *state)
{
	char key[32];
	int rc;

	snprintf(key, sizeof(key), "array.%zu", number);
	rc = device_set_prop(dev, key, label);
	snprintf(key, sizeof(key), "array.%zu.state", number);
	return rc ? rc : device_set_prop(dev, key, state);
}

/* Has the device a member of this array before index? */
static bool is_set(struct array_scan *scan, size_t index, const char *node)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(scan->members[i].array, scan->members[index].array) == 0 &&
		    block_is_on(scan->hw, scan->members[i].link, node))
			return true;
	return false;
}

static int describe_device(struct array_scan *scan, struct device *dev, struct err *err)
{
	const char *slash = strrchr(dev->node, '/');
	const char *node = slash ? slash + 1 : dev->node;
	char state[sizeof(dev->props->value)];
	size_t number = 0;

	for (size_t i = 0; i < scan->member_count && number < ARRAYS_PER_DEVICE; i++) {
		const struct array_member *member = &scan->members[i];
		struct verdict verdict;

		if (!block_is_on(scan->hw, member->link, node) || is_set(scan, i, node))
			continue;
		verdict = judge(scan, member->array);
		describe(&verdict, state, sizeof(state));
		if (set_array(dev, number++, member->label, state))
			return err_set(err, ERR_NOMEM, "out of memory");
	}
	return 0;
}

/* The traces hold no stored data: what was understood of it goes there in words. */
static void note_members(const struct array_scan *scan)
{
	char text[512];

	for (size_t i = 0; i < scan->member_count; i++) {
		const struct array_member *member = &scan->members[i];

		snprintf(text, sizeof(text), "%s member %s, generation %llu, %u wanted%s%s%s at %s",
			 member->array, member->member, (unsigned long long)member->generation,
			 member->wanted, member->counts ? "" : ", holds no data",
			 member->work ? ", under way: " : "", member->work ? member->work : "",
			 member->link);
		hwio_note(scan->hw, "arrays", text);
	}
}

static bool has_drives(const struct inventory *inv)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].node[0])
			return true;
	return false;
}

int arrays_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct array_scan scan = { .hw = hw };
	int rc = has_drives(inv) ? scan_all(&scan, err) : 0;

	note_members(&scan);
	for (size_t i = 0; i < inv->count && !rc; i++)
		if (inv->devices[i].node[0])
			rc = describe_device(&scan, &inv->devices[i], err);
	scan_free(&scan);
	if (!rc && scan.failed[0])
		return err_set(err, ERR_IO,
			       "not all disks could be read, so that a degraded one "
			       "may go unseen: %s",
			       scan.failed);
	return rc;
}
