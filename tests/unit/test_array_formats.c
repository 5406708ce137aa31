/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LVM, Intel RAID and btrfs. */
#include <stdlib.h>

#include "array_image.h"
#include "format/btrfs.h"
#include "format/imsm.h"
#include "format/lvm.h"
#include "tap.h"

#define LABEL	      disk, LVM_LABEL_BYTES
#define HEADER(label) disk + (label).metadata, LVM_HEADER_BYTES

static uint8_t disk[IMAGE_BYTES];

static void clean(void)
{
	memset(disk, 0, sizeof(disk));
}

static void an_lvm_label_leads_to_its_text(void)
{
	const struct lvm_image image = { .number = 1, .volumes = 2, .seqno = 7, .wrapped = true };
	struct lvm_text_place place;
	struct lvm_label label;
	char text[4096], want[4096];
	size_t len = lvm_image_text(&image, want);

	clean();
	lvm_image_put(disk, &image);
	CHECK_INT(lvm_label_parse(LABEL, &label, NULL), 0);
	CHECK_STR(label.uuid, "abc001DEFG0001hijkLMNOpqrsTuvwx1");
	CHECK_INT(label.metadata, 4096);
	CHECK_INT(label.metadata_bytes, 65536);
	CHECK_INT(lvm_header_parse(HEADER(label), &label, &place, NULL), 0);
	CHECK_INT(place.piece[0].offset, 4096 + 65536 - 100);
	CHECK_INT(place.piece[0].bytes, 100);
	CHECK_INT(place.piece[1].offset, 4096 + 512);
	CHECK_INT(place.piece[0].bytes + place.piece[1].bytes, len);
	memcpy(text, disk + place.piece[0].offset, 100);
	memcpy(text + 100, disk + place.piece[1].offset, (size_t)place.piece[1].bytes);
	CHECK(memcmp(text, want, len) == 0);
	CHECK(lvm_text_is_sound((const uint8_t *)text, len, place.checksum));
	text[200] ^= 1;
	CHECK(!lvm_text_is_sound((const uint8_t *)text, len, place.checksum));
}

static void damage_in_lvm_headers_is_seen(void)
{
	const struct lvm_image image = { .volumes = 1, .seqno = 1 };
	struct lvm_text_place place;
	struct lvm_label label;

	clean();
	CHECK_INT(lvm_label_parse(LABEL, &label, NULL), ERR_NOT_FOUND);
	CHECK_INT(lvm_label_parse(disk, 512, &label, NULL), ERR_FORMAT);
	lvm_image_put(disk, &image);
	for (size_t i = 8; i < 512; i++) {
		disk[512 + i] ^= 4;
		CHECK_INT(lvm_label_parse(LABEL, &label, NULL), ERR_FORMAT);
		disk[512 + i] ^= 4;
	}
	CHECK_INT(lvm_label_parse(LABEL, &label, NULL), 0);
	for (size_t i = 0; i < 512; i++) {
		disk[4096 + i] ^= 4;
		CHECK_INT(lvm_header_parse(HEADER(label), &label, &place, NULL), ERR_FORMAT);
		disk[4096 + i] ^= 4;
	}
	label.metadata += 512;
	CHECK_INT(lvm_header_parse(disk + 4096, 512, &label, &place, NULL), ERR_FORMAT);
	/* A copy of the label one sector further on is somebody's backup. */
	memmove(disk + 1024, disk + 512, 512);
	memset(disk + 512, 0, 512);
	CHECK_INT(lvm_label_parse(LABEL, &label, NULL), ERR_FORMAT);
}

static void a_volume_without_metadata(void)
{
	const struct lvm_image image = { .volumes = 1, .no_metadata = true };
	struct lvm_label label;

	clean();
	lvm_image_put(disk, &image);
	CHECK_INT(lvm_label_parse(LABEL, &label, NULL), 0);
	CHECK_INT(label.metadata, 0);
}

static int parse_text(const char *text, struct lvm_group *group)
{
	return lvm_text_parse((const uint8_t *)text, strlen(text), group, NULL);
}

