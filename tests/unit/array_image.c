/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "array_image.h"

#include <stdio.h>
#include <string.h>

static void put16(uint8_t *p, uint64_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *p, uint64_t value)
{
	put16(p, value);
	put16(p + 2, value >> 16);
}

static void put64(uint8_t *p, uint64_t value)
{
	put32(p, value);
	put32(p + 4, value >> 32);
}

static uint64_t get32(const uint8_t *p)
{
	return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static uint32_t crc(const uint8_t *p, size_t len, uint32_t sum, uint32_t polynomial)
{
	while (len--) {
		sum ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
	}
	return sum;
}

/* -- md ------------------------------------------------------------------- */

void md_image_sum(uint8_t *superblock, enum md_version version)
{
	size_t at = version == MD_0_90 ? 152 : 216;
	size_t len = version == MD_0_90 ? 4096 : 256 + 2 * (size_t)get32(superblock + 220);
	uint64_t sum = 0;

	put32(superblock + at, 0);
	for (size_t i = 0; i + 3 < len; i += 4)
		sum += get32(superblock + i);
	if (len % 4)
		sum += superblock[len - 2] | (uint64_t)superblock[len - 1] << 8;
	put32(superblock + at, (sum & 0xffffffff) + (sum >> 32));
}

static void put_md_1(uint8_t *p, const struct md_image *image, uint64_t offset)
{
	put32(p, 0xa92b4efc);
	put32(p + 4, 1);
	put32(p + 8, image->features);
	for (unsigned int i = 0; i < 16; i++)
		p[16 + i] = (uint8_t)(image->uuid + i);
	memcpy(p + 32, "host:data", 9);
	put32(p + 72, (uint32_t)image->level);
	put64(p + 80, 1024); /* sectors of each member that are used */
	put32(p + 92, image->disks);
	put64(p + 128, image->version == MD_1_0 ? 0 : 256);
	put64(p + 136, 1024);
	put64(p + 144, offset / 512);
	put64(p + 152, image->recovery_offset);
	put32(p + 160, 3); /* its number is not its role */
	memset(p + 168, 0x40 + (int)image->role, 16);
	put64(p + 200, image->events);
	put64(p + 208, image->resync_offset);
	put32(p + 220, 5);
	memset(p + 256, 0xff, 10);
	put16(p + 256 + 6, image->role);
}

static void put_md_0(uint8_t *p, const struct md_image *image)
{
	bool active = image->role < image->disks;
	uint8_t *this_disk = p + 992 * 4, *disks = p + 128 * 4;

	put32(p, 0xa92b4efc);
	put32(p + 8, image->features & 4 ? 91 : 90);
	put32(p + 16, 416);
	put32(p + 20, 0xabacadaeu);
	put32(p + 28, (uint32_t)image->level);
	put32(p + 32, 512);
	put32(p + 36, image->disks);
	put32(p + 40, image->disks);
	put32(p + 52, 0x01020304);
	put32(p + 56, 0x05060708);
	put32(p + 60, 0x090a0b0c);
	put32(p + 132, image->resync_offset == UINT64_MAX);
	put32(p + 156, image->events);
	put32(p + 160, image->events >> 32);
	put32(p + 172, image->resync_offset);
	put32(this_disk, image->role & 15);
	put32(this_disk + 12, image->role & 15);
	put32(this_disk + 16, image->role == 0xfffe ? 1 : active ? 6 : 0);
	for (unsigned int i = 0; i < image->disks && i < 27; i++) {
		put32(disks + 128 * i, i);
		put32(disks + 128 * i + 12, i);
		put32(disks + 128 * i + 16, 6);
	}
}

void md_image_put(uint8_t *disk, const struct md_image *image)
{
	static const uint64_t places[] = { [MD_0_90] = IMAGE_BYTES - (64 << 10),
					   [MD_1_0] = IMAGE_BYTES - (8 << 10),
					   [MD_1_1] = 0,
					   [MD_1_2] = 4096 };
	uint8_t *superblock = disk + places[image->version];

	memset(superblock, 0, 4096);
	if (image->version == MD_0_90)
		put_md_0(superblock, image);
	else
		put_md_1(superblock, image, places[image->version]);
	md_image_sum(superblock, image->version);
}

/* -- LVM ------------------------------------------------------------------ */

#define LVM_START    0xf597a6cfu
#define LVM_POLY     0xedb88320u
#define MDA_OFFSET   4096u
#define MDA_BYTES    (64u << 10)
#define TEXT_AT	     512u
#define TEXT_WRAPPED (MDA_BYTES - 100)

static void volume_uuid(unsigned int number, const char *dash, char ret[40])
{
	snprintf(ret, 40, "abc%03u%sDEFG%s%04u%shijk%sLMNO%spqrs%sTuvwx%u", number, dash, dash,
		 number, dash, dash, dash, dash, number % 10);
}

size_t lvm_image_text(const struct lvm_image *image, char *text)
{
	int len = snprintf(text, 4096,
			   "vg-data {\nid = \"GRPUID-0000-1111-2222-3333-4444-555555\"\n"
			   "seqno = %u\nformat = \"lvm2\"\t\t\t# informational\n"
			   "status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
			   "tags = [\"id = \\\"no\\\" }\"]\nextent_size = 8\nmax_lv = 0\n"
			   "max_pv = 0\nmetadata_copies = 0\n\nphysical_volumes {\n",
			   image->seqno);

	for (unsigned int i = 0; i < image->volumes; i++) {
		char uuid[40];

		volume_uuid(i, "-", uuid);
		len += snprintf(text + len, 4096 - (size_t)len,
				"\npv%u {\nid = \"%s\"\ndevice = \"%s\"\t# Hint only\n\n"
				"status = [\"ALLOCATABLE\"]\nflags = [%s]\n"
				"dev_size = 2048\npe_start = 200\npe_count = 8\n}\n",
				i, uuid, image->device ? image->device : "/dev/sdx",
				image->missing && i + 1 == image->volumes ? "\"MISSING\"" : "");
	}
	len += snprintf(text + len, 4096 - (size_t)len,
			"}\n\n}\n# Generated by a test\n\ncontents = \"Text Format Volume Group\"\n"
			"version = 1\n\ndescription = \"Write\"\n\ncreation_host = \"h\"\n"
			"creation_time = 1700000000\n\n");
	return (size_t)len + 1;
}

static void put_label(uint8_t *disk, const struct lvm_image *image)
{
	uint8_t *p = disk + 512;
	char uuid[40];

	volume_uuid(image->number, "", uuid);
	memcpy(p, "LABELONE", 8);
	put64(p + 8, 1);
	put32(p + 20, 32);
	memcpy(p + 24, "LVM2 001", 8);
	memcpy(p + 32, uuid, 32);
	put64(p + 64, IMAGE_BYTES);
	put64(p + 72, MDA_OFFSET + MDA_BYTES); /* one data area, then none */
	if (!image->no_metadata) {
		put64(p + 104, MDA_OFFSET);
		put64(p + 112, MDA_BYTES);
	}
	put32(p + 16, crc(p + 20, 512 - 20, LVM_START, LVM_POLY));
}

void lvm_image_put(uint8_t *disk, const struct lvm_image *image)
{
	static const char magic[] = " LVM2 x[5A%r0N*>";
	uint8_t *p = disk + MDA_OFFSET;
	char text[4096];
	size_t len = lvm_image_text(image, text);
	size_t at = image->wrapped ? TEXT_WRAPPED : TEXT_AT;
	size_t first = len < MDA_BYTES - at ? len : MDA_BYTES - at;

	put_label(disk, image);
	if (image->no_metadata)
		return;
	memcpy(p + 4, magic, 16);
	put32(p + 20, 1);
	put64(p + 24, MDA_OFFSET);
	put64(p + 32, MDA_BYTES);
	put64(p + 40, at);
	put64(p + 48, len);
	put32(p + 56, crc((const uint8_t *)text, len, LVM_START, LVM_POLY));
	put32(p, crc(p + 4, 512 - 4, LVM_START, LVM_POLY));
	memcpy(p + at, text, first);
	memcpy(p + 512, text + first, len - first);
}

/* -- Intel ---------------------------------------------------------------- */

static size_t put_imsm_map(uint8_t *p, const struct imsm_image *image)
{
	put32(p, 0);
	put32(p + 4, 1024);
	put32(p + 8, 4);
	put16(p + 12, 128);
	p[14] = image->map_state;
	p[15] = 1;
	p[16] = (uint8_t)image->disks;
	p[17] = 1;
	p[18] = image->failed ? (uint8_t)(image->disks - 1) : 0xff;
	for (unsigned int i = 0; i < image->disks; i++)
		put32(p + 48 + 4 * i, i);
	return 48 + 4 * (size_t)image->disks;
}

static size_t put_imsm_volume(uint8_t *p, const struct imsm_image *image)
{
	size_t len = 80 + 32;

	memcpy(p, "Volume0", 7);
	put32(p + 16, 1024);
	p[80 + 8] = image->migrating;
	p[80 + 9] = image->migrating ? 1 : 0;
	len += put_imsm_map(p + len, image);
	if (image->migrating)
		len += put_imsm_map(p + len, image);
	return len;
}

void imsm_image_sum(uint8_t *anchor)
{
	uint64_t sum = 0;

	put32(anchor + 32, 0);
	for (size_t i = 0; i < get32(anchor + 36); i += 4)
		sum += get32(anchor + i);
	put32(anchor + 32, sum);
}

void imsm_image_put(uint8_t *disk, const struct imsm_image *image)
{
	size_t sector = image->sector ? image->sector : 512, len = 216;
	uint8_t whole[16384] = { 0 };
	uint8_t *anchor = disk + IMAGE_BYTES - 2 * sector;

	memcpy(whole, "Intel Raid ISM Cfg Sig. 1.3.00", 30);
	put32(whole + 40, 0x11111111);
	put32(whole + 44, image->generation);
	put32(whole + 52, 0xa0000007); /* checksum is verified, RAID levels */
	whole[56] = (uint8_t)(image->disks + image->more_spares);
	whole[57] = 1;
	put32(whole + 64, 0xcafe0001);
	for (unsigned int i = 0; i < image->disks + image->more_spares; i++, len += 48) {
		snprintf((char *)whole + len, 16, "SERIAL%u", i);
		put32(whole + len + 16, 2048);
		put32(whole + len + 20, i);
		put32(whole + len + 24, i >= image->disks		    ? 1
					: i + image->failed >= image->disks ? 6
									    : 2);
	}
	len += put_imsm_volume(whole + len, image);
	put32(whole + 36, len);
	imsm_image_sum(whole);
	memcpy(anchor, whole, sector);
	if (len > sector) {
		size_t rest = (len + sector - 1) / sector * sector - sector;

		memcpy(anchor - rest, whole + sector, rest);
	}
}

/* -- btrfs ---------------------------------------------------------------- */

void btrfs_image_put(uint8_t *disk, unsigned int device, unsigned int devices, uint64_t generation)
{
	uint8_t *p = disk + (64 << 10);

	memset(p, 0, 4096);
	memset(p + 32, 0x5a, 16);
	put64(p + 48, 64 << 10);
	memcpy(p + 64, "_BHRfS_M", 8);
	put64(p + 72, generation);
	put64(p + 136, devices);
	put64(p + 201, device);
	put32(p, ~crc(p + 32, 4096 - 32, ~0u, 0x82f63b78u));
}
