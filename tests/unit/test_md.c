/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/md.h"

#include <stdlib.h>

#include "array_image.h"
#include "tap.h"

static uint8_t disk[IMAGE_BYTES];

static uint64_t place(enum md_version version)
{
	uint64_t offset = 1;

	CHECK(md_place(version, IMAGE_BYTES, &offset));
	return offset;
}

static int parse(enum md_version version, struct md_member *ret)
{
	uint64_t offset = place(version);

	return md_parse(disk + offset, MD_SUPERBLOCK_BYTES, version, offset, ret, NULL);
}

static int put_and_parse(const struct md_image *image, struct md_member *ret)
{
	memset(disk, 0, sizeof(disk));
	md_image_put(disk, image);
	return parse(image->version, ret);
}

/* md(4), and what mdadm --examine prints for the same bytes: test_array_tools.c. */
static void each_version_is_read(void)
{
	for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
		struct md_image image = MD_IMAGE_MIRROR(1);
		struct md_member md;

		image.version = (enum md_version)version;
		image.events = 0x100000011;
		CHECK_INT(put_and_parse(&image, &md), 0);
		CHECK_STR(md.uuid, version == MD_0_90 ? "abacadae:01020304:05060708:090a0b0c"
						      : "abacadae:afb0b1b2:b3b4b5b6:b7b8b9ba");
		CHECK_INT(md.level, 1);
		CHECK_INT(md.raid_disks, 2);
		CHECK_INT(md.role, MD_ACTIVE);
		CHECK_INT(md.number, 1);
		CHECK_INT(md.events, 0x100000011);
		CHECK(!md.recovering && !md.reshaping && !md.resyncing && !md.unclean);
	}
}

static void the_places(void)
{
	uint64_t offset = 1;

	CHECK_INT(place(MD_0_90), IMAGE_BYTES - 65536);
	CHECK(md_place(MD_0_90, 300000, &offset));
	CHECK_INT(offset, 196608); /* 300000 is 4.58 times 64 KiB: the fourth, less one */
	CHECK(md_place(MD_1_0, 300000, &offset));
	CHECK_INT(offset, 290816); /* 71 * 4096 */
	CHECK(!md_place(MD_1_2, 100000, &offset));
	CHECK(!md_place(MD_0_90, 0, &offset));
}

static void roles(void)
{
	static const struct {
		unsigned int role;
		enum md_role want;
	} table[] = { { 0, MD_ACTIVE }, { 0xffff, MD_SPARE }, { 0xfffe, MD_FAULTY } };
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct md_member md;

	for (size_t i = 0; i < 3; i++) {
		image.role = table[i].role;
		for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
			image.version = (enum md_version)version;
			CHECK_INT(put_and_parse(&image, &md), 0);
			CHECK_INT(md.role, table[i].want);
		}
	}
	image.version = MD_1_2;
	image.role = 0xfffd;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK_INT(md.role, MD_JOURNAL);
	/* A number beyond the table of roles: the kernel takes it for a spare. */
	image.role = 1;
	md_image_put(disk, &image);
	disk[4096 + 160] = 9;
	md_image_sum(disk + 4096, MD_1_2);
	CHECK_INT(parse(MD_1_2, &md), 0);
	CHECK_INT(md.role, MD_SPARE);
}

static void work_under_way_in_version_1(void)
{
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct md_member md;

	image.features = 2;
	image.recovery_offset = 1000;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(md.recovering && !md.reshaping && !md.resyncing && !md.unclean);
	image.recovery_offset = 1024; /* all that is used of the member */
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(!md.recovering);
	image.recovery_offset = 0;
	image.features = 0;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(!md.recovering);
	image.features = 4;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(md.reshaping);
	image.features = 0;
	image.resync_offset = 512;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(md.resyncing && !md.unclean);
	image.resync_offset = 0;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(!md.resyncing && md.unclean);
	image.level = 0; /* nothing to bring in line */
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(!md.resyncing && !md.unclean);
}

static void work_under_way_in_version_0(void)
{
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct md_member md;

	image.version = MD_0_90;
	image.resync_offset = 4711;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(md.resyncing && !md.unclean && !md.reshaping);
	image.resync_offset = 0;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(!md.resyncing && md.unclean);
	image.features = 4;
	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK(md.reshaping);
}

/* Every byte that the checksum covers. */
static void a_changed_byte_is_seen(void)
{
	for (int version = MD_0_90; version <= MD_VERSION_LAST; version++) {
		struct md_image image = MD_IMAGE_MIRROR(0);
		struct md_member md;
		uint64_t offset = place((enum md_version)version);

		image.version = (enum md_version)version;
		CHECK_INT(put_and_parse(&image, &md), 0);
		for (size_t i = 0; i < (version == MD_0_90 ? 4096 : 266); i++) {
			disk[offset + i] ^= 0x10;
			CHECK(parse(image.version, &md) != 0);
			disk[offset + i] ^= 0x10;
		}
		CHECK_INT(parse(image.version, &md), 0);
	}
}

static void refuse(enum md_version version, size_t at, uint8_t value)
{
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct md_member md;
	uint64_t offset = place(version);

	image.version = version;
	CHECK_INT(put_and_parse(&image, &md), 0);
	disk[offset + at] = value;
	md_image_sum(disk + offset, version);
	CHECK_INT(parse(version, &md), ERR_FORMAT);
}

static void numbers_that_cannot_be(void)
{
	refuse(MD_1_2, 4, 2);	 /* major version */
	refuse(MD_1_2, 92, 0);	 /* no members */
	refuse(MD_1_2, 94, 1);	 /* 65538 members */
	refuse(MD_1_2, 144, 16); /* a superblock of 1.0 that was copied here */
	refuse(MD_1_2, 262, 2);	 /* member 2 of 2 */
	refuse(MD_0_90, 4, 1);
	refuse(MD_0_90, 8, 92);
	refuse(MD_0_90, 8, 89);
	refuse(MD_0_90, 40, 0);
}

static void what_is_none(void)
{
	struct md_image image = MD_IMAGE_MIRROR(0);
	struct md_member md;

	CHECK_INT(put_and_parse(&image, &md), 0);
	CHECK_INT(md_parse(disk + 4096, 4095, MD_1_2, 4096, &md, NULL), ERR_FORMAT);
	CHECK_INT(md_parse(disk, 0, MD_1_2, 4096, &md, NULL), ERR_FORMAT);
	memset(disk + 4096, 0, 4);
	CHECK_INT(parse(MD_1_2, &md), ERR_NOT_FOUND);
	/* More roles than fit: nothing behind the superblock is read. */
	md_image_put(disk, &image);
	disk[4096 + 221] = 0x08;
	CHECK_INT(parse(MD_1_2, &md), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(each_version_is_read);
	TAP_RUN(the_places);
	TAP_RUN(roles);
	TAP_RUN(work_under_way_in_version_1);
	TAP_RUN(work_under_way_in_version_0);
	TAP_RUN(a_changed_byte_is_seen);
	TAP_RUN(numbers_that_cannot_be);
	TAP_RUN(what_is_none);
	return TAP_END();
}
