/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "inventory/arrays_scan.h"

static int add_volume(struct array_source *src, const char *uuid, struct err *err)
{
	struct array_scan *scan = src->scan;
	struct array_volume *list;

	if (scan->volume_count == ARRAYS_MAX_MEMBERS)
		return err_set(err, ERR_TOO_LARGE, "more than %u physical volumes",
			       ARRAYS_MAX_MEMBERS);
	list = reallocarray(scan->volumes, scan->volume_count + 1, sizeof(*list));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	scan->volumes = list;
	list += scan->volume_count++;
	snprintf(list->uuid, sizeof(list->uuid), "%s", uuid);
	snprintf(list->link, sizeof(list->link), "%s", src->link);
	return 0;
}

/* Each volume has a copy of the text; one that was away for a while has an old one. */
static int keep_group(struct array_scan *scan, const struct lvm_group *group, struct err *err)
{
	struct lvm_group *list;

	for (size_t i = 0; i < scan->group_count; i++) {
		list = &scan->groups[i];
		if (strcmp(list->uuid, group->uuid) != 0)
			continue;
		if (list->seqno < group->seqno)
			*list = *group;
		return 0;
	}
	list = reallocarray(scan->groups, scan->group_count + 1, sizeof(*list));
	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	scan->groups = list;
	scan->groups[scan->group_count++] = *group;
	return 0;
}

/* The whole text when it is not too long, else its beginning, which nothing proves. */
static uint8_t *read_text(struct array_source *src, const struct lvm_text_place *place,
			  size_t *ret_len)
{
	size_t first =
		place->piece[0].bytes < LVM_TEXT_MAX ? (size_t)place->piece[0].bytes : LVM_TEXT_MAX;
	size_t room = LVM_TEXT_MAX - first;
	size_t second = place->piece[1].bytes < room ? (size_t)place->piece[1].bytes : room;
	bool whole = first == place->piece[0].bytes && second == place->piece[1].bytes;
	uint8_t *text = malloc(first + second);

	if (text && arrays_read(src, place->piece[0].offset, text, first) &&
	    (!second || arrays_read(src, place->piece[1].offset, text + first, second)) &&
	    (!whole || lvm_text_is_sound(text, first + second, place->checksum))) {
		*ret_len = first + second;
		return text;
	}
	free(text);
	return NULL;
}

static int scan_group(struct array_source *src, const struct lvm_label *label, struct err *err)
{
	CLEANUP_FREE struct lvm_group *group = malloc(sizeof(*group));
	CLEANUP_FREE uint8_t *text = NULL;
	uint8_t header[LVM_HEADER_BYTES];
	struct lvm_text_place place;
	size_t len;

	if (!group)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!arrays_read(src, label->metadata, header, sizeof(header)) ||
	    lvm_header_parse(header, sizeof(header), label, &place, NULL))
		return 0;
	text = read_text(src, &place, &len);
	if (!text || lvm_text_parse(text, len, group, NULL))
		return 0;
	return keep_group(src->scan, group, err);
}

int arrays_scan_lvm(struct array_source *src, struct err *err)
{
	struct lvm_label label;
	uint8_t buf[LVM_LABEL_BYTES];
	int rc;

	if (!arrays_read(src, 0, buf, sizeof(buf)) ||
	    lvm_label_parse(buf, sizeof(buf), &label, NULL))
		return 0;
	rc = add_volume(src, label.uuid, err);
	return rc || !label.metadata ? rc : scan_group(src, &label, err);
}

/*
 * A volume on top of md, encryption or a multipath device is not seen from outside: whether it is
 * here cannot be told.
 */
static bool may_be_hidden(const struct lvm_volume *volume)
{
	return volume->missing ? false
			       : strncmp(volume->device, "/dev/md", 7) == 0 ||
					 strncmp(volume->device, "/dev/mapper/", 12) == 0 ||
					 strncmp(volume->device, "/dev/dm-", 8) == 0 ||
					 strncmp(volume->device, "/dev/", 5) != 0;
}

static const struct array_volume *find_volume(const struct array_scan *scan, const char *uuid,
					      size_t from)
{
	for (size_t i = from; i < scan->volume_count; i++)
		if (strcmp(scan->volumes[i].uuid, uuid) == 0)
			return &scan->volumes[i];
	return NULL;
}

static uint32_t wanted_of(const struct array_scan *scan, const struct lvm_group *group)
{
	for (size_t i = 0; i < group->volume_count; i++)
		if (may_be_hidden(&group->volumes[i]) &&
		    !find_volume(scan, group->volumes[i].uuid, 0))
			return 0;
	return group->complete ? (uint32_t)group->volume_count : 0;
}

/* All copies of one volume: the halves of a mirror below it each look like it. */
static int add_members(struct array_scan *scan, const struct lvm_group *group,
		       const struct lvm_volume *volume, uint32_t wanted, struct err *err)
{
	struct array_member member = { .generation = group->seqno, .wanted = wanted };
	const struct array_volume *found = find_volume(scan, volume->uuid, 0);
	int rc = 0;

	snprintf(member.array, sizeof(member.array), "lvm:%s", group->uuid);
	snprintf(member.label, sizeof(member.label), "lvm:%s", group->name);
	snprintf(member.member, sizeof(member.member), "%s", volume->uuid);
	member.counts = !volume->missing;
	while (found && !rc) {
		snprintf(member.link, sizeof(member.link), "%s", found->link);
		rc = arrays_add_member(scan, &member, err);
		found = find_volume(scan, volume->uuid, (size_t)(found - scan->volumes) + 1);
	}
	return rc;
}

int arrays_close_lvm(struct array_scan *scan, struct err *err)
{
	int rc = 0;

	for (size_t g = 0; g < scan->group_count; g++) {
		const struct lvm_group *group = &scan->groups[g];
		uint32_t wanted = wanted_of(scan, group);

		for (size_t v = 0; v < group->volume_count && !rc; v++)
			rc = add_members(scan, group, &group->volumes[v], wanted, err);
	}
	return rc;
}