static void the_text_names_group_and_volumes(void)
{
	const struct lvm_image image = {
		.volumes = 3, .seqno = 42, .device = "/dev/nvme0n1p3", .missing = true
	};
	struct lvm_group group;
	char text[4096];

	lvm_image_text(&image, text);
	CHECK_INT(parse_text(text, &group), 0);
	CHECK_STR(group.name, "vg-data");
	CHECK_STR(group.uuid, "GRPUID00001111222233334444555555");
	CHECK_INT(group.seqno, 42);
	CHECK_INT(group.volume_count, 3);
	CHECK(group.complete);
	CHECK_STR(group.volumes[2].uuid, "abc002DEFG0002hijkLMNOpqrsTuvwx2");
	CHECK_STR(group.volumes[1].device, "/dev/nvme0n1p3");
	CHECK(!group.volumes[0].missing && !group.volumes[1].missing && group.volumes[2].missing);
}

/* Never more volumes than there are, and complete only when the section was seen to its end. */
static void every_cut_of_the_text(void)
{
	const struct lvm_image image = { .volumes = 3, .seqno = 42 };
	struct lvm_group group;
	char text[4096];
	size_t len = lvm_image_text(&image, text) - 1, end;

	end = (size_t)(strstr(text, "}\n\n}\n#") - text) + 1;
	for (size_t cut = 0; cut < len; cut++) {
		char *exact = malloc(cut + 1);
		int rc;

		if (!exact)
			abort();
		memcpy(exact, text, cut);
		rc = lvm_text_parse((const uint8_t *)exact, cut, &group, NULL);
		CHECK(rc == 0 || rc == ERR_FORMAT);
		CHECK(rc || group.complete == (cut >= end));
		CHECK(rc || !group.complete || group.volume_count == 3);
		free(exact);
	}
}

static void texts_that_are_none(void)
{
	struct lvm_group group;

	CHECK_INT(parse_text("", &group), ERR_FORMAT);
	CHECK_INT(parse_text("vg", &group), ERR_FORMAT);
	CHECK_INT(parse_text("vg = 1", &group), ERR_FORMAT);
	CHECK_INT(parse_text("vg { seqno = 1 }", &group), ERR_FORMAT);
	CHECK_INT(parse_text("vg { id = \"a-b\" x { id = \"c\" } }", &group), 0);
	CHECK_STR(group.uuid, "ab");
	CHECK(!group.complete);
	CHECK_INT(parse_text("vg { id = \"ab\" physical_volumes { pv0 { } } }", &group), 0);
	CHECK(!group.complete);
}

static void more_volumes_than_room_are_not_complete(void)
{
	static char text[LVM_MAX_VOLUMES * 32 + 128];
	struct lvm_group group;
	size_t len = (size_t)snprintf(text, sizeof(text), "vg{id=\"a\" physical_volumes{");

	for (unsigned int i = 0; i <= LVM_MAX_VOLUMES; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "p%u{id=\"%u\"}", i, i);
	snprintf(text + len, sizeof(text) - len, "}}");
	CHECK_INT(parse_text(text, &group), 0);
	CHECK_INT(group.volume_count, LVM_MAX_VOLUMES);
	CHECK(!group.complete);
}

static int parse_imsm(struct imsm_super *ret)
{
	const uint8_t *anchor = disk + IMAGE_BYTES - 1024;
	uint8_t *buf;
	size_t bytes, rest;
	int rc = imsm_anchor_parse(anchor, 512, &bytes, NULL);

	if (rc)
		return rc;
	rest = (bytes + 511) / 512 * 512 - 512;
	buf = malloc(bytes);
	if (!buf)
		abort();
	memcpy(buf, anchor, bytes < 512 ? bytes : 512);
	if (rest)
		memcpy(buf + 512, anchor - rest, bytes - 512);
	rc = imsm_parse(buf, bytes, ret, NULL);
	free(buf);
	return rc;
}

static void intel_sets(void)
{
	struct imsm_image image = { .disks = 2, .generation = 5 };
	struct imsm_super super;

	clean();
	CHECK_INT(parse_imsm(&super), ERR_NOT_FOUND);
	imsm_image_put(disk, &image);
	CHECK_INT(parse_imsm(&super), 0);
	CHECK_INT(super.family, 0xcafe0001);
	CHECK_INT(super.generation, 5);
	CHECK_INT(super.disks, 2);
	CHECK_INT(super.failed, 0);
	CHECK_STR(super.volume, "Volume0");
	CHECK(!super.degraded && !super.migrating);
	image = (struct imsm_image){ .disks = 4, .failed = 1, .map_state = 2, .more_spares = 20 };
	imsm_image_put(disk, &image);
	CHECK_INT(parse_imsm(&super), 0);
	CHECK_INT(super.disks, 4);
	CHECK_INT(super.failed, 1);
	CHECK(super.degraded && !super.migrating);
	image = (struct imsm_image){ .disks = 2, .migrating = 1 };
	imsm_image_put(disk, &image);
	CHECK_INT(parse_imsm(&super), 0);
	CHECK(!super.degraded && super.migrating);
}

static void refuse_imsm(size_t field)
{
	struct imsm_super super;
	uint8_t *anchor = disk + IMAGE_BYTES - 1024;
	uint8_t was = anchor[field];

	anchor[field] = 0xff;
	imsm_image_sum(anchor);
	CHECK_INT(parse_imsm(&super), ERR_FORMAT);
	anchor[field] = was;
	imsm_image_sum(anchor);
	CHECK_INT(parse_imsm(&super), 0);
}

static void damage_in_intel_metadata_is_seen(void)
{
	const struct imsm_image image = { .disks = 2 };
	struct imsm_super super;
	uint8_t *anchor = disk + IMAGE_BYTES - 1024;

	clean();
	imsm_image_put(disk, &image);
	for (size_t i = 0; i < 480; i++) {
		anchor[i] ^= 1;
		CHECK(parse_imsm(&super) != 0);
		anchor[i] ^= 1;
	}
	CHECK_INT(parse_imsm(&super), 0);
	CHECK_INT(imsm_parse(anchor, 215, &super, NULL), ERR_NOT_FOUND);
	CHECK_INT(imsm_parse(anchor, 216, &super, NULL), ERR_FORMAT);
	/* More disks, volumes or members than there is room for; the sum is right each time. */
	refuse_imsm(56);
	refuse_imsm(57);
	refuse_imsm(216 + 2 * 48 + 112 + 16);
	refuse_imsm(216 + 2 * 48 + 80 + 8); /* migrating, without a second map */
}

static void btrfs_of_several_devices(void)
{
	struct btrfs_super super;
	uint8_t *p = disk + BTRFS_OFFSET;

	clean();
	CHECK_INT(btrfs_parse(p, BTRFS_BYTES, &super, NULL), ERR_NOT_FOUND);
	btrfs_image_put(disk, 3, 4, 99);
	CHECK_INT(btrfs_parse(p, BTRFS_BYTES, &super, NULL), 0);
	CHECK_STR(super.uuid, "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
	CHECK_INT(super.generation, 99);
	CHECK_INT(super.devices, 4);
	CHECK_INT(super.device, 3);
	CHECK_INT(btrfs_parse(p, BTRFS_BYTES - 1, &super, NULL), ERR_NOT_FOUND);
	for (size_t i = 0; i < BTRFS_BYTES; i++) {
		/* Bytes of a longer checksum than CRC-32C has, and its type */
		if ((i >= 4 && i < 32) || i == 196 || i == 197)
			continue;
		p[i] ^= 1;
		CHECK(btrfs_parse(p, BTRFS_BYTES, &super, NULL) != 0);
		p[i] ^= 1;
	}
}

int main(void)
{
	TAP_RUN(an_lvm_label_leads_to_its_text);
	TAP_RUN(damage_in_lvm_headers_is_seen);
	TAP_RUN(a_volume_without_metadata);
	TAP_RUN(the_text_names_group_and_volumes);
	TAP_RUN(every_cut_of_the_text);
	TAP_RUN(texts_that_are_none);
	TAP_RUN(more_volumes_than_room_are_not_complete);
	TAP_RUN(intel_sets);
	TAP_RUN(damage_in_intel_metadata_is_seen);
	TAP_RUN(btrfs_of_several_devices);
	return TAP_END();
}
